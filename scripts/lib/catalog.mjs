// Reads assets/models/catalog.toml and says what is wrong in it, by entry and field.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { root } from "./paths.mjs";
import { Problem } from "./report.mjs";

const SHA256 = /^[0-9a-f]{64}$/;
const COMMIT = /^[0-9a-f]{40}$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*\.gguf$/;
const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/;
const REVISION = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const HUB_FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*\.gguf$/;
const ID = /^[a-z0-9][a-z0-9.-]*$/;
const ARCHITECTURE = /^[a-z0-9][a-z0-9_-]*$/;
const LANGUAGE = /^[a-z]{2}$/;
const ROLES = ["starter", "default", "other"];
/** Licences that need no words of our own: everybody may use, change and pass on, also for money. */
const STANDARD = ["Apache-2.0", "MIT", "BSD-3-Clause"];

/** Every field that may stand in a table; the Rust crate refuses any other. */
const FIELDS = {
  model: [
    ...["id", "name", "role", "file", "size", "sha256", "verified", "quantization", "parameters"],
    ...["architecture", "context_length", "languages", "minimum_memory", "good_at", "weak_at"],
    ...["licence", "cache", "hub", "python"],
  ],
  licence: ["name", "link", "terms"],
  cache: ["layers", "heads", "key_length", "value_length"],
  hub: ["repository", "revision", "file"],
  python: ["packages"],
  part: ["name", "version", "path", "size", "wheel_sha256"],
};

const isCount = (value) => Number.isSafeInteger(value) && value > 0;
const isSentence = (value) => typeof value === "string" && /^\S.*[.!?]$/s.test(value);
const isText = (value) => typeof value === "string" && value.trim() !== "";
const isLink = (value) =>
  typeof value === "string" && URL.canParse(value) && value.startsWith("https://");

/** What is wrong with one entry: pairs of a field and a sentence. */
function* faults(model) {
  yield* unknown("", FIELDS.model, model);
  if (!ID.test(model.id ?? "")) yield ["id", "is not a short name in lower case"];
  if (!isText(model.name)) yield ["name", "is missing"];
  if (!ROLES.includes(model.role)) yield ["role", `"${model.role}" is none of ${ROLES.join(", ")}`];
  if (!FILE.test(model.file ?? ""))
    yield ["file", `"${model.file}" is not a plain .gguf file name`];
  if (!isCount(model.size)) yield ["size", "is not a number of bytes"];
  if (typeof model.verified !== "boolean") yield ["verified", "is neither true nor false"];
  if (!(model.sha256 === undefined && model.verified === false) && !SHA256.test(model.sha256 ?? ""))
    yield ["sha256", "is not 64 lower-case hexadecimal digits"];
  if (!isText(model.quantization)) yield ["quantization", "is missing"];
  if (!isCount(model.parameters)) yield ["parameters", "is not a number of weights"];
  if (!ARCHITECTURE.test(model.architecture ?? ""))
    yield ["architecture", `"${model.architecture}" is not a name as llama.cpp writes it`];
  if (!isCount(model.context_length)) yield ["context_length", "is not a number of tokens"];
  yield* languageFaults(model.languages);
  if (!(isCount(model.minimum_memory) && model.minimum_memory > model.size))
    yield ["minimum_memory", "is not more than the weights alone take"];
  if (!isSentence(model.good_at)) yield ["good_at", "is not a sentence"];
  if ((model.weak_at !== undefined || model.verified) && !isSentence(model.weak_at))
    yield ["weak_at", "is not a sentence"];
  yield* licenceFaults(model.licence ?? {});
  if (model.cache !== undefined) yield* cacheFaults(model.cache);
  if (model.hub !== undefined) yield* hubFaults(model);
  if (model.python !== undefined) yield* pythonFaults(model);
  if (model.python === undefined && model.hub === undefined)
    yield ["hub", "is missing, and so is [model.python]: nobody could fetch it"];
}

function* unknown(table, known, value) {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) yield [`${table}${key}`, "is not a field of the catalogue"];
  }
}

function* languageFaults(languages) {
  if (!Array.isArray(languages) || languages.length === 0) {
    yield ["languages", "names none"];
    return;
  }
  const wrong = languages.filter((language) => !LANGUAGE.test(language));
  if (wrong.length > 0) yield ["languages", `"${wrong[0]}" is not an ISO 639-1 code`];
  if (new Set(languages).size !== languages.length) yield ["languages", "names one twice"];
}

