// What stands under an answer of the quick prompt, in words. Pure.
import { dollars, rate, seconds } from "../../components/format";
import type { AnswerStatistics, HistoryState, Message } from "../../ipc";

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
export function kept(history: HistoryState | undefined): string {
  return history?.state === "temporary" ? "not kept" : "kept in history";
}
