// Words about an arrival, as data.
import { describe, expect, it } from "vitest";
import type { ModelArrival } from "../../ipc";
import { arrivalWords } from "./Arrival";

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
