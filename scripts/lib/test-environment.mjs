// What every test can rely on: where the programs, the models and the drivers are.
import { binary, testModelsFolder } from "./paths.mjs";
import { tool } from "./tools.mjs";

export function testEnvironment(profile = "debug") {
  return {
    SOTTO_DESKTOP: binary("sotto-desktop", profile),
    SOTTO_CLI: binary("sotto", profile),
    SOTTO_RUNTIME: binary("sotto-runtime", profile),
    SOTTO_TEST_MODELS: testModelsFolder(),
    SOTTO_TAURI_DRIVER: tool("tauri-driver"),
  };
}
