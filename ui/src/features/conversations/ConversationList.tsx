// The list of conversations by day, walked with the arrow keys.
import { type KeyboardEvent, useCallback, useId, useMemo, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { NAMES } from "../../testing/landmarks";
import { ConversationRow } from "./ConversationRow";
import { groupByDay } from "./groups";
import { useSelection } from "./selection";
import { useConversationActions, useConversations } from "./useConversations";

/** More are drawn on request: a list of thousands must not slow the window's start. */
const DRAWN_AT_FIRST = 200;

interface ConversationListProps {
  onOpened: (pointed: boolean) => void;
  /** Conversations are kept. */
  kept: boolean;
}

export function ConversationList({ onOpened, kept }: ConversationListProps) {
  const { data, error, isPending, refetch } = useConversations();
  const { rename, remove } = useConversationActions();
  const open = useSelection((selection) => selection.open);
  const show = useSelection((selection) => selection.show);
  const [drawn, setDrawn] = useState(DRAWN_AT_FIRST);
  const [renaming, setRenaming] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const heading = useId();

  const shown = useMemo(() => data?.slice(0, drawn) ?? [], [data, drawn]);
  const groups = useMemo(() => groupByDay(shown, new Date()), [shown]);
  const reachable = shown.some(({ id }) => id === open) ? open : shown[0]?.id;

  const onOpen = useCallback(
    (id: string, pointed: boolean) => {
      show(id);
      onOpened(pointed);
    },
    [show, onOpened],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-conversation]") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
      return;
    }
    const conversation = data?.find(({ id }) => id === rows[at]?.dataset.conversation);
    if (!conversation) return;
    if (event.key === "F2") {
      event.preventDefault();
      setRenaming(conversation.id);
    } else if (event.key === "Delete") {
      event.preventDefault();
      const next = (rows[at + 1] ?? rows[at - 1])?.dataset.conversation;
      remove(conversation).then(() => {
        list.current?.querySelector<HTMLElement>(`[data-conversation="${next}"]`)?.focus();
      });
    }
  };

  if (error) {
    return (
      <div className="flex-1 px-2.5 pt-3 text-ui text-soft" role="alert">
        <p className="mb-2">The conversations could not be read. {error.message}</p>
        <Button onClick={() => refetch()}>Try again</Button>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the buttons in it
    <div
      ref={list}
      data-region="conversations"
      className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-2"
      onKeyDown={onKeyDown}
    >
      <h2 className="sr-only">{NAMES.conversationList}</h2>
      {groups.map(({ name, conversations }) => (
        <section key={name} aria-labelledby={`${heading}-${name}`}>
          <h3
            id={`${heading}-${name}`}
            className="px-2.5 pt-3.5 pb-1 text-tiny font-semibold text-faint"
          >
            {name}
          </h3>
          <ul className="flex flex-col gap-px">
            {conversations.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                open={conversation.id === open}
                reachable={conversation.id === reachable}
                renaming={conversation.id === renaming}
                onOpen={onOpen}
                onRenaming={setRenaming}
                onRename={rename}
                onDelete={remove}
              />
            ))}
          </ul>
        </section>
      ))}
      {data && data.length > drawn && (
        <Button kind="ghost" className="mt-2 ml-1" onClick={() => setDrawn(drawn + 500)}>
          Show older ({(data.length - drawn).toLocaleString("en")})
        </Button>
      )}
      {data?.length === 0 && !isPending && (
        <p className="px-2.5 pt-4 text-small text-faint">
          {kept
            ? "Conversations are kept here, encrypted, on this computer."
            : "Conversations stand here until Sotto is closed."}
        </p>
      )}
    </div>
  );
}
