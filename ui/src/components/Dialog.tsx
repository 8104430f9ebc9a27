// A dialog over the window: its title is its name, Esc closes it, focus stays in it and returns.
// The shade is our own and not radix's: that one would insert a style sheet to stop the page from
// scrolling, which the policy refuses and this page does not need.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./Button";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** The title is for those who listen; what is seen says it already. */
  hideTitle?: boolean;
  description?: string;
  /** For what needs room: forms and tables. Its title and a button to close it stay in sight. */
  wide?: boolean;
  /** Takes the focus when the dialog is gone; otherwise it goes to where it was before. */
  onReturn?: () => void;
  className?: string;
  children: ReactNode;
}

export function Dialog({
  title,
  open,
  onClose,
  hideTitle,
  description,
  wide = false,
  onReturn,
  className = "",
  children,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="fixed inset-0 z-40 bg-shade" aria-hidden="true" />
        <Radix.Content
          onCloseAutoFocus={(event) => {
            if (!onReturn) return;
            event.preventDefault();
            onReturn();
          }}
          onEscapeKeyDown={(event) => {
            // A field that takes every key as what was pressed wants this one, too.
            if (document.activeElement?.matches("[data-takes-keys]")) event.preventDefault();
          }}
          aria-describedby={description ? undefined : ""}
          className={`fixed left-1/2 z-50 -translate-x-1/2 overflow-y-auto rounded-2xl border border-line bg-raised shadow-large ${wide ? "top-[4vh] max-h-[92vh] w-[min(52rem,94vw)]" : "top-[min(14vh,8rem)] max-h-[76vh] w-[min(36rem,92vw)]"} ${className}`}
        >
          {wide ? (
            <div className="sticky top-0 z-10 flex items-center gap-3 border-b border-line bg-raised py-3 pr-3 pl-6">
              <Radix.Title className="flex-1 text-base font-semibold">{title}</Radix.Title>
              <Radix.Close asChild>
                <IconButton label="Close" icon={<X className="icon" aria-hidden="true" />} />
              </Radix.Close>
            </div>
          ) : (
            <Radix.Title className={hideTitle ? "sr-only" : "px-6 pt-5 text-base font-semibold"}>
              {title}
            </Radix.Title>
          )}
          {description && (
            <Radix.Description className="px-6 text-ui text-soft">{description}</Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
