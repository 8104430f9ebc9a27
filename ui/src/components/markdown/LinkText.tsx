// A link that a model wrote: its words, and its address to read and to copy. It is not a link of
// the page, because following an address that a model made up can carry words out.
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { CopyButton } from "../CopyButton";

export function LinkText({ href, children }: { href?: string; children?: ReactNode }) {
  if (!href || href.startsWith("streamdown:")) return <span>{children}</span>;
  return (
    <Popover.Root>
      <Popover.Trigger className="link-text" title={href}>
        {children}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover max-w-md p-3" sideOffset={6} aria-label="Address">
          <p className="mb-2 text-small text-soft">
            Sotto does not open addresses that a model wrote. Copy it if you trust it.
          </p>
          <p className="mb-2 font-mono text-small break-all">{href}</p>
          <CopyButton text={href} label="Copy address" shown="Copy address" />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
