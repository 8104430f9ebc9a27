// The one model that Sotto would take: for a computer that has none, and a person who need not
// choose.
import type { CatalogItem } from "../../ipc";
import { needed } from "./words";

/** Tokens a second below which waiting for an answer is no pleasure. */
const PLEASANT = 8;

/** The person's language, as a code. */
const THEIRS = globalThis.navigator?.language.split("-")[0] ?? "en";

/**
 * The largest that fits well and answers fast enough; one that knows the person's language before
 * others, and one that was tried by us before one that is merely listed.
 */
export function bestFit(
  catalog: readonly CatalogItem[],
  language = THEIRS,
): CatalogItem | undefined {
  const possible = catalog.filter(
    ({ can_be_fetched, installed, fit }) =>
      can_be_fetched &&
      installed === null &&
      (fit.fit === "fits_well" || fit.fit === "smaller_context"),
  );
  const fast = ({ speed }: CatalogItem) => (speed?.tokens_per_second ?? PLEASANT) >= PLEASANT;
  const merit = (item: CatalogItem) => [
    fast(item) ? 1 : 0,
    item.languages.includes(language) ? 1 : 0,
    item.verified ? 1 : 0,
    item.fit.fit === "fits_well" ? 1 : 0,
    // Of those that are too slow the smallest is the least so.
    (fast(item) ? 1 : -1) * needed(item.fit),
  ];
  return [...possible].sort((a, b) => compare(merit(b), merit(a)))[0];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
