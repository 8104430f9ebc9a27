// The quick prompt's page over the core in memory: asking, the keys of an answer, Esc, coming and
// going, and that nothing typed is lost.
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { CoreError } from "../../ipc";
import type { FakeCore } from "../../ipc/fake";
import { NAMES, QUICK } from "../../testing/landmarks";
import { answer, answered, asked, given, key, openQuick, shown } from "../../testing/quick";
import { composer, violations } from "../../testing/window";
import { ALONE } from "./useLetters";

describe("asking", () => {
  it("streams the answer below, tells how fast it was and where it is kept", async () => {
    const { core, part } = await asked();
    expect(part).toHaveTextContent("How many?");
    // What draws Markdown is loaded meanwhile.
    await waitFor(() => expect(part).toHaveTextContent("Seven clauses."));
    expect(part).toHaveTextContent(
      /Qwen2.5 Coder 1.5B · first word 0.04 s · \d+ tokens a second · kept in history/,
    );
    expect(await composer()).toHaveValue("");
    expect(given(core, "quickAsk")).toEqual([
      [
        {
          conversation: null,
          text: "How many?",
          model: null,
          context: null,
          action: null,
          temporary: false,
        },
      ],
    ]);
    expect(core.scene.conversations.map(({ origin }) => origin)).toEqual(["quick"]);
  });

  it("goes on in the same conversation", async () => {
    const { core, user, part } = await asked();
    await user.click(await composer());
    await user.keyboard("And why?{Enter}");
    await waitFor(() => expect(part).toHaveTextContent("And why? · after 1 question"));
    expect(given(core, "quickAsk")).toHaveLength(2);
    expect(core.scene.conversations).toHaveLength(1);
  });

  it("makes a new line with Shift+Enter, and asks nothing where nothing stands", async () => {
    const { core, user } = openQuick();
    await user.type(await composer(), "{Enter}");
    await user.keyboard(" {Enter}");
    expect(await screen.findByText("There is nothing to ask yet.")).toBeVisible();
    await user.keyboard("a{Shift>}{Enter}{/Shift}b");
    expect(await composer()).toHaveValue(" a\nb");
    expect(given(core, "quickAsk")).toEqual([]);
  });

  it("keeps what is typed while it answers, and does not take the focus away", async () => {
    const { core, user } = openQuick("empty", { pace: null });
    const field = await composer();
    await user.type(field, "One{Enter}");
    await waitFor(async () => expect(await answer()).toHaveAttribute("data-state", "streaming"));
    await user.type(field, "Two{Enter}");
    expect(await screen.findByText(/Esc stops it; then ask this/)).toBeVisible();
    expect(field).toHaveValue("Two");
    await user.keyboard("{Escape}");
    await waitFor(async () => expect(await answer()).toHaveAttribute("data-state", "stopped"));
    expect(field).toHaveFocus();
    expect(field).toHaveValue("Two");
    expect(given(core, "quickHide")).toEqual([]);
  });

  it("says in place why it failed, and gives the question back", async () => {
    const { core, user } = openQuick();
    core.failNext("quickAsk", new CoreError("history_closed", "The history is not open yet."));
    await user.type(await composer(), "Hello{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The history is not open yet.");
    expect(await composer()).toHaveValue("Hello");
  });

  it("shows why an answer failed", async () => {
    const failure = { code: "other", message: "The model is damaged." } as const;
    const { user } = openQuick("empty", { answer: () => failure });
    await user.type(await composer(), "Hello{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The model is damaged.");
  });
});

