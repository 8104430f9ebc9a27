// A session bus without a keyring on it: the computer of somebody who has none. The services that
// are installed are not started on it, because its configuration names no folder of them.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kill } from "./processes.mjs";

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

const DEFAULT = "/org/freedesktop/secrets/aliases/default";

/** Locks the session's keyring, as a screen lock may do. */
export function lockKeyring() {
  const call = [
    "--session",
    "--print-reply",
    "--dest=org.freedesktop.secrets",
    "/org/freedesktop/secrets",
    "org.freedesktop.Secret.Service.Lock",
    `array:objpath:${DEFAULT}`,
  ];
  const { status, stderr } = spawnSync("dbus-send", call, { encoding: "utf8" });
  if (status !== 0) throw new Error(`The keyring is not locked: ${stderr}`);
}

/** Unlocks it with the password that scripts/lib/session.mjs gave it. */
export function unlockKeyring() {
  spawnSync("gnome-keyring-daemon", ["--unlock"], { input: "test session" });
}
