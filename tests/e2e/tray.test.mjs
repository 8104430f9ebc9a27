// The tray as a panel sees it: its menu is read and pressed over D-Bus, its picture is compared, and
// what each entry does is looked for in the window, in the runtime and among the processes.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Consent, introduce, invoke, pressInChat } from "./lib/consent.mjs";
import { programs } from "./lib/environment.mjs";
import { starter } from "./lib/home.mjs";
import { find, Panel, words } from "./lib/panel.mjs";
import { childRunning, descendants, gone, isAlive, kill, runtimesOf } from "./lib/processes.mjs";
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

const has =
  (label) =>
  ({ menu }) =>
    find(menu, label) !== null;
const says =
  (text) =>
  ({ menu }) =>
    words(menu).some((line) => line.trim().startsWith(text));

/** Closes the chat window as its frame does. */
async function closeWindow() {
  await xdotool("windowactivate", "--sync", await seen("Sotto"));
  await xdotool("key", "alt+F4");
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
      "Quick prompt",
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

test("closing the window asks once, and then does what was chosen", async (t) => {
  const panel = await Panel.start(t);
  const home = t.home([]);
  const sotto = await t.start(home);
  const { window } = sotto;
  await panel.shows("an icon");

  // Asked, and put off: asked again.
  await closeWindow();
  await window.part(NAMES.stayInTray, "[role=dialog]");
  assert.equal((await window.focus()).name, NAMES.endHere, "what has the focus");
  await xdotool("key", "Escape");
  await until("the question is gone", async () => !(await window.has("[role=dialog]")));
  await closeWindow();
  await window.part(NAMES.stayInTray, "[role=dialog]");
  await window.clickLabelled(NAMES.stayInTray, "[role=dialog]");
  await until("the window is closed", isClosed);

  // Back through the tray, and through a second start.
  await panel.press("Open");
  await seen("Sotto");
  await closeWindow();
  await until("it is closed without a question", isClosed);
  const again = spawnSync(programs.desktop, { env: { ...process.env, SOTTO_HOME: home.path } });
  assert.equal(again.status, 0, String(again.stderr));
  await seen("Sotto");
  spawnSync(programs.desktop, ["--hidden"], { env: { ...process.env, SOTTO_HOME: home.path } });

  // Settings and conversations are shown in a window that was closed.
  await closeWindow();
  await until("it is closed", isClosed);
  await panel.press("Settings");
  await seen("Sotto");
  await window.part(NAMES.whenClosed, "[role=dialog]");
  await invoke(window, "set_when_closed", { chosen: "end" });
  await closeWindow();
  await gone(sotto.pid, 15_000);
  assert.deepEqual(runtimesOf(home.path), []);
});

test("the icon shows what goes on: nothing, an answer here, words that leave", async (t) => {
  const panel = await Panel.start(t);
  // The larger model's answer waits for the test.
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const slowly = async function* () {
    yield "One moment";
    await finished;
  };
  const server = await provider(t, { says: slowly });
  t.after(() => finish());
  const sotto = await t.start(t.home([]).addEndlessModel());
  const { window } = sotto;
  const becomes = (what, wanted) =>
    until(`the icon shows ${what}`, async () => {
      const picture = await panel.picture();
      return wanted(picture) && picture;
    });
  const idle = await panel.picture();
  await window.ask(LONG);
  const answering = await becomes("an answer", (picture) => picture !== idle);
  await window.stop();
  await becomes("nothing", (picture) => picture === idle);

  const larger = await introduce(sotto, server);
  const consent = await Consent.ask(sotto, larger, "Which way is the sea?");
  assert.equal(await panel.picture(), idle, "while the person decides, nothing leaves");
  await consent.armed();
  await consent.walkToApprove();
  await consent.armed();
  await consent.press("Return");
  await consent.over();
  const elsewhere = await becomes("words that leave", (picture) => picture !== idle);
  assert.notEqual(elsewhere, answering);
  // Blocked in the tray: what is on its way is cut.
  await panel.press("Block");
  await becomes("nothing again", (picture) => picture === idle);
});

test("without a tray that is said once, and closing the window ends Sotto", async (t) => {
  const home = t.home([]);
  const first = await t.start(home);
  const { window } = first;
  await window.shows("closing this window ends Sotto");
  await invoke(window, "set_when_closed", { chosen: "stay" });
  await window.clickPart(NAMES.dismissTrayNote);
  await until("the note is gone", async () => !(await window.text()).includes("ends Sotto"));
  await closeWindow();
  await gone(first.pid, 15_000);
  assert.deepEqual(runtimesOf(home.path), []);
  await first.discard();

  // A tray that comes later is used; one that was missed is not mentioned again.
  const second = await t.start(home);
  await until(
    "it is known",
    async () => (await invoke(second.window, "desktop")).tray === "missing",
  );
  assert.doesNotMatch(await second.window.text(), /ends Sotto/);
  const panel = await Panel.start(t);
  await panel.shows("an icon");
  await closeWindow();
  await until("the window is closed", isClosed);
  // The tray goes, and with it the only way to a Sotto without a window: it shows itself.
  await panel.end();
  await seen("Sotto");
  await closeWindow();
  await gone(second.pid, 15_000);
});

test("with the session it starts in the tray, and only where that was asked for", async (t) => {
  const home = t.home();
  const env = { XDG_CONFIG_HOME: join(home.path, "config") };
  const file = join(env.XDG_CONFIG_HOME, "autostart", "org.sotto.desktop.desktop");
  const panel = await Panel.start(t);
  const sotto = await t.start(home, { env });
  const { window } = sotto;
  assert.ok(!existsSync(file), "off until asked for");
  await assert.rejects(invoke(window, "set_session_start", { on: true }), /press/);
  assert.ok(!existsSync(file), "a script cannot turn it on");
  await pressInChat(sotto);
  await invoke(window, "set_session_start", { on: true });
  const entry = readFileSync(file, "utf8");
  t.note(entry.split("\n").find((line) => line.startsWith("Exec=")));
  assert.match(entry, /^Exec="\/.*sotto-desktop" --hidden$/m);
  assert.deepEqual((await invoke(window, "desktop")).session_start, { state: "on" });
  await invoke(window, "set_session_start", { on: false });
  assert.ok(!existsSync(file), "really off");
  await sotto.end();

  const waiting = new Plain(t, home, ["--hidden"]);
  await panel.shows("an icon", has("Open"));
  await panel.shows("no model", says("No model in memory"));
  assert.ok(await isClosed());
  // Whoever opens it is about to ask: the model comes with the window.
  await panel.press("Open");
  await seen("Sotto");
  await panel.shows("the model in memory", says(`${starter.name}:`));
  await waiting.end();
});

/** Sotto as a person starts it, without a driver. */
class Plain {
  constructor(t, home, args = []) {
    const env = { ...process.env, SOTTO_HOME: home.path };
    this.child = spawn(programs.desktop, args, { env, stdio: "ignore" });
    this.pid = this.child.pid;
    t.after(() => kill(this.pid, "SIGKILL"));
  }

  async end() {
    kill(this.pid, "SIGTERM");
    await gone(this.pid, 15_000);
  }

  /** How often its threads, and those below it, were woken so far; the runtime's apart. */
  wakes() {
    const runtime = childRunning(this.pid, programs.runtime);
    const others = [this.pid, ...descendants(this.pid)].filter((pid) => pid !== runtime);
    const all = (pids) => new Map(pids.flatMap(wakesOf));
    return { app: all(others), runtime: all([runtime]), processes: others.length };
  }
}

/** How often each thread of a process gave the processor up by itself, which each wake does once. */
function wakesOf(pid) {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    return [thread, Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)[1])];
  });
}

