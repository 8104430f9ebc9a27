// A desktop session without a screen, for tests that need a real window and a real keyring: Xvfb, a
// D-Bus session bus, an unlocked gnome-keyring and openbox, in a home folder of their own, so that
// no test ever touches the person's data or keyring. Each is our own child and ended by its pid.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "./report.mjs";

const READY_WITHIN = 60_000;
const EXIT_WITHIN = 5_000;

/** Variables of the session around us that would lead a program out of ours. */
const FOREIGN = [
  "DBUS_SESSION_BUS_ADDRESS",
  "DESKTOP_STARTUP_ID",
  "DISPLAY",
  "GNOME_KEYRING_CONTROL",
  "SESSION_MANAGER",
  "SOTTO_HOME",
  "SSH_AUTH_SOCK",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
];

export function sessionsWork() {
  return process.platform === "linux";
}

/** The environment in a temporary home; tools that keep their caches at home still find them. */
export function sessionEnvironment(home, env = process.env, realHome = homedir()) {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.includes(name)));
  return {
    ...kept,
    HOME: home,
    XDG_RUNTIME_DIR: join(home, "run"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    CARGO_HOME: env.CARGO_HOME ?? join(realHome, ".cargo"),
    RUSTUP_HOME: env.RUSTUP_HOME ?? join(realHome, ".rustup"),
    CCACHE_DIR: env.CCACHE_DIR ?? join(realHome, ".cache", "ccache"),
    SOTTO_CACHE: env.SOTTO_CACHE ?? join(realHome, ".cache", "sotto"),
    SOTTO_SESSION: home,
    GDK_BACKEND: "x11",
    XDG_SESSION_TYPE: "x11",
    NO_AT_BRIDGE: "1",
    GTK_A11Y: "none",
    LC_ALL: "C.UTF-8",
  };
}

function ended(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child) {
  if (child.pid === undefined || ended(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), EXIT_WITHIN);
  await gone;
  clearTimeout(late);
}

class Session {
  constructor(options) {
    this.size = options.size ?? "1280x800x24";
    this.home = mkdtempSync(join(tmpdir(), "sotto-session-"));
    this.env = sessionEnvironment(this.home);
    this.children = [];
    this.over = false;
  }

  /** Starts a helper of the session; `line` waits for the first line that it writes to descriptor 3. */
  helper(command, args, { input, announces = false } = {}) {
    const stdio = [
      input === undefined ? "ignore" : "pipe",
      "ignore",
      "pipe",
      announces ? "pipe" : "ignore",
    ];
    const child = spawn(command, args, { env: this.env, stdio });
    this.children.push(child);
    let words = "";
    child.stderr.on("data", (chunk) => {
      words = (words + chunk).slice(-4_000);
    });
    if (input !== undefined) child.stdin.end(input);
    child.failure = new Promise((_, reject) => {
      const why = (reason) =>
        new Problem(
          `The test session has no ${command}: ${reason}${words && `\n${words.trim()}`}`,
          "npm test installs what it needs; by hand: sudo apt-get install dbus gnome-keyring openbox xvfb",
        );
      child.once("error", (error) => reject(why(error.message)));
      child.once("exit", (code, signal) =>
        reject(why(`it ended (${signal ?? `exit code ${code}`})`)),
      );
    });
    child.failure.catch(() => {});
    if (!announces) return Promise.resolve(child);
    const line = new Promise((resolve) => {
      let text = "";
      child.stdio[3].on("data", (chunk) => {
        text += chunk;
        if (text.includes("\n")) resolve(text.trim());
      });
    });
    return this.before(child, line, `${command} did not announce itself`);
  }

  async before(child, promise, complaint) {
    const timer = new AbortController();
    const late = pause(READY_WITHIN, undefined, { signal: timer.signal }).then(() => {
      throw new Problem(
        `The test session did not start: ${complaint} within ${READY_WITHIN / 1000} s.`,
      );
    });
    late.catch(() => {});
    try {
      return await Promise.race([promise, child.failure, late]);
    } finally {
      timer.abort();
    }
  }

