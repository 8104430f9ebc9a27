// What becomes of the shown branch when a turn begins and when its answer ends. Pure.
import type { Asked, ConversationView, Message, ShownMessage } from "../../ipc";

/** The branch after a turn began: what stays, then what was added. */
export function withAsked(
  view: ConversationView | undefined,
  asked: Asked,
  endOf: (answer: string) => Message | undefined,
): ConversationView {
  const before = view?.messages ?? [];
  const cut = asked.after === null ? 0 : before.findIndex(({ id }) => id === asked.after) + 1;
  const messages = [...before.slice(0, cut), ...asked.added];
  return withEnds({ conversation: asked.conversation, messages }, endOf);
}

/** The branch after an answer ended. The same one if the answer is not on it. */
export function withEnded(
  view: ConversationView | undefined,
  answer: Message,
): ConversationView | undefined {
  const at = view?.messages.findLastIndex(({ id }) => id === answer.id) ?? -1;
  const old = view?.messages[at];
  if (!view || !old) return view;
  const messages = [...view.messages];
  messages[at] = { ...answer, alternatives: old.alternatives, left_to: old.left_to };
  return { ...view, messages };
}

/** A branch as it was read, with the ends of answers that were told while it was being read. */
export function withEnds(
  view: ConversationView,
  endOf: (answer: string) => Message | undefined,
): ConversationView {
  const messages = view.messages.map((message) => {
    const end = message.state === "streaming" ? endOf(message.id) : undefined;
    if (!end) return message;
    return { ...end, alternatives: message.alternatives, left_to: message.left_to };
  });
  return { ...view, messages };
}

/** The answer that is being written, if one is. */
export function inFlight(view: ConversationView | undefined): ShownMessage | undefined {
  const last = view?.messages.at(-1);
  return last?.state === "streaming" ? last : undefined;
}

/** The person's last question, which Up in an empty composer edits. */
export function lastQuestion(view: ConversationView | undefined): ShownMessage | undefined {
  return view?.messages.findLast(({ role }) => role === "user");
}
