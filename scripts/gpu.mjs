// npm run gpu -- vulkan|cuda|metal: builds the runtime with that back end once, into the cache. From
// then on npm test tries the one for Vulkan on Mesa's driver for processors. Interrupted, it goes on
// where it stopped.
import { constants, setPriority } from "node:os";
import { backends, buildGraphics, ensureVulkanHeaders } from "./lib/graphics.mjs";
import { requireLanguages, systemLibraries } from "./lib/prepare.mjs";
import { main, Problem, print, step } from "./lib/report.mjs";
import { buildPackages } from "./lib/system-packages.mjs";

await main(async (signal) => {
  const [backend = "vulkan"] = process.argv.slice(2);
  if (!(backend in backends)) {
    throw new Problem(
      `There is no back end ${backend}.`,
      `One of: ${Object.keys(backends).join(", ")}.`,
    );
  }
  // Many minutes on all cores: behind whatever the person does meanwhile. Compilers inherit it.
  setPriority(constants.priority.PRIORITY_LOW);
  await requireLanguages();
  await systemLibraries([...buildPackages, ...backends[backend]]);
  if (backend === "vulkan") await step("Checking Vulkan's headers", ensureVulkanHeaders);
  await step(`Building the runtime with ${backend}`, (say) =>
    buildGraphics(backend, say, { signal }),
  );
  print("\nTo use it: SOTTO_RUNTIME=<that program> npm start");
});
