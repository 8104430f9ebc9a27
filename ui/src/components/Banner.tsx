// A lasting message across the top of the chat: what happened and what it means.
import { Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

interface BannerProps {
  kind: "note" | "problem";
  children: ReactNode;
  action?: ReactNode;
}

export function Banner({ kind, children, action }: BannerProps) {
  const Icon = kind === "problem" ? TriangleAlert : Info;
  const look = kind === "problem" ? "bg-danger-wash text-danger" : "bg-accent-wash text-ink";
  return (
    <div
      role={kind === "problem" ? "alert" : "status"}
      className={`flex flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line px-6 py-2 text-ui ${look}`}
    >
      <Icon className="icon" aria-hidden="true" />
      <p className="min-w-0 flex-1 basis-64">{children}</p>
      {action}
    </div>
  );
}
