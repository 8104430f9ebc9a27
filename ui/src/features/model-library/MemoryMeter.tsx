// What a model takes in memory against what models may take: weights, context, and where the room
// ends when it is too little. The words below it say the same.
import { bytes } from "../../components/format";
import type { FitView, SpeedView } from "../../ipc";
import { memoryWords, needed, speedWords } from "./words";

/** What would be used: with a smaller context where only that fits. */
function used(fit: FitView): FitView {
  if (fit.fit !== "smaller_context" || fit.largest_context === 0 || fit.context === 0) return fit;
  return {
    ...fit,
    context: fit.largest_context,
    cache: (fit.cache / fit.context) * fit.largest_context,
  };
}

export function MemoryMeter({ fit: said, speed }: { fit: FitView; speed: SpeedView | null }) {
  const fit = used(said);
  const whole = Math.max(fit.room, needed(fit), 1);
  const part = (amount: number) => `${(100 * amount) / whole}%`;
  const fits = needed(fit) <= fit.room;
  const [weights, context] = fits ? ["bg-accent", "bg-accent/45"] : ["bg-cloud", "bg-cloud/45"];
  const rate = speedWords(speed);
  return (
    <div className="flex flex-col gap-1.5">
      <div aria-hidden="true" className="relative">
        <div className="flex h-1.5 overflow-hidden rounded-full bg-line contrast-more:h-2.5 contrast-more:border contrast-more:border-line-strong contrast-more:bg-transparent forced-colors:border">
          <span
            className={`${weights} forced-colors:bg-[Highlight]`}
            style={{ width: part(fit.weights) }}
          />
          <span
            className={`${context} forced-colors:bg-[GrayText]`}
            style={{ width: part(fit.cache + fit.working) }}
          />
        </div>
        {!fits && (
          <span
            className="absolute -inset-y-1 w-0.5 rounded bg-ink ring-2 ring-paper"
            style={{ insetInlineStart: `calc(${part(fit.room)} - 1px)` }}
          />
        )}
      </div>
      <p className="flex flex-wrap justify-between gap-x-3 text-small text-soft tabular-nums">
        <span>
          {memoryWords(fit)}
          <span className="sr-only">
            {fits
              ? `, of ${bytes(fit.room)} for models`
              : `, more than the ${bytes(fit.room)} for models`}
          </span>
        </span>
        {rate && <span>{rate}</span>}
      </p>
    </div>
  );
}
