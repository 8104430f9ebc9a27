// A larger model asked from a terminal: the same preview as in the window, a yes that is typed, and
// nothing where nobody can type one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { provider } from "./lib/provider.mjs";
import { sotto, sottoDone, sottoOnTerminal } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";

const TYPE_YES = /Type yes to send exactly this/;

async function start(t) {
  const home = t.home();
  const server = await provider(t);
  // A history to write the ledger into.
  await done(home, ["history", "list"]);
  const id = (await done(home, ["providers", "add", "Double", server.address])).trim();
  const ask = (...args) => ["ask", "--cloud", `${id}/large`, ...args];
  return { home, server, ask };
}

async function done(home, args, options) {
  const { code, out, err } = await sottoDone(home, args, options);
  assert.equal(code, 0, `sotto ${args.join(" ")}: ${err}`);
  return out;
}

async function ledger(home) {
  const { rows } = JSON.parse(await done(home, ["ledger", "list", "--json"]));
  return rows;
}

test("a typed yes sends what the terminal showed, and the ledger tells of it", async (t) => {
  const { home, server, ask } = await start(t);
  const verified = async () => JSON.parse(await done(home, ["ledger", "verify", "--json"]));
  assert.deepEqual(await verified(), { check: "whole", entries: 0, sealed_in_keyring: true });
  const file = join(home.path, "answer.txt");
  const run = sottoOnTerminal(home, ask("Which way\u202e is the \u001b[31msea?"), file);
  await until("it asks", () => TYPE_YES.test(run.screen));
  assert.match(
    run.screen,
    /to Double \(your network\), http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions, model large:/,
  );
  assert.match(run.screen, /Which way<U\+202E> is the <U\+001B>\[31msea\?/);
  assert.match(run.screen, /cannot find names/);
  assert.equal(server.connections, 0);
  run.type("yes\n");
  assert.equal(await run.ended, 0, run.screen);
  assert.equal(readFileSync(file, "utf8"), "Nothing left without a yes.\n");
  assert.equal(server.requests.length, 1);
  const { messages } = JSON.parse(server.requests[0].body);
  assert.deepEqual(messages, [{ role: "user", content: "Which way\u202e is the \u001b[31msea?" }]);

  const [row, ...more] = await ledger(home);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [row.kind, row.state, row.status, row.provider, row.body_bytes],
    ["request", "sent", 200, "double", Buffer.byteLength(server.requests[0].body)],
  );
  assert.match(await done(home, ["ledger", "verify"]), /are there and as they were written/);
  assert.deepEqual(await verified(), { check: "whole", entries: 6, sealed_in_keyring: true });
});

test("anything but yes sends nothing, and so does a yes from before the question", async (t) => {
  const { home, server, ask } = await start(t);
  for (const word of ["no", "", "y", "yes please"]) {
    const run = sottoOnTerminal(home, ask("Well?"), "/dev/null");
    run.type("yes\n");
    await until("it asks", () => TYPE_YES.test(run.screen));
    run.type(`${word}\n`);
    assert.equal(await run.ended, 5, run.screen);
    assert.match(run.screen, /Nothing was sent/);
  }
  assert.equal(server.connections, 0);
  const states = (await ledger(home)).map(({ state }) => state);
  assert.deepEqual(states, ["denied", "denied", "denied", "denied"]);
});

test("without a terminal it refuses, whatever is piped in", async (t) => {
  const { home, server, ask } = await start(t);
  for (const args of [ask("Well?"), ask("--json", "Well?")]) {
    // A session of its own has no terminal.
    const run = sotto(home, args, { input: "yes\n", detached: true });
    assert.equal(await run.ended, 5, run.complained);
    assert.match(run.complained, /only after a yes that is typed on a terminal/);
    assert.equal(run.text(), "");
  }
  assert.equal(server.connections, 0);
});

test("what looks confidential goes as a placeholder and comes back", async (t) => {
  const { home, server, ask } = await start(t);
  const run = sottoOnTerminal(home, ask("--redact", "Write to ann@example.org"), "/dev/null");
  await until("it asks", () => TYPE_YES.test(run.screen));
  assert.match(run.screen, /Write to \[EMAIL_1\]/);
  assert.doesNotMatch(run.screen, /ann@example\.org/);
  run.type("yes\n");
  assert.equal(await run.ended, 0, run.screen);
  assert.doesNotMatch(server.requests[0].body, /ann@example/);
});

test("a block from another terminal refuses the next question", async (t) => {
  const { home, server, ask } = await start(t);
  await done(home, ["cloud", "block"]);
  const run = sottoOnTerminal(home, ask("Well?"), "/dev/null");
  assert.equal(await run.ended, 5, run.screen);
  assert.match(run.screen, /blocked/);
  await done(home, ["cloud", "unblock"]);
  const asked = sottoOnTerminal(home, ask("Well?"), "/dev/null");
  await until("it asks", () => TYPE_YES.test(asked.screen));
  await done(home, ["cloud", "block"]);
  assert.equal(await asked.ended, 5, asked.screen);
  assert.equal(server.connections, 0);
});

test("a key is taken from standard input, and an empty one changes nothing", async (t) => {
  const { home } = await start(t);
  const kept = async () => {
    const providers = JSON.parse(await done(home, ["providers", "list", "--json"]));
    return providers.find(({ id }) => id === "openai").key.state;
  };
  assert.equal(await kept(), "none");
  await done(home, ["providers", "key", "openai"], { input: "sk-canary-1\n" });
  assert.equal(await kept(), "kept");
  const empty = await sottoDone(home, ["providers", "key", "openai"], { input: "\n" });
  assert.notEqual(empty.code, 0);
  assert.match(empty.err, /nothing was changed/);
  assert.equal(await kept(), "kept");
  await done(home, ["providers", "key", "--remove", "openai"]);
  assert.equal(await kept(), "none");
});
