// Measuring a model: how it goes, what it says, and how results stand side by side.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { MEASUREMENTS, measurement, QWEN } from "../../ipc/fake-models-scenes";
import { BENCH, MODELS_PAGE } from "../../testing/landmarks";
import { given, openModels } from "../../testing/models";
import { limitSentence, memoryAgainst, newest, perSecond, reached, whenMeasured } from "./words";

async function openBench(changes = {}, scene = "models") {
  const opened = await openModels(scene, changes);
  await opened.user.click(screen.getByRole("tab", { name: MODELS_PAGE.measure }));
  return opened;
}

const bodyRows = async () =>
  within(await screen.findByRole("table"))
    .getAllByRole("row")
    .slice(1)
    .map((each) => [...each.children].map((cell) => cell.textContent));

describe("a measurement", () => {
  it("shows how far it is, ends in a result, and stands in the list", async () => {
    const { user, core } = await openBench({ pace: null, measurements: [] });
    await user.click(await screen.findByRole("button", { name: BENCH.measure }));
    expect(given(core, "benchModel")).toEqual([[QWEN.name]]);
    const bar = await screen.findByRole("progressbar", { name: `Measuring ${QWEN.title}` });
    await act(async () =>
      core.tell({
        type: "bench_progressed",
        progress: { model: QWEN.name, percent: 62, stage: "Prefill of 512 tokens" },
      }),
    );
    expect(bar).toHaveAttribute("aria-valuenow", "62");
    expect(bar).toHaveAttribute("aria-valuetext", "Prefill of 512 tokens");
    expect(screen.getByRole("combobox", { name: BENCH.model })).toBeDisabled();
  });

  it("says what was measured beside what is possible", async () => {
    const { user } = await openBench();
    await user.click(await screen.findByRole("button", { name: BENCH.measure }));
    const result = within(await screen.findByRole("region", { name: BENCH.result }));
    expect(result.getByText("33.6")).toBeVisible();
    expect(result.getByText("104")).toBeVisible();
    expect(result.getByText("0.36")).toBeVisible();
    expect(result.getByText("as expected")).toBeVisible();
    expect(result.getByText("33.6 tokens/s, 96%")).toBeVisible();
    expect(result.getByText(/^Each token of an answer reads 980 MB of weights/)).toBeVisible();
    await waitFor(async () => expect(await bodyRows()).toHaveLength(3));
  });

  it("is stopped without a complaint", async () => {
    const { user, core } = await openBench({ pace: null });
    await user.click(await screen.findByRole("button", { name: BENCH.measure }));
    await user.click(await screen.findByRole("button", { name: BENCH.stop }));
    expect(await screen.findByRole("button", { name: BENCH.measure })).toBeVisible();
    expect(given(core, "stopBench")).toHaveLength(1);
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.queryByRole("region", { name: BENCH.result })).toBeNull();
  });

  it("that fails says why", async () => {
    const { user, core } = await openBench();
    core.failNext("benchModel", new CoreError("other", "The runtime ended."));
    await user.click(await screen.findByRole("button", { name: BENCH.measure }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The runtime ended.");
    expect(screen.getByRole("button", { name: BENCH.measure })).toBeVisible();
  });

  it("goes on while the page is left", async () => {
    const { user } = await openBench({ pace: null });
    await user.click(await screen.findByRole("button", { name: BENCH.measure }));
    await user.keyboard("{Escape}{Control>}l{/Control}");
    await user.click(await screen.findByRole("tab", { name: MODELS_PAGE.measure }));
    expect(await screen.findByRole("button", { name: BENCH.stop })).toBeVisible();
  });

  it("is of the model that a row asked for, and only of those that can run", async () => {
    const { choose } = await openModels();
    await choose("llama3.2:3b", MODELS_PAGE.measureThis);
    const select = await screen.findByRole("combobox", { name: BENCH.model });
    expect(select).toHaveDisplayValue("llama3.2:3b");
    const offered = within(select)
      .getAllByRole("option")
      .map((each) => each.textContent);
    expect(offered).toContain(QWEN.title);
    for (const other of [
      "Gemma 4 E4B",
      "Command R+ 104B",
      "Nomic Embed Text 1.5",
      "holiday-photos",
    ]) {
      expect(offered).not.toContain(other);
    }
  });

  it("is explained where there is nothing to measure", async () => {
    await openBench({}, "no-models");
    expect(await screen.findByText(/^There is no model here that could be measured/)).toBeVisible();
  });
});

describe("earlier results", () => {
  it("compare models, the fastest first, and then show all", async () => {
    const { press } = await openBench();
    const rows = await bodyRows();
    expect(
      rows.map(([title, , prefill, decode, part, token, memory, on]) => [
        title,
        prefill,
        decode,
        part,
        token,
        memory,
        on,
      ]),
    ).toEqual([
      ["SmolLM2 135M", "342", "127", "36%", "0.09 s", "168 MB", "CPU"],
      ["Qwen2.5 Coder 1.5B", "104", "33.6", "96%", "0.36 s", "1.4 GB", "CPU"],
      ["llama3.2:3b", "51.3", "12.1", "71%", "0.81 s", "2.7 GB", "CPU"],
    ]);
    await press(`All ${MEASUREMENTS.length} results`);
    expect(await bodyRows()).toHaveLength(MEASUREMENTS.length);
  });

  it("are opened again", async () => {
    const { user } = await openBench();
    await user.click(await screen.findByRole("button", { name: "llama3.2:3b" }));
    const result = within(screen.getByRole("region", { name: BENCH.result }));
    expect(result.getByText("6% more than expected")).toBeVisible();
    expect(screen.getByRole("combobox", { name: BENCH.model })).toHaveDisplayValue("llama3.2:3b");
  });

  it("that cannot be read are read again", async () => {
    const opened = await openModels();
    opened.core.failNext("measurements", new CoreError("history", "The disk is gone."));
    await opened.user.click(screen.getByRole("tab", { name: MODELS_PAGE.measure }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The disk is gone.");
    await opened.press("Try again");
    expect(await bodyRows()).toHaveLength(3);
  });
});

describe("words", () => {
  const of = (changes: Parameters<typeof measurement>[2]) => measurement("x", 0, changes);
  it.each([
    [33.64, "33.6"],
    [354.2, "354"],
    [1_204, "1,204"],
    [null, "–"],
  ])("of %s tokens a second", (rate, expected) => expect(perSecond(rate)).toBe(expected));

  it("of a limit that is not known", () => {
    expect(reached(of({ limit: 0 }))).toBeNull();
    expect(reached(of({ decode: null }))).toBeNull();
    expect(limitSentence(of({ limit: 0 }))).toMatch(/is not known/);
  });

  it.each([
    [{ memory: 1_030, expected_memory: 1_000 }, "3% more than expected"],
    [{ memory: 900, expected_memory: 1_000 }, "10% less than expected"],
    [{ memory: 1_000, expected_memory: 1_000 }, "as expected"],
    [{ memory: 1_000, expected_memory: 0 }, ""],
  ])("of memory %j", (changes, expected) => expect(memoryAgainst(of(changes))).toBe(expected));

  it("of the day", () => {
    const noon = new Date(2026, 10, 20, 12).getTime();
    expect(whenMeasured(new Date(2026, 10, 20, 8, 5).getTime(), noon)).toBe("08:05");
    expect(whenMeasured(new Date(2026, 9, 3).getTime(), noon)).toBe("3 Oct 2026");
  });

  it("of the newest of each", () => {
    expect(newest(MEASUREMENTS).map(({ decode }) => decode)).toEqual([127.4, 33.6, 12.1]);
  });
});
