// The messages, of which only those in sight are in the page. The end stays in sight while an
// answer is written, until the person scrolls away from it.
import { ArrowDown } from "lucide-react";
import {
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { VList, type VListHandle } from "virtua";
import type { AnswerAgain, ModelsView, RuntimeView, ShownMessage } from "../../ipc";
import { ACTIONS, NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { AnswerRow } from "./AnswerRow";
import { QuestionRow } from "./QuestionRow";
import type { TurnActions } from "./useConversation";

interface RowProps {
  message: ShownMessage;
  position: number;
  count: number;
  editing: boolean;
  busy: boolean;
  models: ModelsView | undefined;
  runtime: RuntimeView | undefined;
  sought: boolean;
  onEditing: (id: string | null) => void;
  onEdit: (id: string, text: string) => void;
  onAgain: (id: string, how: Partial<AnswerAgain>) => void;
  onLarger: (id: string) => void;
  onGoOn: () => void;
  onWalk: (to: string) => void;
  onChooseModel: () => void;
}

const Row = memo(function Row(props: RowProps) {
  const { message, position, count, sought } = props;
  const mine = message.role === "user";
  return (
    <article
      aria-posinset={position}
      aria-setsize={count}
      aria-labelledby={`heading-${message.id}`}
      data-message={message.id}
      data-role={message.role}
      data-state={message.state}
      tabIndex={-1}
      className={`mx-auto max-w-[49.5rem] rounded-lg px-4 py-2.5 ${sought ? "bg-mark" : ""}`}
    >
      <h2 id={`heading-${message.id}`} className="sr-only">
        {mine ? "You asked" : "Answer"}
      </h2>
      {mine ? <QuestionRow {...props} /> : <AnswerRow {...props} last={position === count} />}
    </article>
  );
});

/** How near to the end still counts as at the end, in pixels. */
const NEAR = 32;
/** Milliseconds for which a movement belongs to the person's last wheel, key or touch. */
const OWN_MOVEMENT = 1_200;
const SCROLL_KEYS: Record<string, "up" | "down"> = {
  ArrowUp: "up",
  PageUp: "up",
  Home: "up",
  ArrowDown: "down",
  PageDown: "down",
  End: "down",
};

/** The row that had the focus is gone with its version: the same button of the new one takes over. */
function keepFocusOn(message: string): void {
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    const row = document.querySelector(`[data-message="${message}"]`);
    const button = (name: string) =>
      row?.querySelector<HTMLElement>(`button[aria-label="${name}"]:enabled`);
    (button(ACTIONS.next) ?? button(ACTIONS.previous))?.focus();
  }, 50);
}

interface MessageListProps {
  messages: readonly ShownMessage[];
  models: ModelsView | undefined;
  runtime: RuntimeView | undefined;
  editing: string | null;
  onEditing: (id: string | null) => void;
  turn: TurnActions;
  onChooseModel: () => void;
  /** Asks a larger model for an answer once more. */
  onLarger: (answer: string) => void;
  /** A turn began from a row, which may be gone now. */
  onBegun: () => void;
}

