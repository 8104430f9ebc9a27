// Pictures of the window in the states that a person meets, light and dark, with the real models:
// for the README, and for eyes that judge. `npm run e2e -- --screenshots` makes them.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { busWithoutKeyring } from "./lib/bus.mjs";
import { Consent, introduce, pressInChat } from "./lib/consent.mjs";
import { screenshots } from "./lib/environment.mjs";
import { otherApps, starter, workingDefault } from "./lib/home.mjs";
import { Hub, listed } from "./lib/hub.mjs";
import { LOOKS, setLook } from "./lib/look.mjs";
import { Panel } from "./lib/panel.mjs";
import { writeProgress } from "./lib/progress.mjs";
import { provider } from "./lib/provider.mjs";
import { QUICK_TITLE, Quick } from "./lib/quick.mjs";
import { press, visible, xdotool } from "./lib/screen.mjs";
import { sottoAsked, sottoPiped } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { letPass, until } from "./lib/waiting.mjs";
import { ACTIONS, BENCH, DOWNLOAD, Key, MODELS_PAGE, NAMES } from "./lib/window.mjs";

mkdirSync(screenshots, { recursive: true });

/** The quick prompt from the screen: the driver does not answer for a picture of it at this size. */
function photographer(look) {
  return async (name) => {
    const [frame] = await visible(QUICK_TITLE);
    const file = join(screenshots, `${name}-${look}.png`);
    const { status, stderr } = spawnSync("import", ["-window", frame, file], { encoding: "utf8" });
    if (status !== 0) throw new Error(`import: ${stderr}`);
  };
}

/** What the person has asked before, so that the left side is not empty. */
const EARLIER = [
  "Which plants grow in the shade of a north wall?",
  "Rewrite this as one polite sentence",
  "When is git rebase better than git merge?",
  "Dinner from rice, eggs and spinach",
];

const CONFIDENTIAL =
  "Compare these two lease drafts. The tenant is reachable at mira.okafor@example.org; rent goes to DE89 3704 0044 0532 0130 00. Which of the two would you sign?";

const SHORT_QUESTION =
  "My lease says the deposit is returned “promptly”. What should I ask for instead?";

const LARGER_ANSWER = [
  "Ask for a date. For example:\n\n",
  "> The landlord returns the deposit within **30 days** after the keys are handed back, ",
  "less itemised deductions for damage beyond ordinary wear.\n\n",
  "Two things to add: interest if it is late, and the account that it is paid to. ",
  "“Promptly” leaves both the time and the reasons open.",
];

const QUESTION =
  "Write a Python function that returns the n most frequent words of a text. No docstring, no comments, no example. Then explain it in two sentences.";

const MINUTES =
  "Minutes of 12 May. Mill Street closes to cars from May to September; a review follows in October. Residents welcome the quiet; three shop owners fear for deliveries and asked for a loading hour. The council votes on it next Thursday at 3 pm.";

const QUICK_QUESTION =
  "Three reasons to write the tests before the code, as a list with a few words each";

