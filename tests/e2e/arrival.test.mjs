// The working default arrives while the window is open: its progress is shown, and when it is
// whole it answers new questions, and the window says so. The set-up script's part is written here.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { starter, workingDefault } from "./lib/home.mjs";
import { writeProgress } from "./lib/progress.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";
import { NAMES } from "./lib/window.mjs";

test("the working default arrives", async (t) => {
  const home = t.home();
  writeProgress(home, workingDefault.size * 0.25);
  const { window } = await t.start(home);
  await window.shows(workingDefault.name);
  await window.shows("25%");
  await window.shows(/stand-in/);
  // Meanwhile the stand-in answers.
  const meanwhile = await window.answered((await window.ask("Say hello.")).id);
  assert.ok(meanwhile.whole.includes(starter.name));

  writeProgress(home, workingDefault.size * 0.5);
  await window.shows("50%");
  writeProgress(home, workingDefault.size, "verifying");
  await window.shows("being checked");

  home.addModel(workingDefault);
  rmSync(join(home.models, ".partial"), { recursive: true });
  await until("the window says that it is here", async () =>
    /Qwen.* is here\. It answers new questions/.test(await window.notices()),
  );
  await window.clickPart(NAMES.newConversation);
  const entries = await window.modelEntries();
  assert.ok(entries.find(({ text }) => text.includes(workingDefault.name)).chosen);
  assert.doesNotMatch(await window.text(), /being checked/);
});

test("an arrival that failed or stands still says so", async (t) => {
  const home = t.home();
  writeProgress(home, 300_000_000, "failed", "The disk is full: 800 MB more are needed.");
  const { window } = await t.start(home);
  await window.shows("The disk is full: 800 MB more are needed.");
});