describe("the keys of an answer", () => {
  it("C copies", async () => {
    const { core, user } = await asked();
    await user.keyboard("c");
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
    expect(core.scene.copied).toBe("Seven *clauses*.");
  });

  it("R answers again, when it stands alone", async () => {
    const { core, user } = await asked();
    await user.keyboard("r");
    expect(given(core, "answerAgain")).toEqual([]);
    await waitFor(() => expect(given(core, "answerAgain")).toHaveLength(1), { timeout: ALONE * 4 });
  });

  /** Long enough that a letter which stands alone has acted. */
  const longer = () => new Promise((resolve) => setTimeout(resolve, ALONE * 1.5));
  const nothingDone = async (core: FakeCore) => {
    await act(longer);
    for (const name of ["answerAgain", "askLarger", "quickHide"] as const)
      expect(given(core, name).length).toBe(0);
    expect(core.scene.copied).toBe("Before");
  };

  it.each(["really?", "can it?", "please", "clear", "cr", "pl", "xx", "k thanks"])(
    "%s is typed whole, and does nothing else",
    async (word) => {
      const { core, user } = await asked("cloud");
      core.scene.copied = "Before";
      await user.keyboard(word);
      expect(await composer()).toHaveValue(word);
      await nothingDone(core);
    },
  );

  it.each<[string, (opened: Awaited<ReturnType<typeof asked>>) => Promise<unknown>]>([
    // There is something to clear: it does not hide the window.
    [
      "Esc",
      async ({ core, user, part }) => {
        const context = { from: { kind: "pipe" }, text: "a b" } as const;
        await act(async () => core.tellQuick({ type: "given", context }));
        act(() => part.focus());
        await user.keyboard("r{Escape}");
      },
    ],
    ["Alt+V", ({ user }) => user.keyboard("r{Alt>}v{/Alt}")],
    ["Alt+T", ({ user }) => user.keyboard("r{Alt>}t{/Alt}")],
    ["Ctrl+N", ({ user }) => user.keyboard("r{Control>}n{/Control}")],
    ["Ctrl+Enter", ({ user }) => user.keyboard("r{Control>}{Enter}{/Control}")],
    ["the mouse", ({ user, part }) => user.keyboard("r").then(() => user.click(part))],
    [
      "hiding",
      async ({ core, user }) => {
        await user.keyboard("r");
        await act(async () => core.tellQuick({ type: "hidden" }));
      },
    ],
  ])("a letter that waits is dropped: %s", async (_, then) => {
    const opened = await asked("cloud");
    opened.core.scene.copied = "Before";
    await then(opened);
    await nothingDone(opened.core);
    expect(await composer()).toHaveValue("");
  });

  it("with Alt they act while a question is typed", async () => {
    const { user } = await asked();
    await user.type(await composer(), "Next");
    await user.keyboard("{Alt>}c{/Alt}");
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
    expect(await composer()).toHaveValue("Next");
  });

  it("Ctrl+Enter hands the conversation over, with what was typed", async () => {
    const { core, user } = await asked();
    await user.type(await composer(), "Next");
    await user.keyboard("{Control>}{Enter}{/Control}");
    const id = core.scene.conversations[0]?.id;
    expect(given(core, "quickHandOver")).toEqual([[{ conversation: id, draft: "Next" }]]);
    await waitFor(async () => expect(await composer()).toHaveValue(""));
    expect(given(core, "quickAsk")).toHaveLength(1);
  });

  it("Ctrl+Enter hands over what is given along, too; where that fails all of it is back", async () => {
    const { core, user } = openQuick("empty", { copied: "Copied words." });
    await user.type(await composer(), "/explain ");
    await user.keyboard("What is it?{Alt>}v{/Alt}{Alt>}t{/Alt}");
    await screen.findByText(/^Clipboard · 2 words/);
    core.failNext("quickHandOver", new CoreError("other", "It did not work."));
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText("It did not work.")).toBeVisible();
    expect(await composer()).toHaveValue("What is it?");
    expect(screen.getByText(/^Clipboard · 2 words/)).toBeVisible();
    expect(screen.getByText("/explain")).toBeVisible();
    const toggle = screen.getByRole("button", { name: QUICK.temporary });
    expect(toggle).toHaveAttribute("aria-pressed", "true");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(toggle).toHaveAttribute("aria-pressed", "false"));
    const handed = [{ conversation: null, draft: "What is it?\n\nCopied words." }];
    expect(given(core, "quickHandOver")).toEqual([handed, handed]);
    expect(screen.queryByRole("group", { name: QUICK.along })).toBeNull();
    expect(await composer()).toHaveValue("");
  });

  it("of an action that has no text, Ctrl+Enter hands over nothing", async () => {
    const { core, user } = openQuick();
    await user.type(await composer(), "/explain ");
    await screen.findByText("/explain");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(given(core, "quickHandOver")).toEqual([[{ conversation: null, draft: "" }]]);
    await waitFor(() => expect(screen.queryByText("/explain")).toBeNull());
  });

  it("Ctrl+N begins anew", async () => {
    const { core, user } = await asked();
    await user.keyboard("{Control>}n{/Control}");
    await waitFor(() => expect(screen.queryByText("Seven clauses.")).toBeNull());
    expect(given(core, "quickAnew")).toHaveLength(1);
    expect(await composer()).toHaveFocus();
  });
});

