// The model that Sotto brings answers a question that the stand-in cannot, chosen in the picker.
import assert from "node:assert/strict";
import { starter, workingDefault } from "./lib/home.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";

test("the working default answers", async (t) => {
  const { window } = await t.start(t.home(["starter", "default"]));
  const entries = await until("both models are listed", async () => {
    const all = await window.modelEntries();
    return all.length === 2 && all;
  });
  assert.ok(
    entries.find(({ text }) => text.includes(workingDefault.name)).chosen,
    "it is the default",
  );

  // Chosen away and back, as a person compares.
  await window.chooseModel(starter.name);
  await window.chooseModel(workingDefault.name);
  const asked = await window.ask("What is 17 + 25? Answer with the number only.");
  const answer = await window.over(asked.id, 300_000);
  assert.equal(answer.state, "complete");
  assert.match(answer.text, /\b42\b/);
  assert.ok(answer.whole.includes(workingDefault.name));
  assert.doesNotMatch(answer.whole, /stand-in/);
});
