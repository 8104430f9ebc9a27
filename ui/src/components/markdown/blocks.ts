// Cuts Markdown that is still being written into blocks that will not change any more, so that a
// long answer costs the same per token at its end as at its beginning. Each line is looked at
// once. Cutting too little is always right, since a block is parsed whole; the rules below only
// cut where CommonMark cannot join what follows.

/** Above this many characters a list is cut between two of its items. */
const LONG_LIST = 1_500;

const FENCE = /^( *)(`{3,}|~{3,})([^`]*)$/;
const LIST_ITEM = /^( {0,3})(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;
const VERBATIM_HTML: [RegExp, RegExp][] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
];

type Kind = "none" | "text" | "list" | "indented";
/** What must come before the block can end, whatever the lines between look like. */
type Until =
  | { kind: "fence"; mark: string; nested: boolean }
  | { kind: "line"; end: RegExp; nested: boolean };

export class BlockSplitter {
  /** Blocks that will not change any more. Joined with `open` they are the text. */
  readonly settled: string[] = [];
  #current = "";
  #line = "";
  #kind: Kind = "none";
  #until: Until | null = null;
  #blank = false;

  /** The block that is still being written; empty between two blocks. */
  get open(): string {
    return this.#current + this.#line;
  }

  append(text: string): void {
    let from = 0;
    for (;;) {
      const end = text.indexOf("\n", from);
      if (end < 0) break;
      const line = this.#line + text.slice(from, end);
      this.#line = "";
      this.#take(line);
      from = end + 1;
    }
    this.#line += text.slice(from);
    if (this.#until || !this.#blank || this.#line.trim() === "") return;
    // The line is not whole, but its beginning may be enough to know that a block is over.
    const undecided = this.#kind === "list" && /^(?:\s|[-*+\d])/.test(this.#line);
    if (!undecided && this.#startsNewBlock(this.#line)) this.#settle();
  }

  /** Takes the last line as whole: nothing will follow. */
  end(): void {
    if (this.#until || this.#line.trim() === "") return;
    if (this.#startsNewBlock(this.#line)) this.#settle();
  }

  #take(line: string): void {
    if (this.#until) {
      this.#current += `${line}\n`;
      if (ends(this.#until, line)) {
        const { nested } = this.#until;
        this.#until = null;
        if (!nested) this.#settle();
      }
      return;
    }
    if (line.trim() === "") {
      this.#current += `${line}\n`;
      this.#blank = true;
      return;
    }
    if (this.#startsNewBlock(line)) this.#settle();
    if (this.#kind === "none") this.#kind = kindOf(line);
    this.#blank = false;
    this.#current += `${line}\n`;
    this.#until = opens(line, this.#kind === "list");
    if (!this.#until && HEADING.test(line)) this.#settle();
  }

  #startsNewBlock(line: string): boolean {
    if (this.#kind === "none") return this.#blank && this.#current !== "";
    const indent = indentOf(line);
    if (this.#kind === "list") {
      if (LIST_ITEM.test(line)) {
        return indent === 0 && this.#current.length > LONG_LIST;
      }
      // A line that is not indented goes on with the item's paragraph, unless something is between.
      return indent < 2 && (this.#blank || FENCE.test(line) || HEADING.test(line));
    }
    if (this.#blank) return !(this.#kind === "indented" && indent >= 4);
    return HEADING.test(line) || FENCE.test(line);
  }

  #settle(): void {
    if (this.#current !== "") this.settled.push(this.#current);
    this.#current = "";
    this.#kind = "none";
    this.#blank = false;
  }
}

/** All blocks of a whole text. */
export function splitIntoBlocks(text: string): string[] {
  const splitter = new BlockSplitter();
  splitter.append(text);
  splitter.end();
  return splitter.open === "" ? splitter.settled : [...splitter.settled, splitter.open];
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function kindOf(line: string): Kind {
  if (LIST_ITEM.test(line)) return "list";
  return indentOf(line) >= 4 ? "indented" : "text";
}

function opens(line: string, nested: boolean): Until | null {
  const fence = FENCE.exec(line.replace(LIST_ITEM, "   "));
  if (fence?.[2]) return { kind: "fence", mark: fence[2], nested };
  const math = line.trim();
  if (math.startsWith("$$") && !math.slice(2).includes("$$")) {
    return { kind: "line", end: /\$\$/, nested };
  }
  if (math.startsWith("\\[") && !math.includes("\\]")) {
    return { kind: "line", end: /\\\]/, nested };
  }
  for (const [start, end] of VERBATIM_HTML) {
    if (start.test(line) && !end.test(line)) return { kind: "line", end, nested };
  }
  return null;
}

function ends(until: Until, line: string): boolean {
  if (until.kind === "line") return until.end.test(line);
  const mark = line.trim();
  return mark.length >= until.mark.length && mark === until.mark.charAt(0).repeat(mark.length);
}

/** A block that is nothing but a fence: drawn without a Markdown parser. */
export interface Fence {
  language: string;
  code: string;
  /** The closing mark is there. */
  closed: boolean;
}

const WHOLE_FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n/;

/** Reads a block that begins with a fence; `null` if it is something else. */
export function readFence(block: string): Fence | null {
  const opening = WHOLE_FENCE.exec(block);
  if (!opening) return null;
  const mark = opening[1] ?? "";
  const body = block.slice(opening[0].length);
  const end = body.trimEnd();
  const last = end.slice(end.lastIndexOf("\n") + 1);
  const closed = ends({ kind: "fence", mark, nested: false }, last) && last.trim() !== "";
  const code = closed ? end.slice(0, end.length - last.length) : body;
  return { language: opening[2] ?? "", code: code.replace(/\n$/, ""), closed };
}
