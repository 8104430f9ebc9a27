// Everything that a person, a script or a disk can do wrong: each is a clear message, nothing is
// lost, and the window stays alive.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { busWithoutKeyring, Keyring } from "./lib/bus.mjs";
import { programs } from "./lib/environment.mjs";
import { starter } from "./lib/home.mjs";
import { exported, sotto, sottoAsked, sottoDone } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";
import { ACTIONS, Key, NAMES } from "./lib/window.mjs";

const SENTENCE = "The ship sailed on over the wide and quiet sea. ";
/** About that many tokens of the stand-in. */
const text = (tokens) => SENTENCE.repeat(Math.ceil(tokens / 11));

/** Pastes a text with the keyboard, through the real clipboard. */
async function paste(window, pasted) {
  await window.clickPart(NAMES.composer);
  await window.run(
    `document.addEventListener("copy", (event) => {
       event.clipboardData.setData("text/plain", arguments[0].repeat(arguments[1]));
       event.preventDefault();
     }, { once: true, capture: true });`,
    ...pasted,
  );
  await window.press(Key.CONTROL, "c");
  await window.press(Key.CONTROL, "v");
}

/** The longest time that the window stood still, in milliseconds, since this was called. */
async function watchFrames(window) {
  await window.run(`
    window.longestPause = 0;
    let last = performance.now();
    const beat = () => {
      const now = performance.now();
      window.longestPause = Math.max(window.longestPause, now - last);
      last = now;
      setTimeout(beat, 10);
    };
    beat();`);
  return () => window.run("return Math.round(window.longestPause)");
}

test("an empty question does nothing", async (t) => {
  const { window } = await t.start(t.home());
  await window.clickPart(NAMES.send);
  await window.type("   ");
  await window.press(Key.ENTER);
  await window.shows("There is nothing to send yet.");
  assert.deepEqual(await window.messages(), []);
  assert.deepEqual(await window.conversations(), []);
});

test("4 MB pasted: an error with both numbers, and the text is still there", async (t) => {
  const home = t.home();
  const { window } = await t.start(home);
  const longest = await watchFrames(window);
  const times = Math.ceil(4_000_000 / SENTENCE.length);
  await paste(window, [SENTENCE, times]);
  await window.shows(/Pasted text, 4,000,\d+ characters/);
  await window.typeHere("Summarise this.");
  const known = await window.messages();
  await window.press(Key.ENTER);
  const asked = await window.newAnswer(known);
  const failed = await window.over(asked.id);
  assert.equal(failed.state, "failed");
  assert.match(failed.whole, /\d{1,3}(,\d{3})+ tokens; the model reads \d,\d{3} at once/);
  await window.labelled(ACTIONS.dropOldest);
  await window.labelled(ACTIONS.chooseModel);
  t.note(`the window stood still for ${await longest()} ms at most`);
  assert.ok((await longest()) < 3_000, "the window stays responsive");

  const [conversation] = await exported(home);
  const question = conversation.messages.find(({ role }) => role === "user").text;
  assert.ok(question.startsWith("Summarise this.") && question.length > 4_000_000);
  assert.equal(conversation.messages.at(-1).failure.code, "context_exceeded");
  await window.shows("Show all (4,000,");

  await window.clickPart(NAMES.newConversation);
  await window.answered((await window.ask("Say hello.")).id);
});

/** Presses a button of the last answer and resolves to the new one. */
async function answerAgain(window, label) {
  const known = await window.messages();
  await window.clickLabelled(label, `[data-message="${known.at(-1).id}"]`);
  return window.newAnswer(known);
}

test("a conversation that is too long goes on without its oldest messages", async (t) => {
  const home = t.home([]);
  home.addChangedModel("narrow", { context: 1_024 });
  const { window } = await t.start(home);
  const ask = async (question) => {
    await paste(window, [question, 1]);
    const known = await window.messages();
    await window.press(Key.ENTER);
    return window.newAnswer(known);
  };
  const first = await ask(`${text(600)} Say hello.`);
  await window.answered(first.id);
  const second = await window.over((await ask(`${text(600)} Say hello.`)).id);
  assert.equal(second.state, "failed");
  assert.match(
    second.whole,
    /The conversation has 1,\d{3} tokens; the model reads 1,024 at once\./,
  );
  // The model has no larger one to offer.
  assert.doesNotMatch(second.whole, /Use a larger context/);
  const answered = await window.answered((await answerAgain(window, ACTIONS.dropOldest)).id);
  assert.equal(answered.version, "2 of 2");
  // What the model did not read is still in the conversation.
  assert.equal(await window.run("return document.querySelector('article').ariaSetSize"), "4");
});

