// How much of what the model can read at once this conversation takes.

import { count } from "../../components/format";
import type { ShownMessage } from "../../ipc";

/** Tokens of the branch, as last measured; `null` if no answer on it was measured. */
export function tokensOf(messages: readonly ShownMessage[]): number | null {
  // Elsewhere tokens are others.
  const measured = messages.findLast(
    ({ statistics, place }) => statistics && place === "this_computer",
  );
  const statistics = measured?.statistics;
  return statistics ? statistics.prompt_tokens + statistics.answer_tokens : null;
}

export function ContextMeter({ tokens, context }: { tokens: number; context: number }) {
  const share = Math.min(1, tokens / context);
  const full = share > 0.9;
  return (
    <span
      className={`flex min-w-0 items-center gap-2 text-small ${full ? "text-cloud" : "text-faint"}`}
    >
      <span
        className="h-1 w-16 flex-none overflow-hidden rounded-full bg-line contrast-more:h-2 contrast-more:border contrast-more:border-line-strong contrast-more:bg-transparent forced-colors:border"
        aria-hidden="true"
      >
        <span
          className={`block h-full rounded-full ${full ? "bg-cloud" : "bg-accent"} forced-colors:bg-[Highlight]`}
          style={{ width: `${Math.max(2, share * 100)}%` }}
        />
      </span>
      <span className="truncate tabular-nums">
        {count(tokens)} of {count(context)} tokens{full && ", nearly full"}
      </span>
    </span>
  );
}
