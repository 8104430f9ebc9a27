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

/**
 * The native parts of the tools for this platform that the lock file does not list. It was written
 * on Linux, where the registry in use had no macOS and Windows builds of some of them.
 */
function missingNativeParts() {
  const missing = [];
  for (const tool of [
    "@biomejs/biome",
    "@tailwindcss/oxide",
    "@tauri-apps/cli",
    "lightningcss",
    "rolldown",
  ]) {
    const file = join(modules, tool, "package.json");
    if (!existsSync(file)) continue;
    const parts = JSON.parse(readFileSync(file, "utf8")).optionalDependencies ?? {};
    const wanted = `${process.platform}-${process.arch}`;
    for (const [name, version] of Object.entries(parts)) {
      const fits = name.endsWith(wanted) || name.endsWith(`${wanted}-msvc`);
      if (fits && !existsSync(join(modules, name))) missing.push(`${name}@${version}`);
    }
  }
  return missing;
}

export async function ensureNpmPackages(say) {
  const hash = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return "up to date";
  await must("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root });
  if (process.platform !== "linux") {
    const missing = missingNativeParts();
    if (missing.length > 0) {
      say(`adding for this platform: ${missing.join(", ")}`);
      await must("npm", ["install", "--no-save", "--no-package-lock", ...missing], { cwd: root });
    }
  }
  writeFileSync(stamp, hash);
  return "installed from the lock file";
}

/** A program of node_modules, as [command, first arguments]: node runs it, so no shell is needed. */
export function nodeProgram(name, file) {
  return [process.execPath, [join(modules, name, file)]];
}
