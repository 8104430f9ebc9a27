// Each shipped action on the 1.5B, through `sotto ask --action`, as a person uses it. The answers are
// printed for reading on standard error: whether a summary is a good one, no program says. The rows are
// the time until the answer is whole, without loading, and that the JSON of a schema parses.
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { print } from "../lib/report.mjs";
import { run } from "../lib/run.mjs";
import { TRIED } from "./actions-texts.mjs";
import { MODELS } from "./runtime.mjs";
import { figureRow } from "./table.mjs";

const MODEL = MODELS["1.5B"];

/** A home of its own that holds the model. */
async function withHome(use) {
  const home = mkdtempSync(join(tmpdir(), "sotto-bench-"));
  try {
    mkdirSync(join(home, "models"));
    const [from, to] = [process.env.SOTTO_TEST_MODELS, join(home, "models")].map((folder) =>
      join(folder, `${MODEL}.gguf`),
    );
    try {
      linkSync(from, to);
    } catch (error) {
      if (error.code !== "EXDEV") throw error;
      copyFileSync(from, to);
    }
    return await use((args, input) => sotto(home, args, input));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** What it prints as JSON; also of an answer that failed, which says why. */
async function sotto(home, args, input) {
  const options = { env: { SOTTO_HOME: home }, input };
  const { code, output, stdout } = await run(process.env.SOTTO_CLI, args, options);
  if (stdout === "") throw new Error(`sotto ${args.join(" ")} ended with ${code}: ${output}`);
  return JSON.parse(stdout);
}

async function tried(sotto, action, { text, set }) {
  const parameters = Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const args = ["ask", "--json", "--model", MODEL, "--action", action, ...parameters];
  const answer = await sotto(args, text);
  const command = ["### sotto ask --action", action, ...parameters].join(" ");
  const failure = answer.failure ? `\n(failed: ${answer.failure.message})` : "";
  print(`\n${command}\n${text}\n---\n${answer.answer}${failure}`);
  return answer;
}

export function actions() {
  return withHome(async (sotto) => {
    const known = (await sotto(["actions", "--json"])).actions;
    const rows = [];
    for (const { name, output } of known) {
      const texts = TRIED.find(({ action }) => action === name)?.texts;
      if (!texts)
        throw new Error(`Nothing is said to try ${name} on: scripts/bench/actions-texts.mjs`);
      const answers = [];
      for (const one of texts) answers.push(await tried(sotto, name, one));
      const whole = answers.map(({ statistics }) => statistics).filter(Boolean);
      rows.push(
        figureRow({
          name: `${name}, 1.5B, until it is whole`,
          values: whole.map((time) => time.prefill_milliseconds + time.decode_milliseconds),
          unit: "ms",
        }),
      );
      if (output === "json") {
        const parsed = answers.filter(({ value }) => value !== null).length;
        rows.push({
          name: `${name}, 1.5B: answers that parse`,
          value: parsed / answers.length,
          unit: "share",
          reference: `${parsed} of ${answers.length}`,
          goal: "at least 1",
          met: parsed === answers.length,
          spread: null,
        });
      }
    }
    return rows;
  });
}
