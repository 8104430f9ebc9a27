// Numbers, sizes, money and days in words, as data.
import { describe, expect, it } from "vitest";
import { bytes, count, day, dollars, plural, seconds, timeLeft } from "./format";

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
    [dollars(0), "$0"],
    [dollars(40_000), "less than $0.0001"],
    [dollars(420_000), "$0.00042"],
    [dollars(2_100_000), "$0.0021"],
    [dollars(16_200_000), "$0.016"],
    [dollars(152_000_000), "$0.15"],
    [dollars(996_000_000), "$1.00"],
    [dollars(12_345_000_000), "$12.35"],
    [plural(1, "entry", "entries"), "1 entry"],
    [plural(1_200, "part"), "1,200 parts"],
    [day("2026-10-31"), "31 Oct 2026"],
    [day("some day"), "some day"],
  ])("%s", (given, expected) => expect(given).toBe(expected));
});
