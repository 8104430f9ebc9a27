// Runs checks and tests one after the other, goes on after a failure, and ends with a table and the
// plain line "N passed, N failed".
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, root } from "./paths.mjs";
import { print, seconds } from "./report.mjs";
import { run } from "./run.mjs";

const MINUTE = 60;

/**
 * A step: { name, command, args, env, limit (seconds), skip (why, or nothing), before (async) }.
 * Its output is shown when it fails, or always with `show`. Resolves to the number of failures.
 */
export async function runSteps(steps, { show = process.env.CI === "true", signal } = {}) {
  const logs = join(cacheFolder(), "logs");
  mkdirSync(logs, { recursive: true });
  const results = [];
  for (const { name, command, args, env, limit = 20 * MINUTE, skip, before } of steps) {
    signal?.throwIfAborted();
    if (skip) {
      print(`- ${name}: skipped, ${skip}`);
      results.push({ name, outcome: "skipped", time: 0 });
      continue;
    }
    const began = Date.now();
    const logFile = join(logs, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.log`);
    rmSync(logFile, { force: true });
    if (show) print(`\n== ${name}`);
    let passed = false;
    let output = "";
    try {
      await before?.();
      const shown = show ? process.stdout : undefined;
      const result = await run(command, args, {
        cwd: root,
        env,
        limit,
        logFile,
        show: shown,
        signal,
      });
      passed = result.code === 0;
      output = passed ? "" : `${result.output}\n(exit code ${result.code})`;
    } catch (error) {
      output = `${error.output ?? ""}\n${error.message}`;
    }
    signal?.throwIfAborted();
    const time = Date.now() - began;
    results.push({ name, outcome: passed ? "passed" : "failed", time });
    if (!passed && !show) print(output.trimEnd());
    else if (!passed) print(output.trimEnd().split("\n").at(-1));
    print(`${passed ? "✓" : "✗"} ${name} (${seconds(time)})${passed ? "" : `, log: ${logFile}`}`);
  }
  return results;
}

export function summary(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  print();
  for (const { name, outcome, time } of results) {
    print(`${name.padEnd(width)}  ${outcome.padEnd(7)}  ${time ? seconds(time) : ""}`.trimEnd());
  }
  const count = (wanted) => results.filter(({ outcome }) => outcome === wanted).length;
  const skipped = count("skipped");
  print();
  print(
    `${count("passed")} passed, ${count("failed")} failed${skipped ? `, ${skipped} skipped` : ""}`,
  );
  return count("failed");
}