  async start() {
    for (const name of ["run", ".local/share", ".local/state", ".config", ".cache"]) {
      mkdirSync(join(this.home, name), { recursive: true, mode: 0o700 });
    }
    const screen = ["-displayfd", "3", "-screen", "0", this.size, "-nolisten", "tcp", "-noreset"];
    const display = await this.helper("Xvfb", screen, { announces: true });
    this.env.DISPLAY = `:${display}`;
    const bus = ["--session", "--nofork", "--nopidfile", "--print-address=3"];
    this.env.DBUS_SESSION_BUS_ADDRESS = await this.helper("dbus-daemon", bus, { announces: true });
    const keyring = ["--foreground", "--unlock", "--components=secrets"];
    const daemon = await this.helper("gnome-keyring-daemon", keyring, { input: "test session" });
    await this.before(daemon, this.secretsAnswer(), "the keyring did not appear on the bus");
    const manager = await this.helper("openbox", ["--sm-disable"]);
    await this.before(manager, this.managed(), "the window manager did not take the screen");
  }

  /** Asks until the answer is accepted, or the session is over. */
  async until(command, args, accept) {
    while (!this.over) {
      const child = spawn(command, args, { env: this.env, stdio: ["ignore", "pipe", "ignore"] });
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += chunk;
      });
      const code = await new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      if (code === 0 && accept(text)) return;
      await pause(50);
    }
  }

  async secretsAnswer() {
    // A call to a name that nobody has yet would make the bus start a keyring of its own, locked.
    const owner = ["--session", "--print-reply", "--dest=org.freedesktop.DBus"];
    const ask = ["/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"];
    await this.until("dbus-send", [...owner, ...ask, "string:org.freedesktop.secrets"], (text) =>
      /boolean true/.test(text),
    );
    // The collection that new secrets go to must be there and open, not only the service.
    const args = ["--session", "--print-reply", "--dest=org.freedesktop.secrets"];
    const path = "/org/freedesktop/secrets/aliases/default";
    const get = "org.freedesktop.DBus.Properties.Get";
    const property = ["string:org.freedesktop.Secret.Collection", "string:Locked"];
    return this.until("dbus-send", [...args, path, get, ...property], (text) =>
      /boolean false/.test(text),
    );
  }

  managed() {
    // Only a window manager that runs sets this property of the root window.
    return this.until("xdotool", ["get_num_desktops"], (text) => Number(text) > 0);
  }

  /** Runs the command in the session; the terminal's output is its output. Resolves to its exit code. */
  run(command, args, { signal, env, cwd } = {}) {
    return new Promise((resolve, reject) => {
      // A group of its own, so that whatever it leaves behind ends with the session.
      const child = spawn(command, args, {
        env: { ...this.env, ...env },
        cwd,
        stdio: ["ignore", "inherit", "inherit"],
        detached: true,
      });
      this.group = child.pid;
      const stopChild = () => this.endGroup("SIGTERM");
      signal?.addEventListener("abort", stopChild, { once: true });
      child.once("error", (error) =>
        reject(new Problem(`${command} could not be started: ${error.message}`)),
      );
      child.once("close", (code) => resolve(code ?? 143));
    });
  }

  endGroup(signal) {
    if (this.group === undefined) return;
    try {
      process.kill(-this.group, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }

  async end({ keep = false } = {}) {
    this.over = true;
    this.endGroup("SIGTERM");
    for (const child of this.children.reverse()) await stop(child);
    this.endGroup("SIGKILL");
    if (!keep) rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs a command within a session of its own and resolves to its exit code. */
export async function runInSession(command, args, { signal, env, cwd, size, keep } = {}) {
  if (!sessionsWork()) throw new Problem("A session without a screen can be made on Linux only.");
  const session = new Session({ size });
  try {
    await session.start();
    signal?.throwIfAborted();
    return await session.run(command, args, { signal, env, cwd });
  } finally {
    await session.end({ keep });
    if (keep) process.stderr.write(`The session's home is kept: ${session.home}\n`);
  }
}
