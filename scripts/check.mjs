// npm run check: formats, lints, licences of dependencies, types, and generated types that are fresh.
import { buildPages, removeDanglingLibraries } from "./lib/build.mjs";
import { bindingsTest, checkSteps } from "./lib/checks.mjs";
import { cargoTool, npmPackages, requireLanguages, systemLibraries } from "./lib/prepare.mjs";
import { main, step } from "./lib/report.mjs";
import { runSteps, summary } from "./lib/steps.mjs";

await main(async (signal) => {
  await requireLanguages();
  await systemLibraries();
  await npmPackages();
  await cargoTool("cargo-deny");
  await step("Building the pages", buildPages);
  removeDanglingLibraries();
  const fresh = { name: "generated types", command: "cargo", args: bindingsTest, limit: 40 * 60 };
  return summary(await runSteps([...checkSteps(), fresh], { signal })) === 0 ? 0 : 1;
});
