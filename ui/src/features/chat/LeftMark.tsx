// A quiet mark on a message whose text was sent away.
import { Cloud } from "lucide-react";

export function LeftMark({ hosts }: { hosts: readonly string[] }) {
  if (hosts.length === 0) return null;
  return (
    <span className="inline-flex items-center gap-1 text-small text-faint">
      <Cloud className="icon-small" aria-hidden="true" />
      <span className="[overflow-wrap:anywhere]">sent to {hosts.join(", ")}</span>
    </span>
  );
}
