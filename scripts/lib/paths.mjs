// Where everything lies. One place, because the Rust side and the tests must agree on it.
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The user's data: SOTTO_HOME, or the platform's folder for it (the same rule as the Rust `directories` crate). */
export function dataFolder(env = process.env, platform = process.platform, home = homedir()) {
  if (env.SOTTO_HOME) return resolve(env.SOTTO_HOME);
  if (platform === "darwin") return join(home, "Library", "Application Support", "sotto");
  if (platform === "win32") {
    return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "sotto");
  }
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "sotto");
}

export function modelsFolder(env = process.env) {
  return join(dataFolder(env), "models");
}

/** What can be made again: tools, the tests' Python, logs. */
export function cacheFolder(env = process.env) {
  return env.SOTTO_CACHE ? resolve(env.SOTTO_CACHE) : join(homedir(), ".cache", "sotto");
}

/** The models that tests use, apart from the user's own. */
export function testModelsFolder(env = process.env) {
  return env.SOTTO_TEST_MODELS ? resolve(env.SOTTO_TEST_MODELS) : join(cacheFolder(env), "models");
}

export function targetFolder(env = process.env) {
  return env.CARGO_TARGET_DIR ? resolve(root, env.CARGO_TARGET_DIR) : join(root, "target");
}

/** A program that cargo built: "sotto-desktop", "sotto" or "sotto-runtime". */
export function binary(name, profile = "debug") {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return join(targetFolder(), profile, file);
}
