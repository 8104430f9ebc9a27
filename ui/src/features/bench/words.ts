// What is said about measurements.
import { bytes, seconds } from "../../components/format";
import type { Measurement } from "../../ipc";

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Tokens a second with the digits that matter; a dash where nothing was measured. */
export function perSecond(rate: number | null): string {
  if (rate === null || !Number.isFinite(rate)) return "–";
  return rate < 99.5 ? rate.toFixed(1) : NUMBER.format(rate);
}

export const firstToken = ({ first_token }: Measurement): string =>
  first_token === null ? "–" : seconds(first_token);

/** Percent of what the memory's bandwidth allows; `null` where that is unknown. */
export function reached({ decode, limit }: Measurement): number | null {
  return decode !== null && limit !== null && limit > 0 ? (100 * decode) / limit : null;
}

/** Why nothing here could be faster, and how near it comes. */
export function limitSentence(measurement: Measurement): string {
  const { bytes_per_token, bandwidth, limit } = measurement;
  const part = reached(measurement);
  if (part === null || limit === null || bytes_per_token === 0) {
    return "What this computer allows at most is not known: the memory’s bandwidth could not be measured.";
  }
  return `Each token of an answer reads ${bytes(bytes_per_token)} of weights, and this memory gives ${bytes(bandwidth)} a second: no program could write more than ${perSecond(limit)} tokens a second with this model here. Sotto reaches ${part.toFixed(0)}% of that.`;
}

/** How the memory compares with what was said before: `3% less than expected`. */
export function memoryAgainst({ memory, expected_memory }: Measurement): string {
  if (expected_memory === 0) return "";
  const off = Math.round((100 * (memory - expected_memory)) / expected_memory);
  if (off === 0) return "as expected";
  return `${Math.abs(off)}% ${off > 0 ? "more" : "less"} than expected`;
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** `14:02` for today, `3 Oct 2026` for another day. */
export const whenMeasured = (at: number, now: number): string =>
  DAY.format(at) === DAY.format(now) ? TIME.format(at) : DAY.format(at);

/** The newest of each model, fastest first. */
export function newest(all: readonly Measurement[]): Measurement[] {
  const seen = new Map<string, Measurement>();
  for (const each of all) {
    const other = seen.get(each.model);
    if (!other || other.at < each.at) seen.set(each.model, each);
  }
  return [...seen.values()].sort((a, b) => (b.decode ?? 0) - (a.decode ?? 0));
}
