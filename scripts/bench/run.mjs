// Measures Sotto beside its references, alternating in one run, and prints ratios. With --json:
// {rows: [{name, value, unit, reference, goal, met, spread}]} on standard output and nothing else.
import { parseArgs } from "node:util";
import { print, reportToStandardError } from "../lib/report.mjs";
import { actions } from "./actions.mjs";
import { firstToken } from "./first-token.mjs";
import { models } from "./models.mjs";
import { quick } from "./quick.mjs";
import { redaction } from "./redaction.mjs";
import { speed } from "./speed.mjs";
import { table } from "./table.mjs";
import { windowStart } from "./window.mjs";

const SUITES = {
  speed,
  "first-token": firstToken,
  window: windowStart,
  models,
  quick,
  redaction,
  actions,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    // How long the quick prompt is out of sight before it is measured again; 0: not at all.
    "hidden-minutes": { type: "string", default: "10" },
  },
});
reportToStandardError();
const unknown = positionals.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}. There are: ${Object.keys(SUITES).join(", ")}.`);
  process.exit(2);
}
const rounds = Number.parseInt(values.rounds, 10);
const hiddenMinutes = Number(values["hidden-minutes"]);
const rows = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(SUITES)) {
  print(`Measuring: ${name}, ${rounds} rounds`);
  rows.push(...(await SUITES[name]({ rounds, hiddenMinutes })));
}
console.log(values.json ? JSON.stringify({ rows }, null, 2) : table(rows));
