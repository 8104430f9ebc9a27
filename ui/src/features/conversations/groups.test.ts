// Which day a conversation is remembered by, as seen on Friday, 20 November 2026, at noon.
import { describe, expect, it } from "vitest";
import type { ConversationSummary } from "../../ipc";
import { groupByDay } from "./groups";

const now = new Date(2026, 10, 20, 12);
const at = (...when: [number, number, number, number?, number?]) => ({
  ...({ id: "c", title: "t", answering: false } as ConversationSummary),
  updated_at: new Date(...when).getTime(),
});

describe("groupByDay", () => {
  it.each<[string, ConversationSummary, string]>([
    ["now", at(2026, 10, 20, 12), "Today"],
    ["a minute after midnight", at(2026, 10, 20, 0, 1), "Today"],
    ["a minute before midnight", at(2026, 10, 19, 23, 59), "Yesterday"],
    ["two days ago", at(2026, 10, 18), "Last week"],
    ["seven days ago", at(2026, 10, 13, 1), "Last week"],
    ["eight days ago", at(2026, 10, 12, 23), "November"],
    ["in the spring", at(2026, 3, 2), "April"],
    ["in another year", at(2025, 11, 31), "December 2025"],
    ["in the future", at(2026, 10, 21), "Today"],
  ])("%s", (_, conversation, expected) =>
    expect(groupByDay([conversation], now)[0]?.name).toBe(expected),
  );

  it("keeps the order and joins what belongs together", () => {
    const groups = groupByDay([at(2026, 10, 20, 11), at(2026, 10, 20, 9), at(2026, 10, 19)], now);
    expect(groups.map(({ name, conversations }) => [name, conversations.length])).toEqual([
      ["Today", 2],
      ["Yesterday", 1],
    ]);
  });
});
