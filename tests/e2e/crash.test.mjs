// Whatever is killed, and whenever: nothing that was acknowledged is lost, the half answer is there
// and says so, and no process stays behind. 50 kills of the program: most through `sotto ask`,
// which is the same core and whose output tells what was acknowledged, and some through the window.
import assert from "node:assert/strict";
import { starter } from "./lib/home.mjs";
import { kill, runtimesOf } from "./lib/processes.mjs";
import { seeded } from "./lib/random.mjs";
import { exported, sotto } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";
import { ACTIONS, NAMES } from "./lib/window.mjs";

const LONG = "Write a very long story about a ship, with many chapters. Number each chapter.";
/** What was said so long before the kill must be kept, in milliseconds: the promise is a second. */
const KEPT_AFTER = 1_000;

const noRuntimeLeft = (home) =>
  until("no runtime is left behind", () => runtimesOf(home.path).length === 0, { limit: 10_000 });

test("kill -9 of the runtime: what was said stays and the next question is answered", async (t) => {
  const application = await t.start(t.home().addEndlessModel());
  const { window } = application;
  const asked = await window.ask(LONG);
  await window.watchGrowth(asked.id, 5);
  const before = (await window.message(asked.id)).text;
  kill(await application.runtime(), "SIGKILL");

  const failed = await window.over(asked.id);
  assert.equal(failed.state, "failed");
  assert.ok(failed.text.startsWith(before.slice(0, -20)), "what was said stays");
  assert.match(failed.whole, /runtime|ended|broke off/i);
  t.note(`the window says: ${failed.whole.replace(failed.text, "").trim().split("\n")[0]}`);

  // Stopped soon, so that the failed answer stays in sight.
  const next = await window.ask("Say hello.");
  await window.watchGrowth(next.id, 2);
  await window.stop();
  const answered = await window.over(next.id);
  assert.equal(answered.state, "stopped");
  assert.ok(answered.text.length > 0, "the next question is answered");

  // And the failed one can be asked again.
  const known = await window.messages();
  await window.act(failed, ACTIONS.tryAgain);
  const again = await window.newAnswer(known);
  await window.watchGrowth(again.id, 2);
  await window.stop();
  assert.equal((await window.over(again.id)).state, "stopped");
});

test("a model file that aborts llama.cpp leaves the window alive", async (t) => {
  // The person's own file: it answers unless another is chosen.
  const application = await t.start(t.home().addHostileModel());
  const { window } = application;
  const failed = await window.over((await window.ask("Say hello.")).id);
  assert.equal(failed.state, "failed");
  t.note(`the window says: ${failed.whole.split("\n").slice(1, 3).join(" ")}`);

  // It can be seen, it was this model, and another one answers in the same window.
  assert.match(failed.whole, /hostile/);
  await window.chooseModel(starter.name);
  await window.answered((await window.ask("Say hello.")).id);
  assert.equal((await window.branch()).count, 4, "both questions are there");
});

/** Checks every message that was acknowledged, of this round and of all rounds before. */
function checkKept(conversations, rounds) {
  for (const { question, said, answered, round } of rounds) {
    const found = conversations.find(({ messages }) =>
      messages.some(({ text }) => text === question),
    );
    if (!found) {
      assert.ok(!answered, `round ${round}: the question is there`);
      continue;
    }
    const answer = found.messages.find(({ role }) => role === "assistant");
    assert.ok(answer, `round ${round}: an answer is there`);
    assert.equal(answer.state, "interrupted", `round ${round}: the half answer is marked`);
    assert.ok(
      answer.text.startsWith(said),
      `round ${round}: what was said is kept.\n  said: …${said.slice(-60)}\n  kept: …${answer.text.slice(-60)}`,
    );
  }
}

test(
  "kill -9 of the program, 45 times through the terminal",
  async (t) => {
    const seed = Number(process.env.SOTTO_E2E_SEED ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    t.note(`seed ${seed} (repeat with SOTTO_E2E_SEED=${seed})`);
    const home = t.home().addEndlessModel();
    const rounds = [];
    let tested = 0;
    while (rounds.length < 45) {
      const round = rounds.length + 1;
      const question = `${LONG} It is ship number ${round}.`;
      const run = sotto(home, ["ask", question]);
      // Mostly while words arrive; every ninth kill at any moment since the start.
      if (round % 9 === 0) {
        await letPass(random() * 1_500);
      } else {
        await until("words arrive", () => run.said.length > 0 || run.child.exitCode !== null);
        await letPass(random() * 2_000);
      }
      const killedAt = performance.now();
      run.child.kill("SIGKILL");
      const ended = await run.ended;
      assert.equal(ended, "SIGKILL", `round ${round}: it ended by itself: ${run.complained}`);
      await noRuntimeLeft(home);
      const said = run.text(killedAt - KEPT_AFTER);
      if (said.length > 0) tested += 1;
      rounds.push({ round, question, said, answered: run.said.length > 0 });
      checkKept(await exported(home), rounds);
    }
    t.note(
      `${rounds.filter(({ answered }) => answered).length} of 45 in the middle of an answer, ${tested} with words older than a second`,
    );
    assert.ok(tested >= 10, "enough rounds had words to lose");
  },
  { limit: 900 },
);

test(
  "kill -9 of the program, 5 times in the window",
  async (t) => {
    const seed = Number(process.env.SOTTO_E2E_SEED ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    t.note(`seed ${seed}`);
    const home = t.home().addEndlessModel();
    const rounds = [];
    for (let round = 1; round <= 5; round++) {
      const application = await t.start(home);
      const { window } = application;
      await until(
        "those before are listed",
        async () => (await window.conversations()).length === round - 1,
      );
      const question = `${LONG} It is ship number ${round}.`;
      const asked = await window.ask(question);
      await window.watchGrowth(asked.id, 2);
      const said = (await window.message(asked.id)).text;
      await letPass(KEPT_AFTER + random() * 800);
      assert.equal((await window.message(asked.id)).state, "streaming", "still in the middle");
      await application.kill();
      await noRuntimeLeft(home);
      await application.discard();
      // The page shows words without Markdown's marks: compared below.
      rounds.push({ round, question, said: "", answered: true });
      const conversations = await exported(home);
      checkKept(conversations, rounds);
      const kept = conversations
        .find(({ messages }) => messages.some(({ text }) => text === question))
        .messages.find(({ role }) => role === "assistant").text;
      assert.equal(plain(kept).slice(0, plain(said).length), plain(said), "what was seen is kept");
    }
    const { window } = await t.start(home);
    const [newest] = await until("all are listed", async () => {
      const rows = await window.conversations();
      return rows.length === 5 && rows;
    });
    await window.openConversation(newest.id);
    const answer = await window.answer();
    assert.equal(answer.state, "interrupted");
    assert.match(
      answer.whole,
      /Sotto was closed while this was being written\. What was said is kept\./,
    );
    // It goes on from there.
    const known = await window.messages();
    await window.clickLabelled(ACTIONS.goOn);
    const more = await window.newAnswer(known);
    await window.watchGrowth(more.id, 2);
    await window.stop();
    await window.over(more.id);
    await window.part(NAMES.send);
  },
  { limit: 600 },
);

/** Letters alone: the page shows lists without their numbers, and words without Markdown's marks. */
function plain(text) {
  return text.replace(/[^\p{L}]+/gu, "");
}
