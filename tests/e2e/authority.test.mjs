// Each page may call its own commands and nothing else, however it calls: the chat cannot decide in
// the consent window's stead, cannot open one, reach into it or look like it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Consent, introduce, invoke, pressInChat, typeInChat } from "./lib/consent.mjs";
import { root } from "./lib/environment.mjs";
import { provider } from "./lib/provider.mjs";
import { visible } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";

const QUESTION = "Which way is the sea?";

const ENTRY = { id: null, title: "Another", protocol: "open_ai", models: [] };

const NO_PRESS = /saw no press/;

/** The commands that a capability file allows. */
function commandsOf(page) {
  const file = join(root, "src-tauri", "capabilities", `${page}.json`);
  const { permissions } = JSON.parse(readFileSync(file, "utf8"));
  return permissions.map((each) => each.replace(/^allow-/, "").replaceAll("-", "_"));
}

/** Tauri's own commands, of what is built in and of what could be. */
const OF_TAURI = Object.entries({
  app: "version name tauri_version app_hide app_show set_app_theme default_window_icon bundle_type",
  event: "listen unlisten emit emit_to",
  image: "new from_bytes from_path rgba size",
  menu: "new append create_default popup set_as_app_menu",
  path: "resolve_directory resolve normalize join dirname basename",
  resources: "close",
  tray: "new get_by_id set_icon",
  webview:
    "create_webview_window create_webview get_all_webviews webview_close webview_show set_webview_zoom print reparent clear_all_browsing_data set_webview_focus internal_toggle_devtools",
  window:
    "create get_all_windows close destroy show hide set_title set_always_on_top set_focus set_fullscreen set_position set_size set_decorations start_dragging set_ignore_cursor_events set_skip_taskbar set_overlays title",
  opener: "open_url open_path reveal_item_in_dir",
  "window-state": "restore_state save_window_state filename",
  "single-instance": "init",
  "navigation-guard": "allow",
  shell: "execute spawn open",
  fs: "read_text_file read_file write_file read_dir exists",
  dialog: "open save message",
  http: "fetch fetch_send",
  websocket: "connect",
  "clipboard-manager": "read_text write_text",
  "global-shortcut": "register",
  process: "exit restart",
  updater: "check",
  store: "load",
}).flatMap(([plugin, names]) => names.split(" ").map((name) => `plugin:${plugin}|${name}`));

/** Calls each with nothing; gives what was not refused for who calls. */
const CALL = `
  const [names, done] = arguments;
  const call = (name) =>
    window.__TAURI_INTERNALS__.invoke(name, {}).then(
      (value) => ({ name, answer: value ?? null }),
      (error) => ({ name, answer: error?.message ?? String(error) }),
    );
  Promise.all(names.map(call)).then((all) =>
    done(all.filter(({ answer }) => !/not allowed|not found/.test(String(answer)))));`;

function refusedAll(window, names) {
  return window.driver.executeAsyncScript(CALL, names);
}

/**
 * Calls a command as Tauri's own script does, with the key that this script keeps to itself (it is
 * seen in what it sends), but with an address and headers of one's own.
 */
const FORGE = `
  const [command, payload, done] = arguments;
  const original = window.fetch;
  let key = null;
  window.fetch = (address, options) => {
    key = new Headers(options.headers).get("Tauri-Invoke-Key");
    return original(address, options);
  };
  const answers = [];
  const own = { "Content-Type": "application/json", "Tauri-Callback": "1", "Tauri-Error": "2" };
  const forge = async (what, address, headers) => {
    const call = original(address, {
      method: "POST",
      body: JSON.stringify(payload),
      headers: { ...own, "Tauri-Invoke-Key": key, ...headers },
    });
    const late = new Promise((resolve) => setTimeout(() => resolve(null), 2000));
    const said = await Promise.race([call, late]).then(
      async (response) => response === null ? "no answer" : response.headers.get("Tauri-Response") + ": " + (await response.text()),
      (error) => "error: " + error,
    );
    answers.push([what, said]);
  };
  window.__TAURI_INTERNALS__.invoke("runtime").then(async () => {
    window.fetch = original;
    const at = "ipc://localhost/" + command;
    await forge("the key alone", at, {});
    await forge("another key", at, { "Tauri-Invoke-Key": "x" });
    await forge("a label in a header", at, { "Tauri-Window-Label": "consent", "Tauri-Webview-Label": "consent" });
    await forge("another origin", at, { Origin: "tauri://localhost/consent.html", Referer: "tauri://localhost/consent.html" });
    await forge("a label in the address", at + "?window=consent&label=consent", {});
    await forge("a label as the host", "ipc://consent/" + command, {});
    await forge("a path around", "ipc://localhost/x/../" + command, {});
    await forge("a name in other letters", "ipc://localhost/" + encodeURIComponent(command).replace("c", "%63"), {});
    await forge("a plugin's name before it", "ipc://localhost/plugin:consent|" + command, {});
    // The other way, which Tauri takes where the first one fails.
    const posted = await new Promise((resolve) => {
      const callback = window.__TAURI_INTERNALS__.transformCallback((value) => resolve("ok: " + JSON.stringify(value)));
      const error = window.__TAURI_INTERNALS__.transformCallback((value) => resolve("error: " + JSON.stringify(value)));
      const message = { cmd: command, callback, error, payload, options: { headers: { Origin: "consent" } }, __TAURI_INVOKE_KEY__: key };
      window.ipc.postMessage(JSON.stringify(message));
      setTimeout(() => resolve("no answer"), 5000);
    });
    answers.push(["a posted message", posted]);
    done({ key, answers });
  });`;

