// Asking: a question is never lost, never sent twice, and never freezes the window.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { articles, composer, feed, lastAnswer, open, openWindow, said } from "../../testing/window";

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
