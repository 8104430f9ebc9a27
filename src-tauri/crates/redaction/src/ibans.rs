//! International Bank Account Numbers (ISO 13616): country, length, form and check digits by the
//! crate `iban_validate`, which holds SWIFT's register; here is where they begin and end in a text.

use std::sync::LazyLock;

use iban::Iban;
use regex::Regex;

use crate::{
    Certainty, Kind,
    boundary::{pattern, stands_alone, window},
    digits::is_separator,
    scan::Candidates,
};

/// The longest IBAN has 34 characters (ISO 13616-1), the shortest in the register 15.
const LONGEST: usize = 34;
const SHORTEST: usize = 15;

static BEGIN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[A-Za-z]{2}[ -]?[0-9]{2}[ \x{A0}-]?[0-9A-Za-z]"));

pub(crate) fn find(text: &str, found: &mut Candidates) {
    let mut from = 0;
    while let Some(begin) = BEGIN.find_at(text, from) {
        let start = begin.start();
        from = start + 1;
        if let Some(end) = end_of_iban(window(text, start, 3 * LONGEST)).map(|end| start + end)
            && stands_alone(text, start, end)
        {
            found.push(
                start..end,
                Kind::Iban,
                Certainty::Certain,
                "bank account (IBAN)",
            );
            from = end;
        }
    }
}

/// Where the IBAN ends that begins this text. At most one length is right: each country has its own.
fn end_of_iban(text: &str) -> Option<usize> {
    let mut compact = String::with_capacity(LONGEST);
    let mut separated = true;
    for (at, character) in text.char_indices() {
        if character.is_ascii_alphanumeric() && compact.len() < LONGEST {
            compact.push(character.to_ascii_uppercase());
            separated = false;
            let end = at + 1;
            let goes_on = text[end..].starts_with(|next: char| next.is_ascii_alphanumeric());
            if compact.len() >= SHORTEST && !goes_on && compact.parse::<Iban>().is_ok() {
                return Some(end);
            }
        } else if is_separator(character) && !separated {
            separated = true;
        } else {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn ibans_of_the_register() {
        for iban in [
            "GB82 WEST 1234 5698 7654 32",
            "GB82WEST12345698765432",
            "gb82west12345698765432",
            "DE89 3704 0044 0532 0130 00",
            "DE89-3704-0044-0532-0130-00",
            "DE89\u{A0}3704\u{A0}0044\u{A0}0532\u{A0}0130\u{A0}00",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "BR1800360305000010009795493C1",
        ] {
            for text in [
                iban.to_owned(),
                format!("IBAN: {iban}."),
                format!("pay {iban} today 12 EUR"),
                format!("บัญชี{iban}ครับ"),
            ] {
                assert_eq!(found_by(find, &text), [iban], "{text}");
            }
        }
    }

    #[test]
    fn look_alikes_of_ibans() {
        for text in [
            "GB82 WEST 1234 5698 7654 33", // check digits
            "DE89 3704 0044 0532 0130",    // too short
            "XX82 WEST 1234 5698 7654 32", // no such country
            "xGB82WEST12345698765432",     // inside a word
            "GB82WEST12345698765432X",
            "GB82  WEST  1234  5698  7654  32", // table, not a number
            "AB12 is a seat, CD34 another one",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
