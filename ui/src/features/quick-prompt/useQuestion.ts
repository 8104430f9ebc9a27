// The field and what goes along with it: how an action is chosen there, and how all of it is asked,
// handed over or begun anew. Nothing typed or given is lost where that fails.
import {
  type Dispatch,
  type KeyboardEvent,
  type RefObject,
  type SetStateAction,
  useEffect,
  useRef,
  useState,
} from "react";
import type { ActionsView, ActionView } from "../../ipc";
import { type Draft, EMPTY, joined, textOf } from "../chat/drafts";
import type { TextBoxHandle } from "../chat/TextBox";
import { actionIn, actionTyped, matching, mayName } from "./typed";
import { type Along, partOf, withDefaults } from "./useAlong";
import type { QuickTurn } from "./useQuickTurn";
import { DECIDE_FIRST } from "./words";

/** While something is on its way to the core. */
const BUSY = "One moment: what came before is not done yet.";

interface Page {
  box: RefObject<TextBoxHandle | null>;
  turn: QuickTurn;
  along: Along;
  /** Says why a key did nothing. */
  say: Dispatch<SetStateAction<string | null>>;
  /** Another question begins, or another conversation. */
  onBegin: () => void;
}

export function useQuestion({ box, turn, along, say, onBegin }: Page) {
  const { view, answering, waiting } = turn;
  const { actions, chosen, context, readActions } = along;
  const [empty, setEmpty] = useState(true);
  const [temporary, setTemporary] = useState(false);
  /** What is typed, while it is short. */
  const [typed, setTyped] = useState("");
  /** Which action of the list Enter takes. */
  const [marked, setMarked] = useState(0);
  /** Something is on its way to the core, and comes back if it fails. */
  const sending = useRef(false);

  // An action that is being chosen.
  const beginning = chosen ? null : actionTyped(typed);
  const begins = beginning !== null;
  const found = begins && actions ? matching(actions.actions, beginning) : [];
  useEffect(() => {
    if (begins) void readActions();
  }, [begins, readActions]);

  const draft = () => box.current?.draft() ?? EMPTY;
  const take = (action: ActionView, rest: Draft = { text: "", pasted: draft().pasted }) => {
    along.choose(action);
    box.current?.set(rest);
    box.current?.focus();
  };
  const onShort = (text: string) => {
    setTyped(text);
    setMarked(0);
    // A name that is typed whole needs no Enter.
    const named = chosen ? null : (/^\/([a-z0-9-]+)\s$/.exec(text)?.[1] ?? null);
    const action = actions?.actions.find(({ name }) => name === named);
    if (action) take(action);
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>, nothing: boolean) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Backspace" && nothing && along.dropLast()) return event.preventDefault();
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (found.length === 0 || (!move && event.key !== "Tab")) return;
    event.preventDefault();
    if (move) return setMarked((marked + move + found.length) % found.length);
    const action = found[marked];
    if (action) take(action);
  };

  /** Clears the field and what is given along; if what is done with it fails, it is given back. */
  const send = async (run: () => Promise<boolean>): Promise<void> => {
    const before = draft();
    box.current?.set(EMPTY);
    along.clear();
    sending.current = true;
    const done = await run();
    sending.current = false;
    say((now) => (now === BUSY ? null : now));
    if (done) return setTemporary(false);
    along.giveBack({ context, chosen });
    box.current?.set(joined(before, draft()));
  };

  /** `read`: the actions, where the text may name one. */
  const askNow = async (read: ActionsView | null): Promise<void> => {
    const before = draft();
    const named = read && !chosen ? actionIn(before, read.actions, marked) : null;
    const text = textOf(named ? named.rest : before);
    if (named) {
      const { action, whole, rest } = named;
      // Where it has no value there is a field for it.
      const lacks = action.parameters.some((parameter) => parameter.default === null);
      if (!whole || lacks || (text === "" && !context)) return take(action, rest);
    }
    if (text === "" && !context) {
      if (chosen) return say("Type or paste a text, or give one along with Alt+V.");
      return say(before.text === "" ? null : "There is nothing to ask yet.");
    }
    if (answering) return say("Sotto is answering. Esc stops it; then ask this.");
    if (waiting) return say(DECIDE_FIRST);
    say(null);
    onBegin();
    const part = partOf({ context, chosen: named ? withDefaults(named.action) : chosen });
    await send(() => turn.ask(text, part, temporary));
  };
  const latest = useRef(askNow);
  latest.current = askNow;
  const ask = async (): Promise<void> => {
    if (sending.current) return say(BUSY);
    if (chosen || !mayName(draft().text)) return askNow(null);
    if (begins && actions) return askNow(actions);
    sending.current = true;
    const read = await readActions();
    sending.current = false;
    // Why they cannot be read is said.
    if (read) await latest.current(read);
  };

  const handOver = async (): Promise<void> => {
    if (waiting) return say(DECIDE_FIRST);
    if (sending.current) return say(BUSY);
    const { text, pasted } = draft();
    // In the chat there is nothing beside the field: what is given along stands in it.
    const all = textOf({ text, pasted: context ? [...pasted, context.text] : pasted });
    onBegin();
    await send(() => turn.handOver(all));
  };

  const changeTemporary = () => {
    box.current?.focus();
    if (!view) return setTemporary(!temporary);
    if (!view.temporary) return say("This conversation is in the history. Ctrl+N begins another.");
    if (waiting) return say(DECIDE_FIRST);
    void turn.keep();
  };

  const anew = () => {
    if (waiting) return say(DECIDE_FIRST);
    if (answering) return say("Sotto is answering. Esc stops it first.");
    if (sending.current) return say(BUSY);
    turn.anew();
    along.clear();
    onBegin();
    box.current?.focus();
  };

  return {
    ask,
    handOver,
    anew,
    take,
    /** Nothing is typed. */
    empty,
    /** The list of actions is open. */
    listed: begins && actions !== null,
    found,
    marked,
    temporary: view ? view.temporary : temporary,
    changeTemporary,
    clipboard: () => {
      box.current?.focus();
      void along.takeClipboard();
    },
    slash: () => {
      if (empty) box.current?.set({ ...EMPTY, text: "/" });
      box.current?.focus();
    },
    /** For the field. */
    field: {
      onSend: () => void ask(),
      onKey,
      onShort,
      onEmpty: (now: boolean) => {
        setEmpty(now);
        say(null);
      },
    },
  };
}
