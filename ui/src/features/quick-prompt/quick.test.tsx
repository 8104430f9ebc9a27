// The quick prompt's page over the core in memory: asking, the keys of an answer, Esc, coming and
// going, and that nothing typed is lost.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { CoreError } from "../../ipc";
import { createFake, type FakeCore, type Scene } from "../../ipc/fake";
import { sceneNamed } from "../../ipc/fake-scenes";
import { NAMES, QUICK } from "../../testing/landmarks";
import { composer, forgetWindow, violations } from "../../testing/window";
import { QuickRoot } from "./QuickRoot";
import { ALONE } from "./useLetters";

// jsdom lays nothing out, so there is nothing to observe, and knows no editing commands.
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    disconnect() {}
  },
);
document.execCommand = (command, _, text = "") => {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement)) return false;
  field.setRangeText(
    command === "insertText" ? text : "",
    field.selectionStart,
    field.selectionEnd,
    "end",
  );
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
};

function open(scene = "empty", changes: Partial<Scene> = {}) {
  forgetWindow();
  vi.spyOn(console, "error").mockImplementation((...words) => {
    throw new Error(words.join(" "));
  });
  const core = createFake({ ...sceneNamed(scene), pace: 1, ...changes });
  render(<QuickRoot core={core} />);
  return { core, user: userEvent.setup() };
}

const shown = (core: FakeCore, text: string | null = null) =>
  act(async () => core.tellQuick({ type: "shown", with: { text } }));
const given = (core: FakeCore, name: FakeCore["calls"][number]["name"]) =>
  core.calls.filter((call) => call.name === name).map((call) => call.given);
const answer = () => screen.findByRole("region", { name: QUICK.answer });
const key = (name: string) =>
  within(screen.getByRole("toolbar", { name: QUICK.keys })).getByRole("button", { name });

async function answered() {
  const part = await answer();
  await waitFor(() => expect(part).toHaveAttribute("data-state", "complete"));
  return part;
}

/** Asks, and waits for the answer, which then has the focus. */
async function asked(scene?: string, changes?: Partial<Scene>) {
  const opened = open(scene, { answer: () => "Seven *clauses*.", ...changes });
  await opened.user.type(await composer(), "How many?{Enter}");
  const part = await answered();
  await waitFor(() => expect(part).toHaveFocus());
  return { ...opened, part };
}

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
    const { core, user } = open();
    await user.type(await composer(), "{Enter}");
    await user.keyboard(" {Enter}");
    expect(await screen.findByText("There is nothing to ask yet.")).toBeVisible();
    await user.keyboard("a{Shift>}{Enter}{/Shift}b");
    expect(await composer()).toHaveValue(" a\nb");
    expect(given(core, "quickAsk")).toEqual([]);
  });

  it("keeps what is typed while it answers, and does not take the focus away", async () => {
    const { core, user } = open("empty", { pace: null });
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
    const { core, user } = open();
    core.failNext("quickAsk", new CoreError("history_closed", "The history is not open yet."));
    await user.type(await composer(), "Hello{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The history is not open yet.");
    expect(await composer()).toHaveValue("Hello");
  });

  it("shows why an answer failed", async () => {
    const failure = { code: "other", message: "The model is damaged." } as const;
    const { user } = open("empty", { answer: () => failure });
    await user.type(await composer(), "Hello{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("The model is damaged.");
  });
});

