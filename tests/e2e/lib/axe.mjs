// axe in the real page: what a screen reader or a person with weak sight would stumble over.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails with each violation, its element and how to mend it. */
export async function accessible(window, where) {
  await window.run(`if (!window.axe) { ${source} }`);
  const { passes, violations } = await window.driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    window.axe.run(document).then(
      ({ passes, violations }) => done({ passes: passes.length, violations: violations.map(({ id, impact, help, nodes }) => ({
        id, impact, help,
        nodes: nodes.slice(0, 5).map(({ target, failureSummary }) => target.join(" ") + ": " + failureSummary.replace(/\\s+/g, " ")),
      })) }),
      (error) => done({ passes: 0, violations: [{ id: "axe", impact: "", help: String(error), nodes: [] }] }),
    );`);
  const lines = violations.map(
    ({ id, impact, help, nodes }) =>
      `${id} (${impact}): ${help}\n${nodes.map((node) => `    ${node}`).join("\n")}`,
  );
  // Where nothing was looked at, nothing is found.
  if (violations.length === 0) assert.ok(passes > 10, `${where}: only ${passes} rules applied`);
  assert.equal(lines.length, 0, `${where}:\n${lines.join("\n")}`);
}
