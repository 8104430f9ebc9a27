// An answer that is JSON, as a person reads it: a table where it is one, code otherwise. The terminal
// shows the same (`sotto_actions::markdown`).

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const cell = (value: unknown): string => {
  const text = typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replace(/\s+/g, " ").trim();
};

function table(value: unknown): string | null {
  if (!isRecord(value) || Object.keys(value).sort().join() !== "columns,rows") return null;
  const { columns, rows } = value;
  if (!Array.isArray(columns) || columns.length === 0 || !Array.isArray(rows)) return null;
  if (!columns.every((name) => typeof name === "string") || !rows.every(isRecord)) return null;
  // What stands under a name that is no column is not lost.
  const others = rows.flatMap((row) => Object.keys(row)).filter((name) => !columns.includes(name));
  const names: string[] = [...columns, ...new Set(others)];
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(names.map(cell)),
    line(names.map(() => "---")),
    ...rows.map((row) => line(names.map((name) => cell(row[name])))),
  ].join("\n");
}

/** The text itself, unless all of it is a JSON object or list. */
export function readable(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return table(value) ?? `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}
