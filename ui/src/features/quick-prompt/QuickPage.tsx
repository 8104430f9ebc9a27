// The quick prompt: one line that is typed into at once, the answer below it, and one key for each
// thing that can be done with it.
import { Pin, PinOff } from "lucide-react";
import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import { announce } from "../../components/announcer";
import { IconButton } from "../../components/Button";
import { copyText } from "../../components/clipboard";
import { PlaceBadge } from "../../components/PlaceBadge";
import { useCore } from "../../ipc";
import { NAMES, QUICK } from "../../testing/landmarks";
import { draftFrom, EMPTY, joined, textOf } from "../chat/drafts";
import { TextBox, type TextBoxHandle } from "../chat/TextBox";
import { choicesOf } from "../larger/choices";
import { useCloud } from "../larger/useCloud";
import type { Choice } from "../larger/waiting";
import { AnswerPart } from "./AnswerPart";
import { KeyBar, type KeyBarEntry } from "./KeyBar";
import { type AnswerKey, meaningOf } from "./keys";
import { LargerChoices } from "./LargerChoices";
import { useHeight } from "./useHeight";
import { useLetters } from "./useLetters";
import { useQuickTurn } from "./useQuickTurn";

/** Milliseconds for which it is said that something was copied. */
const SAID_FOR = 1_600;

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input, textarea");

