// The keys of the quick prompt: changed in the settings with real keys, held by another program, and
// given by a desktop's portal.
import assert from "node:assert/strict";
import { invoke } from "./lib/consent.mjs";
import { handleOf } from "./lib/handles.mjs";
import { AS_UNDER_WAYLAND, holdKey, Portal } from "./lib/portal.mjs";
import { focused, otherWindow, QUICK_TITLE } from "./lib/quick.mjs";
import { seen, visible, xdotool } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";
import { NAMES } from "./lib/window.mjs";

/** Numbers of the X server: the key J, Ctrl and Alt. */
const J = 44;
const CONTROL = 4;
const ALT = 8;

const isShown = async () => (await visible(QUICK_TITLE)).length > 0;
const shown = () => until("the quick prompt is seen", isShown);
const hidden = () => until("the quick prompt is gone", async () => !(await isShown()));

/** What Sotto says of its shortcuts, once it is so. */
function becomes(sotto, what, wanted) {
  return until(`the shortcuts are ${what}`, async () => {
    const view = await invoke(sotto.window, "shortcuts");
    return wanted(view) && view;
  });
}

const works = ({ given, shortcuts }) =>
  given.by === "system" && shortcuts.every(({ state }) => state === "works");
const by = (giver) => (view) => view.given.by === giver;

/** Nothing is to be heard of these keys. */
async function doNothing(keys) {
  await xdotool("key", keys);
  await letPass(700);
  assert.equal(await isShown(), false, `${keys} does nothing`);
}

/** These keys show the quick prompt, with the focus, and what is typed at once arrives. */
async function open(sotto, keys, text) {
  await xdotool("key", keys, "type", "--delay", "8", text);
  await shown();
  const chat = await sotto.driver.getWindowHandle();
  await sotto.driver.switchTo().window(await handleOf(sotto.driver, "/quick-prompt.html"));
  const typed = () => sotto.window.run("return document.querySelector('textarea').value");
  await until(`“${text}” arrived`, async () => (await typed()) === text);
  await sotto.driver.switchTo().window(chat);
  await xdotool("key", "Escape", "key", "Escape");
  await hidden();
}

/** Opens the settings of the chat window by its keys. */
async function openSettings({ window }) {
  const dialog = `[role=dialog]`;
  await until("the settings are open", async () => {
    await xdotool("windowactivate", "--sync", await seen("Sotto"));
    if (!(await window.has(dialog))) await xdotool("key", "ctrl+comma");
    return until("they are", () => window.has(dialog), { limit: 2_000 }).catch(() => false);
  });
}

/** Presses keys in the field of a shortcut, as a person does. */
async function pressInField({ window }, field, keys) {
  await window.clickPart(field);
  const waits = async () =>
    window.run("return document.activeElement?.dataset.takesKeys !== undefined");
  await until("it waits for keys", waits);
  await xdotool("key", keys);
}

test("other keys are taken at once, work in every window, and are kept", async (t) => {
  const home = t.home();
  const first = await t.start(home);
  await becomes(first, "taken", works);
  await openSettings(first);
  await pressInField(first, NAMES.shortcutQuick, "ctrl+alt+j");
  await becomes(first, "changed", ({ shortcuts }) => shortcuts[0].keys === "Ctrl+Alt+J");
  await first.window.part(`${NAMES.shortcutQuick}: Ctrl+Alt+J`);
  await otherWindow(t);
  await open(first, "ctrl+alt+j", "moved");
  await doNothing("ctrl+shift+space");
  await open(first, "ctrl+alt+shift+space", "the other");

  // What cannot be a shortcut, and what is the other one's, is refused at once.
  await openSettings(first);
  await pressInField(first, NAMES.shortcutQuick, "shift+k");
  await first.window.shows("Hold Ctrl, Alt or Super with it");
  await invoke(first.window, "choose_shortcut", {
    name: "quick_prompt_with_clipboard",
    choice: { choice: "off" },
  });
  await becomes(first, "off", ({ shortcuts }) => shortcuts[1].state === "off");
  await first.end();

  const second = await t.start(home);
  const { shortcuts } = await becomes(second, "taken", by("system"));
  assert.deepEqual(
    shortcuts.map(({ keys, state }) => [keys, state]),
    [
      ["Ctrl+Alt+J", "works"],
      ["", "off"],
    ],
  );
  await otherWindow(t, "Somebody after that");
  await open(second, "ctrl+alt+j", "kept");
  await doNothing("ctrl+alt+shift+space");
});