test(
  "a prompt that is too long is answered in a larger context",
  async (t) => {
    const home = t.home([]);
    // Four layers of thirty: it babbles, but reads many times as fast.
    home.addChangedModel("wide", { context: 32_768, layers: 4 });
    const { window } = await t.start(home);
    await paste(window, [SENTENCE, Math.ceil(8_500 / 11)]);
    const known = await window.messages();
    await window.press(Key.ENTER);
    const failed = await window.over((await window.newAnswer(known)).id);
    assert.equal(failed.state, "failed");
    assert.match(failed.whole, /the model reads 8,192 at once/);
    const answer = await answerAgain(window, "Use a larger context (16,384 tokens)");
    await window.watchGrowth(answer.id, 2);
    await window.stop();
    assert.equal((await window.over(answer.id)).state, "stopped");
  },
  { limit: 400 },
);

test("files in the models folder: unusable ones say why, new ones are found", async (t) => {
  const home = t.home();
  writeFileSync(join(home.models, "random.gguf"), randomBytes(1024));
  const { window } = await t.start(home);
  const entries = await until("the random file is listed", async () => {
    const all = await window.modelEntries();
    return all.length === 2 && all;
  });
  const random = entries.find(({ text }) => text.includes("random"));
  assert.match(random.text, /cannot be used/);
  assert.ok(random.disabled);
  t.note(`it says: ${random.text.trim().split("\n").at(-1)}`);

  const whole = readFileSync(join(home.models, starter.file));
  writeFileSync(join(home.models, "half.gguf"), whole.subarray(0, 5_000_000));
  home.addModel(starter, "my-own.gguf");
  const later = await until("the new files are listed", async () => {
    const all = await window.modelEntries();
    return all.length === 4 && all;
  });
  assert.ok(later.find(({ text }) => text.includes("half")).disabled);
  assert.ok(!later.find(({ text }) => text.includes("my-own")).disabled);
  await window.chooseModel("my-own");
  const answer = await window.answered((await window.ask("Say hello.")).id);
  assert.match(answer.whole, /my-own/);
});

