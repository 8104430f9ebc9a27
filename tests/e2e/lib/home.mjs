// A folder of data for one test, with the models that it needs, and gone afterwards.
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findModel, readCatalog } from "../../../scripts/lib/catalog.mjs";
import { models } from "./environment.mjs";
import { changed, endless, hostile } from "./gguf.mjs";

const catalog = readCatalog();

export const starter = findModel(catalog, "starter");
export const workingDefault = findModel(catalog, "default");

/**
 * Puts models of other apps beside a home: one of LM Studio's, one of Ollama's, and a manifest of
 * Ollama's that is damaged. Gives the environment in which they are found.
 */
export function otherApps({ path }) {
  const apps = join(path, "apps");
  const publisher = join(apps, ".lmstudio", "models", "somebody", "Small-GGUF");
  const ollama = join(apps, "ollama");
  const library = join(ollama, "manifests", "registry.ollama.ai", "library");
  for (const folder of [
    publisher,
    join(ollama, "blobs"),
    join(library, "smollm2"),
    join(library, "broken"),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  // No links: the same file in two places is one model.
  copyFileSync(join(models, starter.file), join(publisher, "small-of-lm-studio.gguf"));
  copyFileSync(join(models, starter.file), join(ollama, "blobs", `sha256-${starter.sha256}`));
  const layer = {
    mediaType: "application/vnd.ollama.image.model",
    digest: `sha256:${starter.sha256}`,
    size: starter.size,
  };
  const manifest = { schemaVersion: 2, layers: [layer] };
  writeFileSync(join(library, "smollm2", "135m"), JSON.stringify(manifest));
  writeFileSync(join(library, "broken", "1b"), "{");
  return { HOME: apps, OLLAMA_MODELS: ollama };
}

/** What those apps keep. */
export function otherAppsFiles({ path }) {
  return readdirSync(join(path, "apps"), { recursive: true }).sort();
}

/** A link costs nothing. */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (error.code !== "EXDEV") throw error;
    copyFileSync(from, to);
  }
}

export class Home {
  /** `which`: the roles of the models that are there from the start. */
  constructor(which = ["starter"]) {
    this.path = mkdtempSync(join(tmpdir(), "sotto-e2e-"));
    this.models = join(this.path, "models");
    mkdirSync(this.models);
    for (const role of which) this.addModel(findModel(catalog, role));
  }

  /** Puts a model there under its own or another name. */
  addModel({ file }, name = file) {
    linkOrCopy(join(models, file), join(this.models, name));
  }

  /** Puts a model there that is made of the stand-in: see lib/gguf.mjs. */
  addChangedModel(name, change) {
    const whole = readFileSync(join(models, starter.file));
    writeFileSync(join(this.models, `${name}.gguf`), changed(whole, change));
  }

  /**
   * Puts a model there that answers like the stand-in and never ends by itself, for tests that stop
   * or kill it in the middle. It is the person's own file, so it answers unless another is chosen.
   */
  addEndlessModel() {
    const whole = readFileSync(join(models, starter.file));
    writeFileSync(join(this.models, "SmolLM2-135M-Endless.gguf"), endless(whole));
    return this;
  }

  /** Puts a model there that aborts whatever runs it. */
  addHostileModel() {
    const whole = readFileSync(join(models, starter.file));
    writeFileSync(join(this.models, "hostile.gguf"), hostile(whole));
    return this;
  }

  files() {
    return readdirSync(this.path, { recursive: true });
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
