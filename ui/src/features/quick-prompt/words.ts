// What stands under an answer of the quick prompt, in words. Pure.
import { dollars, rate, seconds } from "../../components/format";
import type { AnswerStatistics, HistoryState, Message, QuickContext } from "../../ipc";

/** `first word 0.04 s · 34 tokens a second`. */
export function pace(statistics: AnswerStatistics): string {
  const first = `first word ${seconds(statistics.first_token_milliseconds)}`;
  const speed = rate(statistics.answer_tokens, statistics.decode_milliseconds);
  return speed === null
    ? first
    : `${first} · ${speed.toFixed(speed < 9.95 ? 1 : 0)} tokens a second`;
}

/** What an answer cost; empty for those that cost nothing. */
export function cost({ place, statistics }: Pick<Message, "place" | "statistics">): string {
  if (place === "this_computer" || !statistics) return "";
  return statistics.nano_dollars == null ? "cost unknown" : dollars(statistics.nano_dollars);
}

/** Whether it can be found again. */
export function kept(history: HistoryState | undefined, temporary: boolean): string {
  return temporary || history?.state === "temporary" ? "not kept" : "kept in history";
}

/** Where a text is from that is given along. */
export function contextName({ from }: QuickContext): string {
  switch (from.kind) {
    case "clipboard":
      return "Clipboard";
    case "file":
      return from.name;
    case "pipe":
      return "Piped in";
  }
}

/** How many words, in languages that write them apart and in those that do not. */
export function wordsIn(text: string): number {
  let words = 0;
  for (const { isWordLike } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text))
    if (isWordLike) words += 1;
  return words;
}

/** Characters of a text that stand in its chip. */
const FIRST = 40;

export function firstWords(text: string): string {
  const line = text
    .slice(0, FIRST * 4)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > FIRST ? `${line.slice(0, FIRST).trimEnd()}…` : line;
}

/** Why a key does nothing while the consent window is open. */
export const DECIDE_FIRST = "Decide in the other window first, or press Esc.";
