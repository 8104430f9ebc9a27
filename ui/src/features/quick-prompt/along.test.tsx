// What goes along with a question in the quick prompt: actions, and texts that are given.
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CoreError } from "../../ipc";
import { QUICK } from "../../testing/landmarks";
import { answered, asked, given, openQuick, shown } from "../../testing/quick";
import { composer } from "../../testing/window";

describe("actions", () => {
  const list = () => screen.findByRole("listbox", { name: QUICK.actions });
  const marked = () => screen.getByRole("option", { selected: true }).textContent;

  it("/ lists them; what is typed narrows, arrows move, Enter takes", async () => {
    const { core, user } = openQuick("empty", { answer: () => "Short." });
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
    const { core, user } = openQuick();
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

  it.each(["/zzz", "/etc/fstab is what?", "/etc is what?"])(
    "%s names none, and is a question",
    async (text) => {
      const { core, user } = openQuick();
      await user.type(await composer(), text);
      if (text === "/zzz") await screen.findByText("No action begins so.");
      await user.keyboard("{Enter}");
      await waitFor(() =>
        expect(given(core, "quickAsk")).toMatchObject([[{ text, action: null }]]),
      );
    },
  );

  it("is asked as it is typed or pasted, with the text behind its name", async () => {
    const { core, user } = openQuick("empty", { answer: () => "Short." });
    const field = await composer();
    await user.click(field);
    const release = core.holdNext("actions");
    await user.paste("/summarise this\ntext");
    await user.keyboard("{Enter}");
    // Not before it is known what there is.
    expect(given(core, "quickAsk")).toEqual([]);
    expect(field).toHaveValue("/summarise this\ntext");
    await act(async () => release());
    await answered();
    const long = "word ".repeat(20_000);
    core.failNext("quickAsk", new CoreError("other", "It did not work."));
    for (let times = 0; times < 2; times += 1) {
      // It failed the first time, and is as it was.
      if (times === 0) {
        await user.click(field);
        await user.paste("/translate");
        await user.paste(long);
      } else await screen.findByText("It did not work.");
      expect(field).toHaveValue("/translate");
      await user.keyboard("{Enter}");
    }
    await waitFor(() => expect(given(core, "quickAsk")).toHaveLength(3));
    const translate = { name: "translate", parameters: { language: "English" } };
    expect(given(core, "quickAsk")).toMatchObject([
      [{ text: "this\ntext", action: { name: "summarise", parameters: {} } }],
      [{ text: long, action: translate }],
      [{ text: long, action: translate }],
    ]);
  });

  it("with a context its name alone is asked; without one it is chosen, with what was pasted", async () => {
    const { core, user } = openQuick("empty", { answer: () => "Short.", copied: "a b" });
    const field = await composer();
    await user.click(field);
    const opens = core.holdNext("actions");
    await user.keyboard("/expl");
    const enters = core.holdNext("actions");
    await user.keyboard("{Enter}");
    expect(field).toHaveValue("/expl");
    await act(async () => enters());
    expect(await screen.findByText("/explain")).toBeVisible();
    await act(async () => opens());
    expect(field).toHaveValue("");
    await user.keyboard("{Backspace}{Alt>}v{/Alt}");
    await screen.findByText(/^Clipboard ·/);
    await user.keyboard("/explain{Enter}");
    await answered();
    expect(given(core, "quickAsk")).toMatchObject([
      [{ text: "", context: "a b", action: { name: "explain" } }],
    ]);
    await user.click(field);
    await user.paste("word ".repeat(20_000));
    for (const takes of ["{Enter}", "{Tab}"]) {
      await user.keyboard(`/sum${takes}`);
      expect(await screen.findByText("/summarise")).toBeVisible();
      expect(screen.getByText(/^Pasted text/)).toBeVisible();
      await user.click(screen.getByRole("button", { name: QUICK.removeAction }));
      await user.click(field);
    }
  });

  it("whose value nobody has given yet is chosen, with its text", async () => {
    const { core, user } = openQuick();
    for (const { name, parameters } of core.scene.actions.actions)
      if (name === "translate" && parameters[0]) parameters[0].default = null;
    await user.click(await composer());
    await user.paste("/translate Guten Tag");
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("textbox", { name: "Language" })).toHaveValue("");
    expect(await composer()).toHaveValue("Guten Tag");
    expect(given(core, "quickAsk")).toEqual([]);
  });

  it("Enter and Tab take one; Backspace takes a chosen one back", async () => {
    const { core, user } = openQuick();
    const field = await composer();
    await user.type(field, "/ex");
    await list();
    await user.keyboard("{Tab}");
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
    const { core, user } = openQuick("empty", {
      copied: `Two words. ${"More of it. ".repeat(9)}End.`,
    });
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
    const { core, user } = openQuick("empty", { copied: null });
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

  it("goes with the question it was given along with, and comes back where that fails", async () => {
    const { core, user } = openQuick("empty", { copied: "first words" });
    const pipe = (text: string) => ({ from: { kind: "pipe" }, text }) as const;
    const field = await composer();
    const askHeld = async () => {
      core.failNext("quickAsk", new CoreError("other", "It did not work."));
      const release = core.holdNext("quickAsk");
      await user.keyboard("Why?{Enter}");
      await waitFor(() => expect(field).toHaveValue(""));
      expect(screen.queryByRole("group", { name: QUICK.along })).toBeNull();
      return async () => {
        await act(async () => release());
        await screen.findByRole("alert");
        expect(field).toHaveValue("Why?");
      };
    };
    await user.click(field);
    await user.keyboard("{Alt>}v{/Alt}{Alt>}t{/Alt}");
    await screen.findByText(/^Clipboard · 2 words/);
    let fails = await askHeld();
    // It is on its way, and no other conversation begins.
    await user.keyboard("{Control>}n{/Control}{Control>}{Enter}{/Control}");
    expect(screen.getByText(/One moment/)).toBeVisible();
    expect([given(core, "quickAnew"), given(core, "quickHandOver")]).toEqual([[], []]);
    await fails();
    expect(screen.getByText(/^Clipboard · 2 words/)).toBeVisible();
    expect(screen.queryByText(/One moment/)).toBeNull();
    const toggle = screen.getByRole("button", { name: QUICK.temporary });
    expect(toggle).toHaveAttribute("aria-pressed", "true");
    // What is given meanwhile stays.
    await user.clear(field);
    fails = await askHeld();
    await act(async () => core.tellQuick({ type: "given", context: pipe("a b c") }));
    await fails();
    expect(screen.getByText(/^Piped in · 3 words/)).toBeVisible();
    expect(screen.queryByText(/^Clipboard ·/)).toBeNull();
    // And belongs to the next question where this one is asked.
    const release = core.holdNext("quickAsk");
    await user.keyboard("{Enter}");
    await act(async () => core.tellQuick({ type: "given", context: pipe("a b c d") }));
    await act(async () => release());
    await answered();
    expect(screen.getByText(/^Piped in · 4 words/)).toBeVisible();
    expect(given(core, "quickAsk").at(-1)).toMatchObject([{ context: "a b c" }]);
    expect(toggle).toHaveAttribute("aria-pressed", "true");
  });

  it("comes from the command line, too, with an action", async () => {
    const { core } = openQuick();
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
