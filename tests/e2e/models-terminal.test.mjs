// `sotto models` in a terminal: what there is, what could be, and bringing and removing a model.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { models } from "./lib/environment.mjs";
import { starter } from "./lib/home.mjs";
import { sottoDone } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";

async function run(home, ...args) {
  const { code, out, err } = await sottoDone(home, ["models", ...args]);
  return { code, out, err, json: () => JSON.parse(out) };
}

test("a model is brought, shown and removed in a terminal, and stays where it is", async (t) => {
  const home = t.home([]);
  const elsewhere = mkdtempSync(join(tmpdir(), "sotto-elsewhere-"));
  t.after(() => rmSync(elsewhere, { recursive: true }));
  const file = join(elsewhere, "own.gguf");
  copyFileSync(join(models, starter.file), file);
  writeFileSync(join(elsewhere, "none.gguf"), "words");

  const imported = await run(home, "import", file, "--json");
  assert.equal(imported.code, 0, imported.err);
  const { name, owner, state } = imported.json();
  assert.deepEqual(
    { name, owner, state },
    { name: "own", owner: "elsewhere", state: { state: "available" } },
  );
  const listed = (await run(home, "list", "--json")).json();
  assert.deepEqual(
    listed.models.map((model) => model.name),
    ["own"],
  );
  assert.equal(listed.default, "own");
  assert.match((await run(home, "list")).out, /own .*\[linked\]/);
  const shown = (await run(home, "show", "own", "--json")).json();
  assert.equal(shown.fit.weights > 90_000_000, true);
  assert.match((await run(home, "show", "own")).out, /memory +fits/);

  const refused = await run(home, "import", join(elsewhere, "none.gguf"));
  assert.equal(refused.code, 1);
  assert.match(refused.err, /not a GGUF file/);
  assert.equal((await run(home, "show", "none")).code, 2);
  assert.equal((await run(home, "rm", "none")).code, 1);

  assert.deepEqual((await run(home, "rm", "own", "--json")).json(), { removed: "own" });
  assert.deepEqual(readdirSync(home.models), []);
  assert.ok(existsSync(file));
});

test("the catalogue is searched by language, and says what would fit", async (t) => {
  const home = t.home(["starter"]);
  const all = (await run(home, "catalog", "--json")).json();
  const [first, second] = all;
  assert.deepEqual([first.verified, second.verified], [true, true], "what we tried comes first");
  assert.equal(
    all.find(({ id }) => id === "smollm2-135m-instruct").installed,
    "SmolLM2-135M-Instruct.Q4_1",
  );
  assert.ok(all.every(({ fit, licence }) => fit.room > 0 && licence.link.startsWith("https://")));
  const thai = (await run(home, "catalog", "--language", "th", "--json")).json();
  assert.ok(thai.length > 0 && thai.every(({ languages }) => languages.includes("th")));
  const none = await run(home, "catalog", "--language", "xx");
  assert.equal(none.out, "");
  assert.match(none.err, /no model for the language xx/);
});
