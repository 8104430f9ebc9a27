// Draws Markdown that is whole or still being written. Blocks that will not change any more are
// never drawn again; see blocks.ts for where a text is cut.
import { lazy, memo, Suspense } from "react";
import { readFence } from "./blocks";
import { CodeBlock } from "./CodeBlock";
import type { TextSnapshot } from "./live-text";
import { Formula } from "./Math";

const loadBlock = () => import("./MarkdownBlock");
const MarkdownBlock = lazy(loadBlock);

/** Loads the parser before it is needed. */
export function preloadMarkdown(): void {
  void loadBlock();
}

const WHOLE_FORMULA = /^\s*(?:\$\$([^$]+)\$\$|\\\[([\s\S]+?)\\\])\s*$/;

const Block = memo(function Block({ text, open }: { text: string; open: boolean }) {
  const fence = readFence(text);
  if (fence) return <CodeBlock {...fence} open={open && !fence.closed} />;
  const formula = WHOLE_FORMULA.exec(text);
  if (formula) return <Formula source={(formula[1] ?? formula[2] ?? "").trim()} display />;
  if (text.trim() === "") return null;
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
      <MarkdownBlock text={text} open={open} />
    </Suspense>
  );
});

interface PageProps {
  blocks: readonly string[];
  /** The last block of this page may still change. */
  open: boolean;
}

const Page = memo(
  function Page({ blocks, open }: PageProps) {
    return blocks.map((text, at) => (
      <Block key={at} text={text} open={open && at === blocks.length - 1} />
    ));
  },
  (before, after) =>
    before.open === after.open &&
    (before.blocks === after.blocks ||
      (before.blocks.length === after.blocks.length &&
        before.blocks.every((text, at) => text === after.blocks[at]))),
);

interface MarkdownProps {
  text: TextSnapshot;
  /** Only so many characters, cut after a block. */
  limit?: number;
}

export function Markdown({ text, limit }: MarkdownProps) {
  const pages = limit === undefined ? text.pages : cut(text.pages, limit);
  return (
    <div className="prose" data-streaming={text.streaming || undefined}>
      {pages.map((blocks, at) => (
        <Page key={at} blocks={blocks} open={text.streaming && at === pages.length - 1} />
      ))}
    </div>
  );
}

function cut(pages: TextSnapshot["pages"], limit: number): TextSnapshot["pages"] {
  let left = limit;
  const kept: string[] = [];
  for (const block of pages.flat()) {
    if (left <= 0) break;
    kept.push(block.length > left * 2 ? `${block.slice(0, left)}…` : block);
    left -= block.length;
  }
  return [kept];
}
