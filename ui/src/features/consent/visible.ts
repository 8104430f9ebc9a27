// Makes visible what a text holds and nobody sees: control characters, characters without width,
// and those that turn the direction of what follows. Drawn as they are, they would let a text look
// like another one.

export interface Stretch {
  text: string;
  /** The stretch is one character that nobody would see: its code point and name. */
  hidden: { code: string; name: string } | null;
}

/**
 * Emoji are put together with invisible characters; these do what they are for, and are seen as one
 * picture. A picture never takes more than one of them at a place, so nothing hides in there.
 */
const PICTURE =
  "[0-9#*]\\uFE0F\\u20E3|\\p{Extended_Pictographic}[\\u{1F3FB}-\\u{1F3FF}]?\\uFE0F?(?:\\u200D\\p{Extended_Pictographic}[\\u{1F3FB}-\\u{1F3FF}]?\\uFE0F?)*";
/** Line breaks and tabs are seen by what they do; U+2800 is a blank that counts as a symbol. */
const HIDDEN =
  "(?![\\n\\t])[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800]";
const LOOK = new RegExp(`(${PICTURE}|\\r\\n)|(${HIDDEN})`, "gu");

const NAMES: Readonly<Record<string, string>> = {
  "0": "null",
  "7": "bell",
  "8": "backspace",
  D: "carriage return",
  "1B": "escape",
  "7F": "delete",
  AD: "soft hyphen",
  "34F": "grapheme joiner",
  "61C": "Arabic letter mark",
  "200B": "zero-width space",
  "200C": "zero-width non-joiner",
  "200D": "zero-width joiner",
  "200E": "left-to-right mark",
  "200F": "right-to-left mark",
  "2028": "line separator",
  "2029": "paragraph separator",
  "202A": "left-to-right embedding",
  "202B": "right-to-left embedding",
  "202C": "end of direction",
  "202D": "left-to-right override",
  "202E": "right-to-left override",
  "2060": "word joiner",
  "2066": "left-to-right isolate",
  "2067": "right-to-left isolate",
  "2068": "isolate",
  "2069": "end of isolate",
  "2800": "blank braille pattern",
  "3164": "Hangul filler",
  FEFF: "zero-width no-break space",
};

function nameOf(code: number, hex: string): string {
  const name = NAMES[hex];
  if (name) return name;
  if (code >= 0xe0000 && code <= 0xe007f) return "invisible tag";
  if ((code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef))
    return "variation selector";
  return "character that is not seen";
}

/** The text, cut at each character that would not be seen. Joined, it is the text. */
export function stretches(text: string): Stretch[] {
  const cut: Stretch[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) cut.push({ text: text.slice(from, to), hidden: null });
  };
  for (const found of text.matchAll(LOOK)) {
    const character = found[2];
    if (character === undefined) continue;
    plain(found.index);
    from = found.index + character.length;
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16).toUpperCase();
    const hidden = { code: `U+${hex.padStart(4, "0")}`, name: nameOf(code, hex) };
    cut.push({ text: character, hidden });
  }
  plain(text.length);
  return cut;
}
