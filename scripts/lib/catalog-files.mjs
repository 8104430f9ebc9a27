// Compares the files that are here with what the catalogue says of them.
import { createHash } from "node:crypto";
import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Bytes of a file's head in which its architecture stands: writers put it first. */
const HEAD = 64 * 1024;
const STRING = 8;

async function sha256(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** `general.architecture` of a GGUF file (ggml's docs/gguf.md): key, type, length, text. Undefined where
 * the file does not say it, or is cut off before it does. */
export function architectureOf(path) {
  const buffer = Buffer.alloc(HEAD);
  const file = openSync(path, "r");
  const head = buffer.subarray(0, readSync(file, buffer, 0, HEAD, 0));
  closeSync(file);
  const key = "general.architecture";
  const at = head.indexOf(key) + key.length;
  if (at < key.length || at + 12 > head.length || head.readUInt32LE(at) !== STRING)
    return undefined;
  const size = Number(head.readBigUInt64LE(at + 4));
  if (at + 12 + size > head.length) return undefined;
  return head.toString("utf8", at + 12, at + 12 + size);
}

/** What differs, in sentences, and how many files were looked at. Of an unverified model only the name
 * has to be right: what is known of the others is said to be about so. */
export async function compareFiles(models, folders) {
  const wrong = [];
  let looked = 0;
  for (const model of models) {
    const path = folders.map((folder) => join(folder, model.file)).find(existsSync);
    if (path === undefined) continue;
    looked += 1;
    const says = (field, what) => wrong.push(`model "${model.id}", ${field}: ${path} ${what}`);
    const size = statSync(path).size;
    if (model.verified && size !== model.size) says("size", `has ${size} bytes`);
    if (model.sha256 !== undefined) {
      const hash = await sha256(path);
      if (hash !== model.sha256) says("sha256", `has ${hash}`);
    }
    const architecture = architectureOf(path);
    if (architecture !== model.architecture) says("architecture", `says "${architecture}"`);
  }
  return { wrong, looked };
}
