// How near a measured speed comes to what the memory allows. The words beside it say the same.
interface LimitBarProps {
  /** 0 to 100. */
  percent: number;
  slim?: boolean;
}

export function LimitBar({ percent, slim = false }: LimitBarProps) {
  const whole = Math.max(0, Math.min(100, percent));
  return (
    <div
      aria-hidden="true"
      className={`overflow-hidden rounded-full bg-line contrast-more:border contrast-more:border-line-strong contrast-more:bg-transparent forced-colors:border ${slim ? "h-1" : "h-2.5"}`}
    >
      <div
        className="h-full rounded-full bg-accent forced-colors:bg-[Highlight]"
        style={{ width: `${whole}%` }}
      />
    </div>
  );
}
