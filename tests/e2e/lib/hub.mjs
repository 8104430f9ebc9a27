// The double of a model hub (src-tauri/crates/test-support/examples/hub_double.rs), with a file that a
// model of the catalogue is said to be, and Sotto told where it is.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { findModel, readCatalog } from "../../../scripts/lib/catalog.mjs";
import { models, programs } from "./environment.mjs";
import { starter } from "./home.mjs";
import { kill } from "./processes.mjs";
import { sottoDone } from "./terminal.mjs";

const PROGRAM = join(dirname(programs.desktop), "examples", "hub_double");

/** A model that only a hub has: the double gives the stand-in's bytes for it. */
export const listed = readCatalog().find(({ hub }) => hub);

/** Bytes of what it gives. */
export const size = findModel(readCatalog(), "starter").size;

export class Hub {
  /** Starts it; it ends with the test. `rate`: bytes in a second, 0 for as fast as it goes. */
  static async start(t, rate) {
    const hub = new Hub();
    const { repository, file } = listed.hub;
    const place = `${repository}:${file}=${join(models, starter.file)}`;
    hub.child = spawn(PROGRAM, [place, "--rate", String(rate)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    t.after(() => hub.end());
    hub.answers = createInterface({ input: hub.child.stdout })[Symbol.asyncIterator]();
    Object.assign(hub, await hub.answer());
    hub.env = { HF_ENDPOINT: hub.endpoint };
    return hub;
  }

  async answer() {
    const { value } = await this.answers.next();
    return JSON.parse(value);
  }

  /** Gives an order; what it counted until now comes back. */
  ask(order) {
    this.child.stdin.write(`${order}\n`);
    return this.answer();
  }

  /** Lets Sotto follow it to its other host, as a person does for a mirror. */
  async allowIn(home) {
    const allowed = await sottoDone(home, ["models", "hub", "--allow", this.cdn], {
      env: this.env,
    });
    if (allowed.code !== 0) throw new Error(`sotto models hub: ${allowed.err}`);
  }

  async end() {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.stdin.end();
    kill(this.child.pid, "SIGTERM");
    await ended;
  }
}
