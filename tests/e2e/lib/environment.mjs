// Where the programs, the models and the driver are: handed over by scripts/, with the same
// defaults, so that `node tests/e2e/run.mjs` within a session works too.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { testEnvironment } from "../../../scripts/lib/test-environment.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

const given = { ...testEnvironment(), ...process.env };

export const programs = {
  desktop: given.SOTTO_DESKTOP,
  cli: given.SOTTO_CLI,
  runtime: given.SOTTO_RUNTIME,
  driver: given.SOTTO_TAURI_DRIVER,
};
export const models = given.SOTTO_TEST_MODELS;

export const screenshots = join(root, "tests", "e2e", "screenshots");

/** Names everything that is missing, at once. */
export function missing() {
  const needed = [...Object.values(programs), models];
  const lacking = needed.filter((path) => !existsSync(path));
  if (!process.env.DISPLAY) lacking.push("a display (DISPLAY): use scripts/session.mjs");
  return lacking;
}
