// What gives keys and what takes them, for one test: a desktop's portal for shortcuts on the session
// bus (src-tauri/examples/shortcut_portal), and a program that holds keys (examples/key_holder.rs).
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { programs } from "./environment.mjs";
import { gone, kill } from "./processes.mjs";

const example = (name) => join(dirname(programs.desktop), "examples", name);

/**
 * What makes Sotto ask the desktop for keys while its windows stay on the X server: a compositor that
 * is named and not there.
 */
export const AS_UNDER_WAYLAND = { WAYLAND_DISPLAY: "sotto-nowhere", GDK_BACKEND: "x11" };

/** A program whose output is read line by line; it ends with its input, or with the test. */
class Companion {
  constructor(t, name, ...args) {
    this.child = spawn(example(name), args.map(String), { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    t.after(() => this.end());
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.child.spawnfile} has ended.`);
    return value;
  }

  async end() {
    this.child.stdin.end();
    kill(this.child.pid, "SIGTERM");
    await gone(this.child.pid);
  }
}

/** Takes a key with modifiers, by their numbers at the X server, as another program does. */
export async function holdKey(t, key, modifiers) {
  const holder = new Companion(t, "key_holder", key, modifiers);
  await holder.line();
  return holder;
}

/** Each method resolves to what was asked of the portal so far. */
export class Portal {
  /** `answers`: see the double. */
  static async start(t, answers) {
    const portal = new Portal();
    portal.double = new Companion(t, "shortcut_portal", JSON.stringify(answers));
    await portal.double.line();
    return portal;
  }

  async request(what) {
    this.double.child.stdin.write(`${JSON.stringify(what)}\n`);
    return JSON.parse(await this.double.line());
  }

  look() {
    return this.request({ do: "look" });
  }

  /** The person presses the keys of a shortcut. */
  press(id) {
    return this.request({ do: "press", id });
  }

  /** The person chooses other keys in the desktop's settings. */
  change(id, trigger) {
    return this.request({ do: "change", id, trigger });
  }

  /** From now on it answers so. */
  answer(answers) {
    return this.request({ do: "answer", answers });
  }

  end() {
    return this.double.end();
  }
}
