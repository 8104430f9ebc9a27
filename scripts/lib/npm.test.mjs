// npm packages: installed when the lock file says so, and a lock file that every platform can use.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./paths.mjs";

const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

// npm leaves a platform's build out of the lock file, without a word, when the registry in use does
// not have it (yet); `npm ci` then fails everywhere. Choose a version that has all of them.
test("the lock file lists the native parts of every platform", () => {
  const missing = [];
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      const nested = `${path}/node_modules/${name}`;
      if (!packages[nested] && !packages[`node_modules/${name}`]) missing.push(`${path}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("the lock file names hashes and no servers", () => {
  for (const [path, { resolved, integrity, link }] of Object.entries(packages)) {
    if (path === "" || link) continue;
    assert.equal(resolved, undefined, path);
    assert.match(integrity ?? "bundled", /^(sha512-|bundled)/, path);
  }
});
