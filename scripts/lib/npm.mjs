// npm packages: exactly those of the lock file, installed again only when it changed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { must } from "./run.mjs";

const modules = join(root, "node_modules");
const stamp = join(modules, ".sotto-lock");

function lockHash() {
  const hash = createHash("sha256");
  hash.update(readFileSync(join(root, "package-lock.json")));
  return hash.update(`${process.platform} ${process.arch}`).digest("hex");
}

export async function ensureNpmPackages() {
  const hash = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return "up to date";
  await must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
  writeFileSync(stamp, hash);
  return "installed from the lock file";
}

/** A program of node_modules, as [command, first arguments]: node runs it, so no shell is needed. */
export function nodeProgram(name, file) {
  return [process.execPath, [join(modules, name, file)]];
}
