// How far something long has come.
interface ProgressBarProps {
  label: string;
  /** 0 to 100. */
  percent: number;
  /** In words, where a percentage says too little. */
  words?: string;
}

export function ProgressBar({ label, percent, words }: ProgressBarProps) {
  const whole = Math.max(0, Math.min(100, percent));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(whole)}
      aria-valuetext={words}
      className="h-1 overflow-hidden rounded-full bg-line contrast-more:h-2 contrast-more:border contrast-more:border-line-strong contrast-more:bg-transparent forced-colors:border"
    >
      <div
        className="h-full rounded-full bg-accent forced-colors:bg-[Highlight]"
        style={{ width: `${whole}%` }}
      />
    </div>
  );
}
