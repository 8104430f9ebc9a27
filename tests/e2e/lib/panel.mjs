// A desktop's tray for one test: a program on the session bus that keeps icons as a panel does
// (src-tauri/examples/tray_panel.rs). Without it there is no tray in a test's session.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { programs } from "./environment.mjs";
import { gone, kill } from "./processes.mjs";
import { until } from "./waiting.mjs";

const PROGRAM = join(dirname(programs.desktop), "examples", "tray_panel");

export class Panel {
  /** Starts it, on the bus of `env`; it ends with the test. */
  static async start(t, env = {}) {
    const panel = new Panel();
    panel.child = spawn(PROGRAM, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: panel.child.stdout });
    panel.answers = lines[Symbol.asyncIterator]();
    t.after(() => panel.end());
    await panel.answers.next();
    return panel;
  }

  async end() {
    this.child.stdin.end();
    kill(this.child.pid, "SIGTERM");
    await gone(this.child.pid);
  }

  async request(what) {
    this.child.stdin.write(`${JSON.stringify(what)}\n`);
    const { value } = await this.answers.next();
    return JSON.parse(value);
  }

  /** What the icon says of itself, with its menu; `null` while there is none. */
  async read() {
    const item = await this.request({ do: "read" });
    if (item?.error) throw new Error(item.error);
    return item;
  }

  /** Waits until there is an icon, and until its menu is as wanted. */
  async shows(what, wanted = () => true) {
    return until(`the tray shows ${what}`, async () => {
      const item = await this.read();
      return item && wanted(item) && item;
    });
  }

  /** The picture, as a name that is the same for the same picture. */
  async picture() {
    const { icon } = await this.shows("an icon");
    return createHash("sha256").update(readFileSync(icon)).digest("hex");
  }

  /** Presses the entry of that name, once it is there. */
  async press(label) {
    const item = await this.shows(`“${label}”`, ({ menu }) => find(menu, label));
    const { id } = find(item.menu, label);
    const { error } = await this.request({ do: "press", id });
    if (error) throw new Error(error);
  }
}

/** The entry whose words begin so and that can be pressed, wherever it is. */
export function find(menu, label) {
  for (const entry of menu) {
    const found = find(entry.lines, label);
    if (found) return found;
    if (entry.enabled && entry.lines.length === 0 && entry.label?.startsWith(label)) return entry;
  }
  return null;
}

/** The words of all lines, those below indented. */
export function words(menu, indent = "") {
  return menu.flatMap(({ label, separator, lines }) => [
    separator ? `${indent}--` : `${indent}${label}`,
    ...words(lines, `${indent}  `),
  ]);
}
