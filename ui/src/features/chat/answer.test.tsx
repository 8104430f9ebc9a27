// An answer as a person sees it: on its way, ended, stopped, failed, and written again.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { MODELS } from "../../ipc/fake-scenes";
import { ACTIONS, NAMES } from "../../testing/landmarks";
import { articles, composer, lastAnswer, open, openWindow, said } from "../../testing/window";

const MESSAGE = {
  id: "",
  conversation: "conversation-new-1",
  parent: null,
  role: "assistant",
  text: "",
  state: "failed",
  model: null,
  place: "this_computer",
  created_at: 0,
  statistics: null,
  failure: null,
} as const;

describe("an answer", () => {
  it("says what is going on before its first word, streams, and is stopped by Esc", async () => {
    const { user, core } = openWindow("empty", { pace: null });
    await user.type(await composer(), "Long?{Enter}");
    const row = await lastAnswer("streaming");
    expect(row).toHaveTextContent("Reading the question…");
    const { id, conversation } = core.scene.messages.at(-1) ?? { id: "", conversation: "" };
    await act(async () =>
      core.tell({ type: "answer_text", conversation, answer: id, text: "One two" }),
    );
    await waitFor(() => expect(said(row)).toContain("One two"));
    await act(async () =>
      core.tell({ type: "answer_text", conversation, answer: id, text: " three" }),
    );
    await waitFor(() => expect(said(row)).toContain("One two three"));
    await user.keyboard("{Escape}");
    const stopped = await lastAnswer("stopped");
    expect(stopped).toHaveTextContent("Stopped");
    expect(screen.getByRole("button", { name: NAMES.send })).toBeVisible();
  });

  it("stays where it is when it ends", async () => {
    const { user, core } = openWindow("empty", { pace: null });
    await user.type(await composer(), "Long?{Enter}");
    const row = await lastAnswer("streaming");
    const answer = core.scene.messages.at(-1) ?? MESSAGE;
    const { id, conversation } = answer;
    await act(async () =>
      core.tell({ type: "answer_text", conversation, answer: id, text: "One.\n\nTwo" }),
    );
    await waitFor(() => expect(row.querySelectorAll(".prose p")).toHaveLength(2));
    const first = row.querySelector(".prose p");
    const end = { ...answer, text: "One.\n\nTwo.", state: "complete" as const };
    await act(async () => core.tell({ type: "answer_ended", answer: end }));
    expect(said(await lastAnswer("complete"))).toContain("Two.");
    // Drawn again from nothing it would be another paragraph, and the page would have jumped.
    expect(row.querySelector(".prose p")).toBe(first);
  });

  it("whose end is told before the question's reply is shown as ended", async () => {
    const { user, core } = openWindow("empty", {
      pace: 0,
      answer: () => ({ code: "other", message: "It broke." }),
    });
    const sent = core.holdNext("ask");
    await user.type(await composer(), "Quick{Enter}");
    core.tell({
      type: "answer_ended",
      answer: {
        ...structuredClone(MESSAGE),
        id: "message-new-3",
        state: "failed",
        failure: { code: "other", message: "It broke at once." },
      },
    });
    await act(async () => sent());
    expect(await lastAnswer("failed")).toHaveTextContent("It broke");
  });

  it("is written again, and the person walks between the versions", async () => {
    let version = 1;
    const { user, core } = openWindow("empty", { answer: () => `Version ${version++}.` });
    await user.type(await composer(), "Say{Enter}");
    await user.click(
      within(await lastAnswer("complete")).getByRole("button", { name: ACTIONS.again }),
    );
    await waitFor(async () => expect(said(await lastAnswer("complete"))).toContain("Version 2."));
    const row = await lastAnswer("complete");
    expect(row).toHaveTextContent("2 of 2");
    expect(within(row).getByRole("button", { name: ACTIONS.next })).toBeDisabled();
    await user.click(within(row).getByRole("button", { name: ACTIONS.previous }));
    await waitFor(async () => expect(said(await lastAnswer("complete"))).toContain("Version 1."));
    expect(core.calls.filter(({ name }) => name === "answerAgain")).toHaveLength(1);
  });

  it("is written again by another model", async () => {
    const { user, core } = openWindow("chat");
    await open(user, "Polite reply to the landlord");
    await user.click(
      within(await lastAnswer("complete")).getByRole("button", { name: ACTIONS.againWith }),
    );
    expect(screen.queryByRole("menuitem", { name: /holiday/ })).toBeNull();
    await user.click(await screen.findByRole("menuitem", { name: "SmolLM2 135M" }));
    await waitFor(() =>
      expect(core.calls.find(({ name }) => name === "answerAgain")?.given[1]).toMatchObject({
        model: MODELS.models[1]?.name,
      }),
    );
    expect(await lastAnswer("complete")).toHaveTextContent("stand-in and often wrong");
  });

  it("shows what it cost on demand", async () => {
    const { user } = openWindow("chat");
    await open(user, "Regex for ISO dates");
    await user.click(screen.getByRole("button", { name: "Details: 0.04 s · 34/s" }));
    const details = await screen.findByRole("dialog", { name: ACTIONS.details });
    expect(details).toHaveTextContent("of these, read before1,590");
  });

  it("that failed says why and offers what helps", async () => {
    const { user, core } = openWindow("troubled");
    await open(user, "Everything that can go wrong");
    const rows = await articles();
    const exceeded = rows[1] as HTMLElement;
    expect(exceeded).toHaveTextContent("14,210 tokens");
    expect(exceeded).toHaveTextContent("reads 8,192 at once");
    expect(within(exceeded).getByRole("button", { name: ACTIONS.chooseModel })).toBeVisible();
    expect(rows[3]).toHaveTextContent("It needs 9.4 GB; 3.1 GB are free.");
    expect(
      within(rows[5] as HTMLElement).getByRole("button", { name: ACTIONS.tryAgain }),
    ).toBeVisible();
    expect(rows[7]).toHaveTextContent(
      "Sotto was closed while this was being written. What was said is kept.",
    );
    await user.click(
      within(exceeded).getByRole("button", { name: "Use a larger context (16,384 tokens)" }),
    );
    await waitFor(() => expect(core.calls.at(-1)).toBeDefined());
    expect(core.calls.find(({ name }) => name === "answerAgain")?.given[1]).toEqual({
      model: null,
      context: 16_384,
      drop_oldest: false,
    });
  });
});
