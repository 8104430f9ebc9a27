// Runs other programs: quietly with the output kept, or with the output shown. Every child gets a
// process group of its own where that exists, so that a time-out ends what it started and nothing else.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";

const windows = process.platform === "win32";
const groups = new Set();

/** Thrown when a program could not be started, failed, or took too long. */
export class CommandError extends Error {
  constructor(message, { code = null, output = "" } = {}) {
    super(message);
    this.name = "CommandError";
    this.code = code;
    this.output = output;
  }
}

/** npm, npx and their like are .cmd files on Windows, which only a shell starts. */
function start(command, args, options) {
  const script = windows && /^(npm|npx)$/.test(command);
  return spawn(command, args, { ...options, detached: !windows, shell: script, windowsHide: true });
}

function end(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Asks, and insists after ten seconds. */
function endFirmly(child) {
  end(child, "SIGTERM");
  const late = setTimeout(() => end(child, "SIGKILL"), 10_000);
  late.unref();
  child.once("close", () => clearTimeout(late));
}

/** Ends what is still running; for the handlers of SIGINT and SIGTERM. */
export function endChildren() {
  for (const child of groups) endFirmly(child);
}

/**
 * Runs a command to its end.
 * show: a stream for its output as it comes; logFile: also write it there; limit: seconds; input: standard input.
 * Resolves to { code, output, stdout }; never rejects because of the exit code.
 */
export function run(command, args = [], options = {}) {
  const { cwd, env, show, logFile, limit, input, signal } = options;
  return new Promise((resolve, reject) => {
    const child = start(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    groups.add(child);
    const log = logFile ? createWriteStream(logFile, { flags: "a" }) : null;
    const all = [];
    const out = [];
    let late = false;
    const timer = limit
      ? setTimeout(() => {
          late = true;
          endFirmly(child);
        }, limit * 1000)
      : null;
    const stop = () => endFirmly(child);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const take = (chunk, standard) => {
      all.push(chunk);
      if (standard) out.push(chunk);
      log?.write(chunk);
      show?.write(chunk);
    };
    child.stdout.on("data", (chunk) => take(chunk, true));
    child.stderr.on("data", (chunk) => take(chunk, false));
    if (input !== undefined) child.stdin.end(input);
    const finish = () => {
      clearTimeout(timer);
      groups.delete(child);
      signal?.removeEventListener("abort", stop);
      log?.end();
    };
    child.on("error", (error) => {
      finish();
      reject(new CommandError(`${command} could not be started: ${error.message}`));
    });
    child.on("close", (code, killedBy) => {
      finish();
      const output = Buffer.concat(all).toString("utf8");
      if (late) {
        const why = `${command} was stopped after ${limit} seconds`;
        resolve({ code: 124, output: `${output}\n${why}\n`, stdout: "" });
        return;
      }
      const stdout = Buffer.concat(out).toString("utf8");
      resolve({ code: code ?? (killedBy === "SIGINT" ? 130 : 143), output, stdout });
    });
  });
}

/** As run(), but a failure is an error that carries the output. */
export async function must(command, args = [], options = {}) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    const line = [command, ...args].join(" ");
    throw new CommandError(`"${line}" failed (exit code ${result.code})`, result);
  }
  return result;
}

/** True when the command exists and answers. */
export async function answers(command, args = ["--version"]) {
  try {
    return (await run(command, args)).code === 0;
  } catch {
    return false;
  }
}

/** Hands the terminal over to a program (the window, a chat) until it ends; resolves to its exit code. */
export function attach(command, args = [], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: "inherit",
      shell: windows && /^(npm|npx)$/.test(command),
    });
    // The terminal sends Ctrl-C to both; the program in front decides what it means.
    const ignore = () => {};
    const forward = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore);
    process.on("SIGTERM", forward);
    const finish = () => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", forward);
    };
    child.on("error", (error) => {
      finish();
      reject(new CommandError(`${command} could not be started: ${error.message}`));
    });
    child.on("close", (code, killedBy) => {
      finish();
      resolve(code ?? (killedBy === "SIGINT" ? 130 : 143));
    });
  });
}
