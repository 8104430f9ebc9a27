// `sotto` in a terminal or a script: the same core and history as the window's.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { programs } from "./environment.mjs";

/** Starts it. What it writes, and when, is kept in `said` and `complained`. */
export function sotto(home, args, { env = {}, input, detached = false } = {}) {
  const child = spawn(programs.cli, args, {
    env: { ...process.env, SOTTO_HOME: home.path, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached,
  });
  // It may refuse what it reads and end before it has read all of it.
  child.stdin?.on("error", () => {});
  if (input !== undefined) child.stdin.end(input);
  const run = { child, said: [], complained: "" };
  child.stdout.on("data", (bytes) => run.said.push({ at: performance.now(), bytes }));
  child.stderr.on("data", (bytes) => {
    run.complained += bytes;
  });
  run.ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  /** All that was said until a moment (in milliseconds of `performance.now()`). */
  run.text = (until = Number.POSITIVE_INFINITY) => {
    const parts = run.said.filter(({ at }) => at <= until).map(({ bytes }) => bytes);
    return new TextDecoder().decode(Buffer.concat(parts), { stream: true });
  };
  return run;
}

/** Runs it to its end. */
export async function sottoDone(home, args, options) {
  const run = sotto(home, args, options);
  const code = await run.ended;
  return { code, out: run.text(), err: run.complained };
}

/** Runs it to its end with a text piped in by a shell: Node's own pipes are sockets. */
export async function sottoPiped(home, args, text) {
  const child = spawn("sh", ["-c", 'cat | "$0" "$@"', programs.cli, ...args], {
    env: { ...process.env, SOTTO_HOME: home.path },
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(text);
  const [code] = await once(child, "close");
  return code;
}

/** Every conversation with every message, as the history holds them now. */
export async function exported(home, options) {
  const { code, out, err } = await sottoDone(home, ["history", "export", "--json"], options);
  if (code !== 0) throw new Error(`The history does not open (exit ${code}): ${err}`);
  return JSON.parse(out).conversations;
}

/** Asks, and stops an answer that never ends. Fails if nothing was said. */
export async function sottoAsked(home, question, { args = [], ...options } = {}) {
  const run = sotto(home, ["ask", ...args, question], options);
  let stopped = false;
  run.child.stdout.on("data", () => {
    if (run.text().length > 1_200 && !stopped) {
      stopped = true;
      run.child.kill("SIGINT");
    }
  });
  const code = await run.ended;
  const out = run.text();
  if (out.trim() === "" || !(code === 0 || (stopped && code === 130))) {
    throw new Error(`sotto ask ended with ${code}: ${run.complained}`);
  }
  return { code, out, err: run.complained };
}

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/**
 * Starts it on a terminal of its own, which util-linux's `script` makes. What stands on the screen is
 * kept in `screen`; standard output goes into a file, as a person would redirect it.
 */
export function sottoOnTerminal(home, args, file) {
  const command = `${[programs.cli, ...args].map(quoted).join(" ")} > ${quoted(file)}`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    env: { ...process.env, SOTTO_HOME: home.path },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => {});
  const run = { child, screen: "" };
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text) => {
    run.screen += text;
  });
  run.type = (text) => child.stdin.write(text);
  run.ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  return run;
}
