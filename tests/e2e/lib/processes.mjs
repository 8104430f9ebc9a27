// Looks at processes through /proc: which are ours is told by their parent or by the home that
// their command line names, never by their name alone.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { until } from "./waiting.mjs";

function read(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8");
  } catch {
    return "";
  }
}

/** Dead children that nobody has waited for yet do not count. */
export function isAlive(pid) {
  const state = read(pid, "stat").split(") ").at(-1)?.[0];
  return state !== undefined && state !== "" && !"ZX".includes(state);
}

function executable(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

function numbers() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parent(pid) {
  return Number(read(pid, "stat").split(") ").at(-1)?.split(" ")[1]);
}

/** All living processes below one, nearest first. */
export function descendants(pid) {
  const parents = new Map(numbers().map((each) => [each, parent(each)]));
  const found = [];
  for (let level = [pid]; level.length > 0; ) {
    level = [...parents].filter(([, above]) => level.includes(above)).map(([each]) => each);
    found.push(...level);
  }
  return found.filter(isAlive);
}

/** The process below `pid` that runs that program. */
export function childRunning(pid, program) {
  return descendants(pid).find((each) => executable(each) === program);
}

/** The processes below `pid` whose program has such a path. */
export function processes(pid, program) {
  return descendants(pid).filter((each) => program.test(executable(each)));
}

/** Runtimes that serve the models of that home, whoever started them. */
export function runtimesOf(home) {
  return numbers().filter((pid) => {
    const [program = "", ...args] = read(pid, "cmdline").split("\0");
    return (
      /sotto-runtime$/.test(program) && args.some((arg) => arg.startsWith(home)) && isAlive(pid)
    );
  });
}

/** Processes of that program for that home. */
export function pidsOf(program, home) {
  return numbers().filter((pid) => {
    const [first = ""] = read(pid, "cmdline").split("\0");
    const variables = read(pid, "environ").split("\0");
    return (
      first.endsWith(`/${program}`) && variables.includes(`SOTTO_HOME=${home}`) && isAlive(pid)
    );
  });
}

export function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

export async function gone(pid, limit) {
  await until(`process ${pid} ends`, () => !isAlive(pid), { limit });
}
