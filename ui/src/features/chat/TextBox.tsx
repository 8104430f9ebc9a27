// The field in which a question is typed. It is not controlled by React: nothing is measured or
// copied on a key, so it stays quick however much is in it. Very long pastes stand beside it.
import { FileText, X } from "lucide-react";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { IconButton } from "../../components/Button";
import { count } from "../../components/format";
import { type Draft, EMPTY, LONG_PASTE } from "./drafts";

/** Web views that cannot size a field by its content are helped, up to this many characters. */
const MEASURED_UP_TO = 20_000;
/** Characters of a text that is told as it is typed. */
const SHORT = 64;
const GROWS_BY_ITSELF = globalThis.CSS?.supports?.("field-sizing", "content") ?? true;

function grow(field: HTMLTextAreaElement): void {
  if (GROWS_BY_ITSELF) return;
  // From here on it is as high as it gets; measuring more text would take time on each key.
  const long = field.textLength > MEASURED_UP_TO;
  const frame = field.parentElement;
  if (long) field.style.height = "40vh";
  if (long) return;
  // Its frame holds its height meanwhile: the page above must not move with the measuring.
  if (frame) frame.style.height = `${frame.offsetHeight}px`;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  if (frame) frame.style.height = "";
}

export interface TextBoxHandle {
  draft: () => Draft;
  set: (draft: Draft) => void;
  focus: () => void;
}

interface TextBoxProps {
  ref: Ref<TextBoxHandle>;
  label: string;
  placeholder?: string;
  initial?: Draft;
  autoFocus?: boolean;
  /** What it holds waits for a decision and stays as it is. */
  readOnly?: boolean;
  className?: string;
  onSend: () => void;
  /** Keys that do not send, before the field sees them. */
  onKey?: (event: KeyboardEvent<HTMLTextAreaElement>, empty: boolean) => void;
  onEmpty?: (empty: boolean) => void;
  /** What is typed, as long as it is short: of a long text an empty one is told. */
  onShort?: (text: string) => void;
  /** The list that the field chooses from, and the option in it. */
  list?: { controls: string; active: string | undefined } | undefined;
}

export function TextBox({
  ref,
  label,
  placeholder,
  initial = EMPTY,
  autoFocus,
  readOnly,
  className = "",
  onSend,
  onKey,
  onEmpty,
  onShort,
  list,
}: TextBoxProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [pasted, setPasted] = useState(initial.pasted);

  useImperativeHandle(ref, () => ({
    draft: () => ({ text: field.current?.value ?? "", pasted }),
    set: (draft) => {
      if (field.current) {
        field.current.value = draft.text;
        grow(field.current);
      }
      setPasted(draft.pasted);
      onEmpty?.(draft.text === "" && draft.pasted.length === 0);
      tellShort();
    },
    focus: () => field.current?.focus(),
  }));

  useEffect(() => {
    if (field.current) grow(field.current);
  }, []);

  const tellShort = () => {
    const typed = field.current;
    onShort?.(typed && typed.textLength <= SHORT ? typed.value : "");
  };
  const tellEmpty = (left: string[]) =>
    onEmpty?.(field.current?.textLength === 0 && left.length === 0);

  const onPaste = (event: ClipboardEvent) => {
    if (readOnly) return;
    const text = event.clipboardData.getData("text/plain");
    if (text.length < LONG_PASTE) return;
    event.preventDefault();
    const next = [...pasted, text];
    setPasted(next);
    tellEmpty(next);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While a word is being composed (Japanese, Thai, dead keys) Enter belongs to the composition.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      // A key that is held down, perhaps since before the window had the focus, sends nothing.
      if (!event.repeat) onSend();
      return;
    }
    onKey?.(event, event.currentTarget.textLength === 0 && pasted.length === 0);
  };

  return (
    <>
      <div>
        <textarea
          ref={field}
          aria-label={label}
          placeholder={placeholder}
          defaultValue={initial.text}
          // biome-ignore lint/a11y/noAutofocus: typing is what this window is for
          autoFocus={autoFocus}
          readOnly={readOnly}
          rows={1}
          spellCheck={false}
          autoComplete="off"
          aria-autocomplete={list && "list"}
          aria-controls={list?.controls}
          aria-activedescendant={list?.active}
          className={`growing block w-full bg-transparent outline-none ${className}`}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onInput={(event) => {
            grow(event.currentTarget);
            tellEmpty(pasted);
            tellShort();
          }}
        />
      </div>
      {pasted.length > 0 && (
        <ul className="mt-1.5 flex flex-wrap gap-1.5" aria-label="Pasted texts">
          {pasted.map((text, at) => (
            <li
              key={at}
              className="flex items-center gap-1.5 rounded-lg border border-line bg-panel py-0.5 pr-0.5 pl-2.5 text-small text-soft"
            >
              <FileText className="icon-small" aria-hidden="true" />
              Pasted text, {count(text.length)} characters
              <IconButton
                label="Remove the pasted text"
                disabled={readOnly}
                icon={<X className="icon-small" />}
                className="size-7"
                onClick={() => {
                  const left = pasted.filter((_, index) => index !== at);
                  setPasted(left);
                  tellEmpty(left);
                  field.current?.focus();
                }}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