describe("a larger model", () => {
  it("is not offered where none can be asked", async () => {
    await asked();
    expect(screen.queryByRole("button", { name: QUICK.larger })).toBeNull();
  });

  it("is chosen where there are several; after a yes the answer streams here", async () => {
    const { core, user, part } = await asked("cloud");
    await user.click(key(QUICK.larger));
    const which = await screen.findByRole("group", { name: QUICK.which });
    await user.click(within(which).getByRole("button", { name: /claude-sonnet-5/ }));
    expect(await screen.findByText(/Waiting for your yes/)).toBeVisible();
    expect(given(core, "quickStay").at(-1)).toEqual([true]);
    await act(async () => core.decide("yes"));
    await waitFor(() => expect(part).toHaveTextContent("In the cloud"));
    await answered();
    expect(part).toHaveTextContent("Anthropic · claude-sonnet-5");
    expect(part).toHaveTextContent("$0.0021");
    expect(given(core, "quickStay").at(-1)).toEqual([false]);
  });

  it("after a no says that nothing left; Esc takes the question back", async () => {
    const { core, user, part } = await asked("cloud");
    for (const [decide, words] of [
      [() => act(async () => core.decide("denied")), /You said no/],
      [() => user.keyboard("{Escape}"), /Taken back/],
    ] as const) {
      await user.click(key(QUICK.larger));
      await user.click(await screen.findByRole("button", { name: /gpt-5.2-mini/ }));
      await screen.findByText(/Waiting for your yes/);
      await decide();
      expect(await screen.findByText(words)).toBeVisible();
    }
    expect(part).toHaveTextContent(/Seven .*clauses/);
  });
});

describe("while the person decides in the other window", () => {
  it("nothing is handed over, kept or begun anew, and why is said", async () => {
    const { core, user, part } = await asked("cloud", { copied: "a b" });
    core.scene.unkept = core.scene.conversations.map(({ id }) => id);
    await shown(core);
    await waitFor(() => expect(part).toHaveTextContent("not kept"));
    await user.click(key(QUICK.larger));
    await user.click(await screen.findByRole("button", { name: /gpt-5.2-mini/ }));
    await screen.findByText(/Waiting for your yes/);
    const keys = [
      "{Control>}{Enter}{/Control}",
      "{Alt>}t{/Alt}",
      "{Alt>}k{/Alt}",
      "{Control>}n{/Control}",
    ];
    for (const pressed of keys) {
      await user.keyboard(pressed);
      expect(await screen.findByText(/Decide in the other window first/)).toBeVisible();
      expect(screen.getByText(/Nothing has left this computer/)).toBeVisible();
      // Typing takes the hint away.
      await user.type(await composer(), "a{Backspace}");
      expect(screen.queryByText(/Decide in the other window first/)).toBeNull();
    }
    await user.click(part);
    await user.keyboard("k");
    expect(await screen.findByText(/Decide in the other window first/)).toBeVisible();
    for (const name of ["quickHandOver", "quickKeep", "quickAnew"] as const)
      expect(given(core, name)).toEqual([]);
    await act(async () => core.decide("denied"));
    await screen.findByText(/You said no/);
    expect(screen.queryByText(/Decide in the other window first/)).toBeNull();
    await user.keyboard("{Alt>}k{/Alt}");
    await waitFor(() => expect(part).toHaveTextContent("kept in history"));
  });
});

describe("coming and going", () => {
  it("Esc clears first, then hides", async () => {
    const { core, user } = openQuick();
    await user.type(await composer(), "Hello");
    await user.keyboard("{Escape}");
    expect(await composer()).toHaveValue("");
    expect(given(core, "quickHide")).toEqual([]);
    await user.keyboard("{Escape}");
    expect(given(core, "quickHide")).toHaveLength(1);
  });

  it("goes on with what the core says, and has the focus in the field", async () => {
    const { core } = openQuick("quick");
    await shown(core);
    expect(await answer()).toHaveTextContent("Mill Street");
    expect(await composer()).toHaveFocus();
    core.scene.quick = null;
    await shown(core);
    await waitFor(() => expect(screen.queryByText(/Mill Street/)).toBeNull());
  });

  it.each([
    ["to be gone on with", 4, false],
    ["to be typed over after more than five minutes", 6, true],
  ])("what was typed and not asked is there again, %s", async (_, minutes, selected) => {
    const { core, user } = openQuick();
    const field = await composer();
    await user.type(field, "Half a question");
    field.setSelectionRange(2, 4);
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(now);
    await act(async () => core.tellQuick({ type: "hidden" }));
    expect([field.selectionStart, field.selectionEnd]).toEqual([15, 15]);
    clock.mockReturnValue(now + minutes * 60_000);
    await shown(core);
    expect([field.selectionStart, field.selectionEnd]).toEqual([selected ? 0 : 15, 15]);
    // It is on the screen, however long ago.
    field.setSelectionRange(15, 15);
    clock.mockReturnValue(now + 3_600_000);
    await shown(core);
    expect(field.selectionStart).toBe(15);
  });

  it("takes the text of `sotto quick` and asks nothing by itself", async () => {
    const { core } = openQuick();
    await shown(core, "From a terminal");
    expect(await composer()).toHaveValue("From a terminal");
    await shown(core, "and more");
    expect(await composer()).toHaveValue("From a terminal\nand more");
    expect(given(core, "quickAsk")).toEqual([]);
  });

  it("stays while it answers or is pinned", async () => {
    const { core, user } = openQuick("empty", { pace: null });
    await user.type(await composer(), "One{Enter}");
    await waitFor(() => expect(given(core, "quickStay").at(-1)).toEqual([true]));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(given(core, "quickStay").at(-1)).toEqual([false]));
    const pin = screen.getByRole("button", { name: QUICK.pin });
    await user.click(pin);
    expect(pin).toHaveAttribute("aria-pressed", "true");
    expect(given(core, "quickStay").at(-1)).toEqual([true]);
    expect(await composer()).toHaveFocus();
  });
});

