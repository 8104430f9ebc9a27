//! Numbers that states give to persons, of a few large countries. A number with a good check digit
//! is certain; one that is only long digits in a row needs the word beside it that says what it is.

mod checks;

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    Certainty, Kind,
    boundary::{before, is_part_of_decimal, pattern, stands_alone},
    digits::{Run, runs},
    scan::Candidates,
};

/// How far before a number the word may stand that says what it is, in bytes.
const CONTEXT: usize = 60;

/// A number of digits alone.
struct Numeric {
    name: &'static str,
    /// Lengths of the groups that say by themselves what it is.
    grouped: &'static [&'static [usize]],
    separators: &'static [char],
    /// Lengths that need one of `words` before them.
    with_word: &'static [&'static [usize]],
    /// In lower case.
    words: &'static [&'static str],
    is_valid: fn(&str) -> bool,
    certainty: Certainty,
}

const NUMERIC: &[Numeric] = &[
    Numeric {
        name: "US social security number",
        grouped: &[&[3, 2, 4]],
        separators: &['-', '\u{2010}', '\u{2011}', '\u{2013}'],
        with_word: &[],
        words: &[],
        is_valid: checks::united_states,
        certainty: Certainty::Likely,
    },
    // With spaces it is a telephone number in other countries.
    Numeric {
        name: "US social security number",
        grouped: &[],
        separators: &[' ', '\u{A0}'],
        with_word: &[&[9], &[3, 2, 4]],
        words: &["ssn", "social security", "itin", "taxpayer"],
        is_valid: checks::united_states,
        certainty: Certainty::Likely,
    },
    Numeric {
        name: "German tax number",
        grouped: &[&[2, 3, 3, 3]],
        separators: &[' ', '\u{A0}'],
        with_word: &[&[11]],
        words: &["steuer", "idnr", "tax", "tin"],
        is_valid: checks::germany,
        certainty: Certainty::Certain,
    },
    Numeric {
        name: "French social security number",
        grouped: &[&[13, 2], &[1, 2, 2, 2, 3, 3, 2]],
        separators: &[' ', '.', '-', '\u{A0}', '\u{202F}'],
        with_word: &[],
        words: &[],
        is_valid: checks::france,
        certainty: Certainty::Certain,
    },
    Numeric {
        name: "French social security number",
        grouped: &[&[15]],
        separators: &[],
        with_word: &[],
        words: &[],
        is_valid: checks::france_in_a_row,
        certainty: Certainty::Likely,
    },
    Numeric {
        name: "Indian Aadhaar number",
        grouped: &[&[4, 4, 4]],
        separators: &[' ', '-', '\u{A0}'],
        with_word: &[&[12]],
        words: &["aadhaar", "aadhar", "uidai", "आधार"],
        is_valid: checks::india_aadhaar,
        certainty: Certainty::Likely,
    },
    Numeric {
        name: "Thai citizen number",
        grouped: &[&[1, 4, 5, 2, 1]],
        separators: &['-', ' ', '\u{A0}'],
        with_word: &[&[13]],
        words: &[
            "บัตรประชาชน",
            "ประจำตัวประชาชน",
            "เลขบัตร",
            "thai id",
            "citizen",
            "national id",
            "id card",
        ],
        is_valid: checks::thailand,
        certainty: Certainty::Certain,
    },
];

/// A number with letters or with several separators.
struct Shaped {
    name: &'static str,
    shape: &'static str,
    /// Gets the letters and digits alone, in capitals.
    is_valid: fn(&str) -> bool,
    certainty: Certainty,
}

const SHAPED: &[Shaped] = &[
    Shaped {
        name: "UK national insurance number",
        shape: r"[A-Za-z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-Da-d]",
        is_valid: checks::united_kingdom,
        certainty: Certainty::Likely,
    },
    Shaped {
        name: "French social security number",
        shape: r"[1-478][ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?2[ABab][ .-]?[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{2}",
        is_valid: checks::france,
        certainty: Certainty::Certain,
    },
    Shaped {
        name: "Italian tax code",
        shape: r"[A-Za-z]{3}[ ]?[A-Za-z]{3}[ ]?[0-9L-NP-Vl-np-v]{2}[A-Ta-t][0-9L-NP-Vl-np-v]{2}[ ]?[A-Za-z][0-9L-NP-Vl-np-v]{3}[A-Za-z]",
        is_valid: checks::italy,
        certainty: Certainty::Certain,
    },
    Shaped {
        name: "Spanish identity number",
        shape: r"(?:[0-9]{8}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}|[XYZxyz][ -]?[0-9]{7})[ -]?[A-Za-z]",
        is_valid: checks::spain,
        certainty: Certainty::Certain,
    },
    Shaped {
        name: "Brazilian CPF",
        shape: r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
        is_valid: checks::brazil,
        certainty: Certainty::Certain,
    },
    Shaped {
        name: "Indian PAN",
        shape: r"[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]",
        is_valid: |_| true,
        certainty: Certainty::Likely,
    },
    Shaped {
        name: "Chinese resident number",
        shape: r"[1-9][0-9]{5}[ ]?(?:19|20)[0-9]{6}[ ]?[0-9]{3}[0-9Xx]",
        is_valid: checks::china,
        certainty: Certainty::Certain,
    },
];

