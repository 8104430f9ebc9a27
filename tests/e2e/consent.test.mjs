// Nothing is sent by a hand that meant something else: the arming rules in the real window, with
// real clicks and keys, and a server that counts what reaches it.
import assert from "node:assert/strict";
import { Consent, introduce } from "./lib/consent.mjs";
import { CONSENT } from "./lib/landmarks.mjs";
import { gone, processes } from "./lib/processes.mjs";
import { provider } from "./lib/provider.mjs";
import { cover, seen, xdotool } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";

const QUESTION = "Which way is the sea?";

/** Longer than it takes to arm. */
const LONG_ENOUGH = 1_600;

async function start(t, options) {
  const server = await provider(t);
  const sotto = await t.start(t.home(), options);
  return { server, sotto, larger: await introduce(sotto, server) };
}

function nothingSent({ requests, connections }) {
  assert.deepEqual(requests, [], "requests that reached the server");
  assert.equal(connections, 0, "connections to the server");
}

/** The yes was taken, and one request left for it. */
async function sent(consent, server) {
  const decided = await consent.over();
  assert.equal(decided.outcome, "asked", JSON.stringify(decided));
  await until("the server is reached", () => server.requests.length > 0);
  const [{ path, body }, ...more] = server.requests;
  assert.deepEqual(more, [], "further requests");
  assert.equal(path, "/v1/chat/completions");
  assert.deepEqual(JSON.parse(body).messages.at(-1), { role: "user", content: QUESTION });
}

async function denied(consent) {
  const decided = await consent.over();
  assert.deepEqual(decided, { outcome: "not_sent", why: "denied" });
}

test("no is the default: Enter, Esc and closing deny", async (t) => {
  const { server, sotto, larger } = await start(t);
  const webPages = () => processes(sotto.pid, /WebKitWebProcess$/).length;
  const before = webPages();
  const ways = {
    "Enter on what has the focus at first": (consent) => consent.press("Return"),
    "Space on it": (consent) => consent.press("space"),
    Esc: (consent) => consent.press("Escape"),
    "closing, as a window manager does": (consent) => consent.press("alt+F4"),
  };
  for (const [way, act] of Object.entries(ways)) {
    const consent = await Consent.ask(sotto, larger, QUESTION);
    assert.equal((await consent.page.focus()).name, CONSENT.deny, `the focus, before ${way}`);
    // Also when a yes would be taken.
    await consent.armed();
    await act(consent);
    await denied(consent);
    nothingSent(server);
  }
  await until("its memory is given back", () => webPages() === before);
  t.note(`denied by: ${Object.keys(ways).join(", ")}`);
});

test("clicks that fall on Approve as it appears send nothing", async (t) => {
  const { server, sotto, larger } = await start(t);
  // Where Approve will be: the window opens at the same place each time.
  const first = await Consent.ask(sotto, larger, QUESTION);
  await first.pointAtApprove();
  await first.press("Escape");
  await denied(first);

  // Clicks go on while the window opens, until twenty have fallen on the button.
  let over = false;
  const burst = (async () => {
    let clicks = 0;
    for (; !over; clicks += 5) await xdotool("click", "--repeat", "5", "--delay", "40", "1");
    return clicks;
  })();
  try {
    const consent = await Consent.ask(sotto, larger, QUESTION);
    await until("clicks fall on Approve", async () => (await consent.presses()) >= 20);
    assert.deepEqual(await consent.changes(), [false], "whether Approve could be pressed");
    over = true;
    t.note(`${await burst} clicks, ${await consent.presses()} seen by the page on Approve`);
    nothingSent(server);
    // The window is alive: a second without a click, and a click counts.
    await consent.armed();
    await xdotool("click", "1");
    await sent(consent, server);
  } finally {
    over = true;
  }
});

test("a key that is held since before the window came sends nothing", async (t) => {
  const { server, sotto, larger } = await start(t);
  t.after(() => xdotool("keyup", "Return", "keyup", "space"));
  for (const key of ["Return", "space"]) {
    await xdotool("windowactivate", "--sync", await seen("Sotto"));
    await xdotool("keydown", key);
    const consent = await Consent.begin(sotto, larger, QUESTION);
    // It falls on what has the focus, and that may deny.
    const decided = () => sotto.window.run("return window.larger");
    await until("the window is there, or was", async () => (await decided()) || consent.isSeen());
    await letPass(LONG_ENOUGH);
    nothingSent(server);
    await xdotool("keyup", key);
    await until("it is denied", async () => {
      await consent.press("Escape");
      return decided();
    });
    await denied(consent);
    nothingSent(server);
  }
});

