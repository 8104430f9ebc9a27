// One conversation in the list: open it, rename it in place, delete it.
import { EllipsisVertical, PencilLine, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { memo, useEffect, useRef, useState } from "react";
import { Kbd } from "../../components/Kbd";
import { MenuContent } from "../../components/Menu";
import { QuickMark } from "../../components/QuickMark";
import type { ConversationSummary } from "../../ipc";
import { NAMES } from "../../testing/landmarks";

interface ConversationRowProps {
  conversation: ConversationSummary;
  open: boolean;
  /** The one row that Tab reaches; arrow keys reach the others. */
  reachable: boolean;
  renaming: boolean;
  /** `pointed`: with the mouse, not with a key. */
  onOpen: (id: string, pointed: boolean) => void;
  /** `null`: renaming is over. */
  onRenaming: (id: string | null) => void;
  onRename: (id: string, title: string) => void;
  onDelete: (conversation: ConversationSummary) => void;
}

function TitleEditor({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => field.current?.select(), []);
  const done = (to: string | null) => {
    if (over.current) return;
    over.current = true;
    onDone(to);
  };
  return (
    <input
      ref={field}
      // biome-ignore lint/a11y/noAutofocus: the person asked to type here
      autoFocus
      aria-label={NAMES.rename}
      defaultValue={title}
      maxLength={200}
      className="min-w-0 flex-1 rounded-lg border border-focus bg-raised px-2 py-1.5 text-ui"
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        event.stopPropagation();
        if (event.key === "Enter") done(event.currentTarget.value);
        if (event.key === "Escape") done(null);
      }}
      onBlur={(event) => done(event.currentTarget.value)}
    />
  );
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, open, reachable, renaming } = props;
  const { id, title, origin, answering } = conversation;
  const button = useRef<HTMLButtonElement>(null);
  const renameNext = useRef(false);
  const [menuOpen, setMenuOpen] = useState(false);

  if (renaming) {
    return (
      <li className="flex">
        <TitleEditor
          title={title}
          onDone={(to) => {
            props.onRenaming(null);
            if (to !== null && to !== title) props.onRename(id, to);
            requestAnimationFrame(() => button.current?.focus());
          }}
        />
      </li>
    );
  }
  return (
    <li
      className={`group relative flex items-center rounded-lg border ${open ? "border-line bg-raised shadow-small" : "border-transparent hover:bg-hover"}`}
    >
      <button
        ref={button}
        type="button"
        data-conversation={id}
        aria-current={open ? "page" : undefined}
        tabIndex={reachable ? 0 : -1}
        title={title}
        className={`flex min-w-0 flex-1 items-center gap-2 rounded-lg py-1.5 pr-2.5 pl-2.5 group-focus-within:pr-8 group-hover:pr-8 forced-colors:pr-8 text-left text-ui leading-snug ${open ? "font-semibold" : ""}`}
        onClick={(event) => props.onOpen(id, event.detail > 0)}
        onDoubleClick={() => props.onRenaming(id)}
      >
        <span className="min-w-0 flex-1 truncate">{title}</span>
        {origin === "quick" && <QuickMark />}
        {answering && (
          <>
            <span
              className="breathing size-1.5 flex-none rounded-full bg-accent"
              aria-hidden="true"
            />
            <span className="sr-only">, being answered</span>
          </>
        )}
      </button>
      <DropdownMenu.Root modal={false} open={menuOpen} onOpenChange={setMenuOpen}>
        <DropdownMenu.Trigger
          aria-label={`Actions for ${title}`}
          tabIndex={reachable ? 0 : -1}
          className="absolute right-1 inline-flex size-7 items-center justify-center rounded-md text-soft opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:bg-hover focus-visible:opacity-100 data-[state=open]:opacity-100 forced-colors:opacity-100"
        >
          <EllipsisVertical className="icon" aria-hidden="true" />
        </DropdownMenu.Trigger>
        <MenuContent
          className="min-w-44"
          align="start"
          onCloseAutoFocus={(event) => {
            if (!renameNext.current) return;
            renameNext.current = false;
            event.preventDefault();
            props.onRenaming(id);
          }}
        >
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => {
              renameNext.current = true;
            }}
          >
            <PencilLine className="icon" aria-hidden="true" />
            <span className="flex-1">Rename</span>
            <Kbd keys="F2" hidden />
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className="menu-item text-danger"
            onSelect={() => props.onDelete(conversation)}
          >
            <Trash2 className="icon" aria-hidden="true" />
            <span className="flex-1">Delete</span>
            <Kbd keys="Del" hidden />
          </DropdownMenu.Item>
        </MenuContent>
      </DropdownMenu.Root>
    </li>
  );
});
