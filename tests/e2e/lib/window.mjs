// The window as tests speak of it: its parts by their names for people, its messages by their
// state. Nothing here knows how it is built beyond what ui/src/testing/landmarks.ts promises.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { By, Key } from "selenium-webdriver";
import { ACTIONS, BENCH, DOWNLOAD, MODELS_PAGE, NAMES, QUICK } from "./landmarks.mjs";
import { until } from "./waiting.mjs";

const MESSAGES = `
  return [...document.querySelectorAll("article[data-message]")].map((article) => ({
    id: article.dataset.message,
    role: article.dataset.role,
    state: article.dataset.state,
    text: article.querySelector("[data-testid=answer-text],[data-testid=question-text]")?.innerText.trim() ?? "",
    whole: article.innerText,
    version: /\\b(\\d+ of \\d+)\\b/.exec(article.innerText)?.[1] ?? null,
  }));`;

/**
 * Waits until an element rests, and scrolls to it only if it cannot be pointed at: the list of
 * messages scrolls by itself when an answer grows or ends, and a hand waits for that, too.
 */
const BRING_INTO_SIGHT = `
  const [element, done] = arguments;
  const place = () => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  };
  let last = place();
  let still = 0;
  const look = () => {
    const now = place();
    still = now.x === last.x && now.y === last.y ? still + 1 : 0;
    last = now;
    if (still < 8) return setTimeout(look, 20);
    const there = document.elementFromPoint(now.x, now.y);
    const pointed = there && (element.contains(there) || there.contains(element));
    if (!pointed) element.scrollIntoView({ block: "nearest" });
    done();
  };
  look();`;

/** What the page saw of an answer's growth; the first call begins to watch. */
const GROWTH = `
  const look = () => {
    for (const article of document.querySelectorAll("[data-message][data-state=streaming]")) {
      const text = article.querySelector("[data-testid=answer-text] > :not(p.text-soft)");
      const lengths = (window.sottoGrowth[article.dataset.message] ??= new Set());
      if (text?.textContent) lengths.add(text.textContent.length);
    }
  };
  if (!window.sottoGrowth) {
    window.sottoGrowth = {};
    const whole = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(look).observe(document.body, whole);
  }
  look();
  const id = arguments[0];
  const article = id && document.querySelector('[data-message="' + id + '"]');
  return [article?.dataset.state ?? null, [...(window.sottoGrowth[id] ?? [])]];`;

const CONVERSATIONS = `
  return [...document.querySelectorAll("[data-conversation]")].map((row) => ({
    id: row.dataset.conversation,
    title: row.title || row.innerText,
    open: row.getAttribute("aria-current") === "page",
  }));`;

/** The name of an element for those who listen: its label, or what stands on it. */
const NAME_OF = `
  const nameOf = (element) => {
    const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText;
    if (label !== undefined && label !== null) return label.trim();
    const copy = element.cloneNode(true);
    for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
    return copy.textContent.trim();
  };`;

/** What has that name, or one that begins with it and a colon, inside of what the selector finds. */
const NAMED = `
  ${NAME_OF}
  const [name, inside] = arguments;
  const parts = [...document.querySelectorAll(inside)].flatMap((each) => [
    ...each.querySelectorAll("[aria-label], button, input, select, textarea"),
  ]);
  return parts.find((part) => {
    const own = nameOf(part);
    return own === name || own.startsWith(name + ":");
  }) ?? null;`;

/** A row that has not been measured yet is in the page, but cannot be seen. */
const isOver = (message) => message && message.state !== "streaming" && message.whole !== "";

/** So many characters of an answer are enough for any test. */
const ENOUGH = 1_200;

export class Window {
  constructor(driver) {
    this.driver = driver;
  }

  /** The composer takes text, and the page is the one that was drawn while it was built. */
  async ready() {
    const script = "return document.documentElement.dataset.ready === 'composer'";
    await until("the composer takes text", () => this.driver.executeScript(script));
    const redrawn = await this.run("return document.documentElement.dataset.redrawn ?? null");
    if (redrawn !== null) throw new Error(`The page had to be drawn again: ${redrawn}`);
  }

  run(script, ...args) {
    return this.driver.executeScript(script, ...args);
  }

  find(css) {
    return until(`there is ${css}`, async () => (await this.driver.findElements(By.css(css)))[0]);
  }

  async has(css) {
    return (await this.driver.findElements(By.css(css))).length > 0;
  }

  part(name, inside = "body") {
    return until(`there is "${name}"`, () => this.run(NAMED, name, inside));
  }