test("a key that is held on Approve since before it could be pressed sends nothing", async (t) => {
  const { server, sotto, larger } = await start(t);
  t.after(() => xdotool("keyup", "Return", "keyup", "space"));
  const consent = await Consent.ask(sotto, larger, QUESTION);
  await consent.walkToApprove();
  for (const key of ["Return", "space"]) {
    await consent.disarmedBy("a key", () => consent.press("a"));
    await xdotool("keydown", key);
    const before = (await consent.changes()).length;
    await letPass(LONG_ENOUGH);
    assert.deepEqual((await consent.changes()).slice(before), [], `while ${key} is held`);
    await xdotool("keyup", key);
    await consent.armed();
    nothingSent(server);
  }
  await consent.press("Escape");
  await denied(consent);
  nothingSent(server);
});

test("moved, covered, without the focus, resized or put away, it takes no yes", async (t) => {
  const { server, sotto, larger } = await start(t);
  const chat = await seen("Sotto");
  const consent = await Consent.ask(sotto, larger, QUESTION);
  const { frame } = consent;
  await consent.pointAtApprove();

  await consent.disarmedBy("moving", () => xdotool("windowmove", frame, "40", "20"));
  await consent.disarmedBy("making it smaller", () => xdotool("windowsize", frame, "600", "560"));
  await consent.disarmedBy("making it larger", () => xdotool("windowsize", frame, "640", "600"));
  await consent.disarmedBy("a press beside the button", async () => {
    await xdotool("mousemove", "--window", frame, "320", "200", "click", "1");
  });
  // No menu opens that would keep the button's release.
  await consent.disarmedBy("the other button", () => xdotool("click", "3"));
  // The page has no use for them, and gives them back to its window after their release.
  await consent.disarmedBy("a key", () => xdotool("key", "--delay", "0", ..."abcdefgh"));

  await consent.disarmedBy("another window's focus", () =>
    xdotool("windowactivate", "--sync", chat),
  );
  await letPass(LONG_ENOUGH);
  assert.equal(await consent.enabled(), false, "without the focus");
  await consent.focus();

  let uncover;
  await consent.disarmedBy("something over it", async () => {
    uncover = await cover(t, 100, 100);
  });
  await letPass(LONG_ENOUGH);
  assert.equal(await consent.enabled(), false, "covered");
  await uncover();

  await consent.disarmedBy("the edge of the screen", () =>
    xdotool("windowmove", frame, "900", "20"),
  );
  await letPass(LONG_ENOUGH);
  assert.equal(await consent.enabled(), false, "partly off the screen");
  await xdotool("windowmove", frame, "40", "20");

  await consent.disarmedBy("putting it away", () => xdotool("windowminimize", "--sync", frame));
  await letPass(LONG_ENOUGH);
  assert.equal(await consent.enabled(), false, "put away");
  await consent.focus();

  // Nothing of all that was a yes. A click at rest is one.
  nothingSent(server);
  await consent.armed();
  await consent.pointAtApprove();
  await xdotool("click", "1");
  await sent(consent, server);
});

test("a click counts with enlarged text, too", async (t) => {
  const { server, sotto, larger } = await start(t, { env: { GDK_DPI_SCALE: "1.5" } });
  const consent = await Consent.ask(sotto, larger, QUESTION);
  await consent.pointAtApprove();
  await consent.armed();
  nothingSent(server);
  await xdotool("click", "1");
  await sent(consent, server);
});

test("closing the chat window takes the question with it", async (t) => {
  const { server, sotto, larger } = await start(t);
  const consent = await Consent.ask(sotto, larger, QUESTION);
  await consent.armed();
  await xdotool("windowactivate", "--sync", await seen("Sotto"), "key", "alt+F4");
  await gone(sotto.pid);
  nothingSent(server);
});

test("a yes with the keyboard alone", async (t) => {
  const { server, sotto, larger } = await start(t);
  const consent = await Consent.ask(sotto, larger, QUESTION);
  await consent.walkToApprove();
  await consent.armed();
  nothingSent(server);
  await consent.press("Return");
  await sent(consent, server);

  // The next request is a window of its own, and takes no yes at once.
  const next = await Consent.ask(sotto, larger, QUESTION);
  assert.equal((await next.page.focus()).name, CONSENT.deny);
  await next.press("Escape");
  await denied(next);
  assert.equal(server.requests.length, 1);
});
