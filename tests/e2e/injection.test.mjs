// A page that was taken over reaches nobody, whether a script was put into it or a model said
// something: nothing that it tries is more than a refused attempt. First the same attempts are made
// where nothing refuses them, because one that does not work says nothing.
import assert from "node:assert/strict";
import { lookup } from "node:dns/promises";
import { hostname } from "node:os";
import { marked } from "marked";
import { watchCalls } from "./lib/calls.mjs";
import { Consent, introduce } from "./lib/consent.mjs";
import { handleOf, handlesBesideQuick } from "./lib/handles.mjs";
import { LEAVING } from "./lib/injection/leaving.mjs";
import { listeners, reached } from "./lib/injection/listeners.mjs";
import { LOADING } from "./lib/injection/loading.mjs";
import { PlainBrowser } from "./lib/injection/plain-browser.mjs";
import { PAST_THE_POLICY, SURE_SCRIPTS, SURE_TEXTS } from "./lib/injection/sure.mjs";
import { TEXTS } from "./lib/injection/texts.mjs";
import { provider } from "./lib/provider.mjs";
import { xdotool } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";

const SCRIPTS = { ...LOADING, ...LEAVING };

/** Milliseconds in which an attempt reaches its listener, where it does. The last ones need as long. */
const REACHES_WITHIN = 600;
const LATE = 4_000;
/** The same for those that are sure to, however busy the computer is. */
const LONGEST = 15_000;

/** Runs an attempt, and lets the page's next tasks run. */
const attempt = (script) => `
  const done = arguments[arguments.length - 1];
  const put = (tag, attributes, inside = document.body) => {
    const element = Object.assign(document.createElement(tag), attributes);
    inside.append(element);
    return element;
  };
  try { ${script} } catch {}
  setTimeout(done, 40);`;

/** Clicks whatever can be clicked. */
const CLICK_ALL = `
  const clickable = "a, area, button, summary, math [href], [role=button]";
  for (const each of document.querySelectorAll(arguments[0] + " :is(" + clickable + ")")) {
    each.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window }));
  }`;

/** Makes each attempt on a page of its own; gives the names of those that reached their listener. */
async function whereNothingRefuses(t, all, sure, act) {
  const plain = await PlainBrowser.start(t);
  for (const [name, listener] of all) {
    await act(plain, name, listener.addresses);
    const limit = sure.has(name) ? LONGEST : REACHES_WITHIN;
    await until(name, () => listener.reached > 0, { limit, between: 10 }).catch(() => {});
  }
  const got = reached(all);
  const silent = [...all.keys()].filter((name) => !got.includes(name));
  t.note(`${got.length} of ${all.size} reach a server on a plain page; not: ${silent.join(", ")}`);
  assert.deepEqual(
    silent.filter((name) => sure.has(name)),
    [],
    "attempts that should reach a server on a plain page",
  );
  return got;
}

test(
  "scripts reach a server on a plain page",
  async (t) => {
    const all = await listeners(t, Object.keys(SCRIPTS));
    const got = await whereNothingRefuses(t, all, SURE_SCRIPTS, async (plain, name, addresses) => {
      await plain.show("");
      const script = attempt(SCRIPTS[name](addresses));
      // The page may be gone before it answers.
      await plain.driver.executeAsyncScript(script).catch(() => {});
    });
    assert.ok(got.length >= 100, `${got.length} attempts work`);
  },
  { limit: 400 },
);

/** Each page's process reports to the driver once, over the loopback: before anything is watched. */
const allPages = (driver) =>
  until("the quick prompt is made", () => handleOf(driver, "/quick-prompt.html"));

test("scripts reach nobody in the window", async (t) => {
  const all = await listeners(t, Object.keys(SCRIPTS));
  const home = t.home();
  const { window, driver, driverProcess } = await t.start(home);
  await allPages(driver);
  const watched = await watchCalls(t, driverProcess.pid, home.path);
  if (!watched) t.note("not seen whether the proxy was needed: nobody may watch a process here");
  await window.run("window.takenOver = true");
  const make = async (names) => {
    for (const name of names) {
      const script = attempt(SCRIPTS[name](all.get(name).addresses));
      await driver.executeAsyncScript(script).catch((error) => {
        throw new Error(`${name}: ${error.message}`);
      });
      assert.equal(await window.run("return window.takenOver"), true, `${name}: another page`);
      assert.deepEqual(reached(all), [], `after ${name}`);
    }
    await letPass(LATE);
    assert.deepEqual(reached(all), []);
    assert.deepEqual(watched?.asked() ?? [], []);
  };
  // The policy and the guard stop nearly all, without the proxy that stops the rest.
  await make([...all.keys()].filter((name) => !PAST_THE_POLICY.has(name)));
  assert.deepEqual(watched?.nobody() ?? [], [], "stopped by the proxy alone");
  await make(PAST_THE_POLICY);
  if (watched) assert.ok(watched.nobody().length > 0, "what only the proxy stops is seen there");
  await watched?.end();
  assert.equal((await handlesBesideQuick(driver)).length, 1, "windows");
  t.note(`${all.size} attempts`);

  // The window is alive, and its page comes back whole.
  await driver.navigate().refresh();
  await window.ready();
  await window.answered((await window.ask("Say hello.")).id);
  assert.deepEqual(reached(all), []);
});

test(
  "what a model says reaches a server on a plain page",
  async (t) => {
    const all = await listeners(t, Object.keys(TEXTS));
    const got = await whereNothingRefuses(t, all, SURE_TEXTS, async (plain, name, addresses) => {
      await plain.show(marked.parse(TEXTS[name](addresses)));
      await plain.driver.executeScript(CLICK_ALL, "body");
    });
    assert.ok(got.length >= 40, `${got.length} attempts work`);
  },
  { limit: 300 },
);

