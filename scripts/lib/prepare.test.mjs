// What the preparing steps promise to those who call them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("stopping a model that is being fetched is waited for", () => {
  const folder = mkdtempSync(join(tmpdir(), "sotto-prepare-"));
  const module = fileURLToPath(new URL("./prepare.mjs", import.meta.url));
  const script = `
    import { modelInBackground } from ${JSON.stringify(module)};
    const fetching = modelInBackground("default", ${JSON.stringify(folder)});
    await fetching.stop();
    console.log("stopped");`;
  try {
    // In a process of its own: one that ends while somebody waits has exit code 13.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", script],
      { env: { ...process.env, SOTTO_CACHE: folder }, encoding: "utf8", timeout: 60_000 },
    );
    assert.equal(stdout, "stopped\n", stderr);
    assert.equal(status, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
