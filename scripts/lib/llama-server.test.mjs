// Whether llama.cpp's server is there: what npm test says where it is not, and that it is not built twice.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { llamaServer, llamaServerMissing } from "./llama-server.mjs";

const cache = mkdtempSync(join(tmpdir(), "sotto-llama-server-"));
const env = { SOTTO_CACHE: cache };

after(() => rmSync(cache, { recursive: true, force: true }));

test("where it is not built, that is said with the command that builds it", () => {
  assert.match(llamaServerMissing(env), /npm run llama-server/);
});

test("where it is built, nothing is done", () => {
  const server = llamaServer(env);
  mkdirSync(dirname(server), { recursive: true });
  writeFileSync(server, "");
  assert.equal(llamaServerMissing(env), undefined);
  const module = fileURLToPath(new URL("./llama-server.mjs", import.meta.url));
  const script = `
    import { ensureLlamaServer } from ${JSON.stringify(module)};
    console.log(await ensureLlamaServer(() => { throw new Error("it was built again"); }));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { env: { ...process.env, ...env }, encoding: "utf8", timeout: 60_000 },
  );
  assert.equal(stdout, `${server}\n`, stderr);
});
