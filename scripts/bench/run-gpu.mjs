// npm run bench -- gpu [--backend vulkan|cuda|metal] [--model 135M|1.5B] [--device NAME] [--rounds N]
// [--json]: builds what it needs and measures. Unlike the other measurements it has a runtime of its
// own, so it needs neither the window nor the other programs.
import { parseArgs } from "node:util";
import { backends, buildGraphics, ensureVulkanHeaders, graphicsFolder } from "../lib/graphics.mjs";
import { ensureLlamaBench } from "../lib/llama-bench.mjs";
import { modelsFolder, testModelsFolder } from "../lib/paths.mjs";
import { model, requireLanguages, systemLibraries } from "../lib/prepare.mjs";
import { Problem, print, step } from "../lib/report.mjs";
import { buildPackages } from "../lib/system-packages.mjs";
import { gpu } from "./gpu.mjs";
import { table } from "./table.mjs";

const ROLES = { "135M": "starter", "1.5B": "default" };

export async function benchGpu(args, signal) {
  const { values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      backend: { type: "string", default: "vulkan" },
      model: { type: "string", default: "1.5B" },
      device: { type: "string" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
    },
  });
  const { backend, model: size, device } = values;
  if (!(backend in backends)) {
    throw new Problem(
      `There is no back end ${backend}.`,
      `One of: ${Object.keys(backends).join(", ")}.`,
    );
  }
  if (!(size in ROLES)) {
    throw new Problem(`There is no model ${size}.`, `One of: ${Object.keys(ROLES).join(", ")}.`);
  }
  await requireLanguages();
  await systemLibraries([...buildPackages, ...backends[backend]]);
  if (backend === "vulkan") await step("Checking Vulkan's headers", ensureVulkanHeaders);
  await model(ROLES[size], testModelsFolder(), { alsoIn: modelsFolder(), signal });
  let runtime;
  await step(`Building the runtime with ${backend}`, async (say) => {
    runtime = await buildGraphics(backend, say, { signal });
    return runtime;
  });
  let program;
  await step("Building llama.cpp's llama-bench", async (say) => {
    program = await ensureLlamaBench(say, { signal });
    return program;
  });
  process.env.SOTTO_RUNTIME = runtime;
  process.env.SOTTO_TEST_MODELS = testModelsFolder();
  const rounds = Number.parseInt(values.rounds, 10);
  print(`Measuring: ${rounds} rounds`);
  const rows = await gpu({ rounds, size, device, program, folder: graphicsFolder(backend) });
  console.log(values.json ? JSON.stringify({ rows }, null, 2) : table(rows));
}
