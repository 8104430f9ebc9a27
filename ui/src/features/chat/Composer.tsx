// Where a question is typed. It is there before anything else is, takes text at once, and never
// loses it: what could not be sent is given back.
import { ArrowUp, Square, X } from "lucide-react";
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { IconButton } from "../../components/Button";
import { PlaceBadge } from "../../components/PlaceBadge";
import type { ShownMessage } from "../../ipc";
import { NAMES } from "../../testing/landmarks";
import { useSelection } from "../conversations/selection";
import { WaitingBar } from "../larger/WaitingBar";
import { type Chosen, chooseLarger, useLarger } from "../larger/waiting";
import { ContextMeter, tokensOf } from "./ContextMeter";
import { draftFrom, draftOf, EMPTY, joined, keepDraft, LONG_PASTE, textOf } from "./drafts";
import { TextBox, type TextBoxHandle } from "./TextBox";

export interface ComposerHandle {
  focus: () => void;
  /** Adds a text to the draft of a conversation, open or not. */
  take: (conversation: string | null, text: string) => void;
}

interface ComposerProps {
  ref: Ref<ComposerHandle>;
  conversation: string | null;
  messages: readonly ShownMessage[];
  /** Tokens of context that the model has here; 0 if unknown. */
  context: number;
  answering: boolean;
  /** Why nothing can be sent now; typing goes on. */
  cannotSend: string | null;
  onSend: (text: string) => Promise<boolean>;
  onStop: () => void;
  onEditLast: () => void;
}

function placeholder(larger: Chosen | null): string {
  if (!larger) return "Ask anything. Nothing leaves this computer.";
  return larger.standing
    ? `Ask ${larger.model}. It is sent at once: you gave this server a standing yes.`
    : `Ask ${larger.model}. You see what would leave before it does.`;
}

