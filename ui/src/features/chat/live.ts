// Answers that are being written now. Pieces arrive faster than the screen is drawn: they are
// gathered and shown once a frame, and less often when drawing takes long.
import { create } from "zustand";
import { LiveText, type TextSnapshot } from "../../components/markdown/live-text";
import type { Message } from "../../ipc";

interface Live {
  /** What each answer in flight says so far. */
  texts: Readonly<Record<string, TextSnapshot>>;
}

export const useLive = create<Live>(() => ({ texts: {} }));

const writing = new Map<string, LiveText>();
const ended = new Map<string, Message>();
/** Answers seen being written in this window: these are not folded when they end. */
const witnessed = new Set<string>();
const changed = new Set<string>();
let scheduled = false;
let notBefore = 0;

/** Milliseconds for which the text of an ended answer stays: until its end has surely been drawn. */
const STAYS = 2_000;
/** Ended answers that are remembered until the reply to the question has surely come. */
const ENDED_KEPT = 50;

function show(): void {
  scheduled = false;
  const begun = performance.now();
  const texts = { ...useLive.getState().texts };
  for (const answer of changed) {
    const text = writing.get(answer);
    if (text) texts[answer] = text.snapshot();
  }
  changed.clear();
  useLive.setState({ texts });
  // React draws before the next task. Leave at least as much time for everything else.
  queueMicrotask(() => {
    const now = performance.now();
    notBefore = now + (now - begun);
  });
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  const wait = Math.max(0, notBefore - performance.now());
  const next = () => {
    if (document.hidden) setTimeout(show, 200);
    else requestAnimationFrame(show);
  };
  if (wait > 4) setTimeout(next, wait);
  else next();
}

/** An answer grew. */
export function answerGrew(answer: string, text: string): void {
  if (ended.has(answer)) return;
  let live = writing.get(answer);
  if (!live) {
    live = new LiveText();
    writing.set(answer, live);
  }
  witnessed.add(answer);
  live.append(text);
  changed.add(answer);
  schedule();
}

/** What is stored of an answer in flight: taken when this window has heard less of it. */
export function answerSeen(answer: string, text: string): void {
  if (ended.has(answer) || (writing.get(answer)?.length ?? -1) >= text.length) return;
  const live = new LiveText();
  live.append(text);
  writing.set(answer, live);
  changed.add(answer);
  schedule();
}

/** An answer is over. */
export function answerEnded(answer: Message): void {
  writing.delete(answer.id);
  changed.delete(answer.id);
  ended.set(answer.id, answer);
  for (const id of ended.keys()) {
    if (ended.size <= ENDED_KEPT) break;
    ended.delete(id);
  }
  // Not at once: the end is drawn a moment later, and between the two there would be nothing.
  setTimeout(() => {
    const { [answer.id]: _, ...texts } = useLive.getState().texts;
    useLive.setState({ texts });
  }, STAYS);
}

/** The end of an answer, if it was told before the answer itself was known. */
export function endOf(answer: string): Message | undefined {
  return ended.get(answer);
}

export function wasWitnessed(answer: string): boolean {
  return witnessed.has(answer);
}

/** Forgets everything: for tests. */
export function forgetLive(): void {
  writing.clear();
  ended.clear();
  witnessed.clear();
  changed.clear();
  scheduled = false;
  notBefore = 0;
  useLive.setState({ texts: {} });
}
