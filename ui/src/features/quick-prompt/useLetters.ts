// A letter that acts, and the same letter as the first of a word. The focus is on the answer when it is
// over: there C copies. Whoever begins to type "can you …" instead has typed a C that copied; it is put
// before the rest, so that nothing typed is lost. What cannot be taken back waits until the letter
// stands alone.
import { useCallback, useEffect, useRef } from "react";
import type { AnswerKey } from "./keys";

/** Those that harm nobody who meant something else, and are wanted at once. */
const HARMLESS: ReadonlySet<AnswerKey> = new Set(["copy", "plain"]);

/** Milliseconds without another letter after which one was a command. Typing has less between two. */
export const ALONE = 400;

interface Letters {
  /** A letter was pressed that acts if it stands alone. */
  press: (act: AnswerKey, letter: string) => void;
  /** Something else is typed: the letter before it, if it belongs to it. */
  before: () => string;
}

export function useLetters(run: (act: AnswerKey) => void): Letters {
  const waiting = useRef<{ letter: string; timer: ReturnType<typeof setTimeout> } | null>(null);
  const latest = useRef(run);
  latest.current = run;

  const before = useCallback(() => {
    const letter = waiting.current?.letter ?? "";
    clearTimeout(waiting.current?.timer);
    waiting.current = null;
    return letter;
  }, []);
  const press = useCallback((act: AnswerKey, letter: string) => {
    clearTimeout(waiting.current?.timer);
    if (HARMLESS.has(act)) latest.current(act);
    const timer = setTimeout(() => {
      waiting.current = null;
      if (!HARMLESS.has(act)) latest.current(act);
    }, ALONE);
    waiting.current = { letter: (waiting.current?.letter ?? "") + letter, timer };
  }, []);
  useEffect(() => () => clearTimeout(waiting.current?.timer), []);
  return { press, before };
}
