// From the start of the program until its field takes text, and the memory of all its processes
// without the runtime, both beside an empty Tauri window, in turn. Linux: it reads /proc.
import { spawn } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { binary, targetFolder } from "../lib/paths.mjs";
import { print } from "../lib/report.mjs";
import { MODELS } from "./runtime.mjs";
import { ratioRow } from "./table.mjs";

const READY_WITHIN = 60_000;
/** Memory is read when start-up work is over. */
const SETTLED_AFTER = 4_000;

function childrenOf() {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while we looked.
    }
  }
  return children;
}

/** Proportional set size of a process and all below it, in MiB, without the runtime. */
function memory(pid, children = childrenOf()) {
  const command = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  if (command.startsWith("sotto-runtime")) return 0;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const own = Number(/^Pss:\s+(\d+)/m.exec(rollup)[1]) / 1024;
  return (children.get(pid) ?? []).reduce((sum, child) => sum + memory(child, children), own);
}

/** Starts a program; `ready` resolves to its milliseconds until it said `line`. */
export function saying(program, args, line, env) {
  const began = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = new Promise((resolve, reject) => {
    const look = (text) => text.includes(line) && resolve(performance.now() - began);
    createInterface({ input: child.stdout }).on("line", look);
    createInterface({ input: child.stderr }).on("line", look);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with code ${code}`)));
  });
  const late = pause(READY_WITHIN, null, { ref: false }).then(() => {
    throw new Error(`${program} did not say "${line}" within ${READY_WITHIN / 1000} s`);
  });
  return { child, ready: Promise.race([said, late]) };
}

/** Starts a program; resolves to its milliseconds until `line` and its memory once settled. */
async function measure(program, line, env) {
  const { child, ready } = saying(program, [], line, env);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const milliseconds = await ready;
    await pause(SETTLED_AFTER);
    return { milliseconds, memory: memory(child.pid) };
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** A folder of data with the stand-in for a model. */
export function homeWithStarter() {
  const home = mkdtempSync(join(tmpdir(), "sotto-bench-home-"));
  const file = `${MODELS["135M"]}.gguf`;
  const [from, to] = [join(process.env.SOTTO_TEST_MODELS, file), join(home, "models", file)];
  mkdirSync(join(home, "models"));
  try {
    linkSync(from, to);
  } catch {
    symlinkSync(from, to);
  }
  return home;
}

export async function windowStart({ rounds }) {
  if (process.platform !== "linux") {
    print("The window is measured on Linux only.");
    return [];
  }
  const empty = join(targetFolder(), "release", "examples", "empty_window");
  const home = homeWithStarter();
  const sides = { sotto: [], empty: [] };
  try {
    // One start of each that does not count: it fills the caches for both.
    for (let round = -1; round < rounds; round++) {
      const env = { SOTTO_HOME: home, RUST_LOG: "sotto_desktop=info" };
      const sotto = await measure(
        binary("sotto-desktop", "release"),
        "the composer takes text",
        env,
      );
      const reference = await measure(empty, "ready", {});
      if (round < 0) continue;
      sides.sotto.push(sotto);
      sides.empty.push(reference);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  const row = (name, what, unit) =>
    ratioRow({
      name,
      values: sides.sotto.map((side) => side[what]),
      references: sides.empty.map((side) => side[what]),
      unit,
      atMost: 1.3,
    });
  return [
    row("start until the composer takes text, to an empty Tauri window", "milliseconds", "ms"),
    row("memory without the model (PSS), to an empty Tauri window", "memory", "MiB"),
  ];
}
