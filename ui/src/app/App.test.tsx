// The window as a person uses it, over the core in memory.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { layout } from "../../vitest.setup";
import { CoreError } from "../ipc";
import { MODELS } from "../ipc/fake-scenes";
import { ACTIONS, NAMES } from "../testing/landmarks";
import { articles, composer, feed, lastAnswer, openWindow } from "../testing/window";

const open = async (user: ReturnType<typeof openWindow>["user"], title: string | RegExp) => {
  await user.click(await screen.findByRole("button", { name: title }));
  await feed();
};
const said = (row: HTMLElement) =>
  row.querySelector("[data-testid=answer-text]")?.textContent ?? "";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation((...words) => {
    throw new Error(words.join(" "));
  });
});

describe("a question", () => {
  it("begins a conversation, is answered, and leaves the field free", async () => {
    const { user, core } = openWindow("empty", { answer: () => "It is **forty-two**." });
    const field = await composer();
    expect(document.documentElement.dataset.ready).toBe("composer");
    expect(field).toHaveFocus();
    await user.type(field, "What is it?{Enter}");
    expect(field).toHaveValue("");
    const answer = await lastAnswer("complete");
    await waitFor(() => expect(said(answer)).toContain("It is forty-two."));
    expect(answer.querySelector("strong")?.textContent).toBe("forty-two");
    expect(within(answer).getByText("On this computer")).toBeVisible();
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("What is it?");
    expect(core.calls.filter(({ name }) => name === "ask")).toHaveLength(1);
    expect(field).toHaveFocus();
  });

  it("keeps what is typed while it is sent and while it is answered", async () => {
    const { user, core } = openWindow("empty", { pace: null });
    const sent = core.holdNext("ask");
    const field = await composer();
    await user.type(field, "First{Enter}Second");
    await act(async () => sent());
    await lastAnswer("streaming");
    expect(field).toHaveValue("Second");
    await user.keyboard("{Enter}");
    expect(field).toHaveValue("Second");
    expect(screen.getByText(/Stop it \(Esc\) or wait/)).toBeVisible();
  });

  it("is given back when it cannot be asked", async () => {
    const { user, core } = openWindow("empty");
    core.failNext("ask", new CoreError("history", "The disk is full. Nothing was lost."));
    const field = await composer();
    await user.type(field, "Important{Shift>}{Enter}{/Shift}words{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full.");
    expect(field).toHaveValue("Important\nwords");
  });

  it("is not sent while a word is composed, nor when it is blank", async () => {
    const { user, core } = openWindow("empty");
    const field = await composer();
    await user.type(field, "ก");
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
    await user.clear(field);
    await user.type(field, "   {Enter}");
    expect(core.calls.some(({ name }) => name === "ask")).toBe(false);
    expect(screen.getByText("There is nothing to send yet.")).toBeVisible();
  });

  it("of ten megabytes stands beside the field and is sent whole", async () => {
    const { user, core } = openWindow("empty", { pace: null });
    const field = await composer();
    const text = "a line of text\n".repeat(700_000);
    await user.type(field, "Summarise:");
    fireEvent.paste(field, { clipboardData: { getData: () => text } });
    expect(field).toHaveValue("Summarise:");
    expect(screen.getByText(/Pasted text, 10,500,000 characters/)).toBeVisible();
    await user.type(field, "{Enter}");
    await feed();
    expect(core.calls.find(({ name }) => name === "ask")?.given).toEqual([
      { conversation: null, text: `Summarise:\n\n${text}`, model: null },
    ]);
    const [question] = await articles();
    expect(question?.textContent?.length).toBeLessThan(3_000);
    expect(within(question as HTMLElement).getByRole("button", { name: /Show all/ })).toBeVisible();
  });

  it("waits for the history and is then asked", async () => {
    const { user, core } = openWindow("empty");
    const started = core.holdNext("startup");
    openWindow("empty");
    started();
    await user.type((await screen.findAllByRole("textbox"))[0] as HTMLElement, "Early{Enter}");
    await waitFor(() => expect(core.calls.some(({ name }) => name === "ask")).toBe(true));
  });
});

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

