// The shown branch through a turn, as data: each message is named by a letter.
import { describe, expect, it } from "vitest";
import type { Asked, Conversation, ConversationView, Message, ShownMessage } from "../../ipc";
import { inFlight, lastQuestion, withAsked, withEnded, withEnds } from "./branch";

const conversation = { id: "c", title: "t" } as Conversation;

/** `q` a question, `a` a complete answer, `s` an answer in flight; `s1` is the first of these. */
function message(name: string): ShownMessage {
  const kind = name.charAt(0);
  return {
    id: name,
    role: kind === "q" ? "user" : "assistant",
    state: kind === "s" ? "streaming" : "complete",
    text: name,
    alternatives: [name],
  } as ShownMessage;
}
const branch = (names: string): ConversationView => ({
  conversation,
  messages: names.split(" ").filter(Boolean).map(message),
});
const names = (view: ConversationView | undefined) =>
  view?.messages.map(({ id, state }) => (state === "streaming" ? `${id}…` : id)).join(" ");
const asked = (after: string | null, added: string): Asked => ({
  conversation,
  after,
  added: branch(added).messages,
});
const never = () => undefined;

describe("withAsked", () => {
  it.each<[string, string | undefined, Asked, string]>([
    ["a first question", undefined, asked(null, "q1 s1"), "q1 s1…"],
    ["a next question", "q1 a1", asked("a1", "q2 s2"), "q1 a1 q2 s2…"],
    ["an answer again", "q1 a1 q2 a2", asked("q1", "s3"), "q1 s3…"],
    ["an edited first question", "q1 a1 q2 a2", asked(null, "q3 s3"), "q3 s3…"],
    ["a branch that is not known here", "q1 a1", asked("zz", "q2 s2"), "q2 s2…"],
  ])("%s", (_, before, turn, expected) => {
    expect(names(withAsked(before === undefined ? undefined : branch(before), turn, never))).toBe(
      expected,
    );
  });

  it("takes an end that was told before the turn was known", () => {
    const end = (id: string) =>
      id === "s1" ? ({ ...message("a1"), id: "s1" } as Message) : undefined;
    const view = withAsked(undefined, asked(null, "q1 s1"), end);
    expect(names(view)).toBe("q1 s1");
    expect(view.messages[1]?.alternatives).toEqual(["s1"]);
  });
});

describe("withEnded", () => {
  const end = { ...message("a1"), id: "s1", text: "all" } as Message;
  it("replaces the answer and keeps its versions", () => {
    const before = branch("q1 s1");
    before.messages[1] = { ...message("s1"), alternatives: ["a0", "s1"] };
    const view = withEnded(before, end);
    expect(names(view)).toBe("q1 s1");
    expect(view?.messages[1]).toMatchObject({ text: "all", alternatives: ["a0", "s1"] });
  });
  it("leaves a branch alone that the answer is not on", () => {
    const before = branch("q1 a1");
    expect(withEnded(before, end)).toBe(before);
    expect(withEnded(undefined, end)).toBeUndefined();
  });
});

describe("withEnds", () => {
  it("never brings back an answer that has ended", () => {
    const ended = (id: string) => (id === "s1" ? ({ ...message("a1"), id } as Message) : undefined);
    expect(names(withEnds(branch("q1 s1"), ended))).toBe("q1 s1");
  });
});

describe("looking at a branch", () => {
  it("knows the answer in flight and the last question", () => {
    expect(inFlight(branch("q1 s1"))?.id).toBe("s1");
    expect(inFlight(branch("q1 a1"))).toBeUndefined();
    expect(lastQuestion(branch("q1 a1 q2 a2"))?.id).toBe("q2");
    expect(lastQuestion(undefined)).toBeUndefined();
  });
});
