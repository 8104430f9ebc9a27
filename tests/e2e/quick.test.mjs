// The quick prompt, with real keys through the X server and another program's window behind it.
import assert from "node:assert/strict";
import { focused, otherWindow, Quick } from "./lib/quick.mjs";
import { xdotool } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";

test("the shortcut shows it with the focus, and what is typed at once arrives", async (t) => {
  const sotto = await t.start(t.home());
  const quick = await Quick.of(sotto);
  assert.equal(await quick.isShown(), false, "it is hidden at the start");
  await otherWindow(t);
  for (let round = 1; round <= 5; round++) {
    await quick.press(`quick brown fox ${round}`);
    await quick.shown();
    await until("all of it is there", async () => (await quick.typed()) === `quick brown fox ${round}`, {
      limit: 5_000,
    }).catch(async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await quick.typed())}`);
    });
    // Once to clear, once to close.
    await xdotool("key", "Escape");
    await until("it is cleared", async () => (await quick.typed()) === "");
    await xdotool("key", "Escape");
    await quick.hidden();
    await until("the window before has the focus", async () => (await focused()) === "Somebody else");
  }
});
