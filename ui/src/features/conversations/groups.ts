// Conversations by day, as people remember them: today, yesterday, last week, then by month.
import type { ConversationSummary } from "../../ipc";

export interface Group {
  name: string;
  conversations: ConversationSummary[];
}

/** Groups conversations, newest first, as seen at a moment in the local time zone. */
export function groupByDay(conversations: readonly ConversationSummary[], now: Date): Group[] {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const before = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime();
  const name = (at: number): string => {
    if (at >= today.getTime()) return "Today";
    if (at >= before(1)) return "Yesterday";
    if (at >= before(7)) return "Last week";
    const date = new Date(at);
    return date.toLocaleDateString("en", {
      month: "long",
      ...(date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
    });
  };
  const groups: Group[] = [];
  for (const conversation of conversations) {
    const of = name(conversation.updated_at);
    const last = groups.at(-1);
    if (last?.name === of) last.conversations.push(conversation);
    else groups.push({ name: of, conversations: [conversation] });
  }
  return groups;
}
