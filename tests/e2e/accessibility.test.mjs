// axe finds nothing in the states of the window that a person meets, in light and in dark.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { accessible } from "./lib/axe.mjs";
import { starter } from "./lib/home.mjs";
import { LOOKS, setLook } from "./lib/look.mjs";
import { kill } from "./lib/processes.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";
import { ACTIONS, Key, NAMES } from "./lib/window.mjs";

for (const look of LOOKS) {
  test(`axe finds nothing, ${look}`, async (t) => {
    const home = t.home();
    const application = await t.start(home, { env: setLook(look) });
    const { window } = application;
    const dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert.equal(await window.run(dark), look === "dark", "the page follows the system");
    await until("the model is known", async () => (await window.text()).includes(starter.name));
    await accessible(window, "empty");

    const ask = async () => {
      const known = await window.messages();
      await window.clickPart(NAMES.composer);
      for (const line of ["Repeat exactly:", "```python", "print(1 + 1)", "```"]) {
        await window.typeHere(line);
        await window.press(Key.SHIFT, Key.ENTER);
      }
      await window.press(Key.ENTER);
      return window.newAnswer(known);
    };
    const begun = await ask();
    await window.watchGrowth(begun.id, 1);
    await accessible(window, "an answer on its way");
    await window.answered(begun.id);
    const answer = (await window.askUntilComplete(ask)).at(-1);
    await window.act(answer, ACTIONS.details);
    await window.shows("Tokens written");
    await accessible(window, "a conversation with details open");
    await window.press(Key.ESCAPE);

    await window.act(await window.question(), ACTIONS.edit);
    await window.part(NAMES.editQuestion);
    await accessible(window, "a question being edited");
    await window.press(Key.ESCAPE);

    await window.clickPart(NAMES.modelPicker);
    await window.find("[role=menuitemradio]");
    await accessible(window, "the menu of models");
    await window.press(Key.ESCAPE);
    await until("the menu is closed", async () => !(await window.has("[role=menu]")));

    await window.press(Key.CONTROL, "k");
    await window.find("[role=dialog]");
    await window.typeHere("re");
    await accessible(window, "the palette");
    await window.press(Key.ESCAPE);
    await until("the palette is closed", async () => !(await window.has("[role=dialog]")));

    // Killed as soon as the first words are there; an answer that ended sooner is no failed one.
    let failed;
    while (failed?.state !== "failed") {
      const doomed = await window.ask("Write a very long story about a ship.");
      await window.watchGrowth(doomed.id, 1);
      kill(await application.runtime(), "SIGKILL");
      failed = await window.over(doomed.id);
    }
    await accessible(window, "a failed answer");

    await application.end();
    // Without the description of its key the history cannot be opened.
    rmSync(join(home.path, "history.key.toml"));
    const { window: closed } = await t.start(home, { env: setLook(look), ready: false });
    await closed.shows("Try again");
    await accessible(closed, "a history that cannot be opened");
  });
}
