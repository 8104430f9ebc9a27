// Finds mathematics in Markdown and carries it through the Markdown parser unharmed: as inline
// code that begins with a mark, because `_`, `*` and `\(` mean something to Markdown.

/** Marks inline code that is mathematics. From the private use area, so no text contains it. */
export const INLINE_MARK = "\uE000";
/** The same for mathematics on a line of its own. */
export const DISPLAY_MARK = "\uE001";

const LONGEST = 2_000;
// Code is skipped; then $$…$$, \[…\], \(…\), and $…$ with the rule of pandoc: no space inside the
// marks and no digit after the closing one, so that prices stay prices.
const PIECES =
  /(`+)[\s\S]*?\1(?!`)|\\\$|\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?![\s$])([^$\n`]*?[^\s$\\])\$(?!\d)/g;

/** Replaces mathematics in a block by marked inline code. */
export function protectMath(block: string): string {
  if (!/\$|\\\(|\\\[/.test(block)) return block;
  return block.replace(
    PIECES,
    (whole, _ticks, dollars?: string, brackets?: string, parens?: string, dollar?: string) => {
      const display = dollars ?? brackets;
      const source = display ?? parens ?? dollar;
      if (source === undefined || source.length > LONGEST || source.includes("`")) return whole;
      if (/\n\s*\n/.test(source)) return whole;
      // `between $5 and 10$` is about money.
      if (dollar !== undefined && /^\d[\d.,]*\s+\p{L}{2,}/u.test(dollar)) return whole;
      return `\`${display === undefined ? INLINE_MARK : DISPLAY_MARK}${source.trim()}\``;
    },
  );
}

/** Reads marked inline code; `null` if it is ordinary code. */
export function readMath(code: string): { source: string; display: boolean } | null {
  if (code.startsWith(INLINE_MARK)) return { source: code.slice(1), display: false };
  if (code.startsWith(DISPLAY_MARK)) return { source: code.slice(1), display: true };
  return null;
}
