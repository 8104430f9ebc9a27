// A person's text, exactly as typed. A very long one is folded; opened, it is drawn in pieces that
// the browser lays out only when they come into sight.
import { useState } from "react";
import { Button } from "../../components/Button";
import { count } from "../../components/format";

/** Longer messages are folded. */
export const FOLD_ABOVE = 20_000;
/** How much of a folded message is seen. */
export const FOLDED_TO = 2_000;
const FOLDED_LINES = 16;
const PIECE = 10_000;

const opened = new Set<string>();

/** Whether a message was unfolded; remembered while rows come and go with scrolling. */
export function useUnfolded(id: string, initially = false): [boolean, () => void] {
  const [open, setOpen] = useState(initially || opened.has(id));
  return [
    open,
    () => {
      opened.add(id);
      setOpen(true);
    },
  ];
}

function pieces(text: string): string[] {
  const cut: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + PIECE);
    const line = text.lastIndexOf("\n", to - 1);
    if (to < text.length && line > from) to = line + 1;
    cut.push(text.slice(from, to));
    from = to;
  }
  return cut;
}

export function UnfoldButton({
  characters,
  onUnfold,
}: {
  characters: number;
  onUnfold: () => void;
}) {
  return (
    <Button className="mt-2" onClick={onUnfold}>
      Show all ({count(characters)} characters)
    </Button>
  );
}

export function FoldedText({ id, text }: { id: string; text: string }) {
  const [open, unfold] = useUnfolded(id);
  if (text.length <= FOLD_ABOVE) return <div className="whitespace-pre-wrap">{text}</div>;
  if (!open) {
    return (
      <>
        <div className="whitespace-pre-wrap">
          {text.slice(0, FOLDED_TO).split("\n").slice(0, FOLDED_LINES).join("\n")}…
        </div>
        <UnfoldButton characters={text.length} onUnfold={unfold} />
      </>
    );
  }
  return pieces(text).map((piece, at) => (
    <div
      key={at}
      className="whitespace-pre-wrap [contain-intrinsic-size:auto_40rem] [content-visibility:auto]"
    >
      {piece}
    </div>
  ));
}
