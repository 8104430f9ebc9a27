// Markdown without its marks.
import { expect, it } from "vitest";
import { plainText } from "./plain";

it.each([
  ["One *word* and **two**, `code` and ~~none~~.", "One word and two, code and none."],
  ["# Title\n\nA line\nand another.\n\n> Said.", "Title\n\nA line\nand another.\n\nSaid."],
  ["- one\n- two\n  - three\n\n1. a\n2. b", "- one\n- two\n  - three\n\n1. a\n2. b"],
  ["```js\nconst a = '*';\n```", "const a = '*';"],
  ["| a | b |\n|---|---|\n| 1 | **2** |", "a\tb\n1\t2"],
  [
    "[here](https://example.org) or <https://example.org>",
    "here (https://example.org) or https://example.org",
  ],
  ["2 \\* 3 &lt; 7", "2 * 3 < 7"],
  ["", ""],
])("%j", (markdown, text) => {
  expect(plainText(markdown)).toBe(text);
});
