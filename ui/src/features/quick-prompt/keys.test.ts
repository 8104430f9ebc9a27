// What each key means in the quick prompt, and that none takes a letter from somebody who is typing.
import { describe, expect, it } from "vitest";
import { type Meaning, meaningOf } from "./keys";

type Where = Parameters<typeof meaningOf>[1];

const press = (key: string, keys: KeyboardEventInit = {}) =>
  new KeyboardEvent("keydown", { key, ...keys });
const ctrl = { ctrlKey: true };
const alt = { altKey: true };

const FIELD: Where = { typing: true, answered: true };
const ANSWER: Where = { typing: false, answered: true };
const NOTHING: Where = { typing: false, answered: false };

describe("meaningOf", () => {
  it.each<[string, KeyboardEvent, Where, Meaning | null]>([
    ["c in the field", press("c"), FIELD, null],
    ["c on the answer", press("c"), ANSWER, { does: "act", act: "copy", letter: "c" }],
    ["r on the answer", press("r"), ANSWER, { does: "act", act: "again", letter: "r" }],
    ["l on the answer", press("l"), ANSWER, { does: "act", act: "larger", letter: "l" }],
    ["a capital C begins a sentence", press("C", { shiftKey: true }), ANSWER, { does: "type" }],
    ["c where nothing is answered", press("c"), NOTHING, { does: "type" }],
    ["another letter on the answer", press("z"), ANSWER, { does: "type" }],
    ["a Thai letter on the answer", press("ก"), ANSWER, { does: "type" }],
    ["a sign on the answer", press("/"), ANSWER, { does: "type" }],
    ["Space scrolls", press(" "), ANSWER, null],
    ["Enter on a button", press("Enter"), ANSWER, null],
    ["Alt+C in the field", press("c", alt), FIELD, { does: "act", act: "copy", letter: null }],
    ["Alt+V", press("v", { altKey: true }), FIELD, { does: "clipboard" }],
    ["Alt+T", press("t", { altKey: true }), FIELD, { does: "temporary" }],
    ["Alt+C before an answer", press("c", alt), { typing: true, answered: false }, null],
    ["Ctrl+C copies what is selected", press("c", ctrl), ANSWER, null],
    ["Ctrl+Enter in the field", press("Enter", ctrl), FIELD, { does: "hand over" }],
    ["Ctrl+N", press("n", ctrl), FIELD, { does: "anew" }],
    ["Ctrl+Shift+N", press("N", { ...ctrl, shiftKey: true }), FIELD, null],
    ["AltGr+letter (Ctrl+Alt)", press("€", { ...ctrl, ...alt }), FIELD, null],
    ["Esc", press("Escape"), FIELD, { does: "escape" }],
    ["a held Esc", press("Escape", { repeat: true }), FIELD, null],
    [
      "an Esc that seems held since it closed the window",
      press("Escape", { repeat: true }),
      { ...FIELD, first: true },
      { does: "escape" },
    ],
    ["a held c", press("c", { repeat: true }), ANSWER, { does: "type" }],
    ["Enter of a composition", press("Enter", { ...ctrl, isComposing: true }), FIELD, null],
  ])("%s", (_, event, where, expected) => expect(meaningOf(event, where)).toEqual(expected));
});
