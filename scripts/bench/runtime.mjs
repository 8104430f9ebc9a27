// A sotto-runtime of our own on a Unix socket, and the two sides that are compared: its API, timed
// where a client stands, and the bare loop on the same build, model and threads.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { must } from "../lib/run.mjs";

export const MODELS = {
  "135M": "SmolLM2-135M-Instruct.Q4_1",
  "1.5B": "Qwen2.5-Coder-1.5B-Instruct.Q4_K_M",
};

/**
 * Runs `use(post, get)` against a fresh runtime; `post(path, body)` resolves to its timed answer,
 * `get(path)` to a plain one. `more`: further arguments.
 */
export async function withRuntime(use, more = []) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-bench-"));
  const socketPath = join(folder, "s");
  const args = [
    "--models",
    process.env.SOTTO_TEST_MODELS,
    "--socket",
    socketPath,
    "--lifeline",
    ...more,
  ];
  const child = spawn(process.env.SOTTO_RUNTIME, args, { stdio: ["pipe", "pipe", "ignore"] });
  try {
    await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`sotto-runtime ended with code ${code}`)));
      createInterface({ input: child.stdout }).once("line", resolve);
    });
    return await use(
      (path, body) => post(socketPath, path, body),
      (path) => get(socketPath, path),
    );
  } finally {
    child.removeAllListeners("exit");
    child.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends a streamed request; gives the milliseconds of each line and the last line's statistics. */
function post(socketPath, path, body) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const times = [];
    let last = null;
    const call = request({ socketPath, path, method: "POST" }, (response) => {
      const lines = createInterface({ input: response });
      lines.on("line", (line) => {
        times.push(performance.now() - began);
        last = line;
      });
      lines.on("close", () => {
        const end = JSON.parse(last ?? "{}");
        if (end.error) reject(new Error(end.error));
        else resolve({ times, end });
      });
    });
    call.once("error", reject);
    call.end(JSON.stringify(body));
  });
}

function get(socketPath, path) {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve(JSON.parse(body)));
    });
    call.once("error", reject);
    call.end();
  });
}

/** The bare loop: { prefill_tokens_per_second, decode_tokens_per_second }. */
export async function bareLoop(model, promptTokens, predict) {
  const file = join(process.env.SOTTO_TEST_MODELS, `${model}.gguf`);
  const numbers = ["--prompt-tokens", promptTokens, "--predict", predict].map(String);
  const { stdout } = await must(process.env.SOTTO_RUNTIME, [
    "bench-loop",
    "--model",
    file,
    ...numbers,
  ]);
  return JSON.parse(stdout);
}

const WORDS = "river stone window paper garden winter letter bridge market candle".split(" ");

/** Ordinary text of so many words; another one for each seed, from the first word on. */
export function text(words, seed) {
  let state = seed * 2_654_435_761 + 12_345;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return WORDS[(state >> 16) % WORDS.length];
  };
  return `${seed}. ${Array.from({ length: words }, next).join(" ")}`;
}
