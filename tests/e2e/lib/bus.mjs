// Session buses of a test's own: one without a keyring, the computer of somebody who has none, and
// one whose keyring can be locked. Installed services are not started on them, because their
// configuration names no folder of services.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gone, kill } from "./processes.mjs";
import { until } from "./waiting.mjs";

const CONFIGURATION = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

/** Starts one; it ends with the test. Resolves to what to add to the environment. */
export async function busWithoutKeyring(t) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-bus-"));
  const file = join(folder, "bus.conf");
  writeFileSync(file, CONFIGURATION);
  const args = [`--config-file=${file}`, "--nofork", "--nopidfile", "--print-address=1"];
  const child = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => {
    kill(child.pid, "SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  const address = await new Promise((resolve, reject) => {
    let text = "";
    child.once("error", reject);
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.trim());
    });
  });
  return { DBUS_SESSION_BUS_ADDRESS: address };
}

/** A keyring of the test's own, which can be locked as after a start without a login's password. */
export class Keyring {
  static async start(t) {
    const keyring = new Keyring();
    keyring.env = await busWithoutKeyring(t);
    keyring.folder = mkdtempSync(join(tmpdir(), "sotto-keyring-"));
    t.after(async () => {
      await keyring.end();
      rmSync(keyring.folder, { recursive: true, force: true });
    });
    await keyring.unlock();
    return keyring;
  }

  /** Its daemon forgets the password when it ends. */
  lock() {
    return this.daemon([], undefined, "true");
  }

  unlock() {
    return this.daemon(["--unlock"], "keyring of a test", "false");
  }

  async daemon(args, password, locked) {
    await this.end();
    const env = {
      ...process.env,
      ...this.env,
      XDG_RUNTIME_DIR: this.folder,
      XDG_DATA_HOME: this.folder,
    };
    const options = ["--foreground", "--components=secrets", ...args];
    this.child = spawn("gnome-keyring-daemon", options, {
      env,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.child.stdin.end(password);
    await until(`the keyring answers, locked: ${locked}`, () =>
      spawnSync("dbus-send", LOOK, { env, encoding: "utf8" }).stdout.includes(`boolean ${locked}`),
    );
  }

  async end() {
    if (!this.child) return;
    kill(this.child.pid, "SIGTERM");
    await gone(this.child.pid);
  }
}

const LOOK = [
  "--session",
  "--print-reply",
  "--dest=org.freedesktop.secrets",
  "/org/freedesktop/secrets/aliases/default",
  "org.freedesktop.DBus.Properties.Get",
  "string:org.freedesktop.Secret.Collection",
  "string:Locked",
];
