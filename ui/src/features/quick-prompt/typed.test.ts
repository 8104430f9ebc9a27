// Which texts name an action, and which are questions that begin with a stroke.
import { describe, expect, it } from "vitest";
import type { ActionView } from "../../ipc";
import { ACTIONS } from "../../ipc/fake-actions";
import { actionIn, matching, mayName } from "./typed";

const ACTION = ACTIONS.actions[0] as ActionView;
const actions = ["rewrite-all", "rewrite", "summarise"].map((name) => ({
  ...ACTION,
  name,
  title: `The ${name}`,
}));
const found = (text: string, marked = 0, pasted: string[] = []) => {
  const named = actionIn({ text, pasted }, actions, marked);
  return named && [named.action.name, named.whole, named.rest.text];
};

describe("actionIn", () => {
  it.each<[string, ReturnType<typeof found>]>([
    ["/summarise", ["summarise", true, ""]],
    ["/summarise this\n text", ["summarise", true, "this\n text"]],
    ["/Summarise\n\nthis", ["summarise", true, "this"]],
    ["/summarise \n", ["summarise", true, ""]],
    ["/sum", ["summarise", false, ""]],
    ["/sum this", null],
    // The one of that name before those that begin so.
    ["/rewrite", ["rewrite", true, ""]],
    ["/", ["rewrite-all", false, ""]],
    ["/etc", null],
    ["/etc/fstab is what?", null],
    ["/ summarise", null],
    [" /summarise", null],
    ["summarise this", null],
  ])("%j", (text, expected) => expect(found(text)).toEqual(expected));

  it("takes the marked one, and leaves what is pasted", () => {
    expect(found("/rewrite", 1)).toEqual(["rewrite-all", false, ""]);
    const named = actionIn({ text: "/sum", pasted: ["long"] }, actions, 0);
    expect(named?.rest).toEqual({ text: "", pasted: ["long"] });
  });

  it("finds words of titles last", () => {
    expect(matching(actions, "the")).toHaveLength(3);
    expect(matching(actions, "rewrite").map(({ name }) => name)).toEqual([
      "rewrite",
      "rewrite-all",
    ]);
  });

  it("is not asked of what can be no name", () => {
    expect(["/etc/fstab", "1/2", "/ก"].filter(mayName)).toEqual([]);
    expect(["/", "/etc", "/etc is what?"].filter(mayName)).toHaveLength(3);
  });
});
