// npm test: installs what tests need, builds, and runs all of them. A failing step does not keep the
// others from running; the exit code is 0 only when none failed.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildPages, buildPrograms, selection } from "./lib/build.mjs";
import { checkSteps } from "./lib/checks.mjs";
import {
  graphicsArguments,
  graphicsEnvironment,
  graphicsMissing,
  softwareDevice,
} from "./lib/graphics.mjs";
import { llamaServer, llamaServerMissing } from "./lib/llama-server.mjs";
import { nodeProgram } from "./lib/npm.mjs";
import { modelsFolder, root, testModelsFolder } from "./lib/paths.mjs";
import {
  cargoTool,
  model,
  modelInBackground,
  npmPackages,
  pythonEnvironment,
  requireLanguages,
  systemLibraries,
} from "./lib/prepare.mjs";
import { main, print, seconds, step } from "./lib/report.mjs";
import { must } from "./lib/run.mjs";
import { sessionsWork } from "./lib/session.mjs";
import { runSteps, summary } from "./lib/steps.mjs";
import { buildPackages, testPackages } from "./lib/system-packages.mjs";
import { testEnvironment } from "./lib/test-environment.mjs";

const MINUTE = 60;

/** Within a session of its own on Linux: tests may use a keyring and a home, never the person's. */
function isolated(command, args) {
  if (!sessionsWork()) return { command, args };
  const session = join(root, "scripts", "session.mjs");
  return { command: process.execPath, args: [session, "--", command, ...args] };
}

function scriptTests() {
  const folder = join(root, "scripts");
  const files = readdirSync(folder, { recursive: true }).filter((name) =>
    name.endsWith(".test.mjs"),
  );
  return files.map((name) => join(folder, name));
}

function testSteps(env, pythonOfTests) {
  const [node, vitest] = nodeProgram("vitest", "vitest.mjs");
  const noWindow = sessionsWork()
    ? undefined
    : "the window is driven on Linux only (WebKitGTK's driver)";
  const noSession = sessionsWork()
    ? undefined
    : "only on Linux do tests have a keyring of their own";
  const device = softwareDevice();
  return [
    {
      name: "scripts (node)",
      command: node,
      args: ["--test", ...scriptTests()],
      limit: 5 * MINUTE,
    },
    { name: "pages (vitest)", command: node, args: [...vitest, "run"], limit: 10 * MINUTE },
    {
      name: "cargo test",
      ...isolated("cargo", ["test", ...selection, "--no-fail-fast"]),
      env,
      limit: 30 * MINUTE,
    },
    {
      // What runs within "cargo test" too, and there finds no server to start: so that it is seen
      // here whether one was asked.
      name: "a foreign server (llama.cpp's)",
      ...isolated("cargo", ["test", ...selection, "--test", "integration", "llama_server::"]),
      env: { ...env, SOTTO_LLAMA_SERVER: llamaServer() },
      limit: 10 * MINUTE,
      skip: noSession ?? llamaServerMissing(),
    },
    {
      // The runtime's own tests once more, built with Vulkan, and those that need a device.
      name: "a graphics card's back end (Vulkan on Mesa's software device)",
      command: "cargo",
      args: [
        "test",
        ...graphicsArguments("vulkan"),
        ...["--bin", "sotto-runtime", "--test", "server", "--"],
        ...["graphics", "confinement", "devices", "placement"],
      ],
      env: {
        ...env,
        ...graphicsEnvironment("vulkan"),
        ...device.env,
        SOTTO_TEST_DEVICE: "Vulkan0",
      },
      limit: 20 * MINUTE,
      skip: graphicsMissing("vulkan") ?? device.missing,
    },
    {
      name: "a foreign client (ollama for Python)",
      ...isolated(pythonOfTests, ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/ollama"]),
      env,
      limit: 15 * MINUTE,
    },
    {
      name: "the real window (e2e)",
      ...isolated(node, [join(root, "tests", "e2e", "run.mjs")]),
      env,
      limit: 35 * MINUTE,
      skip: noWindow,
      // cargo test may have left programs there that were built with the tests' features.
      before: buildPrograms,
    },
  ];
}

await main(async (signal) => {
  const began = Date.now();
  const models = testModelsFolder();
  await requireLanguages();
  await systemLibraries([...buildPackages, ...testPackages]);
  await npmPackages();
  const fetching = modelInBackground("default", models, { alsoIn: modelsFolder() });
  try {
    await model("starter", models, { alsoIn: modelsFolder(), signal });
    await cargoTool("cargo-deny");
    if (sessionsWork()) await cargoTool("tauri-driver");
    const requirements = join(root, "tests", "ollama", "requirements.txt");
    const pythonOfTests = await pythonEnvironment(requirements);
    await step("Building the pages", buildPages);
    await step("Building the programs", buildPrograms);
    await step("Building the tests", async () => {
      // Outside the session, where compilers find their caches.
      await must("cargo", ["test", ...selection, "--no-run"], { cwd: root });
    });
    const results = await runSteps(checkSteps(), { signal });
    const tests = testSteps(testEnvironment(), pythonOfTests);
    for (const test of tests) {
      // These ask both models.
      if (/^cargo test$|e2e/.test(test.name) && !test.skip) {
        await fetching.finished;
        await model("default", models, { signal });
      }
      results.push(...(await runSteps([test], { signal })));
    }
    print(`\nAll of it took ${seconds(Date.now() - began)}.`);
    return summary(results) === 0 ? 0 : 1;
  } finally {
    await fetching.stop();
  }
});
