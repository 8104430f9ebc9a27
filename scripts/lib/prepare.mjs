// The set-up, step by step, each skipped when done: what `npm start`, `npm test` and the others
// need before they can work. Nothing is imported from node_modules before npm has filled it.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureNpmPackages } from "./npm.mjs";
import { cacheFolder, root } from "./paths.mjs";
import { findPython, howToInstallPython, python } from "./python.mjs";
import { Problem, step } from "./report.mjs";
import { must } from "./run.mjs";
import { buildPackages, ensurePackages, systemName } from "./system-packages.mjs";
import { ensureTool, rustVersion } from "./tools.mjs";

const nodeHelp = {
  darwin: "Install it with: brew install node@22",
  win32: "Install it with: winget install OpenJS.NodeJS.LTS",
  linux:
    "Install a newer Node.js: your distribution's package, or a version manager such as nvm or fnm.",
};
const rustHelp = {
  darwin: "Install it with: brew install rustup && rustup default stable",
  win32: "Install it with: winget install Rustlang.Rustup",
  linux:
    "Install it with rustup (on Debian 13 and Ubuntu 24.04: sudo apt-get install rustup && rustup default stable).",
};

function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

/** Node, Rust and Python: those that we do not install; all that is missing is named at once. */
export async function requireLanguages() {
  await step("Looking for Node.js, Rust and Python", async () => {
    const missing = [];
    if (!nodeIsNewEnough()) {
      const found = `Node.js ${process.versions.node} is here; 20.19 or newer (or 22.12) is needed.`;
      missing.push([found, nodeHelp[process.platform] ?? nodeHelp.linux]);
    }
    const rust = await rustVersion();
    if (!rust) {
      missing.push(["Rust's cargo was not found.", rustHelp[process.platform] ?? rustHelp.linux]);
    }
    const command = await findPython();
    if (!command)
      missing.push(["Python 3.9 or newer with pip was not found.", howToInstallPython()]);
    if (missing.length > 0) throw new Problem(missing.map((pair) => pair.join("\n  ")).join("\n"));
    return `node ${process.versions.node}, ${rust.split(" ").slice(0, 2).join(" ")}, ${command}`;
  });
}

export function systemLibraries(wanted = buildPackages) {
  return step(`Checking system libraries (${systemName()})`, (say) => ensurePackages(wanted, say));
}

export function npmPackages() {
  return step("Checking npm packages", ensureNpmPackages);
}

export function cargoTool(name) {
  return step(`Checking ${name}`, (say) => ensureTool(name, say));
}

/** A model of the catalogue, whole and verified in `folder` when this returns. */
export async function model(role, folder, { alsoIn, signal } = {}) {
  const { findModel, readCatalog } = await import("./catalog.mjs");
  const { fetchModel } = await import("./fetch.mjs");
  const { megabytes } = await import("./report.mjs");
  const wanted = findModel(readCatalog(), role);
  await step(`Checking the model ${wanted.name} (${megabytes(wanted.size)})`, async (say) => {
    for (;;) {
      const result = await fetchModel(wanted, folder, { alsoIn, signal });
      if (result.heldBy === undefined)
        return result === "there" ? "there" : `${result}, hash verified`;
      say(`process ${result.heldBy} is fetching it: waiting`);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      signal?.throwIfAborted();
    }
  });
}

/**
 * Fetches a model in a process of its own, which ends with this one. Resolves `finished` to its exit code.
 */
export function modelInBackground(role, folder, { alsoIn } = {}) {
  mkdirSync(join(cacheFolder(), "logs"), { recursive: true });
  const log = join(cacheFolder(), "logs", `fetch-${role}.log`);
  const file = openSync(log, "w");
  const also = alsoIn ? ["--also-in", alsoIn] : [];
  const script = join(root, "scripts", "fetch-model.mjs");
  const args = [script, role, "--into", folder, "--with-input", "--wait", ...also];
  // Its standard input is a pipe from us: closed when we end, however we end.
  const child = spawn(process.execPath, args, { stdio: ["pipe", file, file], windowsHide: true });
  closeSync(file);
  child.unref();
  child.stdin.unref?.();
  const finished = new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code ?? 143));
  });
  return {
    finished,
    log,
    stop() {
      // Until now it kept nobody waiting; who awaits its end does wait.
      child.ref();
      child.kill("SIGTERM");
      return finished;
    },
  };
}

/** A Python environment with exactly what that requirements file names; returns its python. */
export async function pythonEnvironment(requirements) {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), `python-${hash}`);
  const command = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const stamp = join(folder, ".complete");
  await step("Checking the tests' Python packages", async () => {
    if (existsSync(stamp)) return "there";
    try {
      await must(await python(), ["-m", "venv", "--clear", folder]);
    } catch (error) {
      error.message += "\nOn Debian and Ubuntu: sudo apt-get install python3-venv";
      throw error;
    }
    const flags = ["--quiet", "--no-input", "--disable-pip-version-check"];
    await must(command, ["-m", "pip", "install", ...flags, "--requirement", requirements]);
    writeFileSync(stamp, "");
    return "installed";
  });
  return command;
}

/** Is there a screen to open a window on? */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
