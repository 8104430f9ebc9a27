// What an answer cost, in words: the short form under it, and the whole on demand.

import { count, dollars, rate, seconds } from "../../components/format";
import type { AnswerStatistics } from "../../ipc";

/** `0.04 s · 34/s`: until the first word, and tokens a second. */
export function shortly(statistics: AnswerStatistics): string {
  const speed = rate(statistics.answer_tokens, statistics.decode_milliseconds);
  const first = seconds(statistics.first_token_milliseconds);
  return speed === null ? first : `${first} · ${speed.toFixed(speed < 9.95 ? 1 : 0)}/s`;
}

/** What an answer from elsewhere cost, then how fast it was. */
export function costAndSpeed(statistics: AnswerStatistics): string {
  const cost = statistics.nano_dollars;
  return `${cost == null ? "cost unknown" : dollars(cost)} · ${shortly(statistics)}`;
}

/** Every number with its name. */
export function inFull(statistics: AnswerStatistics): [name: string, value: string][] {
  const evaluated = statistics.prompt_tokens - statistics.cached_tokens;
  const prefill = rate(evaluated, statistics.prefill_milliseconds);
  const decode = rate(statistics.answer_tokens, statistics.decode_milliseconds);
  const rows: [string, string][] = [
    ["First word after", seconds(statistics.first_token_milliseconds)],
  ];
  // A server that does not count says nothing; nobody reads or writes no token.
  if (statistics.prompt_tokens > 0) {
    rows.push(
      ["Tokens read", count(statistics.prompt_tokens)],
      ["of these, read before", count(statistics.cached_tokens)],
    );
  }
  if (statistics.answer_tokens > 0) {
    rows.push(["Tokens written", count(statistics.answer_tokens)]);
  }
  if (prefill !== null) rows.push(["Reading", `${count(prefill)} tokens a second`]);
  if (decode !== null) rows.push(["Writing", `${decode.toFixed(1)} tokens a second`]);
  if (statistics.load_milliseconds > 0) {
    rows.push(["Loading the model", seconds(statistics.load_milliseconds)]);
  }
  if (statistics.nano_dollars != null) rows.push(["Cost", dollars(statistics.nano_dollars)]);
  return rows;
}
