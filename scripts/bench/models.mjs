// From the start of the program until its field takes text, and until the models are listed: with 500
// model files beside 2, in turn. What did not change since the last start is not read again, so both have
// to take the same. Linux: it starts the window.
import { spawn } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { binary } from "../lib/paths.mjs";
import { print } from "../lib/report.mjs";
import { MODELS } from "./runtime.mjs";
import { figureRow, ratioRow } from "./table.mjs";
import { homeWithStarter } from "./window.mjs";

const FEW = 2;
const MANY = 500;
const GOAL = 1.1;
const WITHIN = 300_000;
/** Bytes of the starter's file that hold its header. */
const HEADER = 2 << 20;
const LINES = { composer: "the composer takes text", list: "the models are listed" };

/** A home with so many models: the starter, and others with its header and, as holes, its size. */
function homeWith(count) {
  const home = homeWithStarter();
  const starter = join(process.env.SOTTO_TEST_MODELS, `${MODELS["135M"]}.gguf`);
  const header = Buffer.alloc(HEADER);
  const from = openSync(starter, "r");
  readSync(from, header, 0, HEADER, 0);
  closeSync(from);
  mkdirSync(join(home, "models", "more"));
  for (let number = 1; number < count; number++) {
    const to = openSync(join(home, "models", "more", `model-${number}.gguf`), "w");
    writeSync(to, header);
    ftruncateSync(to, statSync(starter).size);
    closeSync(to);
  }
  return home;
}

/** Starts the window; resolves to its milliseconds until each line was said. */
async function start(home) {
  const began = performance.now();
  const child = spawn(binary("sotto-desktop", "release"), [], {
    env: { ...process.env, SOTTO_HOME: home, RUST_LOG: "sotto_desktop=info,sotto_api=info" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const times = {};
  const said = new Promise((resolve, reject) => {
    const look = (text) => {
      for (const [what, line] of Object.entries(LINES)) {
        if (text.includes(line)) times[what] ??= performance.now() - began;
      }
      if (Object.keys(LINES).every((what) => what in times)) resolve(times);
    };
    createInterface({ input: child.stdout }).on("line", look);
    createInterface({ input: child.stderr }).on("line", look);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`sotto-desktop ended with code ${code}`)));
  });
  const late = pause(WITHIN, null, { ref: false }).then(() => {
    throw new Error(`not everything was said within ${WITHIN / 1000} s: ${JSON.stringify(times)}`);
  });
  try {
    return await Promise.race([said, late]);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

export async function models({ rounds }) {
  if (process.platform !== "linux") {
    print("The window is measured on Linux only.");
    return [];
  }
  const homes = { few: homeWith(FEW), many: homeWith(MANY) };
  const times = { few: [], many: [] };
  try {
    // The first start of each reads every header; what it takes is told, and is no part of the goal.
    await start(homes.few);
    const first = await start(homes.many);
    for (let round = 0; round < rounds; round++) {
      // They take turns in going first.
      for (const side of round % 2 ? ["many", "few"] : ["few", "many"]) {
        times[side].push(await start(homes[side]));
      }
    }
    const row = (name, what) =>
      ratioRow({
        name: `start until ${name}, with ${MANY} model files to ${FEW}`,
        values: times.many.map((each) => each[what]),
        references: times.few.map((each) => each[what]),
        unit: "ms",
        atMost: GOAL,
      });
    return [
      row("the composer takes text", "composer"),
      row("the models are listed", "list"),
      figureRow({
        name: `the very first start with ${MANY} model files (one sample): composer`,
        values: [first.composer],
        unit: "ms",
      }),
      figureRow({
        name: `the very first start with ${MANY} model files (one sample): list`,
        values: [first.list],
        unit: "ms",
      }),
    ];
  } finally {
    for (const home of Object.values(homes)) rmSync(home, { recursive: true, force: true });
  }
}
