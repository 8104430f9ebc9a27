// Real input through the X server, as hands give it, and what a window manager does to windows.
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { kill } from "./processes.mjs";
import { until } from "./waiting.mjs";

const run = promisify(execFile);

export async function xdotool(...args) {
  const { stdout } = await run("xdotool", args.map(String), { timeout: 30_000 });
  return stdout.trim();
}

/** The windows of that title that can be seen. */
export async function visible(title) {
  // It ends with 1 where there is none.
  const found = await xdotool("search", "--onlyvisible", "--name", `^${title}$`).catch(() => "");
  return found.split("\n").filter(Boolean);
}

/** The window of that title, when it can be seen. */
export function seen(title) {
  return until(`a window "${title}" is on the screen`, async () => (await visible(title)).at(-1));
}

/** Presses a button of the chat as a hand does: with the focus on it, by a key that the window system saw. */
export async function press({ window }, element) {
  await window.run("arguments[0].focus()", element);
  await xdotool("windowactivate", "--sync", await seen("Sotto"), "key", "Return");
}

/** Every window of the X server, seen or not. */
export async function allWindows() {
  const { stdout } = await run("xwininfo", ["-root", "-tree"], { timeout: 30_000 });
  return stdout.split("\n").filter((line) => /^\s+0x/.test(line));
}

/**
 * A window that lies over everything else and takes no focus, as a notification does. Gives a
 * function that takes it away.
 */
export async function cover(t, x, y) {
  const title = "Something over it";
  const image = spawn("display", ["-title", title, "-size", "120x80", "xc:red"], {
    stdio: "ignore",
  });
  t.after(() => kill(image.pid, "SIGKILL"));
  const window = await seen(title);
  await xdotool("windowunmap", "--sync", window);
  await xdotool("set_window", "--overrideredirect", "1", window);
  await xdotool("windowmap", "--sync", window, "windowmove", window, x, y, "windowraise", window);
  return () => kill(image.pid, "SIGKILL");
}
