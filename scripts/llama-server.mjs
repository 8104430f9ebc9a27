// npm run llama-server: builds llama.cpp's server once, for the tests that ask a server which nobody
// here wrote (tests/integration/llama_server.rs). Interrupted, it goes on where it stopped.
import { constants, setPriority } from "node:os";
import { ensureLlamaServer } from "./lib/llama-server.mjs";
import { requireLanguages, systemLibraries } from "./lib/prepare.mjs";
import { main, step } from "./lib/report.mjs";

await main(async (signal) => {
  // Some minutes on all cores: behind whatever the person does meanwhile. Compilers inherit it.
  setPriority(constants.priority.PRIORITY_LOW);
  await requireLanguages();
  await systemLibraries();
  await step("Building llama.cpp's server", (say) => ensureLlamaServer(say, { signal }));
});