function camera(window, look) {
  return async (name) => {
    // The pointer rests where it shows nothing, and what moves has come to rest.
    await window.run(
      "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
    writeFileSync(
      join(screenshots, `${name}-${look}.png`),
      await window.driver.takeScreenshot(),
      "base64",
    );
  };
}

/** Starts Sotto where there is a tray, as on most desktops: the note that there is none is not in sight. */
async function start(t, home, options) {
  await Panel.start(t);
  return t.start(home, options);
}

for (const look of LOOKS) {
  const env = { ...setLook(look), GDK_SCALE: "2" };

  test(`first start, ${look}`, async (t) => {
    const home = t.home();
    writeProgress(home, workingDefault.size * 0.31);
    const { window } = await start(t, home, { env });
    const take = camera(window, look);
    await until("the model is in memory", async () => /ready/.test(await window.text()));
    for (let part = 32; part <= 38; part++) {
      await letPass(600);
      writeProgress(home, workingDefault.size * (part / 100));
    }
    await window.shows(/a second · .* left/);
    await take("first-start");
  });

  test(
    `a conversation, ${look}`,
    async (t) => {
      const home = t.home(["starter", "default"]);
      writeFileSync(join(home.models, "broken.gguf"), "GGUF and then nothing");
      for (const question of EARLIER) {
        await sottoAsked(home, question, { args: ["--model", starter.file.replace(".gguf", "")] });
      }
      const { window } = await start(t, home, { env });
      const take = camera(window, look);
      await until("the model is in memory", async () => /ready/.test(await window.text()), {
        limit: 120_000,
      });
      await take("empty");

      const asked = await window.ask(QUESTION);
      await window.watchGrowth(asked.id, 25);
      await take("streaming");
      const answer = await window.over(asked.id, 300_000);
      await window.clickPart(NAMES.composer);
      await take("chat");
      await window.act(answer, ACTIONS.details);
      await window.shows("Tokens written");
      await take("details");
      await window.press(Key.ESCAPE);

      await window.act(await window.question(), ACTIONS.edit);
      const editor = await window.part(NAMES.editQuestion);
      await take("editing");
      await window.replace(
        editor,
        "Which is faster for this, a dict or collections.Counter? One sentence.",
      );
      const known = await window.messages();
      await window.clickLabelled("Ask this");
      await window.over((await window.newAnswer(known)).id, 300_000);
      await take("branch");

      await window.clickPart(NAMES.modelPicker);
      await window.find("[role=menuitemradio]");
      await take("models");
      await window.press(Key.ESCAPE);
      await until("the menu is closed", async () => !(await window.has("[role=menu]")));

      await window.press(Key.CONTROL, "k");
      await window.find("[role=dialog]");
      await window.typeHere("words");
      await window.shows("In messages");
      await take("palette");
      await window.press(Key.ESCAPE);
      await until("the palette is closed", async () => !(await window.has("[role=dialog]")));
      await window.press(Key.CONTROL, "/");
      await window.find("[role=dialog]");
      await take("shortcuts");
      await window.press(Key.ESCAPE);

      await window.run("document.documentElement.style.fontSize = '200%'");
      await take("text-200");
      await window.run("document.documentElement.style.fontSize = ''");
      await window.driver.manage().window().setRect({ width: 480, height: 760 });
      await until("the window is narrow", () => window.run("return innerWidth <= 500"));
      await take("narrow");
      await window.clickPart(NAMES.sidebarToggle);
      await take("narrow-conversations");
    },
    { limit: 900 },
  );

  test(`a question to a larger model, ${look}`, async (t) => {
    const server = await provider(t);
    // At twice the size the consent window does not fit on this screen whole, and takes no yes.
    const sotto = await start(t, t.home(), { env: { ...env, GDK_SCALE: "1" } });
    const { window } = sotto;
    const take = camera(window, look);
    const larger = await introduce(sotto, server);
    const consent = await Consent.ask(sotto, larger, CONFIDENTIAL);
    await consent.armed();
    await take("consent");
    await consent.press("Escape");
    await consent.over();
  });

  test(
    `an answer of a larger model, ${look}`,
    async (t) => {
      const server = await provider(t, { says: () => LARGER_ANSWER });
      const home = t.home(["starter", "default"]);
      const sotto = await start(t, home, { env: { ...env, GDK_SCALE: "1" } });
      const { window } = sotto;
      const take = camera(window, look);
      await introduce(sotto, server, { title: "Office server", model: "llama-3.3-70b" });
      await until("the model is in memory", async () => /ready/.test(await window.text()), {
        limit: 120_000,
      });
      const asked = await window.ask(SHORT_QUESTION);
      const here = await window.over(asked.id, 300_000);

      const consent = await Consent.before(sotto);
      await pressInChat(sotto);
      await window.act(here, ACTIONS.larger);
      await consent.opened();
      await sotto.driver.switchTo().window(consent.home);
      await window.shows("Waiting for your yes");
      await take("waiting");
      await sotto.driver.switchTo().window(consent.handle);
      await consent.armed();
      await consent.pointAtApprove();
      await xdotool("click", "1");
      await consent.closed();
      await window.over((await window.newAnswer([here])).id);
      await take("larger");
    },
    { limit: 600 },
  );

  test(
    `the quick prompt, ${look}`,
    async (t) => {
      const home = t.home(["starter", "default"]);
      const sotto = await t.start(home, { env });
      const quick = await Quick.of(sotto);
      const take = photographer(look);
      await xdotool("mousemove", "0", "0");
      await quick.press();
      await quick.shown();
      await letPass(500);
      await take("quick-empty");
      await xdotool("key", "alt+t", "alt+t", "slash");
      await until("the actions are there", async () =>
        quick.page.run("return document.querySelectorAll('[role=option]').length > 3"),
      );
      await letPass(300);
      await take("quick-actions");
      await xdotool("key", "Escape");
      await quick.ask(QUICK_QUESTION);
      await until("it grows", async () => (await quick.growth()).length > 2, { limit: 120_000 });
      await take("quick-streaming");
      await quick.answered();
      await letPass(500);
      await take("quick-answered");
      await xdotool("key", "ctrl+n");
      await sottoPiped(home, ["quick", "--action", "translate"], MINUTES);
      await until("it is given along", async () =>
        quick.page.run("return document.querySelector('fieldset') !== null"),
      );
      await xdotool("key", "alt+t");
      await letPass(300);
      await take("quick-along");
    },
    { limit: 300 },
  );

  test(
    `the models page, ${look}`,
    async (t) => {
      const hub = await Hub.start(t, 1_500_000);
      const home = t.home(["starter", "default"]);
      await hub.allowIn(home);
      const app = await start(t, home, { env: { ...env, ...hub.env, ...otherApps(home) } });
      const { window } = app;
      const take = camera(window, look);
      await until("the model is in memory", async () => /ready/.test(await window.text()), {
        limit: 120_000,
      });
      await window.clickLabelled(NAMES.models);
      await window.find(`[data-row="item/${listed.id}"]`);
      await window.shows("From Ollama");
      await take("models-page");
      await window.clickLabelled(workingDefault.name, "[data-row]");
      await window.shows("Architecture");
      await take("models-fit");
      await window.clickLabelled(workingDefault.name, "[data-row]");

      await press(
        app,
        await window.labelled(MODELS_PAGE.download, `[data-row="item/${listed.id}"]`),
      );
      await window.find("[role=dialog]");
      await window.shows("127.0.0.1");
      await take("models-offer");
      await press(app, await window.labelled(DOWNLOAD.ask, "[role=dialog]"));
      const yes = await window.labelled(DOWNLOAD.yes, "[role=dialog]");
      await take("models-offer-known");
      await press(app, yes);
      await window.shows(/MB\/s/);
      await window.run(
        "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })",
        `[data-row="item/${listed.id}"]`,
      );
      await letPass(4_000);
      await take("models-download");

      await window.clickLabelled(MODELS_PAGE.measure);
      await press(app, await window.labelled(BENCH.measure, "[role=tabpanel]"));
      const result = `return document.querySelector('[aria-label="${BENCH.result}"]') !== null`;
      await until("it is measured", () => window.run(result), { limit: 180_000 });
      await take("models-bench");
    },
    { limit: 600 },
  );

  test(`trouble, ${look}`, async (t) => {
    const home = t.home([]);
    home.addChangedModel("narrow", { context: 1_024 });
    const { window } = await start(t, home, { env });
    const take = camera(window, look);
    const failed = await window.ask(
      `Summarise. ${"The ship sailed on over the wide and quiet sea. ".repeat(120)}`,
    );
    await window.over(failed.id);
    await take("context-error");
    await window.clickPart(NAMES.newConversation);
    const asked = await window.ask("Write a very long story about a ship.");
    await window.watchGrowth(asked.id, 20);
    await window.stop();
    await window.over(asked.id);
    await take("stopped");
  });

  test(`no keyring, ${look}`, async (t) => {
    const bus = await busWithoutKeyring(t);
    const { window } = await t.start(t.home(), { env: { ...env, ...bus }, ready: false });
    await window.shows("Choose a passphrase for your history");
    await camera(window, look)("passphrase");
  });
}
