// The quick prompt as a person meets it: keys through the X server, its window on the screen, and its
// page through the driver, whose handle is told apart by its address.
import { spawn } from "node:child_process";
import { handleOf } from "./handles.mjs";
import { kill } from "./processes.mjs";
import { seen, visible, xdotool } from "./screen.mjs";
import { until } from "./waiting.mjs";
import { NAMES, Window } from "./window.mjs";

export const QUICK_TITLE = "Sotto quick prompt";
export const SHORTCUT = "ctrl+shift+space";

/** What the settings know of the shortcut. */
const SHORTCUT_STATE = `
  return window.__TAURI_INTERNALS__.invoke("shortcuts").then(({ shortcuts }) => shortcuts[0].state);`;

/** The page itself watches an answer grow: looking from here is too slow for a fast model. */
const WATCH_GROWTH = `
  if (window.sottoGrowth) return;
  window.sottoGrowth = new Set();
  const look = () => {
    const text = document.querySelector("[data-state=streaming] [data-testid=answer-text] .prose");
    if (text?.textContent) window.sottoGrowth.add(text.textContent.length);
  };
  const whole = { subtree: true, childList: true, characterData: true };
  new MutationObserver(look).observe(document.body, whole);`;

/** So many characters of an answer are enough for any test. */
const ENOUGH = 1_200;

/**
 * Another program's window, which has the focus and tells of every key and button that reaches it.
 * Ends with the test.
 */
export async function otherWindow(t, title = "Somebody else") {
  const place = ["-geometry", "300x200+20+500"];
  const events = ["-event", "keyboard", "-event", "button"];
  // Line by line: it would keep what it says otherwise.
  const xev = spawn("stdbuf", ["-oL", "xev", "-name", title, ...place, ...events], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.after(() => kill(xev.pid, "SIGKILL"));
  let said = "";
  xev.stdout.on("data", (text) => {
    said += text;
  });
  const window = await seen(title);
  await xdotool("windowactivate", "--sync", window);
  await until("it has the focus", async () => (await focused()) === title);
  return {
    window,
    /** The keys that were pressed in it, but for Ctrl and Shift, which come before the shortcut. */
    keys: () =>
      [...said.matchAll(/^KeyPress event[\s\S]*?\(keysym 0x[0-9a-f]+, (\w+)\)/gm)]
        .map(([, name]) => name)
        .filter((name) => !/^(Control|Shift)_/.test(name)),
    /** How often it was clicked. */
    clicks: () => (said.match(/^ButtonPress event/gm) ?? []).length,
    click: () => xdotool("mousemove", "--window", window, 150, 100, "click", "1"),
  };
}

/** The title of the window that has the focus. */
export async function focused() {
  return xdotool("getwindowfocus", "getwindowname").catch(() => "");
}

export class Quick {
  /** The quick prompt of a program that runs. */
  static async of(sotto) {
    const quick = new Quick();
    quick.sotto = sotto;
    quick.driver = sotto.driver;
    quick.chat = await sotto.driver.getWindowHandle();
    const itsHandle = () => handleOf(quick.driver, "/quick-prompt.html");
    quick.handle = await until("there is a quick prompt", itsHandle);
    quick.page = new Window(quick.driver);
    // The keys are taken after the window is made.
    await quick.there();
    const works = async () => (await quick.page.run(SHORTCUT_STATE)) === "works";
    await until("its shortcut works", works);
    await quick.here();
    await quick.page.part(NAMES.composer);
    return quick;
  }

  /** What follows is about the quick prompt's page. */
  here() {
    return this.driver.switchTo().window(this.handle);
  }

  /** What follows is about the chat's page. */
  there() {
    return this.driver.switchTo().window(this.chat);
  }

  /** Presses the shortcut, and types at once, without waiting for anything. */
  async press(text = "") {
    const typed = text === "" ? [] : ["type", "--delay", "8", text];
    await xdotool("key", SHORTCUT, ...typed);
  }

  async isShown() {
    return (await visible(QUICK_TITLE)).length > 0;
  }

  async shown() {
    await until("the quick prompt is seen", () => this.isShown());
    await until("it has the focus", async () => (await focused()) === QUICK_TITLE);
  }

  async hidden() {
    await until("the quick prompt is gone", async () => !(await this.isShown()));
  }

  /** What stands in its field. */
  typed() {
    return this.page.run("return document.querySelector('textarea').value");
  }

  /** The answer that is shown: its state and its text. */
  answer() {
    return this.page.run(`
      const part = document.querySelector("[data-state]");
      return part && {
        state: part.dataset.state,
        conversation: part.dataset.conversation,
        text: part.querySelector("[data-testid=answer-text]")?.innerText.trim() ?? "",
      };`);
  }

  /** Asks what is typed here by the keyboard, and resolves when the answer has begun. */
  async ask(text) {
    await this.page.run(WATCH_GROWTH);
    await xdotool("type", "--delay", "8", text);
    await until("it stands there", async () => (await this.typed()).endsWith(text));
    await xdotool("key", "Return");
    await until(
      "it is asked",
      async () => (await this.typed()) === "" && (await this.answer())?.state,
    );
  }

  /**
   * The answer, when it is over. A model this small now and then never ends by itself: Esc then, as a
   * person does.
   */
  async answered() {
    const answer = await until(
      "the question is answered",
      async () => {
        const now = await this.answer();
        if (now?.state === "streaming" && now.text.length > ENOUGH) {
          await xdotool("key", "Escape");
        }
        return now && now.state !== "streaming" && now;
      },
      { limit: 180_000, between: 300 },
    );
    if (!["complete", "stopped"].includes(answer.state) || answer.text === "") {
      throw new Error(`The answer is ${answer.state}: ${answer.text}`);
    }
    return answer;
  }

  /** The different lengths that the answers had while they grew. */
  growth() {
    return this.page.run("return [...window.sottoGrowth]");
  }
}