static SHAPES: LazyLock<Vec<(&'static Shaped, Regex)>> = LazyLock::new(|| {
    let shapes = SHAPED.iter();
    shapes
        .map(|shaped| {
            (
                shaped,
                pattern(&format!(r"(?-u:\b)(?:{})(?-u:\b)", shaped.shape)),
            )
        })
        .collect()
});

/// Eleven digits in a row that only their own word makes a CPF.
const CPF: Numeric = Numeric {
    name: "Brazilian CPF",
    grouped: &[],
    separators: &[],
    with_word: &[&[11]],
    words: &["cpf"],
    is_valid: checks::brazil,
    certainty: Certainty::Certain,
};

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for run in runs(text) {
        for numeric in NUMERIC.iter().chain([&CPF]) {
            find_numeric(text, &run, numeric, found);
        }
    }
    for (shaped, shape) in SHAPES.iter() {
        for number in shape.find_iter(text) {
            let compact: String = number
                .as_str()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|character| character.to_ascii_uppercase())
                .collect();
            let whole = stands_alone(text, number.start(), number.end())
                && !is_part_of_decimal(text, number.start(), number.end());
            if whole && (shaped.is_valid)(&compact) {
                found.push(
                    number.range(),
                    Kind::NationalId,
                    shaped.certainty,
                    shaped.name,
                );
            }
        }
    }
}

fn find_numeric(text: &str, run: &Run, numeric: &Numeric, found: &mut Candidates) {
    for (forms, needs_word) in [(numeric.grouped, false), (numeric.with_word, true)] {
        run.each_form(text, forms, numeric.separators, |range, digits| {
            let (start, end) = (range.start, range.end);
            if (numeric.is_valid)(digits)
                && stands_alone(text, start, end)
                && !is_part_of_decimal(text, start, end)
                && (!needs_word || has_word(text, start, numeric.words))
            {
                found.push(range, Kind::NationalId, numeric.certainty, numeric.name);
            }
        });
    }
}

/// Long words may be the beginning of a longer one, as in `Steuernummer`; short ones stand alone.
fn has_word(text: &str, start: usize, words: &[&str]) -> bool {
    let context = before(text, start, CONTEXT);
    let letter = |next: char| next.is_ascii_alphanumeric();
    words.iter().any(|word| {
        context.match_indices(word).any(|(at, _)| {
            let begins = !context[..at].ends_with(letter);
            let ends = word.len() > 4 || !context[at + word.len()..].starts_with(letter);
            begins && ends
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn numbers_that_their_form_tells() {
        // Published examples, or made with the check digits that the state publishes.
        for number in [
            "219-09-9999",
            "AB123456C",
            "AB 12 34 56 C",
            "86 095 742 719",
            "255081416802538",
            "2 55 08 14 168 025 38",
            "RSSMRA85T10A562S",
            "12345678Z",
            "12.345.678-Z",
            "X1234567L",
            "111.444.777-35",
            "ABCPE1234F",
            "11010519491231002X",
            "1-2345-67890-12-1",
        ] {
            for text in [
                number.to_owned(),
                format!("It is {number}."),
                format!("เลข{number}ครับ"),
            ] {
                assert_eq!(found_by(find, &text), [number], "{text}");
            }
        }
    }

    #[test]
    fn numbers_that_need_their_word() {
        for (word, number) in [
            ("My SSN is", "219099999"),
            ("social security no.", "219 09 9999"),
            ("Steuer-ID:", "86095742719"),
            ("Aadhaar no.", "234123412346"),
            ("เลขบัตรประชาชน", "1234567890121"),
            ("CPF", "11144477735"),
        ] {
            assert_eq!(found_by(find, &format!("{word} {number}")), [number]);
            assert_eq!(found_by(find, &format!("Order {number}")), [""; 0]);
        }
    }

    #[test]
    fn look_alikes_of_numbers() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "219-00-9999",
            "waiting for 219099999",
            "219-09-99999",
            "BG123456A",
            "AB123456E",
            "86 095 742 718",
            "255081416802539",
            "RSSMRA85T10A562T",
            "12345678A",
            "X1234567A",
            "111.444.777-36",
            "111.111.111-11",
            "ABCDE1234F",
            "110105194912310021",
            "110105194913310023",
            "1-2345-67890-12-2",
            "2026-11-20",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
