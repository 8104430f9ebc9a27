// npm run bench [-- --json]: prepares release builds and the models, then hands over to
// scripts/bench/run.mjs, which measures; "gpu" goes its own way (scripts/bench/run-gpu.mjs). Standard output is the result's alone.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildPages, buildPrograms } from "./lib/build.mjs";
import { modelsFolder, root, testModelsFolder } from "./lib/paths.mjs";
import {
  cargoTool,
  model,
  npmPackages,
  requireLanguages,
  systemLibraries,
} from "./lib/prepare.mjs";
import { main, Problem, reportToStandardError, step } from "./lib/report.mjs";
import { attach } from "./lib/run.mjs";
import { runInSession, sessionsWork } from "./lib/session.mjs";
import { buildPackages, testPackages } from "./lib/system-packages.mjs";
import { testEnvironment } from "./lib/test-environment.mjs";

await main(async (signal) => {
  reportToStandardError();
  if (process.argv[2] === "gpu") {
    const { benchGpu } = await import("./bench/run-gpu.mjs");
    return benchGpu(process.argv.slice(3), signal);
  }
  const run = join(root, "scripts", "bench", "run.mjs");
  if (!existsSync(run)) throw new Problem(`${run} is not there: nothing measures yet.`);
  await requireLanguages();
  await systemLibraries([...buildPackages, ...testPackages]);
  await npmPackages();
  if (sessionsWork()) await cargoTool("tauri-driver");
  for (const role of ["starter", "default"]) {
    await model(role, testModelsFolder(), { alsoIn: modelsFolder(), signal });
  }
  await step("Building the pages", buildPages);
  await step("Building the programs for release", () => buildPrograms({ release: true }));
  const args = [run, ...process.argv.slice(2)];
  const options = { signal, cwd: root, env: testEnvironment("release") };
  // In a session of its own where that exists: it starts the window, and must not touch real data.
  return sessionsWork()
    ? runInSession(process.execPath, args, options)
    : attach(process.execPath, args, options);
});
