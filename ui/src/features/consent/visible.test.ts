// What is seen of characters that nobody sees, as data.
import { describe, expect, it } from "vitest";
import { stretches } from "./visible";

/** The text with each hidden character as `<U+…>`. */
const seen = (text: string) =>
  stretches(text)
    .map(({ text, hidden }) => (hidden ? `<${hidden.code}>` : text))
    .join("");

describe("stretches", () => {
  it.each([
    ["plain text\n\twith a tab", "plain text\n\twith a tab"],
    ["Windows\r\nlines", "Windows\r\nlines"],
    ["a lone\rreturn", "a lone<U+000D>return"],
    ["pay \u202E001\u202C", "pay <U+202E>001<U+202C>"],
    ["\u2066isolate\u2069 \u200F\u200E\u061C", "<U+2066>isolate<U+2069> <U+200F><U+200E><U+061C>"],
    ["zero\u200Bwidth\uFEFF", "zero<U+200B>width<U+FEFF>"],
    ["soft\u00ADhyphen \u2060", "soft<U+00AD>hyphen <U+2060>"],
    ["tags \u{E0041}\u{E007F}", "tags <U+E0041><U+E007F>"],
    ["bytes \u{E0100}\uFE01", "bytes <U+E0100><U+FE01>"],
    ["\u0000\u0007\u001B[31m\u009B", "<U+0000><U+0007><U+001B>[31m<U+009B>"],
    ["\u2028\u2029\u3164\u2800", "<U+2028><U+2029><U+3164><U+2800>"],
    ["annotated \uFFF9x\uFFFA", "annotated <U+FFF9>x<U+FFFA>"],
    ["private \uE000, unassigned \u0378", "private <U+E000>, unassigned <U+0378>"],
    ["หลังคา שלום سلام ё é", "หลังคา שלום سلام ё é"],
  ])("of %j", (text, expected) => expect(seen(text)).toBe(expected));

  it.each(["❤️", "👨‍👩‍👧", "👍🏽", "1️⃣", "🏳️‍🌈"])("leaves the picture %s whole", (picture) =>
    expect(seen(`a ${picture}.`)).toBe(`a ${picture}.`),
  );

  it("lets nothing hide in a picture", () => {
    expect(seen("❤\uFE0F\uFE0F\uFE0E")).toBe("❤\uFE0F<U+FE0F><U+FE0E>");
    expect(seen("👍\u200D\u200D👍")).toBe("👍<U+200D><U+200D>👍");
    expect(seen("7\uFE0F7")).toBe("7<U+FE0F>7");
  });

  it("loses no character", () => {
    for (let code = 0; code < 0x11_0000; code += 7) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = `a${String.fromCodePoint(code)}b`;
      const joined = stretches(text).map((stretch) => stretch.text);
      if (joined.join("") !== text) throw new Error(`U+${code.toString(16)} was lost`);
    }
  });
});
