// A word or two about a thing, beside its name. The words say it; the colour only repeats it.
import type { ReactNode } from "react";

const LOOKS = {
  plain: "bg-panel text-soft",
  good: "bg-accent-wash text-accent",
  caution: "bg-cloud-wash text-cloud",
  bad: "bg-danger-wash text-danger",
} as const;

export type TagLook = keyof typeof LOOKS;

export function Tag({ look = "plain", children }: { look?: TagLook; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center rounded-full border border-transparent px-2 py-px text-tiny font-semibold whitespace-nowrap contrast-more:border-current forced-colors:border-[CanvasText] ${LOOKS[look]}`}
    >
      {children}
    </span>
  );
}
