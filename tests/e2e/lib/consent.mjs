// The consent window as tests speak of it: its page is read through WebDriver and moved, pressed and
// typed into through the X server, so that its own program sees what it would see of a person.
import { CONSENT } from "./landmarks.mjs";
import { seen, visible, xdotool } from "./screen.mjs";
import { until } from "./waiting.mjs";
import { Window } from "./window.mjs";

const MODEL = "double";

const TITLE = "Sotto asks";

/** Calls a command as the chat's page does, and keeps what it gives. */
const ASK = `
  const [request] = arguments;
  window.larger = null;
  window.__TAURI_INTERNALS__.invoke("ask_larger", { request }).then(
    (decided) => { window.larger = decided; },
    (error) => { window.larger = { error }; },
  );`;

const INVOKE = `
  const [command, payload, done] = arguments;
  window.__TAURI_INTERNALS__.invoke(command, payload).then(
    (value) => done({ value }),
    (error) => done({ error }),
  );`;

/** Finds a button by what stands on it, and writes down whenever it could be pressed or not. */
const WATCH = `
  const [name] = arguments;
  const approve = [...document.querySelectorAll("button")].find((button) => button.innerText === name);
  if (!approve) return false;
  const enabled = () => approve.getAttribute("aria-disabled") !== "true";
  window.consent = { approve, enabled, changes: [enabled()], presses: 0 };
  new MutationObserver(() => {
    const now = enabled();
    if (now !== window.consent.changes.at(-1)) window.consent.changes.push(now);
  }).observe(approve, { attributes: true });
  approve.addEventListener("pointerdown", () => { window.consent.presses += 1; });
  return true;`;

export async function invoke(window, command, payload) {
  const { value, error } = await window.driver.executeAsyncScript(INVOKE, command, payload);
  if (error) throw new Error(`${command}: ${JSON.stringify(error)}`);
  return value;
}

/** Makes a server known to Sotto; gives what a request to it needs. */
export async function introduce(sotto, { address }, { title = "Double", model = MODEL } = {}) {
  const entry = { id: null, title, protocol: "open_ai", address, models: [model] };
  await pressInChat(sotto);
  const { providers } = await invoke(sotto.window, "save_provider", { entry });
  return { provider: providers.find((each) => each.address === address).id, model };
}

/** Milliseconds in which a key that was pressed reaches the page, where the window has the focus. */
const REACHES_WITHIN = 2_000;

/** Presses a key of shortcuts in the chat's window: without a press nothing is asked elsewhere. */
export function pressInChat(sotto) {
  return keyInChat(sotto, "ctrl+F9");
}

/** Presses a key that is perhaps only typed. */
export function typeInChat(sotto) {
  return keyInChat(sotto, "F9");
}

async function keyInChat({ window }, key) {
  await window.run(
    "window.pressed = false; addEventListener('keyup', ({ key }) => { window.pressed ||= key === 'F9'; });",
  );
  const frame = await seen("Sotto");
  await until("the chat hears a key", async () => {
    await xdotool("windowactivate", "--sync", frame, "key", key);
    const heard = () => window.run("return window.pressed");
    return until("it was heard", heard, { limit: REACHES_WITHIN }).catch(() => false);
  });
}

export class Consent {
  constructor({ driver, window }) {
    this.driver = driver;
    this.chat = window;
  }

  /** The window that a question in the chat will open. */
  static async before(sotto) {
    const consent = new Consent(sotto);
    consent.home = await sotto.driver.getWindowHandle();
    return consent;
  }

  /**
   * Asks a larger model, in a new conversation if none is named. Does not wait for the window, which
   * a standing yes makes needless.
   */
  static async begin(sotto, larger, text, conversation = null) {
    const consent = await Consent.before(sotto);
    const what = { kind: "new", conversation, text };
    const request = { what, ...larger, ask_anyway: false };
    await pressInChat(sotto);
    await sotto.window.run(ASK, request);
    return consent;
  }

  /** Asks, and waits until the window shows it. */
  static async ask(sotto, larger, text) {
    const consent = await Consent.begin(sotto, larger, text);
    await consent.opened();
    return consent;
  }

  /** Whether the window is on the screen, whatever its page does. */
  async isSeen() {
    return (await visible(TITLE)).length > 0;
  }

  /** The window is there, and its page is drawn. */
  async opened() {
    const handle = await until("there is a second window", async () => {
      const handles = await this.driver.getAllWindowHandles();
      return handles.find((each) => each !== this.home);
    });
    this.handle = handle;
    await this.driver.switchTo().window(handle);
    this.page = new Window(this.driver);
    await until("its page is drawn", () => this.page.run(WATCH, CONSENT.approve));
    this.frame = await seen(TITLE);
  }

  /** Whether Approve can be pressed, each time that this changed. */
  changes() {
    return this.page.run("return window.consent.changes");
  }

  enabled() {
    return this.page.run("return window.consent.enabled()");
  }

  /** How often Approve was pressed with a pointer. */
  presses() {
    return this.page.run("return window.consent.presses");
  }

  armed() {
    return until("Approve can be pressed", () => this.enabled());
  }

  /** Does something to the window while Approve can be pressed; it must not stay so. */
  async disarmedBy(what, act) {
    await this.armed();
    const before = (await this.changes()).length;
    await act();
    await until(`${what} takes the yes away`, async () =>
      (await this.changes()).slice(before).includes(false),
    );
  }

  /** Puts the pointer on Approve, without a press. */
  async pointAtApprove() {
    const [x, y] = await this.page.run(`
      const { x, y, width, height } = window.consent.approve.getBoundingClientRect();
      return [(x + width / 2) / innerWidth, (y + height / 2) / innerHeight];`);
    // The page's pixels are not the screen's where text is enlarged.
    const shape = await xdotool("getwindowgeometry", "--shell", this.frame);
    const [width, height] = ["WIDTH", "HEIGHT"].map((side) =>
      Number(new RegExp(`^${side}=(\\d+)$`, "m").exec(shape)[1]),
    );
    const at = [Math.round(x * width), Math.round(y * height)];
    await xdotool("mousemove", "--window", this.frame, ...at);
  }

  /** Keys one after the other, on whatever has the focus. */
  async press(...keys) {
    await xdotool("key", ...keys);
  }

  /** Brings the focus to Approve, by keys. */
  async walkToApprove() {
    for (let presses = 0; presses < 20; presses++) {
      const before = await this.page.focus();
      if (before.name === CONSENT.approve) return;
      await this.press("Tab");
      await until("the focus moves", async () => (await this.page.focus()).name !== before.name);
    }
    throw new Error("The keyboard does not reach Approve.");
  }

  /** The window is gone. */
  async closed() {
    await until("the consent window is gone", async () => {
      const handles = await this.driver.getAllWindowHandles();
      return handles.length === 1;
    });
    await this.driver.switchTo().window(this.home);
  }

  /** What became of it, once the window is gone. */
  async over() {
    await this.closed();
    return until("it is decided", () => this.chat.run("return window.larger"));
  }

  /** Brings the window to the front. */
  async focus() {
    await xdotool("windowactivate", "--sync", this.frame);
  }
}
