// A letter that acts, and the same letter as the first of a word. The focus is on the answer when it is
// over: there C copies. Whoever begins to type "can you …" there means no C that copies, and may be
// about to give along what is copied. So a letter waits until it stands alone, and is put before what
// is typed if it does not.
import { useCallback, useEffect, useRef } from "react";
import type { AnswerKey } from "./keys";

/** Milliseconds without another letter after which one was a command. Typing has less between two. */
export const ALONE = 400;

interface Letters {
  /** A letter was pressed that acts if it stands alone. */
  press: (act: AnswerKey, letter: string) => void;
  /** Whether a letter waits: what is typed now makes it the first of a word. */
  waits: () => boolean;
  /** The letter that waits, which does not act any more. */
  take: () => string;
}

export function useLetters(run: (act: AnswerKey) => void): Letters {
  const waiting = useRef<{ letter: string; timer: ReturnType<typeof setTimeout> } | null>(null);
  const latest = useRef(run);
  latest.current = run;

  const waits = useCallback(() => waiting.current !== null, []);
  const take = useCallback(() => {
    const letter = waiting.current?.letter ?? "";
    clearTimeout(waiting.current?.timer);
    waiting.current = null;
    return letter;
  }, []);
  const press = useCallback(
    (act: AnswerKey, letter: string) => {
      take();
      const timer = setTimeout(() => {
        waiting.current = null;
        latest.current(act);
      }, ALONE);
      waiting.current = { letter, timer };
    },
    [take],
  );
  useEffect(() => {
    const drop = () => void take();
    // Whoever points at something has turned to something else.
    window.addEventListener("pointerdown", drop, true);
    return () => {
      window.removeEventListener("pointerdown", drop, true);
      drop();
    };
  }, [take]);
  return { press, waits, take };
}
