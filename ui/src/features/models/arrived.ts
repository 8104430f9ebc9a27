// What is said when a model is here that was not: downloaded, dropped, picked, or put by another
// program.
import type { ModelsView } from "../../ipc";

/** What is said of a single one, by its title. */
export const hereWords = (title: string): string => `${title} is on this computer now.`;

/** `Typhoon 2.5 4B is on this computer now.`; empty where none came. */
export function arrivedWords(before: ModelsView | undefined, now: ModelsView): string {
  if (!before) return "";
  const known = new Set(before.models.map(({ name }) => name));
  const usable = now.models.filter(({ state }) => state.state !== "unusable");
  const [first, ...others] = usable.filter(({ name }) => !known.has(name));
  if (!first) return "";
  return others.length > 0
    ? `${others.length + 1} models came to this computer.`
    : hereWords(first.title);
}
