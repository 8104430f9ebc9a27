// Which keys mean what, and that none takes a letter from somebody who is typing.
import { describe, expect, it } from "vitest";
import { actionFor } from "./shortcuts";

const field = document.createElement("textarea");
const button = document.createElement("button");

function press(key: string, on: HTMLElement = button, keys: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, ...keys });
  Object.defineProperty(event, "target", { value: on });
  return event;
}

const ctrl = { ctrlKey: true };

describe("actionFor", () => {
  it.each<[string, KeyboardEvent, ReturnType<typeof actionFor>]>([
    ["Ctrl+N", press("n", field, ctrl), "newConversation"],
    ["Ctrl+K", press("k", field, ctrl), "palette"],
    ["Ctrl+F", press("f", field, ctrl), "palette"],
    ["Ctrl+Shift+M", press("M", field, { ...ctrl, shiftKey: true }), "models"],
    ["Ctrl+Shift+X in text", press("X", field, { ...ctrl, shiftKey: true }), "block"],
    ["Ctrl+Shift+L", press("L", field, { ...ctrl, shiftKey: true }), "ledger"],
    ["Ctrl+Shift+N", press("N", field, { ...ctrl, shiftKey: true }), null],
    ["Ctrl+,", press(",", field, ctrl), "settings"],
    ["Ctrl+L in text", press("l", field, ctrl), "library"],
    ["Ctrl+M", press("m", field, ctrl), null],
    ["Ctrl+B", press("b", field, ctrl), "sidebar"],
    ["Ctrl+/", press("/", field, ctrl), "shortcuts"],
    ["Ctrl+Z in text", press("z", field, ctrl), null],
    ["Ctrl+Z elsewhere", press("z", button, ctrl), "undo"],
    ["Ctrl+C", press("c", button, ctrl), null],
    ["Esc", press("Escape", field), "stop"],
    ["F6", press("F6", field), "region"],
    ["Shift+F6", press("F6", field, { shiftKey: true }), "regionBefore"],
    ["a letter in text", press("n", field), null],
    ["a letter elsewhere", press("n", button), "type"],
    ["a Thai letter elsewhere", press("ก", button), "type"],
    ["Space elsewhere", press(" ", button), null],
    ["Enter elsewhere", press("Enter", button), null],
    ["AltGr (Ctrl+Alt) letters", press("€", field, { ctrlKey: true, altKey: true }), null],
    ["a key of a composition", press("Escape", field, { isComposing: true }), null],
    ["a held key", press("n", field, { ...ctrl, repeat: true }), null],
  ])("%s", (_, event, expected) => expect(actionFor(event)).toBe(expected));
});