export function MessageList({
  messages,
  models,
  runtime,
  editing,
  onEditing,
  turn,
  onChooseModel,
  onLarger,
  onBegun,
}: MessageListProps) {
  const list = useRef<VListHandle>(null);
  const region = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const moved = useRef<{ at: number; way: "up" | "down" | null }>({
    at: Number.NEGATIVE_INFINITY,
    way: null,
  });
  const before = useRef(0);
  const walkedTo = useRef<string | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const seek = useSelection((selection) => selection.seek);
  const [sought, setSought] = useState<string | null>(null);
  const busy = messages.at(-1)?.state === "streaming";
  const last = messages.length - 1;
  const lastId = messages[last]?.id;

  // Not the list's own way to an item: that one goes on for as long as sizes change, which is as
  // long as an answer is written, and would pull back somebody who has scrolled away.
  const toEnd = useCallback(() => {
    const feed = region.current?.querySelector("[role=feed]");
    if (feed) feed.scrollTop = feed.scrollHeight;
  }, []);

  // A new turn brings the end back into sight: the person has just asked.
  useLayoutEffect(() => {
    if (useSelection.getState().seek) return;
    stuck.current = true;
    toEnd();
  }, [lastId, toEnd]);

  useEffect(() => {
    if (!seek) return;
    const at = messages.findIndex(({ id }) => id === seek);
    if (at < 0) {
      // It stands on another branch: go there, once, and look again.
      if (walkedTo.current === seek) useSelection.getState().found();
      else void turn.walkTo(seek);
      walkedTo.current = seek;
      return;
    }
    useSelection.getState().found();
    stuck.current = false;
    list.current?.scrollToIndex(at, { align: "center" });
    setSought(seek);
    const timer = setTimeout(() => setSought(null), 2_500);
    return () => clearTimeout(timer);
  }, [seek, messages, turn]);

  const onScroll = useCallback((offset: number) => {
    const handle = list.current;
    if (!handle) return;
    const end = handle.scrollSize - handle.viewportSize - offset < NEAR;
    const own = performance.now() - moved.current.at < OWN_MOVEMENT;
    if (own && offset < before.current) stuck.current = false;
    else if (own && end && moved.current.way !== "up") stuck.current = true;
    before.current = offset;
    setAtEnd(end || stuck.current);
  }, []);

  const onResize = useCallback(() => {
    if (stuck.current) toEnd();
  }, [toEnd]);

  // The composer grows and shrinks below: the end stays where it was seen.
  useEffect(() => {
    const frame = region.current;
    if (!frame) return;
    const observer = new ResizeObserver(onResize);
    observer.observe(frame);
    return () => observer.disconnect();
  }, [onResize]);

  const own = (way: "up" | "down" | null) => {
    moved.current = { at: performance.now(), way };
    // At once, and not when the page has moved: an answer that grows would pull it back before.
    if (way === "up") stuck.current = false;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const way = SCROLL_KEYS[event.key];
    if (way) own(way);
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const current = (event.target as HTMLElement).closest("article")?.dataset.message;
    const from = current ? messages.findIndex(({ id }) => id === current) : messages.length;
    const to = Math.max(0, Math.min(last, from + (event.key === "ArrowUp" ? -1 : 1)));
    stuck.current = to === last;
    list.current?.scrollToIndex(to, { align: "nearest" });
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        region.current?.querySelector<HTMLElement>(`[data-message="${messages[to]?.id}"]`)?.focus();
      }),
    );
  };

  const editingAt = editing ? messages.findIndex(({ id }) => id === editing) : -1;
  useEffect(() => {
    if (editingAt < 0) return;
    stuck.current = false;
    list.current?.scrollToIndex(editingAt, { align: "nearest" });
  }, [editingAt]);
  // The answer in flight stays mounted, and so does what is being edited.
  const keep = useMemo(
    () => [...(editingAt >= 0 ? [editingAt] : []), ...(last >= 0 ? [last] : [])],
    [editingAt, last],
  );

  const handlers = useMemo(
    () => ({
      onEdit: async (id: string, text: string) => {
        // What could not be asked stays in its field.
        if (!(await turn.edit(id, text))) return;
        onEditing(null);
        onBegun();
      },
      onAgain: (id: string, how: Partial<AnswerAgain>) => void turn.again(id, how).then(onBegun),
      onGoOn: () => void turn.ask("Go on from where you stopped.").then(onBegun),
      onWalk: async (to: string) => {
        await turn.walkTo(to);
        keepFocusOn(to);
      },
    }),
    [turn, onBegun, onEditing],
  );

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears which movements are the person's own
    <div
      ref={region}
      className="relative min-h-0"
      data-region="messages"
      onKeyDown={onKeyDown}
      onWheel={(event) => own(event.deltaY < 0 ? "up" : "down")}
      onTouchMove={() => own(null)}
      onPointerDown={() => own(null)}
      onPointerMove={(event) => event.buttons > 0 && own(null)}
    >
      <VList
        ref={list}
        data={messages}
        className="!h-full py-4"
        role="feed"
        aria-label={NAMES.messages}
        aria-busy={busy}
        tabIndex={0}
        bufferSize={600}
        keepMounted={keep}
        onScroll={onScroll}
        onResize={onResize}
      >
        {(message, at) => (
          <Row
            key={message.id}
            message={message}
            position={at + 1}
            count={messages.length}
            editing={message.id === editing}
            busy={busy}
            models={models}
            runtime={message.state === "streaming" ? runtime : undefined}
            sought={message.id === sought}
            onEditing={onEditing}
            onChooseModel={onChooseModel}
            onLarger={onLarger}
            {...handlers}
          />
        )}
      </VList>
      {!atEnd && (
        <button
          type="button"
          className="absolute bottom-3 left-1/2 flex min-h-8 -translate-x-1/2 items-center gap-1.5 rounded-full border border-line bg-raised px-3.5 text-small text-soft shadow-medium hover:border-line-strong hover:text-ink"
          onClick={() => {
            stuck.current = true;
            setAtEnd(true);
            toEnd();
            region.current
              ?.querySelector<HTMLElement>("[role=feed]")
              ?.focus({ preventScroll: true });
          }}
        >
          <ArrowDown className="icon-small" aria-hidden="true" />
          {NAMES.jump}
        </button>
      )}
    </div>
  );
}