describe("temporary", () => {
  const toggle = () => screen.getByRole("button", { name: QUICK.temporary });

  it("is kept nowhere until K keeps it", async () => {
    const { core, user } = openQuick("empty", { answer: () => "Yes." });
    await user.type(await composer(), "A secret?");
    await user.keyboard("{Alt>}t{/Alt}");
    expect(toggle()).toHaveAttribute("aria-pressed", "true");
    expect(await screen.findByText(/kept nowhere/)).toBeVisible();
    await user.keyboard("{Enter}");
    const part = await answered();
    expect(part).toHaveTextContent("not kept");
    expect(key(QUICK.keepAndGoOn)).toBeVisible();
    await waitFor(() => expect(part).toHaveFocus());
    await user.keyboard("k");
    await waitFor(() => expect(part).toHaveTextContent("kept in history"), { timeout: ALONE * 4 });
    expect(given(core, "quickKeep")).toHaveLength(1);
    expect(toggle()).toHaveAttribute("aria-pressed", "false");
    expect(screen.queryByRole("button", { name: QUICK.keep })).toBeNull();
    expect(key(QUICK.goOn)).toBeVisible();
  });

  it("is for one conversation", async () => {
    const { core, user } = openQuick("empty", { answer: () => "Yes." });
    await user.click(toggle());
    await user.keyboard("One?{Enter}");
    await answered();
    await user.keyboard("{Control>}n{/Control}Two?{Enter}");
    await answered();
    expect(given(core, "quickAsk")).toMatchObject([[{ temporary: true }], [{ temporary: false }]]);
    await user.click(toggle());
    expect(await screen.findByText(/is in the history/)).toBeVisible();
  });
});

describe("copying", () => {
  it("P copies without marks, X copies and closes", async () => {
    const { core, user } = await asked();
    await user.keyboard("p");
    await waitFor(async () => expect(core.scene.copied).toBe("Seven clauses."));
    await user.keyboard("x");
    await waitFor(() => expect(given(core, "quickHide")).toHaveLength(1), { timeout: ALONE * 4 });
    expect(core.scene.copied).toBe("Seven *clauses*.");
  });
});

describe("people who listen", () => {
  it("hear that it answers, and the answer", async () => {
    await asked();
    const said = () =>
      [...document.querySelectorAll("[data-announcer]")].map((one) => one.textContent);
    expect(said()).toContain("Answer: Seven clauses.");
    expect(screen.getByRole("textbox", { name: NAMES.composer })).toBeVisible();
  });

  it.each([
    ["empty", "empty"],
    ["an answer", "quick"],
    ["nothing kept", "temporary"],
  ])("axe finds nothing: %s", async (_, scene) => {
    const { core } = openQuick(scene);
    await shown(core);
    await composer();
    expect(await violations()).toEqual([]);
  });

  it("axe finds nothing: actions, and what is given along", async () => {
    const { user } = openQuick();
    await user.type(await composer(), "{Alt>}v{/Alt}/");
    await screen.findByRole("listbox", { name: QUICK.actions });
    await screen.findByRole("group", { name: QUICK.along });
    expect(await violations()).toEqual([]);
    await user.keyboard("rew{Enter}");
    await screen.findByRole("combobox", { name: "How" });
    expect(await violations()).toEqual([]);
  });

  it("axe finds nothing: several larger models", async () => {
    const { user } = await asked("cloud");
    await user.click(key(QUICK.larger));
    await screen.findByRole("group", { name: QUICK.which });
    expect(await violations()).toEqual([]);
  });
});
