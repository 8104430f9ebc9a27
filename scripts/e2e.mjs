// npm run e2e [-- --screenshots and whatever tests/e2e/run.mjs takes]: drives the real window in a
// session without a screen.
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
import { main, Problem, step } from "./lib/report.mjs";
import { runInSession, sessionsWork } from "./lib/session.mjs";
import { buildPackages, testPackages } from "./lib/system-packages.mjs";
import { testEnvironment } from "./lib/test-environment.mjs";

await main(async (signal) => {
  if (!sessionsWork())
    throw new Problem("The window is driven on Linux only: WebKitGTK has the driver.");
  await requireLanguages();
  await systemLibraries([...buildPackages, ...testPackages]);
  await npmPackages();
  await cargoTool("tauri-driver");
  for (const role of ["starter", "default"]) {
    await model(role, testModelsFolder(), { alsoIn: modelsFolder(), signal });
  }
  await step("Building the pages", buildPages);
  await step("Building the programs", buildPrograms);
  const run = join(root, "tests", "e2e", "run.mjs");
  const args = [run, ...process.argv.slice(2)];
  // Pictures are taken of a window of 1200x800 points at two pixels each.
  const size = args.includes("--screenshots") ? "2560x1760x24" : undefined;
  return runInSession(process.execPath, args, { signal, cwd: root, env: testEnvironment(), size });
});
