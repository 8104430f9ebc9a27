// What a key means in the quick prompt. Pure. No key that writes is ever taken from somebody who is
// typing; where nothing is typed, a letter acts only when it stands alone (see useLetters.ts).

/** What one key does with an answer. */
export type AnswerKey = "copy" | "plain" | "insert" | "again" | "larger" | "keep";

export type Meaning =
  | { does: "escape" | "hand over" | "anew" | "type" | "clipboard" | "temporary" }
  /** `letter`: what would be typed if it were no key of ours; `null` with Alt, which types nothing. */
  | { does: "act"; act: AnswerKey; letter: string | null };

const LETTERS: Readonly<Record<string, AnswerKey>> = {
  c: "copy",
  p: "plain",
  x: "insert",
  r: "again",
  l: "larger",
  k: "keep",
};

/**
 * `typing`: the focus is in a field. `answered`: there is an answer to do something with. `first`: no
 * key was pressed since the window is shown. The Esc that closed it was let go in another window, so
 * the web view takes it for held, and the next one for a repetition.
 */
export function meaningOf(
  event: Pick<
    KeyboardEvent,
    "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat" | "isComposing"
  >,
  { typing, answered, first = false }: { typing: boolean; answered: boolean; first?: boolean },
): Meaning | null {
  if (event.isComposing) return null;
  const { key, ctrlKey, metaKey, altKey, shiftKey, repeat } = event;
  if (key === "Escape") return repeat && !first ? null : { does: "escape" };
  const command = (ctrlKey || metaKey) && !altKey;
  if (command && !shiftKey && !repeat) {
    if (key === "Enter") return { does: "hand over" };
    if (key.toLowerCase() === "n") return { does: "anew" };
  }
  if (ctrlKey || metaKey) return null;
  const act = answered && !shiftKey && !repeat ? LETTERS[key] : undefined;
  if (altKey) {
    if (key === "v" && !shiftKey && !repeat) return { does: "clipboard" };
    if (key === "t" && !shiftKey && !repeat) return { does: "temporary" };
    return act ? { does: "act", act, letter: null } : null;
  }
  if (typing || !/^\S$/u.test(key)) return null;
  return act ? { does: "act", act, letter: key } : { does: "type" };
}
