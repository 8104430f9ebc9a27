// node scripts/session.mjs [--size 1280x800x24] [--keep] -- COMMAND ARGUMENTS
// Runs a command in a desktop session without a screen, with a real keyring and a temporary home.
import { parseArgs } from "node:util";
import { main, Problem } from "./lib/report.mjs";
import { runInSession } from "./lib/session.mjs";

await main(async (signal) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: "string" }, keep: { type: "boolean", default: false } },
  });
  const [command, ...args] = positionals;
  if (!command) throw new Problem("Which command? node scripts/session.mjs -- COMMAND ARGUMENTS");
  return runInSession(command, args, { signal, ...values });
});
