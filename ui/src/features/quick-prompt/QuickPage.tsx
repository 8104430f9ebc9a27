// The quick prompt: one line that is typed into at once, the answer below it, and one key for each
// thing that can be done with it.
import { EyeOff, Pin, PinOff } from "lucide-react";
import {
  type KeyboardEvent as FieldKey,
  type PointerEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { IconButton } from "../../components/Button";
import { PlaceBadge } from "../../components/PlaceBadge";
import { type ActionView, useCore } from "../../ipc";
import { NAMES, QUICK } from "../../testing/landmarks";
import { draftFrom, EMPTY, joined, textOf } from "../chat/drafts";
import { TextBox, type TextBoxHandle } from "../chat/TextBox";
import { ACTIONS_LIST, ActionList, actionTyped, matching, optionId } from "./ActionList";
import { AlongRow } from "./AlongRow";
import { AnswerPart } from "./AnswerPart";
import { KeyBar, type KeyBarEntry } from "./KeyBar";
import { type AnswerKey, meaningOf } from "./keys";
import { LargerChoices } from "./LargerChoices";
import { useActs } from "./useActs";
import { useAlong } from "./useAlong";
import { useHeight } from "./useHeight";
import { useLetters } from "./useLetters";
import { useQuickTurn } from "./useQuickTurn";

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input, textarea");

export function QuickPage() {
  const core = useCore();
  const turn = useQuickTurn();
  const { view, problem, waiting, answering } = turn;
  const page = useRef<HTMLElement>(null);
  const box = useRef<TextBoxHandle>(null);
  const answer = useRef<HTMLElement>(null);
  const [empty, setEmpty] = useState(true);
  const [typing, setTyping] = useState(true);
  const [pinned, setPinned] = useState(false);
  const [temporary, setTemporary] = useState(false);
  /** What is typed, while it is short. */
  const [typed, setTyped] = useState("");
  /** Which action of the list Enter takes. */
  const [marked, setMarked] = useState(0);
  /** Why Enter did nothing. */
  const [hint, setHint] = useState<string | null>(null);
  const sending = useRef(false);
  /** No key was pressed since the window is shown. */
  const first = useRef(true);
  const along = useAlong(setHint);
  // An action that is being chosen.
  const beginning = along.chosen ? null : actionTyped(typed);
  const listed = beginning !== null && along.actions !== null;
  const measure = useHeight(page, answering, listed);

  const last = view?.messages.at(-1);
  const follows = useRef(true);
  const { act, larger, choices, choosing, setChoosing, copied, over } = useActs(turn, {
    toField: () => box.current?.focus(),
    follow: () => {
      follows.current = true;
    },
  });
  const letters = useLetters((what) => void act(what));
  const field = useCallback(() => page.current?.querySelector("textarea") ?? null, []);

  // The window stays while something is on its way, or as long as the person wants it.
  const stays = answering || waiting || pinned;
  useEffect(() => {
    core.quickStay(stays).catch(() => {});
  }, [core, stays]);

  // Its window comes and goes; what it goes on with is up to the core.
  const { refresh } = turn;
  const latest = useRef({ refresh, measure, along, letters });
  latest.current = { refresh, measure, along, letters };
  useEffect(
    () =>
      core.subscribeQuick((event) => {
        switch (event.type) {
          case "shown": {
            const { text, action, context } = event.with;
            if (text && box.current) box.current.set(joined(box.current.draft(), draftFrom(text)));
            if (context) latest.current.along.give(context);
            if (action) void latest.current.along.chooseNamed(action);
            box.current?.focus();
            void latest.current.refresh().then(() => latest.current.measure());
            break;
          }
          case "given":
            latest.current.along.give(event.context);
            box.current?.focus();
            break;
          case "not_given":
            setHint(event.reason);
            break;
          case "hidden":
            // What was typed and not asked is there when it comes back, ready to be typed over.
            first.current = true;
            latest.current.letters.take();
            setChoosing(false);
            setHint(null);
            box.current?.focus();
            field()?.select();
        }
      }),
    [core, field, setChoosing],
  );

  // The answer has the focus when it is over, for its keys; whoever types meanwhile goes on typing.
  const wasAnswering = useRef(false);
  useEffect(() => {
    const ended = wasAnswering.current && !answering;
    wasAnswering.current = answering;
    if (ended && (field()?.textLength ?? 0) === 0) answer.current?.focus({ preventScroll: true });
  }, [answering, field]);

  // What is being written stays in sight, unless the person reads above it.
  useEffect(() => {
    const text = answer.current?.firstElementChild;
    if (!text) return;
    const observer = new ResizeObserver(() => {
      if (follows.current && answer.current) answer.current.scrollTop = answer.current.scrollHeight;
    });
    if (answering) observer.observe(text);
    return () => observer.disconnect();
  }, [answering]);

  const found =
    beginning !== null && along.actions ? matching(along.actions.actions, beginning) : [];
  const { readActions } = along;
  const begins = beginning !== null;
  useEffect(() => {
    if (begins) void readActions();
  }, [begins, readActions]);
  const take = (action: ActionView, rest = EMPTY) => {
    along.choose(action);
    box.current?.set(rest);
    box.current?.focus();
  };
  const onShort = (text: string) => {
    setTyped(text);
    setMarked(0);
    // A name that is typed whole needs no Enter.
    const named = along.chosen ? null : (/^\/([a-z0-9-]+)\s$/.exec(text)?.[1] ?? null);
    const action = along.actions?.actions.find(({ name }) => name === named);
    if (action) take(action);
  };
  const onFieldKey = (event: FieldKey<HTMLTextAreaElement>, nothing: boolean) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Backspace" && nothing && along.dropLast()) return event.preventDefault();
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (found.length === 0 || (!move && event.key !== "Tab")) return;
    event.preventDefault();
    if (move) return setMarked((marked + move + found.length) % found.length);
    const action = found[marked];
    if (action) take(action);
  };

  const ask = async () => {
    const draft = box.current?.draft() ?? EMPTY;
    const text = textOf(draft);
    if (begins) {
      const action = found[marked];
      return action ? take(action) : setHint("There is no such action. Esc clears the field.");
    }
    if (text === "" && !along.context) {
      if (along.chosen) return setHint("Type or paste a text, or give one along with Alt+V.");
      return setHint(draft.text === "" ? null : "There is nothing to ask yet.");
    }
    if (answering) return setHint("Sotto is answering. Esc stops it; then ask this.");
    if (waiting) return setHint("Decide in the other window first, or press Esc.");
    if (sending.current) return;
    sending.current = true;
    setHint(null);
    setChoosing(false);
    follows.current = true;
    box.current?.set(EMPTY);
    const asked = await turn.ask(text, along.part(), temporary);
    sending.current = false;
    if (asked) {
      along.clear();
      return setTemporary(false);
    }
    // What could not be asked is given back.
    box.current?.set(joined(draft, box.current.draft()));
  };

  const handOver = async () => {
    const draft = textOf(box.current?.draft() ?? EMPTY);
    if (await turn.handOver(draft)) box.current?.set(EMPTY);
  };

  const changeTemporary = () => {
    box.current?.focus();
    if (!view) return setTemporary(!temporary);
    if (view.temporary) return void turn.keep();
    setHint("This conversation is in the history. Ctrl+N begins another.");
  };

  const anew = () => {
    if (answering || waiting) return setHint("Sotto is answering. Esc stops it first.");
    turn.anew();
    along.clear();
    setChoosing(false);
    box.current?.focus();
  };

  const clear = () => {
    box.current?.focus();
    field()?.select();
    // As a person deletes, so that it can be undone.
    if (!document.execCommand("delete")) box.current?.set(EMPTY);
    along.clear();
    setHint(null);
  };

  const onEscape: KeyBarEntry = waiting
    ? { name: NAMES.takeBack, keys: "Esc", run: turn.takeBack }
    : choosing
      ? {
          name: QUICK.close,
          keys: "Esc",
          run: () => {
            setChoosing(false);
            answer.current?.focus();
          },
        }
      : answering
        ? { name: QUICK.stop, keys: "Esc", run: turn.stop }
        : !empty || along.context || along.chosen
          ? { name: QUICK.clear, keys: "Esc", run: clear }
          : { name: QUICK.close, keys: "Esc", run: () => void core.quickHide().catch(() => {}) };

  const onKey = useRef<(event: KeyboardEvent) => void>(() => {});
  onKey.current = (event) => {
    const where = { typing: isField(event.target), answered: over, first: first.current };
    first.current = false;
    const meaning = meaningOf(event, where);
    if (!meaning) return;
    const letter = meaning.does === "act" ? meaning.letter : null;
    if (meaning.does === "type" || (letter !== null && letters.waits())) {
      // The key itself is left alone: it is typed where the focus is now.
      const before = letters.take();
      box.current?.focus();
      if (before !== "") document.execCommand("insertText", false, before);
      return;
    }
    letters.take();
    event.preventDefault();
    event.stopPropagation();
    switch (meaning.does) {
      case "escape":
        return onEscape.run();
      case "hand over":
        return void handOver();
      case "anew":
        return anew();
      case "clipboard":
        box.current?.focus();
        return void along.takeClipboard();
      case "temporary":
        return changeTemporary();
      case "act":
        if (meaning.letter === null) return void act(meaning.act);
        letters.press(meaning.act, meaning.letter);
    }
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey.current(event);
    // Before the field sees it: Enter with Ctrl is no question.
    window.addEventListener("keydown", listen, true);
    const look = () => setTyping(isField(document.activeElement));
    window.addEventListener("focusin", look);
    return () => {
      window.removeEventListener("keydown", listen, true);
      window.removeEventListener("focusin", look);
    };
  }, []);

  const onHold = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || !(event.target instanceof HTMLElement)) return;
    if (event.target.closest("textarea, button, [data-still]")) return;
    core.quickDrag().catch(() => {});
  };

  const said = (what: AnswerKey, name: string) => ({
    name: copied === what ? "Copied" : name,
    run: () => void act(what),
  });
  const slash = () => {
    if (empty) box.current?.set({ ...EMPTY, text: "/" });
    box.current?.focus();
  };
  const withKey = (letter: string) => (typing ? `Alt+${letter}` : letter);
  const entries: KeyBarEntry[] = over
    ? [
        { ...said("copy", QUICK.copy), keys: withKey("C") },
        { ...said("plain", QUICK.plain), keys: withKey("P") },
        { ...said("insert", QUICK.insert), keys: withKey("X") },
        ...(view?.temporary ? [{ ...said("keep", QUICK.keep), keys: withKey("K") }] : []),
        { name: QUICK.goOn, keys: "Mod+↵", run: () => void handOver() },
        { ...said("again", QUICK.again), keys: withKey("R") },
        ...(choices.length > 0 ? [{ ...said("larger", QUICK.larger), keys: withKey("L") }] : []),
        { name: QUICK.anew, keys: "Mod+N", run: anew },
      ]
    : [
        {
          name: QUICK.ask,
          keys: "↵",
          run: () => void ask(),
          disabled: (empty && !along.context) || answering,
        },
        { name: QUICK.slash, keys: "/", run: slash, disabled: !empty },
        { name: QUICK.clipboard, keys: "Alt+V", run: () => void along.takeClipboard() },
        { name: QUICK.goOn, keys: "Mod+↵", run: () => void handOver() },
      ];

  const placeholder = along.chosen
    ? along.context
      ? "Say more, or press Enter"
      : `Text to ${along.chosen.action.title.toLowerCase()}`
    : along.context
      ? "What about it?"
      : view
        ? "Ask further"
        : "Ask anything";

  return (
    <main ref={page} aria-labelledby="quick-title" className="quick">
      <header
        data-measured=""
        className={`px-5 pt-3.5 ${view || problem ? "border-b border-line pb-3" : "pb-3.5"}`}
        onPointerDown={onHold}
      >
        <h1 id="quick-title" className="sr-only">
          Quick prompt
        </h1>
        <div className="flex items-start gap-4">
          <div className="min-w-0 flex-1">
            <TextBox
              ref={box}
              label={NAMES.composer}
              placeholder={placeholder}
              autoFocus
              className="text-large leading-[1.6]"
              onSend={ask}
              onKey={onFieldKey}
              onShort={onShort}
              list={
                found.length > 0
                  ? {
                      controls: ACTIONS_LIST,
                      active: found[marked] && optionId(found[marked].name),
                    }
                  : undefined
              }
              onEmpty={(now) => {
                setEmpty(now);
                setHint(null);
              }}
            />
          </div>
          <span className="flex h-[1.9rem] flex-none items-center gap-1.5">
            <PlaceBadge place="this_computer" />
            <IconButton
              label={QUICK.temporary}
              aria-pressed={view ? view.temporary : temporary}
              className={`-mr-1 size-7 ${(view ? view.temporary : temporary) ? "bg-accent-wash text-accent" : ""}`}
              icon={<EyeOff className="icon-small" aria-hidden="true" />}
              onClick={changeTemporary}
            />
            <IconButton
              label={QUICK.pin}
              aria-pressed={pinned}
              className={`-mr-2 size-7 ${pinned ? "bg-accent-wash" : ""}`}
              icon={
                pinned ? (
                  <PinOff className="icon-small" aria-hidden="true" />
                ) : (
                  <Pin className="icon-small" aria-hidden="true" />
                )
              }
              onClick={() => {
                setPinned(!pinned);
                box.current?.focus();
              }}
            />
          </span>
        </div>
        <AlongRow along={along} onAsk={() => void ask()} />
        <p role="status" className="mt-2 text-small text-soft empty:hidden">
          {waiting
            ? "Waiting for your yes in the other window. Nothing has left this computer."
            : (hint ??
              (temporary && !view ? "Temporary: what you ask now is kept nowhere." : null))}
        </p>
      </header>
      {listed && along.actions && (
        <div data-measured="" className="max-h-80 overflow-y-auto border-b border-line">
          <ActionList view={along.actions} found={found} marked={marked} onChoose={take} />
        </div>
      )}
      <section
        ref={answer}
        aria-label={QUICK.answer}
        data-state={last?.state}
        data-conversation={view?.conversation.id}
        // It scrolls, and has the keys of the bar.
        tabIndex={view || problem ? 0 : -1}
        className="quick-answer"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        <div data-measured="" className={view || problem ? "px-5 py-3.5" : ""}>
          {view && <AnswerPart view={view} />}
          {problem && (
            <p
              role="alert"
              className="rounded-r-lg border-l-[3px] border-danger bg-danger-wash px-3.5 py-2 text-ui"
            >
              {problem}
            </p>
          )}
          {choosing && <LargerChoices choices={choices} onChoose={larger} />}
        </div>
      </section>
      <KeyBar left={entries} escapes={onEscape} />
    </main>
  );
}
