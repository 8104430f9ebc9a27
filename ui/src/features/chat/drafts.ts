// What was typed and not sent, per conversation. In memory only: the history is encrypted, and a
// draft in the web view's storage would not be.

export interface Draft {
  text: string;
  /** Long pasted texts, kept out of the text field because laying them out would freeze it. */
  pasted: string[];
}

export const EMPTY: Draft = { text: "", pasted: [] };

/** From this many characters a paste is kept beside the field. */
export const LONG_PASTE = 50_000;

const kept = new Map<string | null, Draft>();

/** The draft of a conversation; `null` names the one that has not begun. */
export const draftOf = (conversation: string | null): Draft => kept.get(conversation) ?? EMPTY;

export function keepDraft(conversation: string | null, draft: Draft): void {
  if (draft.text === "" && draft.pasted.length === 0) kept.delete(conversation);
  else kept.set(conversation, draft);
}

/** A draft as one text, as it is sent. */
export function textOf({ text, pasted }: Draft): string {
  return [text.trimEnd(), ...pasted].filter((part) => part.trim() !== "").join("\n\n");
}

/** A text as a draft: a long one is kept beside the field. */
export function draftFrom(text: string): Draft {
  return text.length >= LONG_PASTE ? { text: "", pasted: [text] } : { text, pasted: [] };
}

/** Two drafts in one: what was given back, then what was typed since. */
export function joined(first: Draft, second: Draft): Draft {
  const text = [first.text, second.text].filter((part) => part !== "").join("\n");
  return { text, pasted: [...first.pasted, ...second.pasted] };
}

/** Forgets everything: for tests. */
export function forgetDrafts(): void {
  kept.clear();
}
