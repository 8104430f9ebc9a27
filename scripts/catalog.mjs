// npm run catalog -- check: is assets/models/catalog.toml sound, and do the files that are here agree with
// it? Every fault is said, with its entry and its field.
import { readFileSync } from "node:fs";
import { catalogFile, examine } from "./lib/catalog.mjs";
import { compareFiles } from "./lib/catalog-files.mjs";
import { modelsFolder, testModelsFolder } from "./lib/paths.mjs";
import { main, Problem } from "./lib/report.mjs";

await main(async () => {
  const [command, ...more] = process.argv.slice(2);
  if (command !== "check" || more.length > 0) throw new Problem("Say: npm run catalog -- check");
  const { models, wrong } = examine(readFileSync(catalogFile, "utf8"));
  const files = await compareFiles(models, [testModelsFolder(), modelsFolder()]);
  const all = [...wrong, ...files.wrong];
  for (const line of all) console.log(`catalog.toml: ${line}`);
  const verified = models.filter((model) => model.verified).length;
  console.log(
    `${models.length} models, ${verified} of them verified; ${files.looked} files here compared. ` +
      (all.length === 0 ? "Nothing is wrong." : `Wrong: ${all.length}.`),
  );
  return all.length === 0 ? 0 : 1;
});
