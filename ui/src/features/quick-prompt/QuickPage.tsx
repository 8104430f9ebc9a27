// The quick prompt: one line that is typed into at once, the answer below it, and one key for each
// thing that can be done with it.
import { EyeOff, Pin, PinOff } from "lucide-react";
import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import { IconButton } from "../../components/Button";
import { PlaceBadge } from "../../components/PlaceBadge";
import { useCore } from "../../ipc";
import { NAMES, QUICK } from "../../testing/landmarks";
import { draftFrom, EMPTY, joined } from "../chat/drafts";
import { TextBox, type TextBoxHandle } from "../chat/TextBox";
import { ACTIONS_LIST, ActionList, optionId } from "./ActionList";
import { AlongRow } from "./AlongRow";
import { AnswerPart } from "./AnswerPart";
import { KeyBar, type KeyBarEntry } from "./KeyBar";
import { type AnswerKey, meaningOf } from "./keys";
import { LargerChoices } from "./LargerChoices";
import { useActs } from "./useActs";
import { useAlong } from "./useAlong";
import { useHeight } from "./useHeight";
import { useLetters } from "./useLetters";
import { useQuestion } from "./useQuestion";
import { useQuickTurn } from "./useQuickTurn";
import { DECIDE_FIRST } from "./words";

/** Milliseconds out of sight after which a draft is selected, to be typed over. */
const LEFT_FOR = 5 * 60_000;

/** Behind every text. */
const END = 0x7fff_ffff;

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input, textarea");

export function QuickPage() {
  const core = useCore();
  const turn = useQuickTurn();
  const { view, problem, waiting, answering } = turn;
  const page = useRef<HTMLElement>(null);
  const box = useRef<TextBoxHandle>(null);
  const answer = useRef<HTMLElement>(null);
  const [typing, setTyping] = useState(true);
  const [pinned, setPinned] = useState(false);
  /** Why a key did nothing. */
  const [hint, setHint] = useState<string | null>(null);
  /** No key was pressed since the window is shown. */
  const first = useRef(true);
  const along = useAlong(setHint);

  const last = view?.messages.at(-1);
  const follows = useRef(true);
  const { act, larger, choices, choosing, setChoosing, copied, over } = useActs(turn, {
    say: setHint,
    toField: () => box.current?.focus(),
    follow: () => {
      follows.current = true;
    },
  });
  const question = useQuestion({
    box,
    turn,
    along,
    say: setHint,
    onBegin: () => {
      setChoosing(false);
      follows.current = true;
    },
  });
  const { ask, handOver, anew, empty, found, marked, listed, temporary } = question;
  const measure = useHeight(page, answering, listed);
  const letters = useLetters((what) => void act(what));
  const field = useCallback(() => page.current?.querySelector("textarea") ?? null, []);

  // The window stays while something is on its way, or as long as the person wants it.
  const stays = answering || waiting || pinned;
  useEffect(() => {
    core.quickStay(stays).catch(() => {});
  }, [core, stays]);

  // What was said of a decision is over with it.
  useEffect(() => {
    if (!waiting) setHint((now) => (now === DECIDE_FIRST ? null : now));
  }, [waiting]);

  // Its window comes and goes; what it goes on with is up to the core.
  const { refresh } = turn;
  const hiddenAt = useRef(Number.POSITIVE_INFINITY);
  const latest = useRef({ refresh, measure, along, letters });
  latest.current = { refresh, measure, along, letters };
  useEffect(
    () =>
      core.subscribeQuick((event) => {
        switch (event.type) {
          case "shown": {
            const { text, action, context } = event.with;
            box.current?.focus();
            if (text && box.current) box.current.set(joined(box.current.draft(), draftFrom(text)));
            // After a while another question comes: it is typed over what was left.
            else if (Date.now() - hiddenAt.current > LEFT_FOR) field()?.select();
            hiddenAt.current = Number.POSITIVE_INFINITY;
            if (context) latest.current.along.give(context);
            if (action) void latest.current.along.chooseNamed(action);
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
            hiddenAt.current = Date.now();
            first.current = true;
            latest.current.letters.take();
            setChoosing(false);
            setHint(null);
            box.current?.focus();
            // What was typed and not asked is there when it comes back, to be gone on with.
            field()?.setSelectionRange(END, END);
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
    // "k thanks": the space makes it a word, too, and does not scroll.
    const spaced =
      event.key === " " && !event.ctrlKey && event.target === answer.current && letters.waits();
    if (!meaning && !spaced) return;
    const letter = meaning?.does === "act" ? meaning.letter : null;
    if (!meaning || meaning.does === "type" || (letter !== null && letters.waits())) {
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
        return question.clipboard();
      case "temporary":
        return question.changeTemporary();
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
  const withKey = (letter: string) => (typing ? `Alt+${letter}` : letter);
  const goOn = {
    name: view?.temporary ? QUICK.keepAndGoOn : QUICK.goOn,
    keys: "Mod+↵",
    run: () => void handOver(),
  };
  const entries: KeyBarEntry[] = over
    ? [
        { ...said("copy", QUICK.copy), keys: withKey("C") },
        { ...said("plain", QUICK.plain), keys: withKey("P") },
        { ...said("insert", QUICK.insert), keys: withKey("X") },
        ...(view?.temporary ? [{ ...said("keep", QUICK.keep), keys: withKey("K") }] : []),
        goOn,
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
        { name: QUICK.slash, keys: "/", run: question.slash, disabled: !empty },
        { name: QUICK.clipboard, keys: "Alt+V", run: question.clipboard },
        goOn,
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
              {...question.field}
              list={
                found.length > 0
                  ? {
                      controls: ACTIONS_LIST,
                      active: found[marked] && optionId(found[marked].name),
                    }
                  : undefined
              }
            />
          </div>
          <span className="flex h-[1.9rem] flex-none items-center gap-1.5">
            <PlaceBadge place="this_computer" />
            <IconButton
              label={QUICK.temporary}
              aria-pressed={temporary}
              className={`-mr-1 size-7 ${temporary ? "bg-accent-wash text-accent" : ""}`}
              icon={<EyeOff className="icon-small" aria-hidden="true" />}
              onClick={question.changeTemporary}
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
          {waiting && "Waiting for your yes in the other window. Nothing has left this computer. "}
          {hint ?? (temporary && !view ? "Temporary: what you ask now is kept nowhere." : null)}
        </p>
      </header>
      {listed && along.actions && (
        <div data-measured="" className="max-h-80 overflow-y-auto border-b border-line">
          <ActionList
            view={along.actions}
            found={found}
            marked={marked}
            onChoose={(action) => question.take(action)}
          />
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
