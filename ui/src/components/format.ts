// Numbers, sizes, money and days, as a person reads them.

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Bytes in decimal units, as file managers count: `1.1 GB`, `98 MB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  if (count === 1) return "1 byte";
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** A part of a whole, with the unit once where it is the same: `1.1 of 2.6 GB`, `98 MB of 1.1 GB`. */
export function bytesOf(part: number, whole: number): string {
  const [first, second] = [bytes(part), bytes(whole)];
  const unit = second.slice(second.indexOf(" "));
  return `${first.endsWith(unit) ? first.slice(0, -unit.length) : first} of ${second}`;
}

// One for all: making one costs more than using it.
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A whole number with separators: `8,192`. */
export function count(value: number): string {
  return WHOLE.format(value);
}

/** Seconds from milliseconds, with as many digits as matter: `0.04 s`, `1.2 s`, `14 s`. */
export function seconds(milliseconds: number): string {
  const value = milliseconds / 1000;
  const digits = value < 0.995 ? 2 : value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} s`;
}

/** Tokens a second; `null` if nothing was measured. */
export function rate(tokens: number, milliseconds: number): number | null {
  return milliseconds > 0 && tokens > 0 ? (tokens * 1000) / milliseconds : null;
}

/** How long something will still take, roughly: `about 2 minutes`. */
export function timeLeft(left: number, perSecond: number): string | null {
  if (perSecond <= 0) return null;
  const total = left / perSecond;
  if (total < 55) return "less than a minute";
  const minutes = Math.round(total / 60);
  if (minutes < 90) return minutes === 1 ? "about a minute" : `about ${minutes} minutes`;
  return `about ${Math.round(minutes / 60)} hours`;
}

/** The same from seconds, exact while it is short: `41 s`, `about 2 minutes`. */
export function secondsLeft(left: number): string {
  return left < 90 ? `${Math.max(1, Math.round(left))} s` : (timeLeft(left, 1) ?? "");
}

/** Money from billionths of a dollar, with the digits that matter: `$0.0021`, `$1.20`. */
export function dollars(nano: number): string {
  const value = nano / 1e9;
  if (value === 0) return "$0";
  if (value < 0.0001) return "less than $0.0001";
  if (value >= 0.995) return `$${value.toFixed(2)}`;
  // Two digits that say something, and at least cents.
  const digits = Math.max(2, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(digits)}`;
}

/** `1 message`, `2 messages`. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** `2026-10-31` as `31 Oct 2026`; what is no date stays as it is. */
export function day(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : DAY.format(date);
}
