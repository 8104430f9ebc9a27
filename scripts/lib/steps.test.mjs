// Steps of a test run: what is printed, counted and skipped.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runSteps, summary } from "./steps.mjs";

const node = process.execPath;
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sotto-steps-"));
  process.env.SOTTO_CACHE = folder;
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("a failure, a time-out and a missing program are counted, and the rest still runs", async () => {
  const results = await runSteps(
    [
      { name: "good", command: node, args: ["-e", ""] },
      { name: "bad", command: node, args: ["-e", "process.exit(3)"] },
      { name: "endless", command: node, args: ["-e", "setInterval(() => {}, 1000)"], limit: 0.3 },
      { name: "missing", command: join(folder, "no-such-program"), args: [] },
      { name: "elsewhere", skip: "not here" },
      { name: "good at last", command: node, args: ["-e", ""] },
    ],
    { show: false },
  );
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["passed", "failed", "failed", "failed", "skipped", "passed"],
  );
  assert.equal(summary(results), 3);
});
