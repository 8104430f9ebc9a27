// Walks between the versions of a message: `‹ 2 of 3 ›`.
import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "../../components/Button";
import type { ShownMessage } from "../../ipc";
import { ACTIONS } from "../../testing/landmarks";

interface AlternativesProps {
  message: ShownMessage;
  disabled: boolean;
  onWalk: (to: string) => void;
}

export function Alternatives({ message, disabled, onWalk }: AlternativesProps) {
  const { id, alternatives } = message;
  if (alternatives.length < 2) return null;
  const at = alternatives.indexOf(id);
  const walk = (to: number) => () => {
    const next = alternatives[to];
    if (next) onWalk(next);
  };
  return (
    <span className="inline-flex items-center text-small text-soft">
      <IconButton
        label={ACTIONS.previous}
        icon={<ChevronLeft className="icon-small" />}
        className="size-7"
        disabled={disabled || at <= 0}
        onClick={walk(at - 1)}
      />
      <span className="tabular-nums">
        {at + 1} of {alternatives.length}
      </span>
      <IconButton
        label={ACTIONS.next}
        icon={<ChevronRight className="icon-small" />}
        className="size-7"
        disabled={disabled || at >= alternatives.length - 1}
        onClick={walk(at + 1)}
      />
    </span>
  );
}