test("keys that another program holds are refused, and the old ones go on", async (t) => {
  const holder = await holdKey(t, J, CONTROL | ALT);
  const sotto = await t.start(t.home());
  await becomes(sotto, "taken", works);
  await openSettings(sotto);
  // The holder would hear real keys, not the page: so they are chosen as the page would choose them.
  const keys = { control: true, alt: true, shift: false, logo: false, code: "KeyJ" };
  const choose = () =>
    invoke(sotto.window, "choose_shortcut", {
      name: "quick_prompt",
      choice: { choice: "keys", keys },
    });
  await assert.rejects(
    choose(),
    /Ctrl\+Alt\+J cannot be had: another program holds.*not say which/,
  );
  const taken = await becomes(sotto, "as before", works);
  assert.equal(taken.shortcuts[0].keys, "Ctrl+Shift+Space");
  await xdotool("key", "Escape");
  await otherWindow(t);
  await open(sotto, "ctrl+shift+space", "as before");
  await holder.end();
  await choose();
  await open(sotto, "ctrl+alt+j", "free now");
});

test("a desktop's portal gives the keys, changes them, and its presses open the quick prompt", async (t) => {
  const portal = await Portal.start(t, { version: 2, triggers: { "quick-prompt": "Super+J" } });
  const sotto = await t.start(t.home(), { env: AS_UNDER_WAYLAND });
  const { given, shortcuts } = await becomes(sotto, "given", by("desktop"));
  assert.deepEqual(given, { by: "desktop", shows_settings: true });
  assert.deepEqual(
    shortcuts.map(({ keys, state }) => [keys, state]),
    [
      ["Super+J", "works"],
      ["CTRL+ALT+SHIFT+space", "works"],
    ],
  );
  const { wishes, program } = await portal.look();
  assert.equal(program, "org.sotto.desktop");
  assert.deepEqual(wishes, [
    [
      ["quick-prompt", "CTRL+SHIFT+space"],
      ["quick-prompt-with-clipboard", "CTRL+ALT+SHIFT+space"],
    ],
  ]);

  // The settings show what was granted, follow a change, and lead to the desktop's own.
  await openSettings(sotto);
  await sotto.window.shows(`${NAMES.shortcutQuick}: Super J`);
  await portal.change("quick-prompt", "Super+K");
  await sotto.window.shows(`${NAMES.shortcutQuick}: Super K`);
  await sotto.window.clickPart(NAMES.desktopKeys);
  await until("its settings were asked for", async () => (await portal.look()).settings === 1);
  await xdotool("key", "Escape");

  await otherWindow(t);
  for (const id of ["quick-prompt", "quick-prompt-with-clipboard"]) {
    await portal.press(id);
    await shown();
    await until("it has the focus", async () => (await focused()) === QUICK_TITLE);
    await xdotool("key", "Escape", "key", "Escape");
    await hidden();
  }
  // The keys are the desktop's: none were taken from the X server.
  await doNothing("ctrl+shift+space");
});

test("a portal that refuses, or is not there, is told with the command to bind", async (t) => {
  const portal = await Portal.start(t, { response: 1 });
  const sotto = await t.start(t.home(), { env: AS_UNDER_WAYLAND });
  const { given } = await becomes(sotto, "refused", by("nobody"));
  assert.match(given.reason, /permission, and it was not given/);
  await openSettings(sotto);
  await sotto.window.shows("bind keys to sotto quick and sotto quick --clipboard.");
  await portal.answer({ response: 0 });
  await sotto.window.clickPart(NAMES.askDesktop);
  await becomes(sotto, "given", by("desktop"));
  await sotto.window.shows(`${NAMES.shortcutQuick}: CTRL SHIFT space`);

  await portal.end();
  await becomes(sotto, "gone", by("nobody"));
  await sotto.discard();
  const without = await t.start(t.home(), { env: AS_UNDER_WAYLAND });
  const view = await becomes(without, "missing", by("nobody"));
  assert.match(view.given.reason, /no portal for shortcuts/);
  assert.equal(view.given.ask_again, false);
  await openSettings(without);
  await without.window.shows("no portal for shortcuts");
  await without.window.shows("bind keys to sotto quick and sotto quick --clipboard.");
});
