// Statistics and the printed form of a result.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that this share of all values does not exceed: 0.95 is the 95th percentile. */
export function atShare(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Half the distance between the quartiles over the median: how far rounds differ, in percent. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return (100 * (at(0.75) - at(0.25))) / 2 / median(values);
}

/** A row of a ratio of two things that were measured in turn; `atLeast` or `atMost` is its goal. */
export function ratioRow({ name, values, references, unit, atLeast, atMost }) {
  const value = median(values) / median(references);
  const goal = atLeast ?? atMost ?? null;
  const met = goal === null ? null : atLeast ? value >= goal : value <= goal;
  return {
    name,
    value: round(value),
    unit: "ratio",
    reference: `${round(median(values))} to ${round(median(references))} ${unit}`,
    goal: goal === null ? null : `${atLeast ? "at least" : "at most"} ${goal}`,
    met,
    spread: `${round(spread(values))} % and ${round(spread(references))} %`,
  };
}

/** A row of a plain figure. */
export function figureRow({ name, values, unit, reference = null }) {
  return {
    name,
    value: round(median(values)),
    unit,
    reference,
    goal: null,
    met: null,
    spread: `${round(spread(values))} %`,
  };
}

export function round(value) {
  return Number(value.toPrecision(3));
}

export function table(rows) {
  const head = ["what", "value", "unit", "Sotto to reference", "goal", "met", "spread"];
  const cells = rows.map((row) =>
    [row.name, row.value, row.unit, row.reference, row.goal, row.met, row.spread].map((cell) => {
      if (cell === null || cell === undefined) return "";
      if (cell === true) return "yes";
      return cell === false ? "NO" : String(cell);
    }),
  );
  const widths = head.map((word, at) =>
    Math.max(word.length, ...cells.map((row) => row[at].length)),
  );
  const line = (row) => `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  return [
    line(head),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...cells.map(line),
  ].join("\n");
}