/** What the consent window says would be sent, and where to. */
const WORDS = `
  const words = document.querySelectorAll("h1, [data-testid=part-text]");
  return [...words].map((each) => each.innerText);`;

async function asking(t) {
  const server = await provider(t);
  const sotto = await t.start(t.home());
  const larger = await introduce(sotto, server);
  const consent = await Consent.ask(sotto, larger, QUESTION);
  const inChat = async (act) => {
    const here = await sotto.driver.getWindowHandle();
    await sotto.driver.switchTo().window(consent.home);
    try {
      return await act(sotto.window);
    } finally {
      await sotto.driver.switchTo().window(here);
    }
  };
  return { server, sotto, consent, inChat };
}

test("each page may call its own commands and none else", async (t) => {
  const { consent, inChat } = await asking(t);
  const [ofChat, ofConsent] = [commandsOf("main"), commandsOf("consent")];
  assert.ok(ofChat.length > 20 && ofConsent.length >= 5);

  assert.deepEqual(await inChat((chat) => refusedAll(chat, [...ofConsent, ...OF_TAURI])), []);
  assert.deepEqual(await refusedAll(consent.page, [...ofChat, ...OF_TAURI]), []);
  t.note(
    `refused: ${ofConsent.length} and ${ofChat.length} of the other, ${OF_TAURI.length} of Tauri`,
  );

  // They were calls: those that are allowed are answered.
  assert.ok((await inChat((chat) => invoke(chat, "cloud"))).providers.length > 0);
  assert.ok((await invoke(consent.page, "consent_request")).digest);
});

test("the chat cannot decide, whatever it forges", async (t) => {
  const { server, consent, inChat } = await asking(t);
  // More than it can know: the very words with which the consent window would say yes.
  const { proposal, digest } = await invoke(consent.page, "consent_request");
  const decision = { proposal, digest, yes: true, standing: true };
  await consent.armed();
  const call = (chat) => chat.driver.executeAsyncScript(FORGE, "consent_decide", { decision });
  const { key, answers } = await inChat(call);
  assert.ok(key, "Tauri's key is known");
  for (const [what, said] of answers) {
    assert.match(said, /not allowed|not found|no answer|^error|^null/, what);
    assert.doesNotMatch(said, /^ok/, what);
  }
  assert.match(answers[0][1], /not allowed/, "with the right key the caller is what is refused");
  assert.match(answers.at(-1)[1], /not allowed/, "the posted message was read");
  // Nor can it take what Tauri keeps for the other page until that page asks for it.
  const stolen = await inChat((chat) =>
    chat.driver.executeAsyncScript(`
      const done = arguments[arguments.length - 1];
      const ids = Array.from({ length: 300 }, (_, id) => id);
      const take = (id) => window.__TAURI_INTERNALS__.invoke("plugin:__TAURI_CHANNEL__|fetch", null, { headers: { "Tauri-Channel-Id": String(id) } }).then((data) => [data], () => []);
      Promise.all(ids.map(take)).then((all) => done(all.flat()));`),
  );
  assert.deepEqual(stolen, []);
  await letPass(1_000);
  assert.equal(server.connections, 0);
  // It was there to be decided.
  await consent.press("Escape");
  assert.deepEqual(await consent.over(), { outcome: "not_sent", why: "denied" });
  t.note(`refused: ${answers.map(([what]) => what).join(", ")}`);
});

