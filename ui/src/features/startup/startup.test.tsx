// When the history cannot be used, or not yet, and when something lasting is wrong.
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { NAMES } from "../../testing/landmarks";
import { composer, openWindow } from "../../testing/window";

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

  it("what the quick prompt hands over meanwhile stands in the chat when it opens", async () => {
    const { user, core } = openWindow("locked");
    const field = await screen.findByLabelText(NAMES.passphrase);
    for (const draft of ["A question", "and more"]) {
      await act(async () => core.tell({ type: "take_over", what: { conversation: null, draft } }));
    }
    await user.type(field, "correct horse{Enter}");
    expect(await composer()).toHaveValue("A question\nand more");
  });

  it("a history that cannot be opened is tried again", async () => {
    const { user, core } = openWindow("unavailable");
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("It is still so.")).toBeVisible();
    core.scene.history = { state: "open" };
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await composer()).toBeVisible();
  });

  it("who wants no history goes on without one, and is told so", async () => {
    const { user } = openWindow("unavailable");
    await user.click(await screen.findByRole("button", { name: NAMES.keepNothing }));
    expect(await screen.findByText(/Nothing is kept in this session/)).toBeVisible();
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