  /** A button, entry or link by what stands on it. */
  labelled(words, inside = "body") {
    const script = `
      const parts = document.querySelectorAll(arguments[1] + " :is(button,[role=menuitem],[role=menuitemradio],[role=option])");
      return [...parts].find((part) => (part.getAttribute("aria-label") ?? part.innerText).trim().startsWith(arguments[0])) ?? null;`;
    return until(`something is labelled "${words}"`, () => this.run(script, words, inside));
  }

  /** Points at it first, as a hand does: some buttons show themselves only then. */
  async click(element) {
    await until(
      "it can be clicked",
      async () => {
        await this.driver.executeAsyncScript(BRING_INTO_SIGHT, element);
        await this.driver.actions().move({ origin: element, duration: 20 }).click().perform();
        return true;
      },
      { limit: 10_000 },
    );
  }

  async clickPart(name) {
    await this.click(await this.part(name));
  }

  async clickLabelled(words, inside) {
    await this.click(await this.labelled(words, inside));
  }

  messages() {
    return this.run(MESSAGES);
  }

  conversations() {
    return this.run(CONVERSATIONS);
  }

  async message(id) {
    return (await this.messages()).find((message) => message.id === id);
  }

  async answer() {
    return (await this.messages()).findLast(({ role }) => role === "assistant");
  }

  async question() {
    return (await this.messages()).findLast(({ role }) => role === "user");
  }

  /**
   * The branch that is shown: how long it is, and its last turn. The page holds only what is in
   * sight, and that may differ.
   */
  async branch() {
    const count = await this.run("return document.querySelector('article')?.ariaSetSize ?? '0'");
    const last = await until("the last turn can be seen", async () => {
      const messages = (await this.messages()).slice(-2);
      return messages.length === 2 && messages.every(({ whole }) => whole !== "") && messages;
    });
    const essence = ({ id, role, state, text, version }) => ({ id, role, state, text, version });
    return { count: Number(count), last: last.map(essence) };
  }

  /**
   * Waits until that branch is shown. An answer stands there as it was written until what formats it
   * is loaded.
   */
  async showsBranch(expected) {
    let seen;
    const same = async () => {
      seen = await this.branch();
      return isDeepStrictEqual(seen, expected);
    };
    await until("the branch is shown", same, { limit: 10_000 }).catch(() => {});
    assert.deepEqual(seen, expected);
  }

  /** An answer that is not one of those known before. */
  newAnswer(known) {
    const old = new Set(known.map(({ id }) => id));
    return until("a new answer is begun", async () => {
      const answer = await this.answer();
      return answer && !old.has(answer.id) && answer;
    });
  }

  async type(text) {
    const composer = await this.part(NAMES.composer);
    await this.click(composer);
    await composer.sendKeys(text);
  }

  /** Types a question, sends it with the button, and resolves to the answer that was begun. */
  async ask(text) {
    const known = await this.messages();
    await this.run(GROWTH, null);
    await this.type(text);
    await this.clickPart(NAMES.send);
    return this.newAnswer(known);
  }

  /** The answer, when it is over. */
  over(id, limit = 180_000) {
    return until(
      "the answer is over",
      async () => {
        const message = await this.message(id);
        return isOver(message) && message;
      },
      { limit },
    );
  }

  /**
   * The answer, when it is over. A model this small now and then never ends by itself: what it has
   * said so far is enough then, and it is stopped.
   */
  async answered(id) {
    let stopped = false;
    const answer = await until(
      "the question is answered",
      async () => {
        const message = await this.message(id);
        if (message?.state === "streaming" && message.text.length > ENOUGH && !stopped) {
          stopped = true;
          await this.stop();
        }
        return isOver(message) && message;
      },
      { limit: 180_000 },
    );
    const expected = stopped ? ["stopped", "complete"] : ["complete"];
    if (!expected.includes(answer.state) || answer.text === "") {
      throw new Error(`The answer is ${answer.state}: ${answer.whole}`);
    }
    return answer;
  }

  /** Asks until the model ends by itself, a few times at most. Resolves to all answers. */
  async askUntilComplete(ask) {
    const answers = [];
    for (let tries = 0; tries < 10; tries++) {
      const begun = await ask();
      const lengths = await this.watchGrowth(begun.id, Number.POSITIVE_INFINITY, ENOUGH);
      answers.push({ lengths, ...(await this.answered(begun.id)) });
      // An answer of a few words comes at once; one that was seen to grow is wanted.
      if (answers.at(-1).state === "complete" && lengths.length >= 3) return answers;
    }
    throw new Error("The model never ends by itself.");
  }

