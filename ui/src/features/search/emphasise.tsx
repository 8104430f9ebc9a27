// Marks the words that were searched for in a text, as marks and not as markup.
import { Fragment, type ReactNode } from "react";

export function emphasise(text: string, words: string): ReactNode {
  const wanted = words
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (wanted.length === 0) return text;
  return text.split(new RegExp(`(${wanted.join("|")})`, "gi")).map((piece, at) => {
    const found = at % 2 === 1;
    return (
      <Fragment key={at}>
        {found ? <mark className="rounded-xs bg-mark text-ink">{piece}</mark> : piece}
      </Fragment>
    );
  });
}
