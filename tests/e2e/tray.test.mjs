// The tray as a panel sees it: its menu is read and pressed over D-Bus, its picture is compared, and
// what each entry does is looked for in the window, in the runtime and among the processes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Consent, introduce, invoke, pressInChat } from "./lib/consent.mjs";
import { programs } from "./lib/environment.mjs";
import { starter } from "./lib/home.mjs";
import { CONSENT } from "./lib/landmarks.mjs";
import { find, Panel, words } from "./lib/panel.mjs";
import { gone, isAlive, kill, runtimesOf } from "./lib/processes.mjs";
import { provider } from "./lib/provider.mjs";
import { seen, visible, xdotool } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";
import { NAMES } from "./lib/window.mjs";

const LONG = "Write a long story about a small ship on a wide sea.";

/** Bytes of memory that a process holds. */
function memory(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(kilobytes) * 1024;
}

const has = (label) => ({ menu }) => find(menu, label) !== null;
const says = (text) => ({ menu }) => words(menu).some((line) => line.trim().startsWith(text));

/** Closes the chat window as its frame does. */
async function closeWindow() {
  await xdotool("windowactivate", "--sync", await seen("Sotto"), "key", "alt+F4");
}

async function isClosed() {
  return (await visible("Sotto")).length === 0;
}

test("every entry of the menu is read, and does what it says", async (t) => {
  const panel = await Panel.start(t);
  const home = t.home();
  const sotto = await t.start(home);
  const { window } = sotto;
  await panel.shows("the model in memory", says(`${starter.name}:`));
  const runtime = await sotto.runtime();

  const first = await window.ask("Say hello.");
  await window.answered(first.id);
  const [{ id, title }] = await window.conversations();
  const item = await panel.shows("the conversation", has(title));
  t.note(words(item.menu).join(" | "));
  assert.deepEqual(
    words(item.menu).map((line) => line.replace(/: \d.*/, ": SIZE of memory")),
    [
      "Open Sotto",
      "Recent conversations",
      `  ${title}`,
      "--",
      "Model",
      `  ${starter.name}: SIZE of memory`,
      `  Unload ${starter.name}`,
      "Pause the runtime",
      "--",
      "Block cloud now",
      "--",
      "Settings",
      "Quit",
    ],
  );

  // A conversation is shown, also when another one is open.
  await window.clickPart(NAMES.newConversation);
  await until("no conversation is open", async () => (await window.messages()).length === 0);
  await panel.press(title);
  await until("it is open", async () =>
    (await window.conversations()).some((each) => each.open && each.id === id),
  );

  // The model's memory goes back to the system, and comes when it is wanted.
  const loaded = memory(runtime);
  await panel.press("Unload");
  await panel.shows("no model", says("No model in memory"));
  await window.shows("No model in memory");
  const unloaded = memory(runtime);
  t.note(`runtime: ${(loaded / 1e6).toFixed(0)} MB, unloaded ${(unloaded / 1e6).toFixed(0)} MB`);
  assert.ok(unloaded < loaded - starter.size / 2, "its memory is back with the system");
  await panel.press("Load");
  await panel.shows("the model in memory", says(`${starter.name}:`));
  assert.ok(memory(runtime) > unloaded + starter.size / 2);

  // Paused: nothing in memory, until a question is asked.
  await panel.press("Pause");
  await panel.shows("that it is paused", has("Resume"));
  await panel.shows("no model", says("No model in memory"));
  await window.shows("paused");
  await panel.press("Resume");
  await panel.shows("the model in memory", says(`${starter.name}:`));
  await panel.press("Pause");
  await panel.shows("no model", says("No model in memory"));
  const second = await window.ask("Say hello again.");
  await window.answered(second.id);
  await panel.shows("that a question ended the pause", has("Pause"));

  await panel.press("Block");
  await window.shows("The cloud is blocked.");
  await panel.press("Unblock");
  await until("it is unblocked", async () => !(await window.text()).includes("is blocked"));

  await panel.press("Settings");
  await window.part(NAMES.sessionStart, "[role=dialog]");
  await xdotool("windowminimize", "--sync", await seen("Sotto"));
  await panel.press("Open");
  await seen("Sotto");

  await panel.press("Quit");
  await gone(sotto.pid, 15_000);
  await until("its runtime is gone", () => runtimesOf(home.path).length === 0);
  assert.ok(!isAlive(runtime));
  await until("its icon is gone", async () => (await panel.read()) === null);
});
