// What one key does with an answer that is over.
import { useEffect, useState } from "react";
import { announce } from "../../components/announcer";
import { useCore } from "../../ipc";
import { choicesOf } from "../larger/choices";
import { useCloud } from "../larger/useCloud";
import type { Choice } from "../larger/waiting";
import type { AnswerKey } from "./keys";
import type { QuickTurn } from "./useQuickTurn";
import { DECIDE_FIRST } from "./words";

/** Milliseconds for which it is said that something was copied. */
const SAID_FOR = 1_600;

/** Markdown without its marks; what reads it is loaded when it is first wanted. */
const withoutMarks = async (text: string) =>
  (await import("../../components/markdown/plain")).plainText(text);

interface Page {
  /** Why nothing was done. */
  say: (hint: string) => void;
  /** The field gets the focus. */
  toField: () => void;
  /** What is written from now on stays in sight. */
  follow: () => void;
}

export function useActs(turn: QuickTurn, { say, toField, follow }: Page) {
  const core = useCore();
  const choices = choicesOf(useCloud());
  const [copied, setCopied] = useState<AnswerKey | null>(null);
  const [choosing, setChoosing] = useState(false);
  const { view, answering, waiting } = turn;
  const last = view?.messages.at(-1);
  const over = last !== undefined && !answering;

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(null), SAID_FOR);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async (act: AnswerKey, text: string): Promise<boolean> => {
    // By the core: a page may copy only while a key goes down, and a letter acts a moment later.
    try {
      await core.quickCopy(text);
    } catch (thrown) {
      turn.fail(thrown);
      return false;
    }
    setCopied(act);
    announce("Copied");
    return true;
  };

  const larger = (choice: Choice) => {
    setChoosing(false);
    toField();
    if (last) void turn.larger(last.id, choice);
  };

  const act = async (what: AnswerKey): Promise<void> => {
    if (!last || !over) return;
    if (waiting) return say(DECIDE_FIRST);
    switch (what) {
      case "copy":
        await copy(what, last.text);
        break;
      case "plain":
        await copy(what, await withoutMarks(last.text));
        break;
      case "insert":
        if (await copy(what, last.text)) await core.quickHide().catch(() => {});
        break;
      case "keep":
        if (view?.temporary) await turn.keep();
        break;
      case "again":
        follow();
        setChoosing(false);
        toField();
        void turn.again(last.id);
        break;
      case "larger": {
        const [only, ...others] = choices;
        if (!only) return;
        if (others.length > 0) setChoosing(true);
        else larger({ provider: only.provider.id, model: only.model.name });
      }
    }
  };

  return { act, larger, choices, choosing, setChoosing, copied, over };
}