export function Composer(props: ComposerProps) {
  const { conversation, messages, context, answering, cannotSend } = props;
  const box = useRef<TextBoxHandle>(null);
  const shown = useRef(conversation);
  /** A question is on its way to the disk: a second one would begin a second conversation. */
  const sending = useRef(false);
  // What was typed before a page about the history took the window's place.
  const [initial] = useState(() => draftOf(conversation));
  const [empty, setEmpty] = useState(textOf(initial) === "");
  const [hint, setHint] = useState<string | null>(null);
  const larger = useLarger(({ chosen }) => chosen);
  const waiting = useLarger(
    ({ waiting }) => waiting?.conversation === conversation && waiting.kind,
  );

  useImperativeHandle(props.ref, () => ({
    focus: () => box.current?.focus(),
    take: (into, text) => {
      if (text === "") return;
      const draft = draftFrom(text);
      if (into === shown.current && box.current) {
        box.current.set(joined(box.current.draft(), draft));
      } else keepDraft(into, joined(draftOf(into), draft));
    },
  }));

  useEffect(() => {
    // Somebody may have typed or pasted before the page's code was there.
    const draft = box.current?.draft() ?? EMPTY;
    if (draft.text.length >= LONG_PASTE) box.current?.set(draftFrom(draft.text));
    else setEmpty(textOf(draft) === "");
    document.documentElement.dataset.ready = "composer";
  }, []);

  // Another conversation, another draft; a conversation begun here takes what is being typed along.
  useEffect(() => {
    const before = shown.current;
    shown.current = conversation;
    if (before !== conversation && !(before === null && useSelection.getState().adopted)) {
      if (box.current) keepDraft(before, box.current.draft());
      box.current?.set(draftOf(conversation));
      setHint(null);
    }
  }, [conversation]);
  // A layout effect: later, at the end, the field is gone already.
  useLayoutEffect(
    () => () => {
      if (box.current) keepDraft(shown.current, box.current.draft());
    },
    [],
  );

  const reason = answering
    ? "Sotto is answering. Stop it (Esc) or wait to send this."
    : waiting
      ? "Decide in the other window first, or take it back."
      : larger
        ? null
        : cannotSend;

  const send = async () => {
    const draft = box.current?.draft() ?? EMPTY;
    const text = textOf(draft);
    if (text === "") {
      setHint(draft.text === "" ? null : "There is nothing to send yet.");
      return;
    }
    if (reason) {
      setHint(reason);
      return;
    }
    if (sending.current) {
      setHint("The question before this one is not kept yet. Wait a moment.");
      return;
    }
    setHint(null);
    if (larger) {
      // The text stays in its field, as it is, until the person has decided about it.
      sending.current = true;
      const asked = await props.onSend(text).finally(() => {
        sending.current = false;
      });
      if (asked) {
        keepDraft(conversation, EMPTY);
        if (box.current && textOf(box.current.draft()) === text) box.current.set(EMPTY);
      }
      box.current?.focus();
      return;
    }
    box.current?.set(EMPTY);
    keepDraft(conversation, EMPTY);
    sending.current = true;
    const sent = await props.onSend(text).finally(() => {
      sending.current = false;
    });
    if (sent) return;
    if (shown.current === conversation && box.current)
      box.current.set(joined(draft, box.current.draft()));
    else keepDraft(conversation, joined(draft, draftOf(conversation)));
  };

  const onKey = (event: KeyboardEvent, nothingTyped: boolean) => {
    if (event.key === "ArrowUp" && nothingTyped && !event.shiftKey) {
      event.preventDefault();
      props.onEditLast();
    }
  };

  const tokens = tokensOf(messages);
  return (
    <div className="px-4 pt-1.5 pb-4" data-region="composer">
      <form
        className="mx-auto max-w-[47.5rem] rounded-2xl border border-line bg-raised px-3.5 pt-3 pb-2.5 shadow-medium focus-within:border-line-strong"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {waiting && <WaitingBar />}
        <TextBox
          ref={box}
          label={NAMES.composer}
          placeholder={placeholder(larger)}
          readOnly={waiting === "new"}
          initial={initial}
          autoFocus
          className="px-0.5"
          onSend={send}
          onKey={onKey}
          onEmpty={(now) => {
            setEmpty(now);
            setHint(null);
          }}
        />
        <div className="mt-2 flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1">
          <span className="flex min-w-0 flex-wrap items-center gap-x-2">
            <PlaceBadge place={larger?.place ?? "this_computer"} />
            {larger && (
              <>
                <span className="min-w-0 truncate text-small text-soft">
                  {larger.model}, for this question
                </span>
                <IconButton
                  label={NAMES.askHere}
                  icon={<X className="icon-small" aria-hidden="true" />}
                  className="size-7"
                  disabled={waiting === "new"}
                  onClick={() => {
                    chooseLarger(null);
                    box.current?.focus();
                  }}
                />
              </>
            )}
          </span>
          {tokens !== null && context > 0 && <ContextMeter tokens={tokens} context={context} />}
          <span role="status" className="min-w-0 flex-1 text-right text-small text-soft">
            {hint}
          </span>
          {answering ? (
            <button
              type="button"
              aria-label={NAMES.stop}
              title="Stop (Esc)"
              className="flex size-8 flex-none items-center justify-center rounded-[0.625rem] border border-transparent bg-ink text-paper"
              onClick={props.onStop}
            >
              <Square className="size-3 fill-current" aria-hidden="true" />
            </button>
          ) : (
            <button
              type="submit"
              aria-label={NAMES.send}
              title={reason ?? "Send (Enter)"}
              aria-disabled={empty || reason !== null || undefined}
              className="flex size-8 flex-none items-center justify-center rounded-[0.625rem] border border-transparent bg-accent text-accent-ink aria-disabled:border-line aria-disabled:bg-panel aria-disabled:text-faint"
            >
              <ArrowUp className="icon" aria-hidden="true" />
            </button>
          )}
        </div>
      </form>
    </div>
  );
}
