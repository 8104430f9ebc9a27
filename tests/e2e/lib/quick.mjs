// The quick prompt as a person meets it: keys through the X server, its window on the screen, and its
// page through the driver, whose handle is told apart by its address.
import { spawn } from "node:child_process";
import { kill } from "./processes.mjs";
import { seen, visible, xdotool } from "./screen.mjs";
import { until } from "./waiting.mjs";
import { NAMES, Window } from "./window.mjs";

export const QUICK_TITLE = "Sotto quick prompt";
export const SHORTCUT = "ctrl+shift+space";

/** What the settings know of the shortcut. */
const SHORTCUT_STATE = `
  return window.__TAURI_INTERNALS__.invoke("shortcut").then(({ state }) => state);`;

/** The handles of all windows but the quick prompt's, which is there from the start and hidden. */
export async function handlesBesideQuick(driver) {
  const here = await driver.getWindowHandle();
  const others = [];
  for (const handle of await driver.getAllWindowHandles()) {
    // A window may close while it is looked at.
    const address = await driver
      .switchTo()
      .window(handle)
      .then(() => driver.getCurrentUrl())
      .catch(() => "");
    if (address !== "" && !address.includes("/quick-prompt.html")) others.push(handle);
  }
  await driver.switchTo().window(here);
  return others;
}

/** Another program's window, which has the focus. Ends with the test. */
export async function otherWindow(t, title = "Somebody else") {
  const image = spawn("display", ["-title", title, "-size", "300x200", "xc:gray"], {
    stdio: "ignore",
  });
  t.after(() => kill(image.pid, "SIGKILL"));
  const window = await seen(title);
  await xdotool("windowactivate", "--sync", window);
  await until("it has the focus", async () => (await focused()) === title);
  return window;
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
    const other = async () => {
      for (const handle of await quick.driver.getAllWindowHandles()) {
        await quick.driver.switchTo().window(handle);
        const address = await quick.driver.getCurrentUrl();
        if (address.includes("/quick-prompt.html")) return handle;
      }
      return null;
    };
    quick.handle = await until("there is a quick prompt", other);
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

  /** The answer, when it is over. */
  over() {
    return until(
      "the answer is over",
      async () => {
        const answer = await this.answer();
        return answer && answer.state !== "streaming" && answer;
      },
      { limit: 180_000 },
    );
  }
}
