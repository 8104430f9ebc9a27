// The list that a menu opens. It is put into the page's main part, the one that is seen: a list
// outside of every landmark would be lost to somebody who walks the page by landmarks.
import { DropdownMenu } from "radix-ui";
import type { ComponentProps } from "react";

export function MenuContent({
  className = "",
  ...rest
}: ComponentProps<typeof DropdownMenu.Content>) {
  return (
    <DropdownMenu.Portal container={globalThis.document?.querySelector("main:not([hidden])")}>
      <DropdownMenu.Content
        sideOffset={4}
        collisionPadding={12}
        className={`popover p-1 ${className}`}
        {...rest}
      />
    </DropdownMenu.Portal>
  );
}
