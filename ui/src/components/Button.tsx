// The two weights of a button: one that stands out, and one that waits until it is wanted.
import type { ComponentProps, ReactNode } from "react";

const BASE =
  "inline-flex items-center justify-center gap-1.5 whitespace-nowrap select-none disabled:opacity-55 aria-disabled:opacity-55";

const KINDS = {
  primary:
    "min-h-9 rounded-lg border border-transparent bg-accent px-3.5 text-ui font-medium text-accent-ink enabled:hover:brightness-110",
  plain:
    "min-h-9 rounded-lg border border-line bg-raised px-3.5 text-ui font-medium text-ink shadow-small enabled:hover:border-line-strong",
  ghost:
    "min-h-7 rounded-md border border-transparent px-1.5 text-small text-soft enabled:hover:bg-hover enabled:hover:text-ink",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  kind?: keyof typeof KINDS;
}

export function Button({ kind = "plain", className = "", type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={`${BASE} ${KINDS[kind]} ${className}`} {...rest} />;
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** What it does, for everybody who does not see the icon, and on hover for those who do. */
  label: string;
  icon: ReactNode;
}

export function IconButton({ label, icon, className = "", title, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={title ?? label}
      className={`inline-flex size-8 flex-none items-center justify-center rounded-lg border border-transparent text-soft enabled:hover:bg-hover enabled:hover:text-ink disabled:opacity-55 ${className}`}
      {...rest}
    >
      {icon}
    </button>
  );
}