  /**
   * The different lengths that an answer had while it grew, until it was over or `enough` or `most`
   * is reached. The page itself watches: looking from here is too slow for a fast model.
   */
  async watchGrowth(id, enough = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY) {
    return until(
      "the answer grows",
      async () => {
        const [state, lengths] = await this.run(GROWTH, id);
        const done =
          (state && state !== "streaming") || lengths.length >= enough || lengths.at(-1) > most;
        return done && lengths;
      },
      { limit: 180_000, between: 10 },
    );
  }

  /**
   * Asks until an answer could be stopped in its middle: now and then the model ends sooner.
   * Resolves to the stopped answer.
   */
  async stoppedInTheMiddle(ask, stop) {
    for (let tries = 0; tries < 8; tries++) {
      const begun = await ask();
      await this.watchGrowth(begun.id, 3);
      if ((await this.message(begun.id))?.state === "streaming") await stop().catch(() => {});
      const answer = await this.over(begun.id);
      if (answer.state === "stopped") return answer;
    }
    throw new Error("No answer was long enough to be stopped.");
  }

  /** Scrolls up until a message is in the page, which holds only what is near. */
  async reach({ id }) {
    const script = `
      if (document.querySelector('[data-message="' + arguments[0] + '"]')) return true;
      const feed = document.querySelector("[role=feed]");
      feed.scrollTop -= feed.clientHeight / 2;
      return false;`;
    await until("the message is in the page", () => this.run(script, id));
  }

  /** Presses a button of a message. */
  async act(message, action) {
    await this.reach(message);
    await this.click(await this.part(action, `[data-message="${message.id}"]`));
  }

  async stop() {
    await this.clickPart(NAMES.stop);
  }

  async openConversation(id) {
    await this.click(await this.find(`[data-conversation="${id}"]`));
    await until("its messages are there", async () => {
      const open = (await this.conversations()).find((each) => each.open);
      return open?.id === id && (await this.messages()).length > 0;
    });
  }

  async menuOfConversation(id) {
    await this.driver
      .actions()
      .move({ origin: await this.find(`[data-conversation="${id}"]`) })
      .perform();
    const script = `return document.querySelector('[data-conversation="' + arguments[0] + '"]').closest("li").querySelector("[aria-haspopup=menu]")`;
    await this.click(await this.run(script, id));
    await this.find("[role=menu]");
  }

  async chooseModel(title) {
    await this.clickPart(NAMES.modelPicker);
    await this.clickLabelled(title, "[role=menu]");
    await until("the menu is closed", async () => !(await this.has("[role=menu]")));
  }

  /** The titles and words of all models in the picker, which is left closed. */
  async modelEntries() {
    await this.clickPart(NAMES.modelPicker);
    await this.find("[role=menu]");
    const entries = await this.run(`
      return [...document.querySelectorAll("[role=menuitemradio]")].map((entry) => ({
        text: entry.innerText,
        disabled: entry.getAttribute("aria-disabled") === "true",
        chosen: entry.getAttribute("aria-checked") === "true",
      }));`);
    await this.press(Key.ESCAPE);
    await until("the menu is closed", async () => !(await this.has("[role=menu]")));
    return entries;
  }

  /** Presses keys together, on whatever has the focus. */
  async press(...keys) {
    const actions = this.driver.actions();
    for (const key of keys) actions.keyDown(key);
    for (const key of [...keys].reverse()) actions.keyUp(key);
    await actions.perform();
  }

  /** Types over what is in a field. */
  async replace(field, text, ...keys) {
    await this.click(field);
    await this.press(Key.CONTROL, "a");
    await field.sendKeys(text, ...keys);
  }

  /** Types on whatever has the focus. */
  async typeHere(text) {
    await this.driver.actions().sendKeys(text).perform();
  }

  /** The name of what has the focus. */
  focus() {
    return this.run(`
      ${NAME_OF}
      const now = document.activeElement;
      return {
        tag: now?.tagName.toLowerCase() ?? "",
        name: !now || now === document.body ? "" : nameOf(now).slice(0, 80),
        role: now?.getAttribute("role") ?? "",
        message: now?.closest("article")?.dataset.message ?? null,
        conversation: now?.dataset.conversation ?? null,
        value: now?.value ?? null,
      };`);
  }

  /** Everything that can be read. */
  text() {
    return this.run("return document.body.innerText");
  }

  shows(words, options) {
    const look =
      words instanceof RegExp
        ? (text) => words.exec(text)?.[0]
        : (text) => text.includes(words) && words;
    return until(`the window shows ${words}`, async () => look(await this.text()), options);
  }

  async notices() {
    return this.run(
      `return document.querySelector('[aria-label="' + arguments[0] + '"]')?.innerText ?? ""`,
      NAMES.notices,
    );
  }
}

export { ACTIONS, BENCH, DOWNLOAD, Key, MODELS_PAGE, NAMES, QUICK };