/** Says what it was asked, in pieces that fall between any two characters. */
async function* echo(body) {
  const { content } = JSON.parse(body).messages.at(-1);
  for (const piece of content.match(/[\s\S]{1,23}/g)) {
    yield piece;
    await letPass(2);
  }
}

/** What may not be in anything that was drawn from a text. */
const FORBIDDEN = `
  const drawn = document.querySelectorAll("[data-testid=answer-text], [data-testid=question-text]");
  const loads = "img, picture, source, video, audio, track, object, embed, iframe, frame, script, style, link, meta, base, form, area, template, image, use, feImage, foreignObject, math a, [src], [srcset], [href], [background], [poster], [action], [formaction], [ping], [onerror], [onload], [ontoggle], [onfocus]";
  return [...drawn].flatMap((each) => [...each.querySelectorAll(loads)]).map((each) => each.outerHTML);`;

test("what a model says reaches nobody in the window", async (t) => {
  const all = await listeners(t, Object.keys(TEXTS));
  const parts = [...all].map(([name, { addresses }], at) => {
    return `Attempt ${at} begins.\n\n${TEXTS[name](addresses)}`;
  });
  const text = [...parts, "Attempts end."].join("\n\n");
  const server = await provider(t, { says: echo });
  const home = t.home();
  const sotto = await t.start(home);
  const { window } = sotto;
  const larger = await introduce(sotto, server);

  // The same words are shown in the consent window, and are the question.
  const consent = await Consent.ask(sotto, larger, text);
  await consent.page.click(await consent.page.labelled("Show all"));
  await consent.page.shows("Attempts end.");
  await consent.page.click(await consent.page.find("input[type=checkbox]"));
  await consent.armed();
  assert.deepEqual(await consent.page.run(FORBIDDEN), []);
  assert.deepEqual(reached(all), [], "from the consent window");
  await consent.pointAtApprove();
  await xdotool("click", "1");
  assert.equal((await consent.over()).outcome, "asked");

  // Once more where it can be seen to grow, because what is half written is drawn as well.
  const watched = await watchCalls(t, sotto.driverProcess.pid, home.path);
  const [{ id }] = await until("the conversation is listed", async () => {
    const rows = await window.conversations();
    return rows.length === 1 && rows;
  });
  await window.openConversation(id);
  await window.over((await window.answer()).id);
  const known = await window.messages();
  await Consent.begin(sotto, larger, text, id);
  const begun = await window.newAnswer(known);
  await window.watchGrowth(begun.id, 5);
  const answer = await window.over(begun.id);
  assert.equal(answer.state, "complete");
  assert.equal(server.requests.length, 2);
  const paragraphs = await window.run(
    `return [...document.querySelectorAll('[data-message="' + arguments[0] + '"] p')].map((each) => each.innerText.trim())`,
    answer.id,
  );
  // None was swallowed by the one before.
  const swallowed = parts
    .map((_, at) => at)
    .filter((at) => !paragraphs.includes(`Attempt ${at} begins.`));
  assert.deepEqual(
    swallowed.map((at) => [...all.keys()][at - 1]),
    [],
    "did not end",
  );
  assert.deepEqual(await window.run(FORBIDDEN), []);
  await window.run(CLICK_ALL, `[data-message="${answer.id}"] [data-testid=answer-text]`);
  await letPass(LATE);
  assert.deepEqual(reached(all), []);
  // Nothing got as far as the proxy.
  if (watched) assert.deepEqual([...watched.asked(), ...watched.nobody()], []);
  t.note(`${all.size} attempts, ${text.length} characters`);
});

/** A name carries words out as well as a request does. */
const NAMING = {
  fetch: (name) => `fetch("http://${name}:9/").catch(() => {})`,
  image: (name) => `new Image().src = "http://${name}:9/"`,
  "dns-prefetch": (name) =>
    `put("link", { rel: "dns-prefetch", href: "http://${name}:9/" }, document.head)`,
  preconnect: (name) =>
    `put("link", { rel: "preconnect", href: "http://${name}:9/" }, document.head)`,
  "a link": (name) => `put("a", { href: "http://${name}:9/", textContent: "x" }).click()`,
  form: (name) => `put("form", { action: "http://${name}:9/" }).submit()`,
  navigation: (name) => `location.href = "http://${name}:9/"`,
};

test("no name is looked up", async (t) => {
  // The computer's own name: a look into a file and not a question to somebody else.
  const name = hostname();
  const { address } = await lookup(name).catch(() => ({ address: "" }));
  if (!address.startsWith("127.")) {
    t.note(`not run: ${name} is not this computer's own name`);
    return;
  }
  const home = t.home();
  const plain = await PlainBrowser.start(t);
  await plain.show("");
  const control = await watchCalls(t, plain.process.pid, home.path, { refuse: true });
  if (!control) {
    t.note("not run: this system lets nobody watch a process");
    return;
  }
  await plain.driver.executeAsyncScript(attempt(NAMING.preconnect(name)));
  await until("the look-up is seen", () => control.asked().some((call) => /hosts/.test(call)));
  await control.end();

  const { driver, driverProcess } = await t.start(home);
  await allPages(driver);
  const watched = await watchCalls(t, driverProcess.pid, home.path, { refuse: true });
  for (const make of Object.values(NAMING)) await driver.executeAsyncScript(attempt(make(name)));
  await letPass(LATE);
  assert.deepEqual(watched.asked(), []);
  await watched.end();
  t.note(`by: ${Object.keys(NAMING).join(", ")}`);
});
