// A provider's key is in the keyring and, while it is sent, in the core: nowhere else. What is said
// in a conversation is in no file that can be read. A canary of each is let out, and looked for
// everywhere; others are planted, so that it is seen that looking finds.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { copyElsewhere } from "./lib/clipboard.mjs";
import { Consent, introduce, invoke, pressInChat } from "./lib/consent.mjs";
import { descendants, kill } from "./lib/processes.mjs";
import { provider } from "./lib/provider.mjs";
import { inFiles, inMemory, inNamelessFiles, inStart, Secret } from "./lib/scanner.mjs";
import { xdotool } from "./lib/screen.mjs";
import { sottoDone } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";

const random = () => randomBytes(12).toString("hex");

const newKey = (name) => new Secret(name, `sk-canary-${random()}${random()}`);

/** Words that nothing else says. */
const newSentence = (name) => new Secret(name, `The heron of ${random()} waits by the weir.`);

/** Keeps every message between a page and the core that the page can see. */
const LISTEN = `
  if (window.overheard) return;
  window.overheard = [];
  const original = window.fetch;
  window.fetch = async (address, options) => {
    window.overheard.push(String(address), String(options?.body ?? ""));
    const response = await original(address, options);
    window.overheard.push(await response.clone().text());
    return response;
  };`;

const program = (pid) => {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
};

/** Asks with a yes, and waits until the answer is over. */
async function askWithYes(sotto, larger, text, listen) {
  const consent = await Consent.ask(sotto, larger, text);
  await listen(consent.page);
  await consent.armed();
  await consent.pointAtApprove();
  await xdotool("click", "1");
  const decided = await consent.over();
  assert.equal(decided.outcome, "asked", JSON.stringify(decided));
  return decided.asked;
}

test("looking finds what was planted", async (t) => {
  const home = t.home([]);
  const planted = newKey("planted");
  const sentence = newSentence("planted sentence");
  writeFileSync(join(home.path, "a"), `x${planted.text}y`);
  writeFileSync(join(home.path, "b"), Buffer.from(sentence.text).toString("base64"));
  writeFileSync(
    join(home.path, "c"),
    Buffer.concat([Buffer.alloc((8 << 20) - 9), planted.forms[1][1]]),
  );
  const files = inFiles([planted, sentence], home.path);
  assert.equal(files.found.length, 3, files.found.join("\n"));
  assert.ok(["a", "b", "c"].every((name) => files.found.some((each) => each.endsWith(name))));

  // A process that has it in memory alone, and one that was started with it.
  const hold =
    "process.stdin.on('data', (text) => { globalThis.kept = String(text); console.log('kept'); });";
  const holder = spawn(process.execPath, ["-e", hold], { stdio: ["pipe", "pipe", "ignore"] });
  const started = spawn("sleep", ["600"], { argv0: planted.text, env: { CANARY: planted.text } });
  t.after(() => {
    for (const child of [holder, started]) kill(child.pid, "SIGKILL");
  });
  holder.stdin.write(planted.text);
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  assert.deepEqual(inStart([planted], holder.pid), []);
  assert.equal(inMemory([sentence], holder.pid).found.length, 0);
  assert.ok(inMemory([planted], holder.pid).found.length > 0, "in memory");
  assert.equal(inStart([planted], started.pid).length, 2, "in arguments and environment");
});

