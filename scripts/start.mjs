// npm start [-- --starter-only] [-- --dev]: from a fresh clone to the open window. Without a screen it
// goes on as a chat in the terminal, with the same engine and the same history.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPages, buildPrograms } from "./lib/build.mjs";
import { nodeProgram } from "./lib/npm.mjs";
import { binary, modelsFolder, root, testModelsFolder } from "./lib/paths.mjs";
import {
  hasDisplay,
  model,
  modelInBackground,
  npmPackages,
  requireLanguages,
  systemLibraries,
} from "./lib/prepare.mjs";
import { main, print, step } from "./lib/report.mjs";
import { attach } from "./lib/run.mjs";

/** The working default, fetched while the window is already usable; null when it is there. */
async function fetchDefault(folder) {
  const { findModel, readCatalog } = await import("./lib/catalog.mjs");
  const { isComplete } = await import("./lib/fetch.mjs");
  const wanted = findModel(readCatalog(), "default");
  if (isComplete(wanted, folder)) return null;
  print(`Fetching the model ${wanted.name} in the background; Sotto uses it when it is whole.`);
  const fetching = modelInBackground("default", folder, { alsoIn: testModelsFolder() });
  fetching.isThere = () => isComplete(wanted, folder);
  fetching.name = wanted.name;
  return fetching;
}

async function open(dev) {
  if (dev) {
    const [node, tauri] = nodeProgram("@tauri-apps/cli", "tauri.js");
    return attach(node, [...tauri, "dev"], { cwd: join(root, "src-tauri") });
  }
  if (hasDisplay()) {
    print("Opening the window.");
    return attach(binary("sotto-desktop"));
  }
  print(
    "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): going on in the terminal.",
  );
  return attach(binary("sotto"), ["chat"]);
}

await main(async (signal) => {
  const { values } = parseArgs({
    options: {
      "starter-only": { type: "boolean", default: false },
      dev: { type: "boolean", default: false },
    },
  });
  const folder = modelsFolder();
  await requireLanguages();
  await systemLibraries();
  await npmPackages();
  await model("starter", folder, { alsoIn: testModelsFolder(), signal });
  await step("Building the pages", buildPages);
  await step("Building the programs (the first time takes several minutes)", buildPrograms);
  const fetching = values["starter-only"] ? null : await fetchDefault(folder);
  try {
    return await open(values.dev);
  } finally {
    if (fetching && !fetching.isThere()) {
      await fetching.stop();
      print(
        `${fetching.name} is not whole yet: the next npm start goes on with it (log: ${fetching.log}).`,
      );
    }
  }
});