function* licenceFaults(licence) {
  yield* unknown("licence.", FIELDS.licence, licence);
  if (!isText(licence.name)) yield ["licence.name", "is missing"];
  if (!isLink(licence.link)) yield ["licence.link", "is not an https address"];
  const needsTerms = isText(licence.name) && !STANDARD.includes(licence.name);
  if ((needsTerms || licence.terms !== undefined) && !isSentence(licence.terms))
    yield ["licence.terms", `has to say what ${licence.name} asks for, in sentences`];
}

function* cacheFaults(cache) {
  yield* unknown("cache.", FIELDS.cache, cache);
  for (const key of FIELDS.cache) {
    if (!isCount(cache[key])) yield [`cache.${key}`, "is not a number"];
  }
}

function* hubFaults({ hub, verified }) {
  yield* unknown("hub.", FIELDS.hub, hub);
  if (!REPOSITORY.test(hub.repository ?? "")) yield ["hub.repository", "is not owner/name"];
  if (!REVISION.test(hub.revision ?? ""))
    yield ["hub.revision", "is neither a commit nor a branch"];
  else if (verified && !COMMIT.test(hub.revision))
    yield ["hub.revision", "is not a commit: what a branch holds changes, and was not verified"];
  if (!HUB_FILE.test(hub.file ?? "")) yield ["hub.file", "is not the path of a .gguf file"];
}

function* pythonFaults({ python, size }) {
  yield* unknown("python.", FIELDS.python, python);
  const packages = python.packages ?? [];
  const isTable = (part) => typeof part === "object" && part !== null && !Array.isArray(part);
  if (!Array.isArray(packages) || !packages.every(isTable)) {
    yield ["python.packages", "is not a list of tables"];
    return;
  }
  if (packages.length === 0) yield ["python.packages", "names none"];
  for (const [index, part] of packages.entries()) {
    const at = (key) => `python.packages[${index}].${key}`;
    yield* unknown(at(""), FIELDS.part, part);
    if (!PACKAGE.test(part.name ?? "") || !PACKAGE.test(part.version ?? ""))
      yield [at("name"), `"${part.name}" "${part.version}" is not a package and a version`];
    if (!SHA256.test(part.wheel_sha256 ?? "")) yield [at("wheel_sha256"), `${part.name} has none`];
    if (!isText(part.path)) yield [at("path"), "is missing"];
    if (!isCount(part.size)) yield [at("size"), "is not a number of bytes"];
  }
  const sum = packages.reduce((total, part) => total + part.size, 0);
  if (sum !== size) yield ["python.packages", `add up to ${sum} bytes, not ${size}`];
}

/** What is wrong with all together. */
function* faultsOfAll(models) {
  for (const role of ["starter", "default"]) {
    const count = models.filter((model) => model.role === role).length;
    if (count > 1) yield `two models with role "${role}"`;
  }
  for (const key of ["id", "file"]) {
    const seen = new Set();
    for (const model of models) {
      if (seen.has(model[key])) yield `two models with ${key} "${model[key]}"`;
      seen.add(model[key]);
    }
  }
}

/** The models, and everything that is wrong with them, each in one sentence. */
export function examine(text) {
  let parsed;
  try {
    parsed = parse(text);
  } catch (error) {
    return { models: [], wrong: [`it is not TOML: ${error.message}`] };
  }
  const { model: models = [], ...others } = parsed;
  const wrong = Object.keys(others).map((key) => `"${key}" is not a table of the catalogue`);
  for (const model of models) {
    for (const [field, what] of faults(model)) {
      wrong.push(`model "${model.id ?? "?"}", ${field}: ${what}`);
    }
  }
  return { models, wrong: [...wrong, ...faultsOfAll(models)] };
}

export function parseCatalog(text) {
  const { models, wrong } = examine(text);
  if (wrong.length > 0) throw new Problem(`catalog.toml: ${wrong[0]}`);
  return models;
}

export const catalogFile = join(root, "assets", "models", "catalog.toml");

export function readCatalog(file = catalogFile) {
  return parseCatalog(readFileSync(file, "utf8"));
}

/** One model by its role ("starter", "default") or id. */
export function findModel(models, wanted) {
  const named = models.filter(({ role }) => role !== "other");
  const model = models.find(({ id }) => id === wanted) ?? named.find(({ role }) => role === wanted);
  if (model) return model;
  const known = named.map(({ role, id }) => `${role} (${id})`).join(", ");
  throw new Problem(`No model "${wanted}" in the catalogue.`, `It has: ${known}`);
}

/** The line with which pip takes exactly this wheel and no other. */
export function requirement(part) {
  return `${part.name}==${part.version} --hash=sha256:${part.wheel_sha256}\n`;
}
