// All of the first day once more, without a mouse: every key goes to whatever has the focus.
import assert from "node:assert/strict";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";
import { ACTIONS, Key, NAMES } from "./lib/window.mjs";

const LONG =
  "Write a long story about a small ship on a wide sea. Tell of each day of the journey.";

/** Presses a key until the focus is where it is wanted. */
async function walk(window, what, wanted, keys = [Key.TAB], most = 60) {
  const seen = [];
  for (let presses = 0; presses <= most; presses++) {
    const focus = await window.focus();
    if (wanted(focus)) return focus;
    seen.push(focus.name.split("\n")[0] || focus.tag);
    await window.press(...keys);
    // The focus may come a frame later; a person sees it move before the next press.
    const moved = async () => JSON.stringify(await window.focus()) !== JSON.stringify(focus);
    await until("the focus moves", moved, { limit: 1_000, between: 10 }).catch(() => {});
  }
  throw new Error(`The keyboard does not reach ${what}. On the way: ${seen.join(" › ")}`);
}

const isNamed = (name) => (focus) => focus.name === name || focus.name.startsWith(`${name}:`);

/** Sends a question from the composer, wherever the focus is. */
async function ask(window, text) {
  const known = await window.messages();
  await window.watchGrowth(null, 0);
  await walk(window, "the composer", isNamed(NAMES.composer), [Key.F6], 5);
  await window.typeHere(text);
  await window.press(Key.ENTER);
  return window.newAnswer(known);
}

/** Brings the focus into a message, then to one of its buttons, and presses that. */
async function act(window, message, action) {
  await walk(window, "the messages", (focus) => focus.role === "feed", [Key.F6], 5);
  await walk(
    window,
    "the message",
    (focus) => focus.message === message.id,
    [Key.ALT, Key.ARROW_UP],
    10,
  );
  const isThere = (focus) => focus.message === message.id && isNamed(action)(focus);
  await walk(window, `${action} of the message`, isThere, [Key.TAB], 12);
  await window.press(Key.ENTER);
}

test("everything with the keyboard alone", async (t) => {
  const home = t.home();
  const sotto = await t.start(home);
  const { window } = sotto;

  // The composer has the focus at the start: one types and sends.
  await until("the composer has the focus", async () =>
    isNamed(NAMES.composer)(await window.focus()),
  );
  const tries = await window.askUntilComplete(() =>
    ask(window, "Tell me about the moon in a few sentences."),
  );
  const whole = tries.at(-1);
  assert.ok(whole.lengths.length >= 3, "the answer grew");

  // Details open and close, and the focus comes back.
  await act(window, whole, ACTIONS.details);
  await window.shows("Tokens written");
  await window.press(Key.ESCAPE);
  await until("the focus is back on Details", async () =>
    isNamed(ACTIONS.details)(await window.focus()),
  );

  // Esc stops.
  const long = await window.stoppedInTheMiddle(
    () => ask(window, LONG),
    () => window.press(Key.ESCAPE),
  );

  // Up in the empty composer edits the last question.
  await walk(window, "the composer", isNamed(NAMES.composer), [Key.F6], 5);
  await window.press(Key.ARROW_UP);
  await until("the editor has the focus", async () =>
    isNamed(NAMES.editQuestion)(await window.focus()),
  );
  await window.press(Key.CONTROL, "a");
  await window.typeHere("Name three colours.");
  let known = await window.messages();
  await window.press(Key.ENTER);
  const edited = await window.answered((await window.newAnswer(known)).id);
  assert.equal((await window.question()).version, "2 of 2");

  // Again, and between the versions in both directions.
  known = await window.messages();
  await act(window, edited, ACTIONS.again);
  const again = await window.answered((await window.newAnswer(known)).id);
  await act(window, again, ACTIONS.previous);
  await until("the first version is shown", async () => (await window.answer())?.id === edited.id);
  await act(window, edited, ACTIONS.next);
  await until("the second version is shown", async () => (await window.answer())?.id === again.id);
  await act(window, await window.question(), ACTIONS.previous);
  await until("the old question is shown", async () => (await window.answer())?.id === long.id);
  await act(window, await window.question(), ACTIONS.next);
  await until("the new question is shown", async () => (await window.answer())?.id === again.id);

  // A model is chosen with the arrow keys.
  await window.press(Key.CONTROL, Key.SHIFT, "m");
  await until("the menu of models has the focus", async () =>
    ["menuitemradio", "menu"].includes((await window.focus()).role),
  );
  await window.press(Key.ESCAPE);

  // A second conversation; the list is walked, renamed, deleted and undone by keys.
  await window.press(Key.CONTROL, "n");
  await until("the composer has the focus", async () =>
    isNamed(NAMES.composer)(await window.focus()),
  );
  const other = await ask(window, "Say hello.");
  await window.answered(other.id);
  const rows = await until("both are listed", async () => {
    const list = await window.conversations();
    return list.length === 2 && list;
  });
  const newer = rows.find(({ open }) => open);
  const older = rows.find(({ open }) => !open);
  await walk(window, "the conversations", (focus) => focus.conversation !== null, [Key.F6], 5);
  await walk(
    window,
    "the newer one",
    (focus) => focus.conversation === newer.id,
    [Key.ARROW_UP],
    3,
  );
  await window.press(Key.F2);
  await until("the title has the focus", async () => isNamed(NAMES.rename)(await window.focus()));
  await window.press(Key.CONTROL, "a");
  await window.typeHere("A greeting");
  await window.press(Key.ENTER);
  await until("it has its new name", async () =>
    (await window.conversations()).some(
      ({ id, title }) => id === newer.id && title === "A greeting",
    ),
  );
  await walk(window, "the conversations", (focus) => focus.conversation === newer.id, [Key.F6], 5);
  await window.press(Key.DELETE);
  await until("it is gone", async () => (await window.conversations()).length === 1);
  await until(
    "the next one has the focus",
    async () => (await window.focus()).conversation === older.id,
  );
  await window.press(Key.CONTROL, "z");
  await until("it is back", async () => (await window.conversations()).length === 2);

  // Found again through the palette.
  await window.press(Key.CONTROL, "k");
  await until("the palette has the focus", async () =>
    isNamed(NAMES.palette)(await window.focus()),
  );
  await window.typeHere("moon");
  await window.shows("In messages");
  await window.press(Key.ENTER);
  await until("it is open", async () => (await window.answer())?.id === again.id);

  const shown = await window.branch();
  await sotto.end();
  const { window: second } = await t.start(home);
  await until("both are listed", async () => (await second.conversations()).length === 2);
  await walk(second, "the conversations", (focus) => focus.conversation !== null, [Key.F6], 5);
  await walk(
    second,
    "the older one",
    (focus) => focus.conversation === older.id,
    [Key.ARROW_DOWN],
    3,
  );
  await second.press(Key.ENTER);
  await until("the conversation is there", async () => (await second.messages()).length > 1);
  await second.showsBranch(shown);
});
