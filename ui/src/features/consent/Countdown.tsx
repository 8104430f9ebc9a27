// How long a decision is waited for. It is seen all the time and said only three times.
import { useEffect, useState } from "react";
import { clock } from "./words";

/** Seconds that are left when it is said. */
const SAID_AT = [60, 30, 10];

interface CountdownProps {
  milliseconds: number;
  onSay: (words: string) => void;
}

/** Give it another key for another request. */
export function Countdown({ milliseconds, onSay }: CountdownProps) {
  const [left, setLeft] = useState(milliseconds);
  useEffect(() => {
    const end = performance.now() + milliseconds;
    let before = milliseconds;
    const timer = setInterval(() => {
      const now = end - performance.now();
      const said = SAID_AT.find((at) => before > at * 1_000 && now <= at * 1_000);
      if (said) onSay(`${said} seconds left to decide.`);
      before = now;
      setLeft(now);
    }, 1_000);
    return () => clearInterval(timer);
  }, [milliseconds, onSay]);
  if (left <= 0) return <span>The time is over. Nothing was sent.</span>;
  return (
    <span role="timer" aria-live="off" className="tabular-nums">
      {clock(left)} left to decide
    </span>
  );
}
