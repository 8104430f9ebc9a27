// Colours without inserted HTML: what highlight.js writes is read back as tokens.
import { describe, expect, it } from "vitest";
import { cutIntoChunks } from "./CodeBlock";
import { highlight, knownLanguage, loadLanguage, readTokens } from "./highlight";

describe("readTokens", () => {
  it("reads text, spans and entities", () => {
    expect(readTokens('a &lt; <span class="hljs-string">&quot;b&quot;</span>')).toEqual([
      { text: "a < ", kind: "" },
      { text: '"b"', kind: "hljs-string" },
    ]);
  });
  it("gives nested text the inner kind, then the outer again", () => {
    expect(readTokens('<span class="o">a<span class="i">b</span>c</span>d')).toEqual([
      { text: "a", kind: "o" },
      { text: "b", kind: "i" },
      { text: "c", kind: "o" },
      { text: "d", kind: "" },
    ]);
  });
  it("decodes an entity once", () => {
    expect(readTokens("&amp;lt;")).toEqual([{ text: "&lt;", kind: "" }]);
  });
});

describe("highlight", () => {
  it("knows other names of a language", () => {
    expect(knownLanguage("PY")).toBe("python");
    expect(knownLanguage("constructor")).toBeNull();
  });
  it("keeps every character", async () => {
    await loadLanguage("python");
    const code = "def f(a: str) -> None:\n    return \"<b>&amp;</b>\" # 'x'\n";
    const tokens = highlight(code, "python");
    expect(tokens.map(({ text }) => text).join("")).toBe(code);
    expect(tokens.some(({ kind }) => kind.includes("hljs-keyword"))).toBe(true);
  });
});

describe("cutIntoChunks", () => {
  it("cuts after every 40 lines and keeps everything", () => {
    const code = Array.from({ length: 95 }, (_, at) => `line ${at}`).join("\n");
    const chunks = cutIntoChunks(code);
    expect(chunks).toHaveLength(3);
    expect(chunks.join("")).toBe(code);
    expect(cutIntoChunks("")).toEqual([]);
  });
});
