// npm run bench -- gpu [--backend vulkan|cuda|metal] [--model 135M|1.5B] [--device NAME|software]
// [--rounds N] [--prompt TOKENS] [--predict TOKENS] [--json]: builds what it needs and measures. Unlike the other measurements it has a runtime of its
// own, so it needs neither the window nor the other programs.
import { parseArgs } from "node:util";
import {
  backends,
  buildGraphics,
  ensureVulkanHeaders,
  graphicsFolder,
  softwareDevice,
} from "../lib/graphics.mjs";
import { ensureLlamaBench } from "../lib/llama-bench.mjs";
import { modelsFolder, testModelsFolder } from "../lib/paths.mjs";
import { model, requireLanguages, systemLibraries } from "../lib/prepare.mjs";
import { Problem, print, step } from "../lib/report.mjs";
import { buildPackages } from "../lib/system-packages.mjs";
import { gpu } from "./gpu.mjs";
import { table } from "./table.mjs";

/** As a device: Mesa's driver for processors, to see that all of this works. */
const SOFTWARE = "software";

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
      prompt: { type: "string", default: "512" },
      predict: { type: "string", default: "128" },
      json: { type: "boolean", default: false },
    },
  });
  const { backend, model: size } = values;
  let { device } = values;
  if (!(backend in backends)) {
    throw new Problem(
      `There is no back end ${backend}.`,
      `One of: ${Object.keys(backends).join(", ")}.`,
    );
  }
  if (!(size in ROLES)) {
    throw new Problem(`There is no model ${size}.`, `One of: ${Object.keys(ROLES).join(", ")}.`);
  }
  const number = (name) => {
    const value = Number.parseInt(values[name], 10);
    if (value > 0) return value;
    throw new Problem(`--${name} takes a number above 0, not ${values[name]}.`);
  };
  const [rounds, prompt, predict] = ["rounds", "prompt", "predict"].map(number);
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
  if (device === SOFTWARE) {
    const { env, missing } = softwareDevice();
    if (missing) throw new Problem(`${missing}.`);
    Object.assign(process.env, env);
    device = "Vulkan0";
  }
  print(`Measuring: ${rounds} rounds`);
  const folder = graphicsFolder(backend);
  const rows = await gpu({ rounds, size, device, prompt, predict, program, folder });
  console.log(values.json ? JSON.stringify({ rows }, null, 2) : table(rows));
}
