// Sotto as a person has it: the real program in the real window, driven through tauri-driver and
// WebKitWebDriver. Each start has its own driver, because the driver hands its environment on.
import { spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Builder, Capabilities } from "selenium-webdriver";
import { programs } from "./environment.mjs";
import { childRunning, descendants, gone, isAlive, kill, runtimesOf } from "./processes.mjs";
import { until, within } from "./waiting.mjs";
import { Window } from "./window.mjs";

/** Two ports that nothing listens on. */
export async function freePorts() {
  const servers = [createServer(), createServer()];
  for (const server of servers) {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

/** Milliseconds until the window must be there, on a computer that does other things as well. */
const LONGEST_START = 60_000;

const started = new Set();

/** Ends whatever a test left running. */
export async function endAll() {
  for (const application of started) await application.discard();
}

export class Application {
  /**
   * Starts Sotto on that home and waits until its page is there. `env` is added to the environment;
   * a value of `undefined` takes a variable away.
   */
  static async start(home, { env = {}, ready = true } = {}) {
    const application = new Application(home);
    started.add(application);
    await application.launch(env);
    if (ready) await application.window.ready();
    return application;
  }

  constructor(home) {
    this.home = home;
    this.log = join(home.path, "window.log");
  }

  async launch(env) {
    const [port, native] = await freePorts();
    const environment = { ...process.env, SOTTO_HOME: this.home.path, ...env };
    const output = openSync(this.log, "a");
    this.driverProcess = spawn(
      programs.driver,
      ["--port", String(port), "--native-port", String(native)],
      { env: environment, stdio: ["ignore", output, output] },
    );
    this.driverProcess.on("error", () => {});
    const server = `http://127.0.0.1:${port}`;
    await until("the driver answers", async () => (await fetch(`${server}/status`)).ok);
    const capabilities = new Capabilities({
      browserName: "wry",
      "tauri:options": { application: programs.desktop },
    });
    this.driver = new Builder().usingServer(server).withCapabilities(capabilities).build();
    // A window that does not open would be waited for as long as the driver lives.
    await within(
      LONGEST_START,
      this.driver.getSession(),
      () => `The window did not open.\n${this.said()}`,
    );
    await this.driver.manage().setTimeouts({ script: 120_000 });
    this.pid = childRunning(this.driverProcess.pid, programs.desktop);
    if (!this.pid) throw new Error("The window's process is not below the driver's.");
    this.window = new Window(this.driver);
  }

  /** What program and driver have written. */
  said() {
    return readFileSync(this.log, "utf8");
  }

  /** The process that answers, once it runs. */
  runtime() {
    return until("the runtime runs", () => childRunning(this.pid, programs.runtime));
  }

  /** Ends as a session's end does: politely. Everything of it must be gone. */
  async end() {
    kill(this.pid, "SIGTERM");
    await gone(this.pid, 15_000);
    await this.discard();
    await until("its runtime is gone", () => runtimesOf(this.home.path).length === 0, {
      limit: 2_000,
    });
  }

  /** No warning, no time to write. */
  async kill() {
    kill(this.pid, "SIGKILL");
    await gone(this.pid);
  }

  /** Ends driver and program, in whatever state they are. */
  async discard() {
    started.delete(this);
    const { driverProcess } = this;
    if (driverProcess?.pid === undefined) return;
    const below = descendants(driverProcess.pid);
    // SIGTERM, because the driver ends WebKitWebDriver only then.
    kill(driverProcess.pid, "SIGTERM");
    for (const pid of [driverProcess.pid, ...below]) {
      await gone(pid, 10_000).catch(() => kill(pid, "SIGKILL"));
    }
  }

  /** What can be seen, for whoever looks for the cause of a failure. */
  async witness(file) {
    if (!isAlive(this.pid ?? 0)) return;
    const picture = await this.driver.takeScreenshot();
    writeFileSync(`${file}.png`, picture, "base64");
    writeFileSync(`${file}.log`, readFileSync(this.log));
  }

  static async witnessAll(file) {
    let number = 0;
    for (const application of started) {
      await application.witness(`${file}${number++ || ""}`).catch(() => {});
    }
  }
}
