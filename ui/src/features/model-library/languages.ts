// Languages by their codes: what they are called in English, by their speakers, and by this person.

function namer(locale: string): Intl.DisplayNames | null {
  try {
    return new Intl.DisplayNames([locale], { type: "language", fallback: "none" });
  } catch {
    return null;
  }
}

function named(by: Intl.DisplayNames | null, code: string): string | null {
  try {
    return by?.of(code) ?? null;
  } catch {
    // What a file says of itself need not be a language.
    return null;
  }
}

// One for all: making one costs more than using it.
const ENGLISH = namer("en");
const THEIRS = namer(globalThis.navigator?.language ?? "en");
const known = new Map<string, { english: string; own: string; all: readonly string[] }>();

function namesOf(code: string) {
  const before = known.get(code);
  if (before) return before;
  const english = named(ENGLISH, code) ?? code;
  const own = named(namer(code), code) ?? english;
  const names = { english, own, all: [...new Set([english, own, named(THEIRS, code) ?? english])] };
  known.set(code, names);
  return names;
}

/** `Thai` for `th`; what is no language stays as it is. */
export const languageName = (code: string): string => namesOf(code).english;

/** Every name that a person may look for: `Thai`, `ไทย`, and its name in this person's language. */
export const languageNames = (code: string): readonly string[] => namesOf(code).all;

const LISTED = 3;

/** `English, Chinese and 10 more`. */
export function languageWords(codes: readonly string[]): string {
  const listed = codes.length > LISTED + 1 ? codes.slice(0, LISTED - 1) : codes;
  const more = codes.length - listed.length;
  const words = listed.map(languageName).join(", ");
  return more > 0 ? `${words} and ${more} more` : words;
}

/** Those of a model for one region come first and are few. */
const FEW = 3;

/** The language that a regional model was made for, as its speakers call it; `null` for the others. */
export function regionalLanguage(codes: readonly string[]): { code: string; name: string } | null {
  const [first] = codes;
  if (first === undefined || first === "en" || codes.length > FEW) return null;
  return { code: first, name: namesOf(first).own };
}