test("a second start brings the first window forward", async (t) => {
  const home = t.home();
  const { window } = await t.start(home);
  const find = () =>
    spawnSync("xdotool", ["search", "--onlyvisible", "--name", "^Sotto$"], { encoding: "utf8" })
      .stdout.trim()
      .split("\n");
  const [first] = find();
  await window.press(Key.TAB);
  assert.notEqual((await window.focus()).name, NAMES.composer);
  spawnSync("xdotool", ["windowminimize", first]);
  await until("it is minimised", () => find()[0] === "");
  const child = spawn(programs.desktop, [], {
    env: { ...process.env, SOTTO_HOME: home.path },
    stdio: "ignore",
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(code, 0);
  await until("the first window is back", () => find()[0] === first);
  assert.equal(find().length, 1);
  const active = () =>
    spawnSync("xdotool", ["getactivewindow"], { encoding: "utf8" }).stdout.trim();
  await until("it has the focus", () => active() === first);
  await until("one can type", async () => (await window.focus()).name === NAMES.composer);
});

test("without a keyring a passphrase protects the history", async (t) => {
  const home = t.home();
  const env = await busWithoutKeyring(t);
  const first = await t.start(home, { env, ready: false });
  const { window } = first;
  await window.shows("Choose a passphrase for your history");
  const fill = async (page, passphrase, again) => {
    const field = await page.part(NAMES.passphrase);
    await page.replace(field, passphrase);
    if (again !== undefined) {
      const other = await page.part(NAMES.passphraseAgain);
      await page.replace(other, again);
    }
    await field.sendKeys(Key.ENTER);
  };
  await fill(window, "correct horse", "correct hores");
  await window.shows("The two are not the same.");
  await fill(window, "correct horse", "correct horse");
  await window.ready();
  const answer = await window.answered((await window.ask("Say hello.")).id);
  await first.end();

  const { window: second } = await t.start(home, { env, ready: false });
  await second.shows("Unlock your history");
  await fill(second, "wrong horse");
  await second.shows("This is not the passphrase of this history. Nothing was changed");
  await fill(second, "correct horse");
  await second.ready();
  const [row] = await until("the conversation is there", async () => {
    const rows = await second.conversations();
    return rows.length === 1 && rows;
  });
  await second.openConversation(row.id);
  assert.equal((await second.answer()).text, answer.text);

  // A script without a terminal cannot be asked for it: it answers, and keeps nothing.
  const script = await sottoAsked(home, "Say hello.", { env });
  assert.equal(script.err.match(/not kept/g)?.length, 1, script.err);
});

test("a locked keyring: nothing is changed, and it opens when it is unlocked", async (t) => {
  const home = t.home();
  const keyring = await Keyring.start(t);
  const { env } = keyring;
  await sottoAsked(home, "Say hello.", { env });
  const file = join(home.path, "history.db");
  const before = readFileSync(file);
  await keyring.lock();
  const { window } = await t.start(home, { env, ready: false });
  t.note(`it says: ${await window.shows(/The keyring.*/)}`);
  await window.shows("Nothing was changed or created.");
  await window.clickLabelled("Try again");
  await window.shows("It is still so.");
  assert.deepEqual(readFileSync(file), before);
  await keyring.unlock();
  await window.clickLabelled("Try again");
  await window.ready();
  await until("the conversation is there", async () => (await window.conversations()).length === 1);
});

test("a history that is damaged is shown as such and not changed", async (t) => {
  const home = t.home();
  await sottoAsked(home, "Say hello.");
  const file = join(home.path, "history.db");
  const damaged = readFileSync(file);
  randomBytes(damaged.length - 4_096).copy(damaged, 4_096);
  randomBytes(64).copy(damaged, 0);
  writeFileSync(file, damaged);
  const { window } = await t.start(home, { ready: false });
  await window.shows("The history cannot be read");
  await window.shows("Nothing was changed or created.");
  assert.deepEqual(readFileSync(file), damaged);
  const script = await sottoDone(home, ["history", "list"]);
  assert.equal(script.code, 4);
});

test("a folder that cannot be written says so", async (t) => {
  const home = t.home();
  // Also root may not write there.
  const { window } = await t.start(home, { env: { SOTTO_HOME: "/proc/sotto" }, ready: false });
  await window.shows("The history cannot be written");
  await window.shows("SOTTO_HOME");
});

test("the terminal: Ctrl-C, bytes that are no text, ten megabytes", async (t) => {
  const home = t.home();
  const run = sotto(home, ["ask", "Write a very long story about a ship."]);
  await until("words arrive", () => run.text().length > 20);
  run.child.kill("SIGINT");
  assert.equal(await run.ended, 130);
  const [{ messages }] = await exported(home);
  assert.equal(messages.at(-1).state, "stopped");
  assert.ok(run.text().startsWith(messages.at(-1).text.slice(0, 20)));

  const broken = await sottoDone(home, ["ask", "Summarise"], {
    input: Buffer.from([0x61, 0xff, 0x62]),
  });
  assert.equal(broken.code, 65);
  assert.match(broken.err, /UTF-8.*byte 1/);
  assert.equal((await sottoDone(home, ["ask", "  "])).code, 65);

  const huge = await sottoDone(home, ["ask", "--json", "Summarise"], {
    input: SENTENCE.repeat(210_000),
  });
  assert.equal(huge.code, 1, huge.err);
  const { failure } = JSON.parse(huge.out);
  assert.equal(failure.code, "context_exceeded");
  assert.ok(failure.prompt_tokens > failure.context);
  t.note(`it says: ${huge.err.trim()}`);
});

test("a script without a keyring and a terminal is answered, and nothing is kept", async (t) => {
  const home = t.home();
  const env = await busWithoutKeyring(t);
  const { err } = await sottoAsked(home, "Say hello.", { env });
  assert.equal(err.match(/not kept/g)?.length, 1, err);
  assert.ok(!home.files().some((name) => name.startsWith("history")), home.files().join());
});