describe("a question that was asked", () => {
  it("is edited with Up, and Esc leaves it as it was", async () => {
    const { user, core } = openWindow("chat");
    await open(user, "Parse a delivery note into JSON");
    await user.click(await composer());
    await user.keyboard("{ArrowUp}");
    const editor = await screen.findByRole("textbox", { name: NAMES.editQuestion });
    expect(editor).toHaveFocus();
    expect(editor).toHaveValue("What if a field is missing?");
    await user.keyboard("{Escape}");
    expect(await composer()).toHaveFocus();
    await user.keyboard("{ArrowUp}");
    const again = await screen.findByRole("textbox", { name: NAMES.editQuestion });
    await user.clear(again);
    await user.type(again, "And if two are?{Enter}");
    await waitFor(() =>
      expect(core.calls.find(({ name }) => name === "editQuestion")?.given).toEqual([
        "note-4",
        "And if two are?",
      ]),
    );
    const rows = await articles();
    expect(rows.at(-2)).toHaveTextContent("And if two are?");
    expect(rows.at(-2)).toHaveTextContent("2 of 2");
  });
});

describe("conversations", () => {
  it("keep a draft each", async () => {
    const { user } = openWindow("chat");
    await open(user, "Polite reply to the landlord");
    await user.type(await composer(), "half a thought");
    await open(user, "Regex for ISO dates");
    expect(await composer()).toHaveValue("");
    await open(user, "Polite reply to the landlord");
    expect(await composer()).toHaveValue("half a thought");
  });

  it("are walked, renamed, deleted and brought back with the keyboard alone", async () => {
    const { user, core } = openWindow("chat");
    const first = await screen.findByRole("button", { name: "Parse a delivery note into JSON" });
    act(() => first.focus());
    await user.keyboard("{ArrowDown}");
    expect(screen.getByRole("button", { name: "Polite reply to the landlord" })).toHaveFocus();
    await user.keyboard("{F2}");
    await user.keyboard("{Control>}a{/Control}Letter to the landlord{Enter}");
    const renamed = await screen.findByRole("button", { name: "Letter to the landlord" });
    await waitFor(() => expect(renamed).toHaveFocus());
    await user.keyboard("{Delete}");
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: "Letter to the landlord" })).toBeNull(),
    );
    expect(core.calls.map(({ name }) => name)).toContain("deleteConversation");
    await user.keyboard("{Control>}z{/Control}");
    expect(await screen.findByRole("button", { name: "Letter to the landlord" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  });

  it("deleted by mistake come back from the message about it, which F6 reaches", async () => {
    const { user } = openWindow("chat");
    await open(user, "Regex for ISO dates");
    await user.click(screen.getByRole("button", { name: "Actions for Regex for ISO dates" }));
    await user.click(await screen.findByRole("menuitem", { name: /Delete/ }));
    expect(await screen.findByRole("heading", { name: "New conversation" })).toBeVisible();
    const undo = within(screen.getByRole("region", { name: NAMES.notices })).getByRole("button", {
      name: "Undo",
    });
    for (let pressed = 0; pressed < 4 && document.activeElement !== undo; pressed++) {
      await user.keyboard("{F6}");
    }
    expect(undo).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(
      await screen.findByRole("heading", { name: "Regex for ISO dates", level: 1 }),
    ).toBeVisible();
  });

  it("of two thousand messages put only those in sight into the page", async () => {
    layout.sight = 800;
    const { user } = openWindow("long");
    await open(user, "Two thousand messages");
    const rows = await articles();
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(60);
    expect(rows[0]).toHaveAttribute("aria-setsize", "2000");
  });
});

