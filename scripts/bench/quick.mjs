// From the press of the shortcut until the quick prompt is painted, has the focus and takes a key,
// beside an empty X window that does the same, in turn; and again after minutes out of sight. The
// stopwatch is one for both sides: src-tauri/examples/key_to_frame. Linux: it asks the X server.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { binary, targetFolder } from "../lib/paths.mjs";
import { print } from "../lib/report.mjs";
import { atShare, figureRow, median, ratioRow, round } from "./table.mjs";
import { homeWithStarter, saying } from "./window.mjs";

/** Work that the program puts off until after its start is over. */
const SETTLED_AFTER = 5_000;
/** Openings of each side in a round, each kind once. */
const OPENINGS = 10;
/** Openings that do not count: they fill the caches of both sides. */
const WARM = 3;
/** Milliseconds: the goal for the quick prompt's 95th percentile. */
const P95_BELOW = 100;

/** A program that answers each line of its input with a line of its output, both JSON. */
class Stopwatch {
  constructor(program) {
    this.child = spawn(program, ["serve"], { stdio: ["pipe", "pipe", "inherit"] });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer() {
    const { value, done } = await this.answers.next();
    if (done) throw new Error("The stopwatch ended.");
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  ask(request) {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }
}

/** One opening; `frame` is when it was painted and had the focus. */
async function opening(stopwatch, side, atOnce) {
  const times = await stopwatch.ask({ do: "open", side, at_once: atOnce });
  return { ...times, frame: Math.max(times.viewable, times.focused, times.painted) };
}

/**
 * So many openings of each side in turn, each twice: once the letter comes when the frame is there,
 * once right behind the shortcut. The sides take turns in going first.
 */
async function openings(stopwatch, count) {
  const found = { sotto: { frames: [], typed: [] }, empty: { frames: [], typed: [] } };
  for (let at = 0; at < count; at++) {
    for (const side of at % 2 ? ["empty", "sotto"] : ["sotto", "empty"]) {
      found[side].frames.push(await opening(stopwatch, side, false));
      found[side].typed.push(await opening(stopwatch, side, true));
    }
  }
  return found;
}

const STAGES = ["viewable", "focused", "drawn", "painted", "frame", "typed"];

function stages(name, times) {
  const of = (stage) => `${stage} ${round(median(times.map((each) => each[stage])))}`;
  print(`  ${name}: ${STAGES.map(of).join(", ")} ms`);
}

const at = (times, stage) => times.map((each) => each[stage]);

function rows({ sotto, empty }, when) {
  stages("Sotto", sotto.frames);
  stages("empty X window", empty.frames);
  const [values, references] = [at(sotto.frames, "frame"), at(empty.frames, "frame")];
  const of = (what) => `quick prompt${when}: ${what}`;
  const p95 = figureRow({ name: of("its 95th percentile"), values, unit: "ms" });
  const [own, other] = [values, references].map((each) => atShare(each, 0.95));
  return [
    ratioRow({
      name: of("press until a painted frame with the focus, to an empty X window"),
      values,
      references,
      unit: "ms",
      atMost: 1.5,
    }),
    {
      ...p95,
      value: round(own),
      reference: `${round(own)} to ${round(other)} ms`,
      goal: `below ${P95_BELOW}`,
      met: own < P95_BELOW,
    },
    ratioRow({
      name: of("press until a letter typed at once is seen, to an empty X window"),
      values: at(sotto.typed, "typed"),
      references: at(empty.typed, "typed"),
      unit: "ms",
    }),
  ];
}

async function measure(stopwatch, { rounds, hiddenMinutes }) {
  await openings(stopwatch, WARM);
  const found = rows(await openings(stopwatch, rounds * OPENINGS), "");
  if (!(hiddenMinutes > 0)) return found;
  print(`  Both stay hidden for ${hiddenMinutes} minutes`);
  await pause(hiddenMinutes * 60_000);
  // Each wait gives one first opening; what follows it is warm again.
  const first = await opening(stopwatch, "sotto", false);
  const reference = await opening(stopwatch, "empty", false);
  const after = `, hidden for ${hiddenMinutes} minutes`;
  stages("Sotto, first", [first]);
  stages("empty X window, first", [reference]);
  const firsts = ratioRow({
    name: `quick prompt${after}: the first opening (one sample), to an empty X window`,
    values: [first.frame],
    references: [reference.frame],
    unit: "ms",
    atMost: 1.5,
  });
  return [...found, firsts, ...rows(await openings(stopwatch, rounds * 2), `${after}, then`)];
}

export async function quick({ rounds, hiddenMinutes }) {
  if (process.platform !== "linux") {
    print("The quick prompt is measured on Linux only.");
    return [];
  }
  const program = join(targetFolder(), "release", "examples", "key_to_frame");
  const home = homeWithStarter();
  const running = [];
  try {
    const env = { SOTTO_HOME: home, RUST_LOG: "sotto_desktop=info" };
    const sotto = saying(binary("sotto-desktop", "release"), [], "the composer takes text", env);
    running.push(sotto);
    await sotto.ready;
    await pause(SETTLED_AFTER);
    const stopwatch = new Stopwatch(program);
    running.push(stopwatch);
    await stopwatch.answer();
    // The empty window is as large and stands where the quick prompt does.
    const { place } = await stopwatch.ask({ do: "learn", side: "sotto" });
    const empty = saying(program, ["empty", JSON.stringify(place)], "ready", {});
    running.push(empty);
    await empty.ready;
    await stopwatch.ask({ do: "learn", side: "empty" });
    return await measure(stopwatch, { rounds, hiddenMinutes });
  } finally {
    for (const { child } of running.reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(home, { recursive: true, force: true });
  }
}
