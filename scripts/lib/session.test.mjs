// The session without a screen: its own home and keyring, and nothing left behind.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runInSession, sessionEnvironment, sessionsWork } from "./session.mjs";

test("a session has its own home, and no way back to the one around it", () => {
  const around = {
    DISPLAY: ":0",
    WAYLAND_DISPLAY: "w",
    DBUS_SESSION_BUS_ADDRESS: "unix:x",
    PATH: "/bin",
  };
  const env = sessionEnvironment("/tmp/h", around, "/home/ada");
  assert.equal(env.HOME, "/tmp/h");
  assert.equal(env.XDG_DATA_HOME, "/tmp/h/.local/share");
  assert.equal(env.CARGO_HOME, "/home/ada/.cargo");
  assert.equal(env.PATH, "/bin");
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"]) {
    assert.equal(env[name], undefined, name);
  }
});

/** Runs a shell line in a session; it can write what it finds to $REPORT. */
async function inSession(line) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-session-test-"));
  const report = join(folder, "report");
  try {
    const code = await runInSession("bash", ["-c", line], { env: { REPORT: report } });
    return { code, report: existsSync(report) ? readFileSync(report, "utf8").trim() : "" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const skip = sessionsWork() ? false : "Linux only";

test("the command's exit code is the session's, and its home is gone afterwards", {
  skip,
}, async () => {
  const { code, report } = await inSession('printf %s "$HOME" >"$REPORT"; exit 7');
  assert.equal(code, 7);
  assert.match(report, /sotto-session-/);
  assert.equal(existsSync(report), false);
});

test("there is a screen with a window manager, and an open keyring", { skip }, async () => {
  const locked =
    "dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets /org/freedesktop/secrets/aliases/default " +
    "org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked";
  const { code, report } = await inSession(
    `xdotool get_num_desktops >"$REPORT" && ${locked} >>"$REPORT"`,
  );
  assert.equal(code, 0);
  assert.match(report, /^\d+\s+variant\s+boolean false$/);
});

test("what the command leaves behind ends with the session", { skip }, async () => {
  const { report } = await inSession('sleep 600 & echo $! >"$REPORT"');
  const state = () => {
    try {
      return readFileSync(`/proc/${report}/stat`, "utf8").split(") ")[1][0];
    } catch {
      return "gone";
    }
  };
  for (let tries = 0; tries < 40 && !["gone", "Z"].includes(state()); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(["gone", "Z"].includes(state()), state());
});
