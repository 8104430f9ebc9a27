// One process at a time: a file that names its owner. An owner that died leaves it behind, so the
// owner also touches it every few seconds; a lock that is neither alive nor fresh is taken over.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";

const TOUCH_EVERY = 5_000;
const STALE_AFTER = 60_000;

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function owner(file) {
  try {
    const text = readFileSync(file, "utf8");
    const age = Date.now() - statSync(file).mtimeMs;
    const pid = Number.parseInt(text, 10);
    // An empty file: its owner is just now writing it, or died while it did.
    const held = Number.isInteger(pid) ? alive(pid) && age < STALE_AFTER : age < TOUCH_EVERY;
    return { text, pid, held };
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Takes the lock: returns { release } or, when another process has it, { heldBy: pid }.
 */
export function takeLock(file) {
  const mine = `${process.pid} ${randomUUID()}\n`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const other = owner(file);
    if (other === null) continue;
    if (other.held) return { heldBy: other.pid };
    // Moved away before it is judged again: of two processes that find it stale, one moves it.
    const aside = `${file}.${process.pid}`;
    try {
      renameSync(file, aside);
    } catch (error) {
      if (error.code === "ENOENT") continue;
      throw error;
    }
    const moved = readFileSync(aside, "utf8");
    if (moved !== other.text) {
      renameSync(aside, file);
      continue;
    }
    rmSync(aside, { force: true });
  }
  const timer = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // The folder is gone or the disk is failing: the work itself will say so.
    }
  }, TOUCH_EVERY);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
  };
}