describe("the palette", () => {
  it("finds words in messages and opens them there", async () => {
    const { user } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: NAMES.palette }), "take the first");
    await user.click(await screen.findByRole("option", { name: /take the first/ }));
    expect(
      await screen.findByRole("heading", { name: "Parse a delivery note into JSON", level: 1 }),
    ).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("finds a message on another branch and goes there", async () => {
    const { user, core } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: NAMES.palette }), "shorter");
    await user.click(await screen.findByRole("option", { name: /A shorter one/ }));
    await waitFor(async () =>
      expect(said(await lastAnswer("complete"))).toContain("A shorter one"),
    );
    expect(core.calls.filter(({ name }) => name === "chooseAlternative")).toHaveLength(1);
  });

  it("runs actions and gives the focus back", async () => {
    const { user } = openWindow("chat");
    await composer();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "shortcuts{Enter}");
    expect(await screen.findByRole("dialog", { name: NAMES.shortcuts })).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("models", () => {
  it("are chosen for a conversation; one that cannot run says why", async () => {
    const { user, core } = openWindow("chat");
    await open(user, "Regex for ISO dates");
    await user.click(screen.getByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" }));
    const broken = await screen.findByRole("menuitemradio", { name: /holiday-photos/ });
    expect(broken).toHaveAttribute("aria-disabled", "true");
    expect(broken).toHaveTextContent("not a model");
    await user.click(screen.getByRole("menuitemradio", { name: /SmolLM2/ }));
    await screen.findByRole("button", { name: "Model: SmolLM2 135M" });
    expect(core.calls.find(({ name }) => name === "chooseModel")?.given).toEqual([
      "dates",
      MODELS.models[1]?.name,
    ]);
  });

  it("chosen before the first question go with it", async () => {
    const { user, core } = openWindow("chat");
    await user.click(await screen.findByRole("button", { name: "Model: Qwen2.5 Coder 1.5B" }));
    await user.click(await screen.findByRole("menuitemradio", { name: /SmolLM2/ }));
    await user.type(await composer(), "Hello{Enter}");
    await waitFor(() =>
      expect(core.calls.find(({ name }) => name === "ask")?.given[0]).toMatchObject({
        model: MODELS.models[1]?.name,
      }),
    );
  });

  it("on their way are shown, and their arrival is told", async () => {
    const { core } = openWindow("first");
    expect(await screen.findByRole("progressbar", { name: /Qwen2.5 Coder 1.5B/ })).toHaveAttribute(
      "aria-valuenow",
      "43",
    );
    expect(screen.getByText(/gets most questions wrong\. Don’t rely on it\./)).toBeVisible();
    await act(async () => core.tell({ type: "models_changed", models: MODELS }));
    expect(await screen.findByText(/Qwen2.5 Coder 1.5B is here/)).toBeVisible();
    expect(screen.queryByRole("progressbar")).toBeNull();
  });
});

describe("when something is wrong", () => {
  it("a new passphrase is asked twice, and an open window follows", async () => {
    const { user, core } = openWindow("passphrase");
    await user.type(await screen.findByLabelText(NAMES.passphrase), "correct horse");
    await user.type(screen.getByLabelText(NAMES.passphraseAgain), "correct house{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The two are not the same.");
    expect(core.calls.some(({ name }) => name === "unlock")).toBe(false);
    await user.clear(screen.getByLabelText(NAMES.passphraseAgain));
    await user.type(screen.getByLabelText(NAMES.passphraseAgain), "correct horse{Enter}");
    expect(await composer()).toBeVisible();
  });

  it("a wrong passphrase is told and another can be tried", async () => {
    const { user } = openWindow("locked");
    const field = await screen.findByLabelText(NAMES.passphrase);
    await user.type(field, "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("This is not the passphrase");
    // The wrong one is selected: typing replaces it.
    await user.keyboard("correct horse{Enter}");
    expect(await screen.findByRole("button", { name: "Regex for ISO dates" })).toBeVisible();
  });

  it("a history that cannot be opened is tried again", async () => {
    const { user, core } = openWindow("unavailable");
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("It is still so.")).toBeVisible();
    core.scene.history = { state: "open" };
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await composer()).toBeVisible();
  });

  it("what cannot be saved stays on the page until it is", async () => {
    const { core } = openWindow("chat");
    await composer();
    const failure = { code: "other", message: "The disk is full." } as const;
    await act(async () => core.tell({ type: "not_saved", conversation: "note", failure }));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "Not saved: The disk is full. Sotto keeps trying.",
    );
    await act(async () => core.tell({ type: "saved_after_all", conversation: "note" }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("a temporary session and a dead runtime are told above the chat", async () => {
    openWindow("temporary");
    expect(await screen.findByText(/Nothing is kept in this session/)).toBeVisible();
    openWindow("dead");
    expect(await screen.findByText(/The runtime ended four times/)).toBeVisible();
  });
});
