// A field with one thing on each line, as a list.
export function lines(field: FormDataEntryValue | null): string[] {
  const each = String(field ?? "").split("\n");
  return [...new Set(each.map((line) => line.trim()).filter((line) => line !== ""))];
}