test("the chat cannot reach into the consent window", async (t) => {
  const { sotto, consent, inChat } = await asking(t);
  const before = await consent.page.run(WORDS);
  const seen = await inChat((chat) =>
    chat.run(`
      const safe = (look) => { try { return look(); } catch (error) { return "error"; } };
      for (const name of ["consent", "main", "", "_top", "_parent"]) safe(() => window.postMessage({ yes: true, name }, "*"));
      const channel = new BroadcastChannel("consent");
      channel.postMessage({ yes: true });
      localStorage.setItem("consent", "yes");
      sessionStorage.setItem("consent", "yes");
      document.cookie = "consent=yes";
      return {
        opener: window.opener,
        above: window.parent === window && window.top === window,
        frames: window.length,
        named: safe(() => window.open("", "consent")),
        tauri: typeof window.__TAURI__,
        labels: safe(() => JSON.stringify(window.__TAURI_INTERNALS__.metadata)),
      };`),
  );
  assert.equal(seen.opener, null);
  assert.equal(seen.above, true);
  assert.equal(seen.frames, 0);
  assert.equal(seen.named, null);
  assert.equal(seen.tauri, "undefined");
  assert.doesNotMatch(seen.labels, /consent/);

  // Its page in a frame, in place of the chat's own, or served by a worker of the chat's.
  const kept = await inChat((chat) =>
    chat.driver.executeAsyncScript(`
      const done = arguments[arguments.length - 1];
      window.kept = true;
      const frame = document.createElement("iframe");
      frame.src = "/consent.html";
      document.body.append(frame);
      const registered = navigator.serviceWorker
        ? navigator.serviceWorker.register("/assets/index.js").then(() => "registered", () => "refused")
        : Promise.resolve("none");
      for (const go of [
        () => { location.href = "/consent.html"; },
        () => location.replace("/consent.html#x"),
        () => window.open("/consent.html"),
        () => window.open("/consent.html", "_self"),
      ]) { try { go(); } catch {} }
      const inside = () => { try { return frame.contentDocument?.body?.innerText ?? ""; } catch { return ""; } };
      registered.then((worker) => setTimeout(() => done({ worker, inside: inside() }), 1500));`),
  );
  assert.equal(kept.inside, "");
  assert.notEqual(kept.worker, "registered");
  assert.equal(await inChat((chat) => chat.run("return window.kept")), true, "the chat's own page");
  assert.equal((await sotto.driver.getAllWindowHandles()).length, 2, "windows");

  assert.deepEqual(await consent.page.run(WORDS), before);
  assert.equal(await consent.page.run("return window.opener"), null);
  await consent.press("Escape");
  await consent.over();
});

test("a script that presses nothing opens no consent window and allows nothing", async (t) => {
  const server = await provider(t);
  const sotto = await t.start(t.home());
  const { window } = sotto;
  const larger = await introduce(sotto, server);
  const what = { kind: "new", conversation: null, text: QUESTION };
  const request = { what, ...larger, ask_anyway: true };
  const ask = () => invoke(window, "ask_larger", { request });
  // What a script can make looks like a press to the page alone.
  await window.run(`
    for (const each of document.querySelectorAll("button, textarea")) {
      for (const type of ["keydown", "keyup"]) each.dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true }));
      for (const type of ["pointerdown", "pointerup"]) each.dispatchEvent(new PointerEvent(type, { bubbles: true }));
    }
    document.querySelector("textarea").click();`);
  for (const [command, payload] of [
    ["ask_larger", { request }],
    ["test_provider", { provider: larger.provider }],
    ["turn_cloud", { on: true }],
    ["unblock_cloud", {}],
    ["take_key", { provider: larger.provider }],
    ["set_own_words", { words: [] }],
    ["save_provider", { entry: { ...ENTRY, address: server.address } }],
  ]) {
    await assert.rejects(invoke(window, command, payload), NO_PRESS, command);
  }
  await invoke(window, "block_cloud");
  await assert.rejects(invoke(window, "unblock_cloud"), NO_PRESS);
  assert.equal((await invoke(window, "cloud")).blocked, true, "less is always allowed");
  await pressInChat(sotto);
  assert.equal((await invoke(window, "unblock_cloud")).blocked, false);
  await assert.rejects(ask(), NO_PRESS, "it is used up");

  await letPass(1_000);
  assert.deepEqual(await visible("Sotto asks"), []);
  assert.equal((await sotto.driver.getAllWindowHandles()).length, 1);
  assert.deepEqual(
    await invoke(window, "ledger").then(({ rows }) => rows.map(({ kind }) => kind)),
    ["change", "change"],
  );
  assert.equal(server.connections, 0);

  // A person's press does it, once; and the one that says no is not one of the chat's.
  const consent = await Consent.ask(sotto, larger, QUESTION);
  await consent.press("Escape");
  await consent.over();
  await letPass(500);
  await assert.rejects(ask(), NO_PRESS, "the key of the no");

  // What was perhaps only typed is no person's, and rests after that.
  await typeInChat(sotto);
  await assert.rejects(ask(), /denied; the next/, "it rests");
  const more = await Consent.ask(sotto, larger, QUESTION);
  await more.press("Escape");
  await more.over();
});

test("the chat's window cannot pass for the other, and its page cannot change what all objects have", async (t) => {
  const { window } = await t.start(t.home());
  await window.run('document.title = "Sotto asks"');
  await window.run("document.documentElement.requestFullscreen?.().catch(() => {})");
  await until("the page has another title", () =>
    window.run('return document.title === "Sotto asks"'),
  );
  await letPass(1_000);
  assert.deepEqual(await visible("Sotto asks"), []);
  assert.equal(await window.run("return document.fullscreenElement"), null);

  const changed = await window.run(`
    const before = Object.prototype.toString;
    for (const change of [
      () => { Object.prototype.yes = true; },
      () => { Object.prototype.toString = () => "x"; },
      () => { Object.defineProperty(Object.prototype, "yes", { value: true }); },
      () => { Object.setPrototypeOf(Object.prototype, { yes: true }); },
      () => { ({}).__proto__.yes = true; },
      () => { ({}).constructor.prototype.yes = true; },
    ]) { try { change(); } catch {} }
    return { frozen: Object.isFrozen(Object.prototype), yes: {}.yes ?? null, same: Object.prototype.toString === before };`);
  assert.deepEqual(changed, { frozen: true, yes: null, same: true });
});
