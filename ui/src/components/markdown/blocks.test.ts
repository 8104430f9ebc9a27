// Cutting Markdown into blocks: where, that nothing is lost, and that each piece is looked at once.
import { describe, expect, it } from "vitest";
import { BlockSplitter, readFence, splitIntoBlocks } from "./blocks";

function check(name: string, text: string, expected: string[]) {
  it(name, () => {
    expect(splitIntoBlocks(text)).toEqual(expected);
    // Whatever pieces it comes in, it is cut at the same places.
    const splitter = new BlockSplitter();
    for (const letter of text) splitter.append(letter);
    splitter.end();
    expect([...splitter.settled, splitter.open].filter(Boolean)).toEqual(expected);
    expect(expected.join("")).toBe(text);
  });
}

describe("where a text is cut", () => {
  check("nothing", "", []);
  check("one line", "a", ["a"]);
  check("paragraphs", "a\nb\n\nc", ["a\nb\n\n", "c"]);
  check("blank lines at the beginning", "\n\na", ["\n\n", "a"]);
  check("a heading ends by itself", "# a\nb", ["# a\n", "b"]);
  check("a heading interrupts a paragraph", "a\n## b\nc", ["a\n", "## b\n", "c"]);
  check("a fence is one block", "a\n```py\n\n# no heading\n\n```\nb", [
    "a\n",
    "```py\n\n# no heading\n\n```\n",
    "b",
  ]);
  check("a longer fence holds a shorter one", "````\n```\n````\nb", ["````\n```\n````\n", "b"]);
  check("tildes do not close backticks", "```\n~~~\n\n```\nb", ["```\n~~~\n\n```\n", "b"]);
  check("an open fence stays one block", "```\na\n\nb", ["```\na\n\nb"]);
  check("a list goes on after a blank line", "- a\n\n- b\n\n  c\n\nd", [
    "- a\n\n- b\n\n  c\n\n",
    "d",
  ]);
  check("a fence in a list stays in it", "1. a\n\n   ```\n   x\n\n   ```\n2. b\n\nc", [
    "1. a\n\n   ```\n   x\n\n   ```\n2. b\n\n",
    "c",
  ]);
  check("a fence that begins an item", "- ```\n  x\n\n  ```\n- b\n\nc", [
    "- ```\n  x\n\n  ```\n- b\n\n",
    "c",
  ]);
  check("a fence at the margin ends a list", "- a\n```\nx\n```\n", ["- a\n", "```\nx\n```\n"]);
  check("a lazy line stays in its item", "- a\nb\n- c", ["- a\nb\n- c"]);
  check("mathematics", "$$\na\n\nb\n$$\nc", ["$$\na\n\nb\n$$\n", "c"]);
  check("mathematics on one line", "$$ a $$\nb\n\nc", ["$$ a $$\nb\n\n", "c"]);
  check("mathematics in brackets", "\\[\na\n\n\\]\nc", ["\\[\na\n\n\\]\n", "c"]);
  check("a table", "| a |\n|---|\n| b |\n\nc", ["| a |\n|---|\n| b |\n\n", "c"]);
  check("indented code over a blank line", "    a\n\n    b\n\nc", ["    a\n\n    b\n\n", "c"]);
  check("HTML that is closed later", "<pre>\n\na\n</pre>\nb", ["<pre>\n\na\n</pre>\n", "b"]);
  check("a quote", "> a\n\nb", ["> a\n\n", "b"]);

  it("cuts a long list between items", () => {
    const items = Array.from({ length: 200 }, (_, at) => `${at + 1}. item ${at} with some words\n`);
    const blocks = splitIntoBlocks(items.join(""));
    expect(blocks.length).toBeGreaterThan(3);
    expect(blocks.every((block) => /^\d+\. /.test(block))).toBe(true);
    expect(blocks.join("")).toBe(items.join(""));
  });
});

describe("reading a fence", () => {
  const cases: [string, ReturnType<typeof readFence>][] = [
    ["```py\na\n```\n", { language: "py", code: "a", closed: true }],
    ["```py\na\n\n```\n\n", { language: "py", code: "a\n", closed: true }],
    ["```py title=x\na", { language: "py", code: "a", closed: false }],
    ["```\n", { language: "", code: "", closed: false }],
    ["```\n```\n", { language: "", code: "", closed: true }],
    ["~~~rust\n```\n", { language: "rust", code: "```", closed: false }],
    ["```py", null],
    ["text", null],
    ["`a` ```b```\n", null],
  ];
  it.each(cases)("%j", (block, expected) => expect(readFence(block)).toEqual(expected));
});