test(
  "a provider's key and what was said are nowhere else",
  async (t) => {
    const began = Date.now();
    const keys = [newKey("key of the terminal"), newKey("key of the clipboard")];
    const sentences = [newSentence("sentence said here"), newSentence("sentence sent")];
    const planted = newKey("planted in the page");
    const servers = [await provider(t), await provider(t)];
    const home = t.home();
    const trace = { RUST_LOG: "trace" };
    const sotto = await t.start(home, { env: trace });
    const { window } = sotto;
    await window.run(LISTEN);

    // One key comes through a terminal's standard input, the other from the clipboard.
    const larger = [];
    for (const server of servers) larger.push(await introduce(sotto, server));
    const given = await sottoDone(home, ["providers", "key", larger[0].provider], {
      env: trace,
      input: `${keys[0].text}\n`,
    });
    assert.equal(given.code, 0, given.err);
    await copyElsewhere(t, keys[1].text);
    await until("the key is taken from the clipboard", async () => {
      await pressInChat(sotto);
      return invoke(window, "take_key", { provider: larger[1].provider });
    });

    // It is for whom it was given, also where a page changes the address.
    const entry = {
      id: larger[0].provider,
      title: "Double",
      protocol: "open_ai",
      address: servers[1].address,
      models: [larger[0].model],
    };
    await pressInChat(sotto);
    await assert.rejects(invoke(window, "save_provider", { entry }), /given for another server/);

    await window.answered((await window.ask(sentences[0].text)).id);
    const runtime = await sotto.runtime();
    const overheard = [];
    for (const [at, server] of servers.entries()) {
      await askWithYes(sotto, larger[at], sentences[1].text, async (page) => {
        await page.run(LISTEN);
        overheard.push(...(await page.run("return window.overheard")));
      });
      await until("the key arrives", () => server.requests.length === 1);
      assert.equal(server.requests[0].headers.authorization, `Bearer ${keys[at].text}`);
      assert.ok(server.requests[0].body.includes(sentences[1].text));
    }
    await window.run(`window.planted = ${JSON.stringify(planted.text)}`);
    overheard.push(...(await window.run("return window.overheard")));
    assert.ok(
      overheard.some((message) => message.includes("providers")),
      "messages were seen",
    );
    const messages = Buffer.from(overheard.join("\n"));
    assert.deepEqual(
      keys.filter((key) => key.within(messages)),
      [],
    );

    const pids = descendants(sotto.driverProcess.pid);
    const everything = [...keys, ...sentences];
    const spilled = [];
    for (const pid of [sotto.driverProcess.pid, ...pids]) {
      spilled.push(...inStart(everything, pid), ...inNamelessFiles(everything, pid));
    }

    // The core must hold a key while it sends it. The runtime and the browser's processes never.
    const without = pids.filter(
      (pid) =>
        pid === runtime ||
        program(pid).startsWith("WebKitWebP") ||
        program(pid).startsWith("WebKitN"),
    );
    const own = new Secret("its own name", "WebKit");
    let bytes = 0;
    const seen = [];
    for (const pid of without) {
      const name = program(pid);
      const known = pid === runtime ? new Secret("its models", home.models) : own;
      const looked = inMemory([...keys, planted, known], pid, name);
      bytes += looked.bytes;
      const told = looked.found.filter((each) => /its (own name|models)/.test(each));
      assert.ok(told.length > 0, `${name}: what it holds was found`);
      seen.push(...looked.found.filter((each) => each.startsWith(planted.name)));
      spilled.push(...looked.found.filter((each) => each.startsWith("key")));
    }
    assert.ok(without.length >= 3, without.map(program).join());
    // In the chat's process; the quick prompt has one of its own.
    assert.ok(seen.length > 0, "what was planted in the page was found");
    // A matter of how soon it is forgotten; said, not required.
    const core = inMemory(keys, sotto.pid, "the core").found;
    t.note(`the core holds: ${core.join("; ") || "none of the keys any more"}`);
    t.note(`looked through ${Math.round(bytes / 1e6)} MB of ${without.map(program).join(", ")}`);

    // A crash would write nothing of it.
    for (const pid of [sotto.pid, ...without]) {
      const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
      assert.match(limits, /Max core file size\s+0\s+0\s/, `core dumps of ${program(pid)}`);
      const kept = readFileSync(`/proc/${pid}/coredump_filter`, "utf8").trim();
      assert.match(kept, /^0+$/, `what a core dump of ${program(pid)} would hold`);
    }

    const look = () => {
      for (const folder of [home.path, process.env.HOME]) {
        const { found, count } = inFiles(everything, folder);
        assert.ok(count > 3, folder);
        spilled.push(...found);
      }
      spilled.push(...inFiles(everything, tmpdir(), { since: began }).found);
    };
    look();
    assert.ok(sotto.said().includes("TRACE"), "the logs say everything");
    await sotto.end();
    look();
    assert.deepEqual([...new Set(spilled)], []);

    // They were files in which it would have been found.
    const leak = join(home.path, "leak");
    writeFileSync(leak, sentences[0].text);
    assert.equal(inFiles(everything, home.path).found.length, 1);
    rmSync(leak);
  },
  { limit: 400 },
);
