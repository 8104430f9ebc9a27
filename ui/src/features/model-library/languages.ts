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
const known = new Map<string, { english: string; all: readonly string[] }>();

function namesOf(code: string) {
  const before = known.get(code);
  if (before) return before;
  const english = named(ENGLISH, code) ?? code;
  const all = [english, named(namer(code), code), named(THEIRS, code)].filter(
    (name): name is string => name !== null,
  );
  const names = { english, all: [...new Set(all)] };
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
