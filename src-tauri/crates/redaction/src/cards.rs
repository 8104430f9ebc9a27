//! Payment cards: a prefix that an issuer has, a length that goes with it, and Luhn's check digit
//! (ISO/IEC 7812-1). The ranges are data of our own: the crate card-validate compiles a regular
//! expression for each network and knows neither JCB's 15 digits nor Verve, RuPay and UATP.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    Certainty, Kind,
    boundary::{before, is_part_of_decimal, pattern, stands_alone},
    digits::{runs, values},
    scan::Candidates,
};

/// How far before a number the word may stand that says what it is, in bytes.
const CONTEXT: usize = 48;

/// With one of these before it, a number with a good check digit needs no known prefix.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:cards?|cc|visa|master ?card|maestro|amex|american express|diners|discover|jcb|unionpay|rupay|credit|debit|carte|karte|kreditkarte|tarjeta|cartão|carta)(?-u:\b)|карт|บัตรเครดิต|บัตรเดบิต|信用卡|银行卡|クレジットカード|카드",
    )
});

/// How many digits stand in each group.
const FORMS: &[&[usize]] = &[
    &[12],
    &[13],
    &[14],
    &[15],
    &[16],
    &[17],
    &[18],
    &[19],
    &[4, 4, 4],
    &[4, 4, 5],
    &[4, 6, 4],
    &[4, 6, 5],
    &[4, 4, 4, 1],
    &[4, 4, 4, 2],
    &[4, 4, 4, 3],
    &[4, 4, 4, 4],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 3],
    &[6, 13],
];

/// First and last prefix of a range, and the lengths that its numbers have.
#[rustfmt::skip] // A table: one range in a line.
const RANGES: &[(&str, &str, &[usize])] = &[
    ("0604", "0604", &[12]),                            // Maestro, in older lists
    ("1", "1", &[15]),                                  // UATP
    ("1800", "1800", &[15]),                            // JCB
    ("2131", "2131", &[15]),                            // JCB
    ("2200", "2204", &[16, 17, 18, 19]),                // Mir
    ("2221", "2720", &[16]),                            // Mastercard
    ("300", "305", &[14, 16, 17, 18, 19]),              // Diners Club
    ("3095", "3095", &[14, 16, 17, 18, 19]),            // Diners Club
    ("34", "34", &[15]),                                // American Express
    ("35", "35", &[16, 17, 18, 19]),            // JCB has 3528 to 3589; test numbers have the rest
    ("36", "36", &[14, 15, 16, 17, 18, 19]),            // Diners Club
    ("37", "37", &[15]),                                // American Express
    ("38", "39", &[14, 16, 17, 18, 19]),                // Diners Club
    ("4", "4", &[13, 16, 19]),                          // Visa
    ("50", "50", &[12, 13, 14, 15, 16, 17, 18, 19]),    // Maestro, Verve, Elo
    ("51", "55", &[16]),                                // Mastercard
    ("56", "58", &[12, 13, 14, 15, 16, 17, 18, 19]),    // Maestro
    ("60", "60", &[16, 17, 18, 19]),                    // Discover, RuPay
    ("62", "62", &[16, 17, 18, 19]),                    // UnionPay
    ("63", "63", &[12, 13, 14, 15, 16, 17, 18, 19]),    // Maestro
    ("64", "65", &[16, 17, 18, 19]),                    // Discover, Troy, Verve
    ("67", "67", &[12, 13, 14, 15, 16, 17, 18, 19]),    // Maestro
    ("81", "82", &[16, 17, 18, 19]),                    // RuPay, UnionPay
    ("9792", "9792", &[16]),                            // Troy
];

const SEPARATORS: &[char] = &[
    ' ', '-', '.', '\u{A0}', '\u{202F}', '\u{2010}', '\u{2011}', '\u{2013}',
];

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for run in runs(text) {
        run.each_form(text, FORMS, SEPARATORS, |range, digits| {
            if !luhn(digits)
                || !stands_alone(text, range.start, range.end)
                || is_part_of_decimal(text, range.start, range.end)
            {
                return;
            }
            if is_issued(digits) {
                // One number in ten passes Luhn's check by chance; where few prefixes are taken
                // that is rare, but 12 to 15 digits in a row are often something else.
                let certain = digits.len() >= 16 || range.len() > digits.len();
                let certainty = if certain {
                    Certainty::Certain
                } else {
                    Certainty::Likely
                };
                found.push(range, Kind::PaymentCard, certainty, "payment card");
            } else if WORDS.is_match(&before(text, range.start, CONTEXT)) {
                let certainty = Certainty::Likely;
                found.push(range, Kind::PaymentCard, certainty, "payment card");
            }
        });
    }
}

fn is_issued(digits: &str) -> bool {
    RANGES.iter().any(|(first, last, lengths)| {
        let prefix = &digits[..first.len()];
        (*first..=*last).contains(&prefix) && lengths.contains(&digits.len())
    })
}

/// ISO/IEC 7812-1, annex B; not all digits the same.
pub(crate) fn luhn(digits: &str) -> bool {
    let values = values(digits);
    let sum: u32 = values
        .iter()
        .rev()
        .enumerate()
        .map(|(place, value)| match (place % 2, value * 2) {
            (0, _) => *value,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10) && values.iter().any(|value| *value != values[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn cards_of_every_network() {
        // The issuers' own numbers for tests.
        for card in [
            "4111111111111111",
            "4222222222222",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "3782 822463 10005",
            "30569309025904",
            "3056 930902 5904",
            "6011111111111117",
            "3530111333300000",
            "180087163123457",
            "6200000000000005",
            "6759649826438453",
            "2200 0000 0000 0004",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111\u{A0}1111\u{A0}1111\u{A0}1111",
        ] {
            for text in [
                card.to_owned(),
                format!("Card {card}, 12/27"),
                format!("บัตร{card}ครับ"),
                format!("on 3 {card} 2027"),
            ] {
                assert_eq!(found_by(find, &text), [card], "{text}");
            }
        }
    }

    #[test]
    fn cards_by_their_word() {
        for text in [
            "My card is 9111111111111110",
            "Kreditkarte: 9111 1111 1111 1110",
        ] {
            assert_eq!(found_by(find, text).len(), 1, "{text}");
        }
        assert_eq!(found_by(find, "Discarded 9111111111111110"), [""; 0]);
    }

    #[test]
    fn look_alikes_of_cards() {
        for text in [
            "4111111111111112",    // Luhn
            "0000000000000000",    // all the same
            "7992739871000000",    // nobody's prefix
            "4111 1111-1111 1111", // two separators
            "41111 1111 1111 111", // grouped otherwise
            "id4111111111111111",  // part of a word
            "0.4111111111111111",  // a decimal
            "411111111111111",     // 15 digits of a Visa
            "2026-11-20 11:28:33.1234567",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
