// What is mathematics in a text, and what only looks like it.
import { describe, expect, it } from "vitest";
import { DISPLAY_MARK, INLINE_MARK, protectMath, readMath } from "./math-source";

const inline = (source: string) => `\`${INLINE_MARK}${source}\``;
const display = (source: string) => `\`${DISPLAY_MARK}${source}\``;

describe("protectMath", () => {
  it.each([
    ["a $x_1$ b", `a ${inline("x_1")} b`],
    ["\\(a * b * c\\)", inline("a * b * c")],
    ["$$a$$", display("a")],
    ["\\[\na\n\\]", display("a")],
    ["It costs $5, or $10 more", "It costs $5, or $10 more"],
    ["between $5 and 10$", "between $5 and 10$"],
    ["`$x$` is code", "`$x$` is code"],
    ["``a ` $x$`` b", "``a ` $x$`` b"],
    ["\\$x$", "\\$x$"],
    ["$x", "$x"],
    ["no mathematics", "no mathematics"],
  ])("%j", (text, expected) => expect(protectMath(text)).toBe(expected));
});

describe("readMath", () => {
  it("knows ordinary code", () => expect(readMath("x")).toBeNull());
  it("reads both kinds", () => {
    expect(readMath(`${INLINE_MARK}x`)).toEqual({ source: "x", display: false });
    expect(readMath(`${DISPLAY_MARK}x`)).toEqual({ source: "x", display: true });
  });
});
