// The statistics behind every printed figure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atShare, median, ratioRow, spread, table } from "./table.mjs";

test("median and spread", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(spread([10, 10, 10]), 0);
  assert.equal(spread([8, 10, 12, 10, 9]), 5);
});

test("the value that a share of all values does not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.equal(atShare(hundred, 0.95), 95);
  assert.equal(atShare([3, 1, 2], 0.95), 3);
  assert.equal(atShare([3, 1, 2], 0.5), 2);
  assert.equal(atShare([7], 0), 7);
});

test("a goal is met in its own direction", () => {
  const row = (goal) =>
    ratioRow({ name: "x", values: [96], references: [100], unit: "/s", ...goal });
  assert.equal(row({ atLeast: 0.97 }).met, false);
  assert.equal(row({ atLeast: 0.95 }).met, true);
  assert.equal(row({ atMost: 0.95 }).met, false);
  assert.equal(row({}).met, null);
  assert.match(table([row({ atLeast: 0.97 })]), /at least 0\.97 +\| NO/);
});
