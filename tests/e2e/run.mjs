// node tests/e2e/run.mjs [--screenshots] [--only AREA[:PART OF A NAME]]
// Drives the real window. Runs within a session without a screen; `npm run e2e` makes one.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { missing, screenshots } from "./lib/environment.mjs";
import { endCurrent, runFile } from "./lib/tests.mjs";

const { values } = parseArgs({
  options: { screenshots: { type: "boolean", default: false }, only: { type: "string" } },
});

const lacking = missing();
if (lacking.length > 0) {
  process.stderr.write(`Missing:\n${lacking.map((each) => `  ${each}\n`).join("")}`);
  process.stderr.write("`npm run e2e` builds and installs what is needed.\n");
  process.exit(1);
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await endCurrent().catch(() => {});
    process.exit(signal === "SIGINT" ? 130 : 143);
  });
}

const here = dirname(fileURLToPath(import.meta.url));
// What nearly everything stands on goes first, what takes longest last.
const order = [
  "conversation",
  "keyboard",
  "working-default",
  "arrival",
  "models",
  "accessibility",
  "authority",
  "injection",
  "canary",
  "bad-input",
  "crash",
];
const [onlyArea, onlyName] = values.only?.split(":") ?? [];
const areas = values.screenshots
  ? ["screenshots"]
  : readdirSync(here)
      .filter((name) => name.endsWith(".test.mjs") && name !== "screenshots.test.mjs")
      .map((name) => name.replace(".test.mjs", ""))
      .sort((a, b) => order.indexOf(a) - order.indexOf(b));

const began = Date.now();
const total = { passed: 0, failed: 0 };
if (!values.only) rmSync(join(screenshots, "failed"), { recursive: true, force: true });
for (const area of areas) {
  if (onlyArea && area !== onlyArea) continue;
  const { passed, failed } = await runFile(join(here, `${area}.test.mjs`), area, onlyName);
  total.passed += passed;
  total.failed += failed;
}
const time = Math.round((Date.now() - began) / 1000);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed (${time} s)\n`);
if (total.failed > 0 && existsSync(join(screenshots, "failed")))
  process.stdout.write(`Pictures of what failed: ${join(screenshots, "failed")}\n`);
// Nothing tested is a mistake in the name, not a success.
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
