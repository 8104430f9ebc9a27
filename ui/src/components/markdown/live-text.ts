// Text that is being written, as pages of blocks: a page that is full is never touched again, so
// what React compares per frame does not grow with the text.
import { BlockSplitter, splitIntoBlocks } from "./blocks";

const BLOCKS_ON_A_PAGE = 32;

export interface TextSnapshot {
  /** Blocks in order, in pages. Full pages keep their identity. */
  readonly pages: readonly (readonly string[])[];
  /** The last block may still change. */
  readonly streaming: boolean;
  /** Characters in all. */
  readonly length: number;
}

export class LiveText {
  #splitter = new BlockSplitter();
  #full: (readonly string[])[] = [];
  #length = 0;
  #chunks: string[] = [];

  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    this.#splitter.append(text);
    this.#length += text.length;
    this.#chunks.push(text);
  }

  text(): string {
    const text = this.#chunks.join("");
    this.#chunks = [text];
    return text;
  }

  snapshot(): TextSnapshot {
    const { settled, open } = this.#splitter;
    while (settled.length - this.#full.length * BLOCKS_ON_A_PAGE >= BLOCKS_ON_A_PAGE) {
      const from = this.#full.length * BLOCKS_ON_A_PAGE;
      this.#full = [...this.#full, settled.slice(from, from + BLOCKS_ON_A_PAGE)];
    }
    const rest = settled.slice(this.#full.length * BLOCKS_ON_A_PAGE);
    if (open !== "") rest.push(open);
    return {
      pages: rest.length > 0 ? [...this.#full, rest] : this.#full,
      streaming: true,
      length: this.#length,
    };
  }
}

/** A whole text in the same form. */
export function settledText(text: string): TextSnapshot {
  const blocks = splitIntoBlocks(text);
  const pages: string[][] = [];
  for (let at = 0; at < blocks.length; at += BLOCKS_ON_A_PAGE) {
    pages.push(blocks.slice(at, at + BLOCKS_ON_A_PAGE));
  }
  return { pages, streaming: false, length: text.length };
}
