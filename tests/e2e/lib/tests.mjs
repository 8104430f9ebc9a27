// The runner: one test after the other, because there is one screen and one keyring. A test that
// fails leaves a picture of the window behind.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Application, endAll } from "./application.mjs";
import { screenshots } from "./environment.mjs";
import { Home } from "./home.mjs";
import { within } from "./waiting.mjs";

/** Milliseconds that pictures of a failure may take. */
const WITNESS = 30_000;

const registered = [];

/** Registers a test. `limit`: seconds. */
export function test(name, body, { limit = 240 } = {}) {
  registered.push({ name, body, limit });
}

class Context {
  cleanups = [];

  after(cleanup) {
    this.cleanups.push(cleanup);
  }

  /** A home that is removed after the test. */
  home(which) {
    const home = new Home(which);
    this.after(() => home.remove());
    return home;
  }

  start(home, options) {
    return Application.start(home, options);
  }

  /** A line in the report: a number that was measured, a seed. */
  note(line) {
    process.stdout.write(`        ${line}\n`);
  }

  async end() {
    await endAll();
    for (const cleanup of this.cleanups.reverse()) await cleanup();
  }
}

let current = null;

/** Ends what runs, for whoever stops the tests. */
export async function endCurrent() {
  await current?.end();
}

async function runOne({ name, body, limit }, area) {
  const began = Date.now();
  const context = new Context();
  current = context;
  let problem = null;
  try {
    await within(limit * 1000, body(context), () => `It took longer than ${limit} s.`);
  } catch (error) {
    problem = error;
    const folder = join(screenshots, "failed");
    mkdirSync(folder, { recursive: true });
    const picture = join(folder, `${area} ${name}`.replace(/[^\w-]+/g, "-").slice(0, 80));
    // A driver that no longer answers gives no picture; the tests go on.
    await within(WITNESS, Application.witnessAll(picture), () => "no picture").catch(() => {});
  }
  try {
    await context.end();
  } catch (error) {
    problem ??= error;
  }
  const time = `${((Date.now() - began) / 1000).toFixed(1)} s`;
  const again = area.includes("second try") ? " [second try]" : "";
  process.stdout.write(`  ${problem ? "FAIL" : "ok  "}  ${name} (${time})${again}\n`);
  if (problem) process.stdout.write(`${String(problem.stack).replace(/^/gm, "        ")}\n`);
  return problem === null;
}

/** Runs the tests of one file. Resolves to how many passed and failed. */
export async function runFile(file, area, only) {
  registered.length = 0;
  await import(file);
  const chosen = registered.filter(({ name }) => !only || name.includes(only));
  if (chosen.length > 0) process.stdout.write(`${area}\n`);
  const result = { passed: 0, failed: 0 };
  for (const each of chosen) {
    // A small model, sampled, in a real window: a test that fails is tried once more, in the open.
    const passed = (await runOne(each, area)) || (await runOne(each, `${area}, second try,`));
    if (passed) result.passed += 1;
    else result.failed += 1;
  }
  return result;
}
