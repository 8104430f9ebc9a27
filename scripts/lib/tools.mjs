// Rust programs that checks and tests need, built once into the cache. Debug builds: they compile
// several times faster, and none of them is a bottleneck.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, targetFolder } from "./paths.mjs";
import { must, run } from "./run.mjs";

const versions = { "cargo-deny": "0.20.2", "tauri-driver": "2.1.0" };

export function tool(name) {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return join(cacheFolder(), "tools", `${name}-${versions[name]}`, "bin", file);
}

export async function ensureTool(name, say, { logFile } = {}) {
  const version = versions[name];
  if (existsSync(tool(name))) return `${version} is there`;
  const folder = join(cacheFolder(), "tools", `${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  say(`building ${name} ${version}, once`);
  const args = ["install", "--locked", "--debug", "--version", version, "--root", folder, name];
  // A shared target folder: what both need is built once.
  const env = { CARGO_TARGET_DIR: join(targetFolder(), "tools"), CARGO_PROFILE_DEV_DEBUG: "0" };
  await must("cargo", args, { env, logFile });
  return `built ${version}`;
}

/** Rust itself: there, or named with the command that installs it. */
export async function rustVersion() {
  try {
    const { code, stdout } = await run("cargo", ["--version"]);
    return code === 0 ? stdout.trim() : null;
  } catch {
    return null;
  }
}
