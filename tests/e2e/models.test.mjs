// Models as a person gets and keeps them: fetched from a hub on a press, also through a crash in the
// middle; chosen, measured and removed on their page, with the keyboard.
import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { models as testModels } from "./lib/environment.mjs";
import { otherApps, otherAppsFiles, starter } from "./lib/home.mjs";
import { Hub, listed, size } from "./lib/hub.mjs";
import { press } from "./lib/screen.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";
import { BENCH, DOWNLOAD, MODELS_PAGE, NAMES } from "./lib/window.mjs";

/** Bytes in a second: slow enough to be stopped in the middle. */
const SLOW = 12_000_000;
/** Bytes that may be fetched twice after a break: one piece. */
const CHUNK = 64 << 10;

async function openModels(sotto) {
  await sotto.window.clickLabelled(NAMES.models);
  await sotto.window.find(`[aria-label="${MODELS_PAGE.find}"]`);
}

/** The row of a model on this computer, by its name for the program. */
function row(window, name) {
  return window.find(`[data-row="model/${name}"]`);
}

test("a model is fetched on a press, and goes on after a crash", async (t) => {
  const hub = await Hub.start(t, SLOW);
  const home = t.home();
  await hub.allowIn(home);
  let sotto = await t.start(home, { env: hub.env });
  await openModels(sotto);
  const inRow = `[data-row="item/${listed.id}"]`;
  await press(sotto, await sotto.window.labelled(MODELS_PAGE.download, inRow));
  await sotto.window.find("[role=dialog]");
  await sotto.window.shows("127.0.0.1");
  assert.equal((await hub.ask("counts")).sent_bytes, 0, "nothing came before the yes");
  // Nobody of us tried it: the hub is asked first how large it is, on a press that names it.
  await press(sotto, await sotto.window.labelled(DOWNLOAD.ask, "[role=dialog]"));
  await press(sotto, await sotto.window.labelled(DOWNLOAD.yes, "[role=dialog]"));

  const partOf = async (share) =>
    until(`${share * 100} % are on their way`, async () => {
      const { sent_bytes: sent } = await hub.ask("counts");
      return sent > size * share && sent;
    });
  await partOf(0.3);
  const said = await sotto.window.text();
  assert.match(said, /MB\/s/, "the rate is shown");
  assert.ok(!existsSync(join(home.models, listed.file)), "a part is no model");
  await sotto.kill();
  await sotto.discard();
  const before = (await hub.ask("counts")).sent_bytes;
  const partial = join(home.models, ".partial");
  const here = statSync(join(partial, `${listed.file}.download`)).size;

  sotto = await t.start(home, { env: hub.env });
  await openModels(sotto);
  await sotto.window.labelled(DOWNLOAD.resume, inRow);
  assert.equal((await hub.ask("counts")).sent_bytes, before, "nothing is fetched by itself");
  await hub.ask("rate 0");
  await press(sotto, await sotto.window.labelled(DOWNLOAD.resume, inRow));
  await row(sotto.window, listed.file.replace(".gguf", ""));
  const { sent_bytes: after } = await hub.ask("counts");
  t.note(`sent ${before} until the crash, of which ${here} were here, and ${after - before} after`);
  const twice = after - before - (size - here);
  assert.ok(here > 0 && twice <= CHUNK, `fetched twice: ${twice} bytes`);
  const left = existsSync(partial) ? readdirSync(partial) : [];
  assert.deepEqual(
    left.filter((name) => name.startsWith(listed.file)),
    [],
  );

  // It answers, and the ledger knows who was asked.
  await press(sotto, await sotto.window.labelled(MODELS_PAGE.load, `[data-row^="model/Qwen"]`));
  await sotto.window.labelled(MODELS_PAGE.unload, `[data-row^="model/Qwen"]`);
});

test("what other apps keep is found, and theirs stays theirs", async (t) => {
  const home = t.home();
  const env = otherApps(home);
  const sotto = await t.start(home, { env });
  const kept = otherAppsFiles(home);
  await openModels(sotto);
  const found = await row(sotto.window, "small-of-lm-studio");
  assert.match(await found.getText(), /From LM Studio/);
  const broken = await row(sotto.window, "broken:1b");
  assert.match(await broken.getText(), /Cannot be used/);
  // It is better than the stand-in, so it is in memory without being asked for; and it goes again.
  const its = `[data-row="model/small-of-lm-studio"]`;
  await press(sotto, await sotto.window.labelled(MODELS_PAGE.unload, its));
  await sotto.window.labelled(MODELS_PAGE.load, its);
  assert.deepEqual(otherAppsFiles(home), kept);
});

test(
  "a model is measured beside what memory allows",
  async (t) => {
    const sotto = await t.start(t.home());
    await openModels(sotto);
    await sotto.window.clickLabelled(MODELS_PAGE.measure);
    await sotto.window.part(BENCH.model);
    await press(sotto, await sotto.window.labelled(BENCH.measure, "[role=tabpanel]"));
    const result = await until(
      "the result is there",
      () =>
        sotto.window.run(
          `return document.querySelector('[aria-label="${BENCH.result}"]')?.innerText`,
        ),
      { limit: 180_000 },
    );
    t.note(result.replaceAll("\n", " "));
    assert.match(result, /tokens\/s/);
    const kept = join(sotto.home.path, "measurements.json");
    assert.ok(existsSync(kept));
  },
  { limit: 300 },
);

test("a model file is removed after a yes, and its bytes with it", async (t) => {
  const home = t.home();
  home.addModel(starter, "mine.gguf");
  const sotto = await t.start(home);
  await openModels(sotto);
  await row(sotto.window, "mine");
  await sotto.window.clickLabelled(MODELS_PAGE.more, `[data-row="model/mine"]`);
  await sotto.window.clickLabelled(MODELS_PAGE.remove, "[role=menu]");
  await sotto.window.find("[role=alertdialog], [role=dialog]");
  assert.ok(existsSync(join(home.models, "mine.gguf")), "not before the yes");
  await press(
    sotto,
    await sotto.window.labelled("Delete", ":is([role=alertdialog],[role=dialog])"),
  );
  await until("its file is gone", () => !existsSync(join(home.models, "mine.gguf")));
  assert.ok(existsSync(join(testModels, starter.file)));
});
