// The bar at the bottom: what can be done now, each with its key. The keys are also buttons.
import { Kbd } from "../../components/Kbd";
import { QUICK } from "../../testing/landmarks";

export interface KeyBarEntry {
  name: string;
  keys: string;
  run: () => void;
  disabled?: boolean;
}

function Key({ name, keys, run, disabled }: KeyBarEntry) {
  return (
    <button
      type="button"
      disabled={disabled}
      className="inline-flex min-h-7 items-center gap-1.5 rounded-md px-1 text-small whitespace-nowrap text-soft enabled:hover:bg-hover enabled:hover:text-ink disabled:opacity-55"
      onClick={run}
    >
      <Kbd keys={keys} hidden />
      {name}
    </button>
  );
}

interface KeyBarProps {
  left: readonly KeyBarEntry[];
  /** What Esc does now. */
  escapes: KeyBarEntry;
}

export function KeyBar({ left, escapes }: KeyBarProps) {
  return (
    <div
      role="toolbar"
      aria-label={QUICK.keys}
      data-measured=""
      className="flex flex-wrap items-center gap-x-1.5 gap-y-1 border-t border-line bg-panel px-4 py-1.5"
    >
      {left.map((entry) => (
        <Key key={entry.name} {...entry} />
      ))}
      <span className="ml-auto">
        <Key {...escapes} />
      </span>
    </div>
  );
}
