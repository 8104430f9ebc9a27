// How far the working default is on its way here, with a rate and the time it will still take.
import { useEffect, useRef, useState } from "react";
import { bytes, timeLeft } from "../../components/format";
import { ProgressBar } from "../../components/ProgressBar";
import type { ModelArrival } from "../../ipc";

/** Bytes a second over the last seconds; 0 while too little is known. */
export function useRate(received: number): number {
  const seen = useRef<{ at: number; received: number }[]>([]);
  const [rate, setRate] = useState(0);
  useEffect(() => {
    const now = performance.now();
    const recent = seen.current.filter(({ at }) => now - at < 15_000);
    seen.current = [...recent, { at: now, received }];
    const first = seen.current[0];
    if (first && now - first.at > 1_000)
      setRate((1_000 * (received - first.received)) / (now - first.at));
  }, [received]);
  return Math.max(0, rate);
}

/** What is said under the bar. */
export function arrivalWords(arrival: ModelArrival, perSecond: number): string {
  const { received, total, state, message } = arrival;
  const soFar = `${bytes(received)} of ${bytes(total)}`;
  switch (state) {
    case "fetching": {
      const left = timeLeft(total - received, perSecond);
      return left ? `${soFar} · ${bytes(perSecond)} a second · ${left} left` : soFar;
    }
    case "verifying":
      return "All parts are here and are being checked.";
    case "paused":
      return `${soFar} are here. ${message || "The next start goes on from there."}`;
    case "failed":
      return message || `${soFar} are here. It stopped; the next start goes on from there.`;
  }
}

export function Arrival({ arrival }: { arrival: ModelArrival }) {
  const rate = useRate(arrival.received);
  const percent = arrival.total > 0 ? (100 * arrival.received) / arrival.total : 0;
  const words = arrivalWords(arrival, rate);
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3 text-small">
        <span className="min-w-0 truncate font-medium">{arrival.title}</span>
        <span className="text-soft tabular-nums">{Math.floor(percent)}%</span>
      </div>
      <ProgressBar label={`${arrival.title} on its way`} percent={percent} words={words} />
      <p className={`text-small ${arrival.state === "failed" ? "text-danger" : "text-soft"}`}>
        {words}
      </p>
    </div>
  );
}
