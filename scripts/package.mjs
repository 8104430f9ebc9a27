// npm run package: an installer with everything in it: the window, the terminal command, the runtime
// with llama.cpp's libraries, and the starter model. Debian's form is tried; the others are not yet.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPages, buildPrograms } from "./lib/build.mjs";
import { nodeProgram } from "./lib/npm.mjs";
import { binary, modelsFolder, root, targetFolder, testModelsFolder } from "./lib/paths.mjs";
import { model, npmPackages, requireLanguages, systemLibraries } from "./lib/prepare.mjs";
import { main, Problem, print, step } from "./lib/report.mjs";
import { must } from "./lib/run.mjs";

/** Where the runtime, its libraries and the starter lie: `../lib/sotto` beside the programs. */
const LIBRARY = "/usr/lib/sotto";

/** Everything but the window, as one folder. */
async function stage() {
  const { findModel, readCatalog } = await import("./lib/catalog.mjs");
  const folder = join(targetFolder(), "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "models"), { recursive: true });
  cpSync(binary("sotto", "release"), join(folder, "sotto"));
  cpSync(binary("sotto-runtime", "release"), join(folder, "sotto-runtime"));
  const libraries = join(targetFolder(), "release", "lib", "sotto");
  for (const name of readdirSync(libraries)) cpSync(join(libraries, name), join(folder, name));
  const { file } = findModel(readCatalog(), "starter");
  cpSync(join(testModelsFolder(), file), join(folder, "models", file));
  return folder;
}

/** What Tauri puts into the .deb and the .rpm besides the window. */
function contents(folder) {
  const files = { "/usr/bin/sotto": join(folder, "sotto") };
  for (const name of readdirSync(folder)) {
    if (name !== "sotto" && name !== "models") files[`${LIBRARY}/${name}`] = join(folder, name);
  }
  for (const name of readdirSync(join(folder, "models"))) {
    files[`${LIBRARY}/models/${name}`] = join(folder, "models", name);
  }
  return { bundle: { linux: { deb: { files }, rpm: { files } } } };
}

await main(async (signal) => {
  if (process.platform !== "linux") {
    throw new Problem("Only Linux packages can be made so far.", "Use npm start meanwhile.");
  }
  await requireLanguages();
  await systemLibraries();
  await npmPackages();
  await model("starter", testModelsFolder(), { alsoIn: modelsFolder(), signal });
  await step("Building the pages", buildPages);
  await step("Building the programs for release", () => buildPrograms({ release: true }));
  const folder = await stage();
  const config = join(targetFolder(), "package.json");
  writeFileSync(config, JSON.stringify(contents(folder)));
  await step("Making the package", async () => {
    const [node, tauri] = nodeProgram("@tauri-apps/cli", "tauri.js");
    const args = [...tauri, "bundle", "--bundles", "deb", "--features", "custom-protocol"];
    await must(node, [...args, "--config", config], { cwd: join(root, "src-tauri") });
  });
  const made = join(targetFolder(), "release", "bundle", "deb");
  if (!existsSync(made)) throw new Problem(`${made} was not made.`);
  for (const name of readdirSync(made).filter((entry) => entry.endsWith(".deb"))) {
    print(join(made, name));
  }
});
