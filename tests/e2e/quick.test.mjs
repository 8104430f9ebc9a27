// The quick prompt, with real keys through the X server and another program's window behind it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { copyElsewhere } from "./lib/clipboard.mjs";
import { Consent, introduce } from "./lib/consent.mjs";
import { descendants, gone, isAlive, kill, pidsOf } from "./lib/processes.mjs";
import { provider } from "./lib/provider.mjs";
import { focused, otherWindow, QUICK_TITLE, Quick } from "./lib/quick.mjs";
import { allWindows, seen, visible, xdotool } from "./lib/screen.mjs";
import { exported, sottoDone, sottoPiped } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";
import { QUICK } from "./lib/window.mjs";

const OTHER = "Somebody else";

const hasFocus = (title) =>
  until(`${title} has the focus`, async () => (await focused()) === title);

async function opened(t, home = t.home()) {
  const sotto = await t.start(home);
  const quick = await Quick.of(sotto);
  const other = await otherWindow(t, OTHER);
  return { home, sotto, quick, other };
}

test("the shortcut shows it with the focus, and the first key typed arrives", async (t) => {
  const { quick, other } = await opened(t);
  assert.equal(await quick.isShown(), false, "it is hidden at the start");
  for (let round = 1; round <= 5; round++) {
    // The keys follow the shortcut without a pause: nothing waits for the window.
    await quick.press(`quick brown fox ${round}`);
    await quick.shown();
    const all = async () => (await quick.typed()) === `quick brown fox ${round}`;
    await until("all of it arrived", all, { limit: 5_000 }).catch(async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await quick.typed())}`);
    });
    // Once to clear, once to close.
    await xdotool("key", "Escape");
    await until("it is cleared", async () => (await quick.typed()) === "");
    assert.ok(await quick.isShown());
    await xdotool("key", "Escape");
    await quick.hidden();
    await hasFocus(OTHER);
  }
  assert.deepEqual(other.keys(), [], "no key went into the window below");
  // Each Esc counts, also right after the one that closed it.
  for (let round = 1; round <= 3; round++) {
    await quick.press();
    await quick.shown();
    await xdotool("key", "Escape");
    await quick.hidden();
    await hasFocus(OTHER);
  }
  // The shortcut closes it, too, and a key that is held down is one press.
  await quick.press();
  await quick.shown();
  await quick.press();
  await quick.hidden();
  await xdotool("keydown", "ctrl", "keydown", "shift", "keydown", "space");
  await quick.shown();
  await letPass(1_500);
  assert.ok(await quick.isShown(), "held down it stays");
  await xdotool("keyup", "space", "keyup", "shift", "keyup", "ctrl");
});

test("an answer streams, and Ctrl+Enter shows its conversation in the chat window", async (t) => {
  const { sotto, quick } = await opened(t);
  await quick.press();
  await quick.shown();
  let answer;
  // Now and then the model says a few words at once; one that was seen to grow is wanted.
  for (let tries = 0; tries < 5 && !((await quick.growth().catch(() => [])).length >= 3); tries++) {
    await quick.ask("Tell me about the moon in a few sentences.");
    answer = await quick.answered();
  }
  assert.ok((await quick.growth()).length >= 3, "it grew");
  await until("its keys are there", async () => (await quick.page.focus()).name === QUICK.answer);

  // Closed and opened again it goes on.
  await xdotool("key", "Escape");
  await quick.hidden();
  await quick.press("more");
  await quick.shown();
  assert.equal((await quick.answer()).conversation, answer.conversation);
  await until("it is typed", async () => (await quick.typed()) === "more");

  await xdotool("key", "ctrl+Return");
  await quick.hidden();
  await hasFocus("Sotto");
  await quick.there();
  const { window } = sotto;
  await until("it is open there", async () =>
    (await window.conversations()).some(({ id, open }) => id === answer.conversation && open),
  );
  await until("its answer is there", async () => (await window.answer())?.text === answer.text);
  const row = await window.run("return document.querySelector('[data-conversation]').textContent");
  assert.match(row, /, quick$/, "it is marked");
  const draft = await window.run("return document.querySelector('textarea').value");
  assert.equal(draft, "more", "what was typed is not lost");

  // Handed over it is the chat's: the quick prompt begins anew.
  await quick.here();
  await quick.press();
  await quick.shown();
  await until("it is empty", async () => !(await quick.answer())?.conversation);
});

test("a click outside hides it, unless it is pinned; hidden it eats no click", async (t) => {
  const { quick, other } = await opened(t);
  await quick.press("half a question");
  await quick.shown();
  const [frame] = await visible(QUICK_TITLE);
  await other.click();
  await quick.hidden();
  await hasFocus(OTHER);
  await until("the click reached the other", () => other.clicks() === 1);

  // Where it was, a click reaches what lies there now.
  const place = await xdotool("getwindowgeometry", "--shell", frame);
  const [x, y] = ["X", "Y"].map((side) =>
    Number(new RegExp(`^${side}=(\\d+)$`, "m").exec(place)[1]),
  );
  await xdotool("windowmove", "--sync", other.window, x, y);
  await xdotool("mousemove", x + 60, y + 40, "click", "1");
  await until("a second one, too", () => other.clicks() === 2);
  await xdotool("windowmove", "--sync", other.window, 20, 500);

  // What was typed is there again, selected: typing replaces it.
  await quick.press();
  await quick.shown();
  assert.equal(await quick.typed(), "half a question");
  await quick.page.clickPart(QUICK.pin);
  await other.click();
  await hasFocus(OTHER);
  await letPass(500);
  assert.ok(await quick.isShown(), "it is pinned");
  await quick.press();
  await hasFocus(QUICK_TITLE);
});

test("it stays while an answer is written, and where it was put", async (t) => {
  const { quick, other } = await opened(t, t.home().addEndlessModel());
  await quick.press();
  await quick.shown();
  await quick.ask("Tell a long story.");
  await until("it is being answered", async () => (await quick.answer())?.text !== "");
  await other.click();
  await letPass(500);
  assert.ok(await quick.isShown(), "an answer is on its way");
  await quick.press();
  await hasFocus(QUICK_TITLE);
  await xdotool("key", "Escape");
  const stopped = await until("it is stopped", async () => {
    const answer = await quick.answer();
    return answer?.state === "stopped" && answer;
  });
  assert.ok(stopped.text !== "" && (await quick.isShown()));

  const [frame] = await visible(QUICK_TITLE);
  await xdotool("windowmove", "--sync", frame, 333, 222);
  await xdotool("key", "Escape");
  await quick.hidden();
  await quick.press();
  await quick.shown();
  const place = await xdotool("getwindowgeometry", "--shell", (await visible(QUICK_TITLE))[0]);
  assert.match(place, /^X=333$/m);
  assert.match(place, /^Y=222$/m);
});

test("`sotto quick` shows the one that runs, and starts Sotto where none does", async (t) => {
  const home = t.home();
  const { quick, sotto } = await opened(t, home);
  const { code, err } = await sottoDone(home, ["quick", "What", "is a fjord?"]);
  assert.equal(code, 0, err);
  await quick.shown();
  await until("its words are there", async () => (await quick.typed()) === "What is a fjord?");
  assert.equal(
    await quick.answer().then((answer) => answer?.state ?? null),
    null,
    "nothing is asked",
  );
  await sotto.end();

  const words = "Nobody runs?";
  const started = await sottoDone(home, ["quick", words]);
  assert.equal(started.code, 0, started.err);
  const [pid] = pidsOf("sotto-desktop", home.path);
  assert.ok(pid, "it was started");
  t.after(() => kill(pid, "SIGKILL"));
  // Every user of the computer can read a command line.
  assert.ok(!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(words));
  await seen(QUICK_TITLE);
  await hasFocus(QUICK_TITLE);
  assert.deepEqual(await visible("Sotto"), [], "the chat window was not asked for");
  kill(pid, "SIGTERM");
  await gone(pid, 15_000);
});

const MINUTES =
  "Minutes of 12 May. Mill Street closes to cars from May to September. The council votes on Thursday.";

/** What stands in the row of what goes along. */
const along = (quick) =>
  quick.page.run(
    `return document.querySelector("fieldset")?.innerText.trim().replace(/\\s+/g, " ") ?? ""`,
  );

test("an action works on the clipboard, which is read on a key and never changed", async (t) => {
  const { home, quick } = await opened(t);
  await copyElsewhere(t, MINUTES);
  await quick.here();
  await quick.press();
  await quick.shown();
  // A page that was taken over cannot read it: that costs a press, which it sees and cannot make.
  const read = `return window.__TAURI_INTERNALS__.invoke("quick_clipboard")
    .then(() => "read", (refused) => refused.message)`;
  await letPass(5_500);
  assert.match(await quick.page.run(read), /saw no press/);
  await xdotool("key", "alt+v");
  await until("the clipboard is shown", async () => /^Clipboard/.test(await along(quick)));
  assert.match(await along(quick), /^Clipboard · 1[67] words · “Minutes of 12 May. Mill/);
  await xdotool("type", "--delay", "8", "/sum");
  await until("there is one", async () =>
    quick.page.run("return document.querySelectorAll('[role=option]').length === 1"),
  );
  await xdotool("key", "Return");
  await until("it is chosen", async () => /\/summarise/.test(await along(quick)));
  await xdotool("key", "Return");
  await until("it is asked", async () => (await along(quick)) === "" && quick.answer());
  const { conversation } = await quick.answered();
  const [kept] = (await exported(home)).filter(({ id }) => id === conversation);
  assert.match(kept.title, /^Summarise: Minutes of 12 May/);
  assert.ok(kept.messages[0].text.includes(`<text>\n${MINUTES}\n</text>`), kept.messages[0].text);

  await xdotool("key", "Escape");
  await quick.hidden();
  await quick.press();
  await quick.shown();
  await xdotool("key", "alt+v");
  await until("it is as it was", async () => /^Clipboard · 1[67] words/.test(await along(quick)));

  // Only copying changes it: P copies what is read, when it stands alone.
  await xdotool("key", "Escape");
  await quick.page.run(`document.querySelector("[data-state]").focus()`);
  await xdotool("key", "p");
  await until("it says so", async () => (await quick.page.text()).includes("Copied"));
  await xdotool("key", "alt+v");
  const [word] = (await quick.answer()).text.split(/\s/);
  await until("the answer is copied", async () => (await along(quick)).includes(`“${word}`));
});

test("what is temporary is in no history, until a key keeps it", async (t) => {
  const { home, sotto, quick } = await opened(t);
  await quick.press();
  await quick.shown();
  await xdotool("key", "alt+t");
  await quick.ask("Say hello.");
  const first = await quick.answered();
  assert.deepEqual(await exported(home), []);
  // Closed and opened again it goes on, and is still nowhere.
  await xdotool("key", "Escape");
  await quick.hidden();
  await quick.press();
  await quick.shown();
  await until("it is there again", async () => (await quick.answer())?.text === first.text);
  await xdotool("key", "alt+k");
  await until("it is kept", async () => (await exported(home)).length === 1);
  const [kept] = await exported(home);
  assert.equal(kept.id, first.conversation);
  assert.equal(unformatted(kept.messages[1].text), unformatted(first.text));
  await quick.there();
  await until("the chat window lists it", async () =>
    (await sotto.window.conversations()).some(({ id }) => id === first.conversation),
  );
  // To the sign, formatted as it was in the quick prompt.
  await sotto.window.openConversation(first.conversation);
  await until(
    "it is shown there as it was here",
    async () => (await sotto.window.answer())?.text === first.text,
  );
  await quick.here();

  // A second one is forgotten.
  await xdotool("key", "ctrl+n", "alt+t");
  await quick.ask("Say goodbye.");
  await quick.answered();
  await xdotool("key", "ctrl+n");
  await until("it is gone", async () => !(await quick.answer())?.conversation);
  assert.equal((await exported(home)).length, 1);
});

test("a command gives a text and an action along", async (t) => {
  const { home, quick } = await opened(t);
  const text = "A quorum is the least number of members.";
  const action = ["quick", "--action", "explain", "In", "one sentence"];
  assert.equal(await sottoPiped(home, action, text), 0);
  await quick.shown();
  await until("both are there", async () =>
    /^Piped in · 8 words .*\/explain$/.test(await along(quick)),
  );
  assert.equal(await quick.typed(), "In one sentence");
  assert.equal((await quick.answer())?.state, undefined, "nothing is asked");
  const unknown = await sottoDone(home, ["quick", "--action", "explode"]);
  assert.equal(unknown.code, 0, unknown.err);
  await until("it says so", async () =>
    (await quick.page.text()).includes("There is no action explode"),
  );
});

test("closing the chat ends the program, hidden or not", async (t) => {
  for (const shown of [false, true]) {
    const { sotto, quick } = await opened(t);
    if (shown) {
      await quick.press();
      await quick.shown();
      await quick.page.clickPart(QUICK.pin);
    }
    const [chat] = await visible("Sotto");
    await xdotool("windowactivate", "--sync", chat, "key", "alt+F4");
    await gone(sotto.pid, 15_000);
    await sotto.discard();
  }
});

test("a larger model is asked from it, with a yes in the consent window", async (t) => {
  const server = await provider(t, { says: () => ["From ", "far ", "away."] });
  const { sotto, quick } = await opened(t);
  await quick.there();
  await introduce(sotto, server);
  await quick.here();
  await quick.press();
  await quick.shown();
  await quick.ask("Say hello.");
  const here = await quick.answered();
  await until("its keys are there", async () => (await quick.page.focus()).name === QUICK.answer);

  const consent = await Consent.before(sotto);
  await xdotool("key", "l");
  await consent.opened();
  await quick.here();
  assert.ok(await quick.isShown(), "it waits in sight");
  await sotto.driver.switchTo().window(consent.handle);
  await consent.armed();
  await consent.pointAtApprove();
  await xdotool("click", "1");
  await consent.closed();
  const far = await until("the answer from there is here", async () => {
    const answer = await quick.answer();
    return answer?.state === "complete" && answer.text.includes("far") && answer;
  });
  assert.equal(far.text, "From far away.");
  assert.equal(far.conversation, here.conversation);
});

/** The words of an answer: what is kept has Markdown's signs, what is shown has not. */
const unformatted = (text) => text.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();

/** Bytes of memory that a process and all below it hold, shared ones counted once a process. */
function resident(pid) {
  const sizes = [pid, ...descendants(pid)].filter(isAlive).map((each) => {
    const status = readFileSync(`/proc/${each}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Open-close cycles after which caches are filled: pages drawn, fonts read, memory pools grown. */
const WARM = 40;
const CYCLES = 200;
/**
 * What 200 cycles may leave behind, in bytes. A page or a window that is not given back costs more
 * than 1 MB each time; the allocators and collectors of five processes move by some megabytes by
 * themselves, up and down.
 */
const TOLERANCE = 24 * 1024 * 1024;

test(
  "200 times opened and closed it leaves nothing behind",
  async (t) => {
    const { sotto, quick } = await opened(t);
    const cycle = async () => {
      await quick.press("a");
      await until("it is seen", () => quick.isShown(), { between: 5 });
      await xdotool("key", "Escape", "key", "Escape");
      await until("it is gone", async () => !(await quick.isShown()), { between: 5 });
    };
    for (let round = 0; round < WARM; round++) await cycle();
    await letPass(3_000);
    const before = { memory: resident(sotto.pid), windows: (await allWindows()).length };
    for (let round = 0; round < CYCLES; round++) await cycle();
    await letPass(3_000);
    const after = { memory: resident(sotto.pid), windows: (await allWindows()).length };
    const grown = after.memory - before.memory;
    t.note(
      `windows ${before.windows} and ${after.windows}; ` +
        `${Math.round(before.memory / 1e6)} MB and ${(grown / 1e6).toFixed(1)} MB more`,
    );
    assert.equal(after.windows, before.windows, "windows");
    assert.ok(grown < TOLERANCE, `${(grown / 1e6).toFixed(1)} MB more than before`);
    await hasFocus(OTHER);
  },
  { limit: 600 },
);
