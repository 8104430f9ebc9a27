// What a person does on the first day, with the mouse, in the real window with the real model:
// ask, watch, stop, edit, ask again, walk between versions, rename, delete, take it back, and find
// all of it after a restart.
import assert from "node:assert/strict";
import { isAlive, runtimesOf } from "./lib/processes.mjs";
import { exported } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";
import { ACTIONS, Key, NAMES } from "./lib/window.mjs";

const FIRST = "Tell me about the moon in a few sentences.";
const LONG =
  "Write a long story about a small ship on a wide sea. Tell of each day of the journey.";

test("a conversation, from the first question to the restart", async (t) => {
  const home = t.home();
  const sotto = await t.start(home);
  const { window } = sotto;
  await window.shows("Welcome to Sotto");
  await window.shows("On this computer");

  // The answer is seen while it is written.
  const tries = await window.askUntilComplete(() => window.ask(FIRST));
  const { lengths, ...whole } = tries.at(-1);
  assert.ok(lengths.length >= 3, `the answer grew before our eyes: ${lengths}`);
  assert.match(whole.whole, /On this computer/);
  assert.match(whole.whole, /stand-in/);
  t.note(`seen at ${lengths.length} lengths up to ${lengths.at(-1)} characters`);

  // What it cost is there on demand, and only then.
  assert.doesNotMatch(await window.text(), /Tokens written/);
  await window.act(whole, ACTIONS.details);
  await window.shows("Tokens written");
  await window.press(Key.ESCAPE);
  await until(
    "the details are closed",
    async () => !(await window.text()).includes("Tokens written"),
  );

  // Stopped: what was said is kept.
  const stopped = await window.stoppedInTheMiddle(
    () => window.ask(LONG),
    () => window.stop(),
  );
  assert.match(stopped.text, /\w[\s\S]*Stopped here\./);
  await window.part(NAMES.send);

  // The same question in other words: a branch.
  const question = await window.question();
  await window.act(question, ACTIONS.edit);
  const editor = await window.part(NAMES.editQuestion);
  await window.replace(editor, "Name three colours.");
  const before = await window.messages();
  await window.clickLabelled("Ask this");
  const edited = await window.answered((await window.newAnswer(before)).id);
  assert.equal((await window.question()).text, "Name three colours.");
  assert.equal((await window.question()).version, "2 of 2");

  // The same question again: a branch too.
  const known = await window.messages();
  await window.act(edited, ACTIONS.again);
  const again = await window.answered((await window.newAnswer(known)).id);
  assert.equal(again.version, "2 of 2");

  // Walked in both directions, on the answer and on the question.
  await window.act(again, ACTIONS.previous);
  await until("the first version is shown", async () => (await window.answer())?.id === edited.id);
  assert.equal((await window.answer()).version, "1 of 2");
  await window.act(edited, ACTIONS.next);
  await until("the second version is shown", async () => (await window.answer())?.id === again.id);
  await window.act(await window.question(), ACTIONS.previous);
  const old = await until("the old question is shown", async () => {
    const messages = await window.messages();
    return messages.at(-1)?.id === stopped.id && messages;
  });
  assert.equal(old.at(-2).text, LONG);
  assert.equal(old.at(-2).version, "1 of 2");
  assert.equal(old.at(-1).state, "stopped");
  await window.act(old.at(-2), ACTIONS.next);
  await until("the new question is shown", async () => (await window.answer())?.id === again.id);

  // A second conversation, renamed, deleted and taken back.
  await window.clickPart(NAMES.newConversation);
  const other = await window.ask("Say hello.");
  await window.answered(other.id);
  const row = await until("it is in the list", async () => {
    const rows = await window.conversations();
    return rows.length === 2 && rows.find(({ open }) => open);
  });
  assert.equal(row.title, "Say hello");
  await window.menuOfConversation(row.id);
  await window.clickLabelled("Rename", "[role=menu]");
  const title = await window.part(NAMES.rename);
  await window.replace(title, "A greeting", Key.ENTER);
  await until("it has its new name", async () =>
    (await window.conversations()).some(({ id, title }) => id === row.id && title === "A greeting"),
  );
  await window.menuOfConversation(row.id);
  await window.clickLabelled("Delete", "[role=menu]");
  await until("it is gone", async () => (await window.conversations()).length === 1);
  await window.shows("“A greeting” was deleted.");
  await window.clickLabelled("Undo");
  await until("it is back", async () => (await window.conversations()).length === 2);

  // Ended, and started again: all of it is there, with the branch that was chosen.
  const main = (await window.conversations()).find(({ id }) => id !== row.id);
  await window.openConversation(main.id);
  const shown = await window.branch();
  assert.equal(shown.count, 2 * tries.length + 2);
  const runtime = await sotto.runtime();
  await sotto.end();
  assert.ok(!isAlive(runtime) && runtimesOf(home.path).length === 0, "the runtime is gone too");

  const { window: second } = await t.start(home);
  const rows = await until("both conversations are listed", async () => {
    const list = await second.conversations();
    return list.length === 2 && list;
  });
  assert.deepEqual(rows.map(({ title }) => title).sort(), [
    "A greeting",
    "Tell me about the moon in a few sentences",
  ]);
  await second.openConversation(main.id);
  await second.showsBranch(shown);

  // The branches that are not shown are kept as well.
  const stored = (await exported(home)).find(({ id }) => id === main.id).messages;
  // The turns before, two versions of the question, and an answer of the first and two of the second.
  assert.equal(stored.length, 2 * tries.length + 5);
  assert.equal(stored.find(({ id }) => id === stopped.id).state, "stopped");
});
