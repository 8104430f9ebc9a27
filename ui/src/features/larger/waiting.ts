// Which larger model the next question goes to, and what waits for the person's decision. Both are
// this window's and for one question only: nothing of it is kept.
import { create } from "zustand";
import type { Place } from "../../ipc";

/** A model of a provider. */
export interface Choice {
  provider: string;
  model: string;
}

export interface Waiting extends Choice {
  /** A new question, or an answer once more. */
  kind: "new" | "again";
  /** Where it was asked; `null`: in a conversation that has not begun. */
  conversation: string | null;
}

/** A choice with what the person must know about it. */
export interface Chosen extends Choice {
  place: Place;
  /** A standing yes covers it: it is sent without a question. */
  standing: boolean;
}

interface Larger {
  /** For the next question. */
  chosen: Chosen | null;
  waiting: Waiting | null;
}

export const useLarger = create<Larger>(() => ({ chosen: null, waiting: null }));

export const chooseLarger = (chosen: Chosen | null) => useLarger.setState({ chosen });
export const forgetLarger = () => useLarger.setState({ chosen: null, waiting: null });