export function QuickPage() {
  const core = useCore();
  const turn = useQuickTurn();
  const { view, problem, waiting, answering } = turn;
  const choices = choicesOf(useCloud());
  const page = useRef<HTMLElement>(null);
  const box = useRef<TextBoxHandle>(null);
  const answer = useRef<HTMLElement>(null);
  const [empty, setEmpty] = useState(true);
  const [typing, setTyping] = useState(true);
  const [pinned, setPinned] = useState(false);
  const [copied, setCopied] = useState(false);
  const [choosing, setChoosing] = useState(false);
  /** Why Enter did nothing. */
  const [hint, setHint] = useState<string | null>(null);
  const sending = useRef(false);
  /** No key was pressed since the window is shown. */
  const first = useRef(true);
  const measure = useHeight(page, answering);

  const last = view?.messages.at(-1);
  const over = last !== undefined && !answering;
  const field = useCallback(() => page.current?.querySelector("textarea") ?? null, []);

  // The window stays while something is on its way, or as long as the person wants it.
  const stays = answering || waiting || pinned;
  useEffect(() => {
    core.quickStay(stays).catch(() => {});
  }, [core, stays]);

  // Its window comes and goes; what it goes on with is up to the core.
  const { refresh } = turn;
  const latest = useRef({ refresh, measure });
  latest.current = { refresh, measure };
  useEffect(
    () =>
      core.subscribeQuick((event) => {
        if (event.type === "shown") {
          if (event.text !== null && box.current) {
            box.current.set(joined(box.current.draft(), draftFrom(event.text)));
          }
          box.current?.focus();
          void latest.current.refresh().then(() => latest.current.measure());
          return;
        }
        first.current = true;
        // What was typed and not asked is there when it comes back, ready to be typed over.
        setChoosing(false);
        setHint(null);
        box.current?.focus();
        field()?.select();
      }),
    [core, field],
  );

  // The answer has the focus when it is over, for its keys; whoever types meanwhile goes on typing.
  const wasAnswering = useRef(false);
  useEffect(() => {
    const ended = wasAnswering.current && !answering;
    wasAnswering.current = answering;
    if (ended && (field()?.textLength ?? 0) === 0) answer.current?.focus({ preventScroll: true });
  }, [answering, field]);

  // What is being written stays in sight, unless the person reads above it.
  const follows = useRef(true);
  useEffect(() => {
    const text = answer.current?.firstElementChild;
    if (!text) return;
    const observer = new ResizeObserver(() => {
      if (follows.current && answer.current) answer.current.scrollTop = answer.current.scrollHeight;
    });
    if (answering) observer.observe(text);
    return () => observer.disconnect();
  }, [answering]);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [copied]);

  const ask = async () => {
    const draft = box.current?.draft() ?? EMPTY;
    const text = textOf(draft);
    if (text === "") return setHint(draft.text === "" ? null : "There is nothing to ask yet.");
    if (answering) return setHint("Sotto is answering. Esc stops it; then ask this.");
    if (waiting) return setHint("Decide in the other window first, or press Esc.");
    if (sending.current) return;
    sending.current = true;
    setHint(null);
    setChoosing(false);
    follows.current = true;
    box.current?.set(EMPTY);
    const asked = await turn.ask(text);
    sending.current = false;
    // What could not be asked is given back.
    if (!asked) box.current?.set(joined(draft, box.current.draft()));
  };

  const larger = (choice: Choice) => {
    setChoosing(false);
    box.current?.focus();
    if (last) void turn.larger(last.id, choice);
  };

  const act = async (what: AnswerKey) => {
    if (!last || !over || waiting) return;
    switch (what) {
      case "copy": {
        const done = await copyText(last.text);
        setCopied(done);
        announce(done ? "Copied" : "The clipboard could not be used");
        break;
      }
      case "again":
        follows.current = true;
        setChoosing(false);
        box.current?.focus();
        void turn.again(last.id);
        break;
      case "larger": {
        const [only, ...others] = choices;
        if (!only) return;
        if (others.length > 0) setChoosing(true);
        else larger({ provider: only.provider.id, model: only.model.name });
      }
    }
  };
  const letters = useLetters((what) => void act(what));

  const handOver = async () => {
    const draft = textOf(box.current?.draft() ?? EMPTY);
    if (await turn.handOver(draft)) box.current?.set(EMPTY);
  };

  const anew = () => {
    if (answering || waiting) return setHint("Sotto is answering. Esc stops it first.");
    turn.anew();
    setChoosing(false);
    box.current?.focus();
  };

  const clear = () => {
    box.current?.focus();
    field()?.select();
    // As a person deletes, so that it can be undone.
    if (!document.execCommand("delete")) box.current?.set(EMPTY);
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
        : !empty
          ? { name: QUICK.clear, keys: "Esc", run: clear }
          : { name: QUICK.close, keys: "Esc", run: () => void core.quickHide().catch(() => {}) };

  const onKey = useRef<(event: KeyboardEvent) => void>(() => {});
  onKey.current = (event) => {
    const where = { typing: isField(event.target), answered: over, first: first.current };
    first.current = false;
    const meaning = meaningOf(event, where);
    if (!meaning) return;
    if (meaning.does === "type") {
      // The key itself is left alone: it is typed where the focus is now.
      const before = letters.before();
      box.current?.focus();
      if (before !== "") document.execCommand("insertText", false, before);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    switch (meaning.does) {
      case "escape":
        return onEscape.run();
      case "hand over":
        return void handOver();
      case "anew":
        return anew();
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

  const withKey = (letter: string) => (typing ? `Alt+${letter}` : letter);
  const entries: KeyBarEntry[] = over
    ? [
        { name: copied ? "Copied" : QUICK.copy, keys: withKey("C"), run: () => void act("copy") },
        { name: QUICK.goOn, keys: "Mod+↵", run: () => void handOver() },
        { name: QUICK.again, keys: withKey("R"), run: () => void act("again") },
        ...(choices.length > 0
          ? [{ name: QUICK.larger, keys: withKey("L"), run: () => void act("larger") }]
          : []),
        { name: QUICK.anew, keys: "Mod+N", run: anew },
      ]
    : [
        { name: QUICK.ask, keys: "↵", run: () => void ask(), disabled: empty || answering },
        { name: QUICK.goOn, keys: "Mod+↵", run: () => void handOver() },
      ];

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
              placeholder={view ? "Ask further" : "Ask anything"}
              autoFocus
              className="text-large leading-[1.6]"
              onSend={ask}
              onEmpty={(now) => {
                setEmpty(now);
                setHint(null);
              }}
            />
          </div>
          <span className="flex h-[1.9rem] flex-none items-center gap-1.5">
            <PlaceBadge place="this_computer" />
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
        <p role="status" className="text-small text-soft empty:hidden">
          {waiting
            ? "Waiting for your yes in the other window. Nothing has left this computer."
            : hint}
        </p>
      </header>
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
