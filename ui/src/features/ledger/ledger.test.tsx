// What left this computer, as a person reads it.
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError, type LedgerRequest, type LedgerRow } from "../../ipc";
import { LEDGER } from "../../ipc/fake-cloud-scenes";
import { NAMES } from "../../testing/landmarks";
import { composer, feed, openWindow } from "../../testing/window";
import { checkWords, costWords, fate, filtered, when } from "./words";

async function openLedger(
  scene: string,
  prepare: (opened: ReturnType<typeof openWindow>) => void = () => {},
) {
  const opened = openWindow(scene);
  await composer();
  prepare(opened);
  await opened.user.keyboard("{Control>}{Shift>}L{/Shift}{/Control}");
  const dialog = await screen.findByRole("dialog", { name: NAMES.ledger });
  return { ...opened, dialog: within(dialog), text: () => dialog.textContent };
}

describe("the ledger", () => {
  it("says in words what left, where to, how much, and on whose yes", async () => {
    const { dialog } = await openLedger("cloud");
    const [first, second, third, fourth] = await dialog.findAllByRole("listitem");
    expect(first).toHaveTextContent("Answer · OpenAI / gpt-5.2 · api.openai.com");
    expect(first).toHaveTextContent(
      "Sent 3.1 kB, received 2.0 kB · $0.0021 · 1 part left out · you said yes",
    );
    expect(second).toHaveTextContent("Not sent: you said no, or did not decide");
    expect(second).not.toHaveTextContent("kB");
    expect(third).toHaveTextContent("May have been sent; not sent again · sent at most 3.1 kB");
    expect(fourth).toHaveTextContent("on your standing yes");
    expect(dialog.getByText(/^Complete and unchanged/)).toHaveTextContent("46 entries");
  });

  it("adds up each month and provider", async () => {
    const { dialog } = await openLedger("cloud");
    const rows = within(await dialog.findByRole("table"))
      .getAllByRole("row")
      .slice(1);
    expect(rows.map((row) => [...row.children].map((cell) => cell.textContent).join("|"))).toEqual([
      "November 2026|OpenAI|14|48 kB|19,400|$0.031",
      "November 2026|The machine in the cellar|3|55 kB|22,000|unknown",
      "October 2026|Anthropic|6|21 kB|8,800|$1.24 and more",
    ]);
  });

  it("is filtered by what became of a request and by provider", async () => {
    const { user, dialog } = await openLedger("cloud");
    const shown = async () => (await dialog.findAllByRole("listitem")).length;
    expect(await shown()).toBe(LEDGER.rows.length);
    await user.click(dialog.getByRole("button", { name: "Not sent" }));
    expect(await shown()).toBe(3);
    expect(dialog.getByRole("button", { name: "Not sent" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await user.click(dialog.getByRole("button", { name: "May have been sent" }));
    expect(await shown()).toBe(1);
    await user.selectOptions(dialog.getByRole("combobox", { name: "Provider" }), "OpenAI");
    expect(dialog.getByText("Nothing of this kind.")).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "All" }));
    expect(await shown()).toBe(5);
  });

  it("leads to the conversation", async () => {
    const { user, dialog } = await openLedger("cloud");
    const [link] = await dialog.findAllByRole("button", { name: "Compare the two lease drafts" });
    await user.click(link as HTMLElement);
    await feed();
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Compare the two lease");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is exported, and says where to", async () => {
    const { user, core, dialog } = await openLedger("cloud");
    const button = await dialog.findByRole("button", { name: "Export" });
    await user.click(button);
    expect(await screen.findByText(/^Written to .*sotto-ledger-2026-11-20\.json$/)).toBeVisible();
    core.failNext("exportLedger", new CoreError("other", "The folder cannot be written."));
    await user.click(button);
    await waitFor(() => expect(document.body).toHaveTextContent("The folder cannot be written."));
  });

  it("that was tampered with says so first", async () => {
    const { dialog } = await openLedger("damaged");
    expect(await dialog.findByRole("alert")).toHaveTextContent(
      "Damaged. Entry 7 is not what was written.",
    );
  });

  it("that is empty teaches what will stand in it", async () => {
    const { dialog } = await openLedger("chat");
    expect(await dialog.findByText(/^Nothing has left this computer/)).toBeVisible();
    expect(dialog.queryByRole("table")).toBeNull();
  });

  it("that cannot be read is read again", async () => {
    const { user, dialog } = await openLedger("cloud", ({ core }) =>
      core.failNext("ledger", new CoreError("history", "The disk is gone.")),
    );
    expect(await dialog.findByRole("alert")).toHaveTextContent("The disk is gone.");
    await user.click(dialog.getByRole("button", { name: "Try again" }));
    expect(await dialog.findByText(/^Complete and unchanged/)).toBeVisible();
  });

  it("of very many rows draws a part, and the rest on demand", async () => {
    const { user, dialog } = await openLedger("cloud", ({ core }) => {
      core.scene.ledger.rows = Array.from({ length: 250 }, () => LEDGER.rows[0] as LedgerRow);
    });
    expect(await dialog.findAllByRole("listitem")).toHaveLength(100);
    await user.click(dialog.getByRole("button", { name: "Show more (150 older)" }));
    expect(dialog.getAllByRole("listitem")).toHaveLength(200);
  });
});

describe("words", () => {
  const request = LEDGER.rows[0] as LedgerRequest & { kind: "request" };
  it.each<[Partial<LedgerRequest>, string]>([
    [{ state: "waiting" }, "Waits for your decision"],
    [
      { state: "on_its_way", received_bytes: 0, cost: null, left_out: 0 },
      "On its way · sent at most 3.1 kB · cost unknown",
    ],
    [{ state: "revoked" }, "Not sent: taken back"],
    [{ state: "failed", trouble: "No such host." }, "Failed before anything left · No such host."],
    [{ left_out: 2, cost: 0 }, "Sent 3.1 kB, received 2.0 kB · 2 parts left out · you said yes"],
    [
      { left_out: 0, cost: null, place: "your_network", standing: true },
      "Sent 3.1 kB, received 2.0 kB · on your standing yes",
    ],
  ])("of %j", (changes, expected) => expect(fate({ ...request, ...changes })).toBe(expected));

  const noon = new Date(2026, 10, 20, 12).getTime();
  it.each([
    [new Date(2026, 10, 20, 0, 5), "Today 00:05"],
    [new Date(2026, 10, 19, 14, 2), "Yesterday 14:02"],
    [new Date(2026, 9, 3, 9, 30), "3 Oct 2026 09:30"],
  ])("of %s", (at, expected) => expect(when(at.getTime(), noon)).toBe(expected));

  it("of totals whose cost is partly unknown", () => {
    const total = { month: "2026-11", provider: "x", requests: 2, sent_bytes: 0, tokens: 0 };
    expect(costWords({ ...total, cost: 2_000_000, unknown_cost: 0 })).toBe("$0.0020");
    expect(costWords({ ...total, cost: 2_000_000, unknown_cost: 1 })).toBe("$0.0020 and more");
    expect(costWords({ ...total, cost: 0, unknown_cost: 2 })).toBe("unknown");
  });

  it("of the check", () => {
    expect(checkWords({ check: "whole", entries: 1, sealed_in_keyring: false })).toContain(
      "keyring",
    );
    expect(checkWords({ check: "unchecked", message: "The key is locked." })).toBe(
      "Not checked. The key is locked.",
    );
  });

  it("keep further connections with what was sent", () => {
    expect(filtered(LEDGER.rows, "sent", null).some(({ kind }) => kind === "connection")).toBe(
      true,
    );
    expect(filtered(LEDGER.rows, "not_sent", null).every(({ kind }) => kind === "request")).toBe(
      true,
    );
  });
});
