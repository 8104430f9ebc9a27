// Builds the pages and the three programs. Everything goes through the same cargo profile, features
// and package selection, so that start, check and test share what is built.
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { nodeProgram } from "./npm.mjs";
import { root, targetFolder } from "./paths.mjs";
import { must } from "./run.mjs";

/**
 * The whole workspace each time: with single packages cargo picks other features for shared
 * dependencies and builds them twice. `custom-protocol` makes the window load the built pages
 * instead of a development server.
 */
export const selection = [
  "--workspace",
  "--features",
  "sotto-desktop/custom-protocol",
  // In CI the lock file must be right as it is committed; at a desk cargo may complete it.
  ...(process.env.CI === "true" ? ["--locked"] : []),
];

function newest(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  let time = status.mtimeMs;
  for (const entry of readdirSync(path)) {
    if (entry !== "dist") time = Math.max(time, newest(join(path, entry)));
  }
  return time;
}

/** Building is skipped when nothing changed: new files in ui/dist would make cargo build the window again. */
export async function buildPages({ logFile } = {}) {
  const sources = ["ui", "vite.config.ts", "package-lock.json", "tsconfig.json"];
  const built = statSync(join(root, "ui", "dist", "index.html"), {
    throwIfNoEntry: false,
  })?.mtimeMs;
  if (built && built > Math.max(...sources.map((path) => newest(join(root, path)))))
    return "up to date";
  const [command, first] = nodeProgram("vite", "bin/vite.js");
  await must(command, [...first, "build"], { cwd: root, logFile });
  return "built";
}

/**
 * llama-cpp-sys-2 leaves links like libllama.so beside the programs; while they lead nowhere (a build
 * that was cut short) its build script takes them for missing and fails on making them again.
 */
export function removeDanglingLibraries(profile = "debug", target = targetFolder()) {
  for (const folder of ["", "deps", "examples"].map((name) => join(target, profile, name))) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).filter((entry) =>
      /^lib(llama|ggml).*\.so$/.test(entry),
    )) {
      // existsSync follows the link: false where it leads nowhere.
      if (!existsSync(join(folder, name))) rmSync(join(folder, name), { force: true });
    }
  }
}

export async function buildPrograms({ logFile, release = false } = {}) {
  const profile = release ? ["--release"] : [];
  removeDanglingLibraries(release ? "release" : "debug");
  // With the examples cargo picks the same features as for the tests: nothing is built twice.
  const targets = ["--bins", "--examples"];
  await must("cargo", ["build", ...selection, ...targets, ...profile], { cwd: root, logFile });
  return "sotto-desktop, sotto, sotto-runtime";
}
