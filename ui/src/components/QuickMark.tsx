// Marks a conversation that was begun in the quick prompt. An icon, and words for people who listen.
import { Zap } from "lucide-react";

export function QuickMark() {
  return (
    <span className="inline-flex flex-none text-faint" title="Begun in the quick prompt">
      <Zap className="icon-small" aria-hidden="true" />
      <span className="sr-only">, quick</span>
    </span>
  );
}
