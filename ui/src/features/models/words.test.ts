// Numbers about models and their arrival, as data.
import { describe, expect, it } from "vitest";
import { bytes, count, seconds, timeLeft } from "../../components/format";
import type { ModelArrival } from "../../ipc";
import { arrivalWords } from "./Arrival";

describe("numbers", () => {
  it.each([
    [bytes(0), "0 bytes"],
    [bytes(999), "999 bytes"],
    [bytes(98_362_432), "98 MB"],
    [bytes(999_600), "1.0 MB"],
    [bytes(1_117_320_768), "1.1 GB"],
    [bytes(9_400_000_000), "9.4 GB"],
    [bytes(64_000_000_000), "64 GB"],
    [count(8_192), "8,192"],
    [seconds(41), "0.04 s"],
    [seconds(996), "1.0 s"],
    [seconds(14_400), "14 s"],
    [timeLeft(100, 0), null],
    [timeLeft(100, 10), "less than a minute"],
    [timeLeft(600, 10), "about a minute"],
    [timeLeft(6_000, 10), "about 10 minutes"],
    [timeLeft(360_000, 10), "about 10 hours"],
  ])("%s", (given, expected) => expect(given).toBe(expected));
});

describe("an arrival", () => {
  const arrival = (given: Partial<ModelArrival>): ModelArrival => ({
    title: "Qwen",
    received: 500_000_000,
    total: 1_100_000_000,
    state: "fetching",
    message: "",
    ...given,
  });
  it.each<[Partial<ModelArrival>, number, string]>([
    [{}, 0, "500 MB of 1.1 GB"],
    [{}, 5_000_000, "500 MB of 1.1 GB · 5.0 MB a second · about 2 minutes left"],
    [{ state: "verifying" }, 5, "All parts are here and are being checked."],
    [{ state: "paused" }, 0, "500 MB of 1.1 GB are here. The next start goes on from there."],
    [
      { state: "failed", message: "No network. Connect and start again." },
      0,
      "No network. Connect and start again.",
    ],
  ])("%j", (given, rate, expected) => expect(arrivalWords(arrival(given), rate)).toBe(expected));
});
