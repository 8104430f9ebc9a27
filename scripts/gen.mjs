// npm run gen: writes ui/src/ipc/bindings.gen.ts from the Rust types. The same test that otherwise
// complains about a stale file writes it when SOTTO_GENERATE is set.

import { buildPages, removeDanglingLibraries } from "./lib/build.mjs";
import { bindingsTest } from "./lib/checks.mjs";
import { root } from "./lib/paths.mjs";
import { npmPackages, requireLanguages, systemLibraries } from "./lib/prepare.mjs";
import { main, step } from "./lib/report.mjs";
import { must } from "./lib/run.mjs";

await main(async () => {
  await requireLanguages();
  await systemLibraries();
  await npmPackages();
  await step("Building the pages", buildPages);
  removeDanglingLibraries();
  await step("Generating the types", async () => {
    await must("cargo", bindingsTest, { cwd: root, env: { SOTTO_GENERATE: "1" } });
    return "ui/src/ipc/bindings.gen.ts";
  });
});
