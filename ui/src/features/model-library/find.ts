// Finds models by their name, licence, what they are good at, and by language in any of its names.
import type { CatalogItem, ModelView } from "../../ipc";
import { languageNames } from "./languages";

/** What can be looked for in a model. */
export interface Findable {
  /** Any part of these is found. */
  names: string;
  /** Found by what their words begin with; not by one or two letters, which stand everywhere. */
  words: string;
  /** Found as they are. */
  codes: readonly string[];
}

const plain = (text: string) => text.normalize("NFKC").toLowerCase();

const PIECES = new WeakMap<ModelView | CatalogItem, Findable>();

function piecesOf(of: ModelView | CatalogItem): Findable {
  const licence = typeof of.licence === "string" ? of.licence : of.licence.name;
  const where = "name" in of ? of.name : `${of.id} ${of.repository}`;
  const languages = of.languages.flatMap(languageNames);
  return {
    names: plain(
      [of.title, where, licence, of.architecture, of.quantization, ...languages].join(" "),
    ),
    words: ` ${plain(of.good_at)}`,
    codes: of.languages,
  };
}

function findable(of: ModelView | CatalogItem): Findable {
  const before = PIECES.get(of);
  if (before) return before;
  const pieces = piecesOf(of);
  PIECES.set(of, pieces);
  return pieces;
}

/** The words that a person typed. */
export const wanted = (typed: string): string[] => plain(typed).split(/\s+/).filter(Boolean);

/** Whether every word is found. `codes`: languages that stand somewhere, by their codes. */
export function isFound(
  of: ModelView | CatalogItem,
  words: readonly string[],
  codes: ReadonlySet<string>,
): boolean {
  const pieces = findable(of);
  return words.every((word) => {
    // `th` is Thai, not each name with these two letters.
    if (codes.has(word)) return pieces.codes.includes(word);
    return pieces.names.includes(word) || (word.length > 2 && pieces.words.includes(` ${word}`));
  });
}
