// A folder of data for one test, with the models that it needs, and gone afterwards.
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findModel, readCatalog } from "../../../scripts/lib/catalog.mjs";
import { models } from "./environment.mjs";

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
      symlinkSync(from, to);
    }
  }

  files() {
    return readdirSync(this.path, { recursive: true });
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The stand-in with another number for its longest context, so that a prompt need not be huge. */
export function addModelWithContext(home, name, context) {
  const whole = readFileSync(join(models, starter.file));
  const key = Buffer.from("llama.context_length");
  const at = whole.indexOf(key) + key.length;
  // GGUF: the key is followed by the type of its value, 4 for a 32-bit number.
  if (whole.readUInt32LE(at) !== 4) throw new Error("The file holds its context in another form.");
  whole.writeUInt32LE(context, at + 4);
  writeFileSync(join(home.models, `${name}.gguf`), whole);
}
