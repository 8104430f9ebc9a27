// Waits for a condition instead of for a time. Limits are generous, because the computer may be
// busy; a limit that is reached says what was waited for and what was seen last.
import { setTimeout as pause } from "node:timers/promises";

const LIMIT = 60_000;
const BETWEEN = 40;

/** Resolves to the first result of `look` that is neither null, undefined nor false. */
export async function until(what, look, { limit = LIMIT, between = BETWEEN } = {}) {
  const end = Date.now() + limit;
  let problem;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      problem = undefined;
    } catch (error) {
      // The page may be between two states: looked at again until the limit.
      problem = error;
    }
    if (Date.now() > end) {
      throw new Error(
        `Not within ${limit / 1000} s: ${what}${problem ? ` (${problem.message})` : ""}`,
      );
    }
    await pause(between);
  }
}

/** Lets that many milliseconds pass where the moment itself is what is tested, as for a kill. */
export const letPass = (milliseconds) => pause(milliseconds);

/** The result, if it comes in time. */
export async function within(milliseconds, result, complaint) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint())), milliseconds);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
