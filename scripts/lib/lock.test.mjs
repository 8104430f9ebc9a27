// One fetcher at a time, also after one was killed.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { takeLock } from "./lock.mjs";

let folder;
let file;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sotto-lock-"));
  file = join(folder, "lock");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function age(seconds) {
  const then = new Date(Date.now() - seconds * 1000);
  utimesSync(file, then, then);
}

test("one owner at a time, and free again afterwards", () => {
  const first = takeLock(file);
  assert.equal(takeLock(file).heldBy, process.pid);
  first.release();
  assert.equal(existsSync(file), false);
  takeLock(file).release();
});

test("the lock of a process that is gone is taken over", () => {
  writeFileSync(file, "999999999 gone\n");
  const lock = takeLock(file);
  assert.equal(lock.heldBy, undefined);
  lock.release();
});

test("a live process of that number that no longer touches it is not its owner", () => {
  writeFileSync(file, `${process.pid} an older process with our number\n`);
  assert.equal(takeLock(file).heldBy, process.pid);
  age(120);
  const lock = takeLock(file);
  assert.equal(lock.heldBy, undefined);
  lock.release();
});

test("an empty lock file is somebody's for a moment only", () => {
  writeFileSync(file, "");
  assert.ok("heldBy" in takeLock(file) || takeLock(file).release === undefined);
  age(30);
  takeLock(file).release();
});
