// What a person reads while the set-up works: one line a step, with what was done and how long it took.
import { CommandError, endChildren } from "./run.mjs";

/** An error whose message already says what failed and what to do: printed without a stack. */
export class Problem extends Error {
  constructor(message, remedy) {
    super(remedy ? `${message}\n  ${remedy}` : message);
    this.name = "Problem";
  }
}

export function seconds(milliseconds) {
  const s = milliseconds / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 100) return `${Math.round(s)} s`;
  return `${Math.floor(s / 60)} min ${String(Math.round(s % 60)).padStart(2, "0")} s`;
}

export function megabytes(bytes) {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

let out = process.stdout;

/** Keeps standard output free for a result (--json): everything else goes to standard error. */
export function reportToStandardError() {
  out = process.stderr;
}

export function print(line = "") {
  out.write(`${line}\n`);
}

/** Prints `title … what was done (time)`; `work` returns the words in the middle. */
export async function step(title, work) {
  stopped.signal.throwIfAborted();
  const began = Date.now();
  out.write(`${title} … `);
  const say = (words) => out.write(`${words}\n  `);
  try {
    const done = (await work(say)) ?? "done";
    out.write(`${done} (${seconds(Date.now() - began)})\n`);
  } catch (error) {
    out.write(`failed (${seconds(Date.now() - began)})\n`);
    throw error;
  }
}

/** Tools say what is wrong at the beginning (npm) or at the end (cargo): both, of a long output. */
function excerpt(output) {
  const lines = output.trim().split("\n");
  if (lines.length <= 80) return lines.join("\n");
  const left = lines.length - 70;
  return [...lines.slice(0, 20), `  … ${left} lines …`, ...lines.slice(-50)].join("\n");
}

const stopped = new AbortController();

/** Runs a script's main function: errors are printed for people, Ctrl-C ends what was started. */
export async function main(work) {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ]) {
    process.on(signal, () => {
      // A program in front (the window, a chat) handles the first one itself; see attach().
      if (process.listenerCount(signal) > 1) return;
      process.exitCode = code;
      stopped.abort();
      endChildren();
    });
  }
  try {
    const code = await work(stopped.signal);
    if (!stopped.signal.aborted) process.exitCode = code ?? 0;
  } catch (error) {
    if (stopped.signal.aborted) {
      process.stderr.write("Stopped.\n");
      return;
    }
    process.exitCode = 1;
    if (error instanceof CommandError) {
      const words = excerpt(error.output);
      process.stderr.write(`\n${words}${words ? "\n\n" : ""}${error.message}\n`);
    } else if (error instanceof Problem) {
      process.stderr.write(`\n${error.message}\n`);
    } else {
      process.stderr.write(`\n${error.stack}\n`);
    }
  }
}
