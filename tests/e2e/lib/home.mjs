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

export class Home {
  /** `which`: the roles of the models that are there from the start. */
  constructor(which = ["starter"]) {
    this.path = mkdtempSync(join(tmpdir(), "sotto-e2e-"));
    this.models = join(this.path, "models");
    mkdirSync(this.models);
    for (const role of which) this.addModel(findModel(catalog, role));
  }

  /** Puts a model there under its own or another name. A link costs nothing. */
  addModel({ file }, name = file) {
    const from = join(models, file);
    const to = join(this.models, name);
    try {
      linkSync(from, to);
    } catch (error) {
      if (error.code !== "EXDEV") throw error;
      copyFileSync(from, to);
    }
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
