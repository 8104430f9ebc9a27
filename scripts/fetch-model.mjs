// npm run fetch-model -- [starter|default] [--into FOLDER] [--wait] [--quiet]
// Fetches one model of the catalogue. Interrupted, it goes on where it stopped.
// --with-input: stops when standard input closes, so that it ends with the process that started it,
// however that one ends.

import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { modelsFolder } from "./lib/paths.mjs";
import { main, megabytes, Problem } from "./lib/report.mjs";

await main(async (interrupted) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      into: { type: "string" },
      "also-in": { type: "string" },
      wait: { type: "boolean", default: false },
      "with-input": { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
    },
  });
  const parentGone = new AbortController();
  if (values["with-input"]) {
    process.stdin.on("end", () => parentGone.abort()).on("error", () => parentGone.abort());
    process.stdin.resume();
    process.stdin.unref?.();
  }
  const signal = AbortSignal.any([interrupted, parentGone.signal]);
  if (positionals.length > 1) throw new Problem("One model at a time: starter or default.");
  const { findModel, readCatalog } = await import("./lib/catalog.mjs");
  const { fetchModel } = await import("./lib/fetch.mjs");
  const model = findModel(readCatalog(), positionals[0] ?? "starter");
  const folder = values.into ?? modelsFolder();
  const say = values.quiet ? () => {} : (line) => console.log(line);
  const onProgress = ({ received, total, state }) => {
    const share = Math.floor((100 * received) / total);
    say(`${model.name}: ${state} ${megabytes(received)} of ${megabytes(total)} (${share} %)`);
  };
  for (;;) {
    const result = await fetchModel(model, folder, {
      signal,
      onProgress,
      alsoIn: values["also-in"],
    });
    if (result.heldBy === undefined) {
      say(`${model.name}: ${result === "there" ? "already there" : result} in ${folder}`);
      return 0;
    }
    if (!values.wait) {
      say(`${model.name} is already being fetched by process ${result.heldBy}.`);
      return 0;
    }
    await pause(2_000, undefined, { signal });
  }
});