/** The wakes between two counts; a thread that ended in between is counted up to the first. */
function wakesBetween(before, after) {
  return [...after].reduce((sum, [thread, count]) => sum + count - (before.get(thread) ?? 0), 0);
}

/** Asks a runtime to keep a model for so many seconds from now on. */
async function keepFor(runtime, model, seconds) {
  const line = readFileSync(`/proc/${runtime}/cmdline`, "utf8").split("\0");
  const socketPath = line[line.indexOf("--socket") + 1];
  const asking = request({ socketPath, path: "/api/chat", method: "POST" });
  asking.end(JSON.stringify({ model, messages: [], keep_alive: seconds, stream: false }));
  const [reply] = await once(asking, "response");
  reply.resume();
  assert.equal(reply.statusCode, 200);
}

const IDLE_SECONDS = 30;

test("closed and in the tray it sleeps", async (t) => {
  const panel = await Panel.start(t);
  const home = t.home();
  const first = await t.start(home);
  await invoke(first.window, "set_when_closed", { chosen: "stay" });
  await first.end();
  const measure = async (name, sotto) => {
    await panel.shows("an icon");
    // What follows a start and a close comes to rest.
    await letPass(10_000);
    const before = sotto.wakes();
    await letPass(IDLE_SECONDS * 1000);
    const after = sotto.wakes();
    const app = wakesBetween(before.app, after.app);
    const runtime = wakesBetween(before.runtime, after.runtime);
    t.note(
      `${name}: ${after.processes} processes woke ${app} times in ${IDLE_SECONDS} s, the runtime ${runtime} times`,
    );
    assert.ok(app < 2 * IDLE_SECONDS, "less than twice a second");
    assert.equal(runtime, 0, "the runtime");
  };

  const sotto = new Plain(t, home);
  await panel.shows("the model in memory", says(`${starter.name}:`));
  await closeWindow();
  await until("the window is closed", isClosed);
  await measure("window closed", sotto);
  // Idle for as long as it is kept, here two seconds and not five minutes, the model goes.
  const runtime = childRunning(sotto.pid, programs.runtime);
  const held = memory(runtime);
  await keepFor(runtime, starter.file.replace(/\.gguf$/, ""), 2);
  await until("its memory is back", () => memory(runtime) < held - starter.size / 2);
  t.note(`runtime: ${(held / 1e6).toFixed(0)} MB, idle ${(memory(runtime) / 1e6).toFixed(0)} MB`);
  await sotto.end();

  const hidden = new Plain(t, home, ["--hidden"]);
  await measure("started with the session", hidden);
  await hidden.end();
});