describe("the keys of an answer", () => {
  it("C copies", async () => {
    const { user } = await asked();
    await user.keyboard("c");
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe("Seven *clauses*.");
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
    expect(await navigator.clipboard.readText()).toBe("Before");
  };

  it.each(["really?", "can it?", "please", "clear", "cr", "pl", "xx"])(
    "%s is typed whole, and does nothing else",
    async (word) => {
      const { core, user } = await asked("cloud");
      await navigator.clipboard.writeText("Before");
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
    await navigator.clipboard.writeText("Before");
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

describe("coming and going", () => {
  it("Esc clears first, then hides", async () => {
    const { core, user } = open();
    await user.type(await composer(), "Hello");
    await user.keyboard("{Escape}");
    expect(await composer()).toHaveValue("");
    expect(given(core, "quickHide")).toEqual([]);
    await user.keyboard("{Escape}");
    expect(given(core, "quickHide")).toHaveLength(1);
  });

  it("goes on with what the core says, and has the focus in the field", async () => {
    const { core } = open("quick");
    await shown(core);
    expect(await answer()).toHaveTextContent("Mill Street");
    expect(await composer()).toHaveFocus();
    core.scene.quick = null;
    await shown(core);
    await waitFor(() => expect(screen.queryByText(/Mill Street/)).toBeNull());
  });

  it("what was typed and not asked is there again, to be typed over", async () => {
    const { core, user } = open();
    const field = await composer();
    await user.type(field, "Half a question");
    await act(async () => core.tellQuick({ type: "hidden" }));
    await shown(core);
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, field.value.length]);
  });

  it("takes the text of `sotto quick` and asks nothing by itself", async () => {
    const { core } = open();
    await shown(core, "From a terminal");
    expect(await composer()).toHaveValue("From a terminal");
    await shown(core, "and more");
    expect(await composer()).toHaveValue("From a terminal\nand more");
    expect(given(core, "quickAsk")).toEqual([]);
  });

  it("stays while it answers or is pinned", async () => {
    const { core, user } = open("empty", { pace: null });
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

describe("actions", () => {
  const list = () => screen.findByRole("listbox", { name: QUICK.actions });
  const marked = () => screen.getByRole("option", { selected: true }).textContent;

  it("/ lists them; what is typed narrows, arrows move, Enter takes", async () => {
    const { core, user } = open("empty", { answer: () => "Short." });
    const field = await composer();
    await user.type(field, "/");
    await waitFor(async () => expect((await list()).children).toHaveLength(5));
    expect(field).toHaveAttribute("aria-activedescendant", "quick-action-summarise");
    await user.keyboard("{ArrowUp}");
    expect(marked()).toMatch(/^Extract as table/);
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(marked()).toMatch(/^Explain/);
    await user.keyboard("re");
    expect(marked()).toMatch(/^Rewrite/);
    await user.keyboard("{Enter}");
    expect(field).toHaveValue("");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.selectOptions(screen.getByRole("combobox", { name: "How" }), "shorter");
    await user.type(field, "A long text.{Enter}");
    await answered();
    expect(given(core, "quickAsk")[0]).toMatchObject([
      { text: "A long text.", action: { name: "rewrite", parameters: { how: "shorter" } } },
    ]);
    // It was for that question alone.
    expect(screen.queryByRole("group", { name: QUICK.along })).toBeNull();
  });

  it("a name that is typed whole is taken at the space; its values are asked with Enter", async () => {
    const { core, user } = open();
    await user.type(await composer(), "/translate");
    await list();
    await user.keyboard(" ");
    const language = await screen.findByRole("textbox", { name: "Language" });
    expect(language).toHaveValue("English");
    await user.type(await composer(), "Guten Tag");
    await user.clear(language);
    await user.type(language, "Thai{Enter}");
    await waitFor(() =>
      expect(given(core, "quickAsk")[0]).toMatchObject([
        { text: "Guten Tag", action: { parameters: { language: "Thai" } } },
      ]),
    );
  });

  it("one that is not there asks nothing; Backspace takes a chosen one back", async () => {
    const { core, user } = open();
    const field = await composer();
    await user.type(field, "/zzz");
    expect(await screen.findByText("No action begins so.")).toBeVisible();
    await user.keyboard("{Enter}");
    expect(await screen.findByText(/There is no such action/)).toBeVisible();
    await user.keyboard("{Escape}/ex{Tab}");
    expect(await screen.findByText("/explain")).toBeVisible();
    await user.keyboard("{Enter}");
    expect(await screen.findByText(/Type or paste a text/)).toBeVisible();
    await user.keyboard("{Backspace}");
    expect(screen.queryByText("/explain")).toBeNull();
    expect(given(core, "quickAsk")).toEqual([]);
  });

  it("an answer that is a table is shown as one", async () => {
    const value = { columns: ["Town", "Year"], rows: [{ Town: "Rio", Year: 1565 }] };
    await asked("empty", { answer: () => JSON.stringify(value) });
    expect(await screen.findByRole("cell", { name: "1565" })).toBeVisible();
  });
});

describe("what is given along", () => {
  it("the clipboard is read when that is asked for, shown, and asked with the question", async () => {
    const { core, user } = open("empty", { copied: `Two words. ${"More of it. ".repeat(9)}End.` });
    await shown(core);
    const field = await composer();
    expect(given(core, "quickClipboard")).toEqual([]);
    await user.keyboard("{Alt>}v{/Alt}");
    const chip = await screen.findByRole("button", { name: /^Clipboard · 30 words · “Two words/ });
    expect(chip).toHaveAttribute("aria-expanded", "false");
    await user.click(chip);
    expect(screen.getByText(/End\.$/)).toBeVisible();
    await user.click(field);
    await user.keyboard("{Enter}");
    await answered();
    expect(given(core, "quickAsk")[0]).toMatchObject([{ text: "", context: core.scene.copied }]);
  });

  it("is taken back by its button; an empty clipboard says so", async () => {
    const { core, user } = open("empty", { copied: null });
    await user.click(await screen.findByRole("button", { name: QUICK.clipboard }));
    expect(await screen.findByText("The clipboard holds no text.")).toBeVisible();
    const file = { kind: "file", name: "notes.txt" } as const;
    const context = { from: file, text: "a b" };
    await act(async () => core.tellQuick({ type: "given", context }));
    expect(await screen.findByText(/^notes.txt · 2 words/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: QUICK.removeContext }));
    expect(screen.queryByText(/^notes.txt · /)).toBeNull();
    await act(async () => core.tellQuick({ type: "not_given", reason: "It holds no text." }));
    expect(await screen.findByText("It holds no text.")).toBeVisible();
  });

  it("comes from the command line, too, with an action", async () => {
    const { core } = open();
    const context = { from: { kind: "pipe" }, text: "one two three" } as const;
    await act(async () =>
      core.tellQuick({ type: "shown", with: { action: "summarise", context } }),
    );
    expect(await screen.findByText(/^Piped in · 3 words/)).toBeVisible();
    expect(await screen.findByText("/summarise")).toBeVisible();
    await act(async () => core.tellQuick({ type: "shown", with: { action: "sumarise" } }));
    expect(await screen.findByText(/There is no action sumarise/)).toBeVisible();
    expect(given(core, "quickAsk")).toEqual([]);
  });
});

describe("temporary", () => {
  const toggle = () => screen.getByRole("button", { name: QUICK.temporary });

  it("is kept nowhere until K keeps it", async () => {
    const { core, user } = open("empty", { answer: () => "Yes." });
    await user.type(await composer(), "A secret?");
    await user.keyboard("{Alt>}t{/Alt}");
    expect(toggle()).toHaveAttribute("aria-pressed", "true");
    expect(await screen.findByText(/kept nowhere/)).toBeVisible();
    await user.keyboard("{Enter}");
    const part = await answered();
    expect(part).toHaveTextContent("not kept");
    await waitFor(() => expect(part).toHaveFocus());
    await user.keyboard("k");
    await waitFor(() => expect(part).toHaveTextContent("kept in history"), { timeout: ALONE * 4 });
    expect(given(core, "quickKeep")).toHaveLength(1);
    expect(toggle()).toHaveAttribute("aria-pressed", "false");
    expect(screen.queryByRole("button", { name: QUICK.keep })).toBeNull();
  });

  it("is for one conversation", async () => {
    const { core, user } = open("empty", { answer: () => "Yes." });
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
    await waitFor(async () => expect(await navigator.clipboard.readText()).toBe("Seven clauses."));
    await user.keyboard("x");
    await waitFor(() => expect(given(core, "quickHide")).toHaveLength(1), { timeout: ALONE * 4 });
    expect(await navigator.clipboard.readText()).toBe("Seven *clauses*.");
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
    const { core } = open(scene);
    await shown(core);
    await composer();
    expect(await violations()).toEqual([]);
  });

  it("axe finds nothing: actions, and what is given along", async () => {
    const { user } = open();
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
