// A dialog over the window: its title is its name, Esc closes it, focus stays in it and returns.
// The shade is our own and not radix's: that one would insert a style sheet to stop the page from
// scrolling, which the policy refuses and this page does not need.
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** The title is for those who listen; what is seen says it already. */
  hideTitle?: boolean;
  description?: string;
  className?: string;
  children: ReactNode;
}

export function Dialog({
  title,
  open,
  onClose,
  hideTitle,
  description,
  className = "",
  children,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="fixed inset-0 z-40 bg-shade" aria-hidden="true" />
        <Radix.Content
          aria-describedby={description ? undefined : ""}
          className={`fixed top-[min(14vh,8rem)] left-1/2 z-50 max-h-[76vh] w-[min(36rem,92vw)] -translate-x-1/2 overflow-y-auto rounded-2xl border border-line bg-raised shadow-large ${className}`}
        >
          <Radix.Title className={hideTitle ? "sr-only" : "px-6 pt-5 text-base font-semibold"}>
            {title}
          </Radix.Title>
          {description && (
            <Radix.Description className="px-6 text-ui text-soft">{description}</Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
