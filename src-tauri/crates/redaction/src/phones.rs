//! Telephone numbers: international ones by their calling code, and national ones by the shapes that
//! large countries write. Digits that could be anything count only after a word such as "call".
//!
//! The crate `phonenumber` was left out: it looks for nothing in a text, it only judges a number once
//! one is cut out, and its judgement (is this number given out?) refuses numbers that people mistype
//! or make up, which here must be found all the same.

mod calling_codes;

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use crate::{
    Certainty, Kind,
    boundary::{before, pattern, stands_alone, window},
    scan::Candidates,
};
use calling_codes::is_assigned;

/// How far before a number the word may stand that says what it is, in bytes: for digits in groups,
/// and for digits in one row, which are often something else.
const CONTEXT: usize = 64;
const CLOSE: usize = 24;
/// Digits of a whole number (E.164).
const LONGEST: usize = 15;

/// Groups of digits with what people write between them; some may stand in brackets.
static CHUNK: LazyLock<Regex> = LazyLock::new(|| {
    let between = r"[ ./\x{A0}\x{2007}\x{2009}\x{202F}\x{2010}-\x{2014}-]";
    pattern(&format!(
        r"\+?[ ]?(?:\(\+?[0-9]{{1,5}}\)[0-9]{{0,11}}|[0-9]{{1,15}})(?:{between}{{0,3}}\([0-9]{{1,5}}\)[0-9]{{0,11}}|{between}{{1,3}}[0-9]{{1,11}}){{0,9}}"
    ))
});

/// An extension after the number.
static EXTENSION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\A ?(?:(?i:x|ext\.?|extension|доб\.?)|#) ?[0-9]{1,6}"));

/// Words that stand beside a number to call. Those of one syllable must begin a word. "Number" alone
/// is said of cards and orders too: it counts only with a word that does not say of what.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let anywhere = "phone|telefon|teléfono|téléphone|telefone|rufnummer|numéro|puhelin|τηλ|тел|звон|\
        โทร|เบอร์|電話|电话|手机|携帯|전화|휴대폰|फ़ोन|फोन|هاتف|điện thoại|whatsapp|viber|switchboard|\
        voicemail|landline|hotline|helpline";
    let beginning = "answer|appelle|call|cell|celular|chiama|contact|desk|dial|fax|handy|hear from|\
        ligue|llama|messag|mobil|móvil|pager|portable|reach|ruf|sms|speak|talk|tel|tlf|tél|texte?|\
        (?:my|our|his|her|their|your|whose|new|old|other|this|that|same|right|wrong|home|work|office|\
        business|private|direct|emergency|registered|contact|support|service) (?:numbers?|line|no\\.?)|\
        номер";
    let whole = "ring|ringing|text|texts|texting|ph\\.?";
    pattern(&format!(
        r"{anywhere}|(?-u:\b)(?:{beginning})|(?-u:\b)(?:{whole})(?-u:\b)|(?-u:\b)[ptmf]\.?: ?\z"
    ))
});

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for chunk in CHUNK.find_iter(text) {
        let groups = groups(text, chunk.range());
        let mut first = 0;
        while first < groups.len() {
            let longest = (first + 1..=groups.len()).rev();
            let number = longest
                .filter_map(|end| Number::new(text, &groups[first..end], chunk.start()))
                .find_map(|number| number.judge().map(|certainty| (number, certainty)));
            if let Some((number, certainty)) = number {
                first += number.groups.len();
                found.push(number.range, Kind::Phone, certainty, "phone number");
            } else {
                first += 1;
            }
        }
    }
}

/// The groups of digits of a chunk.
fn groups(text: &str, chunk: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut groups: Vec<Range<usize>> = Vec::new();
    for at in chunk.filter(|at| bytes[*at].is_ascii_digit()) {
        match groups.last_mut() {
            Some(group) if group.end == at => group.end += 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// Some groups in a row that may be a number.
struct Number<'a> {
    text: &'a str,
    groups: &'a [Range<usize>],
    /// With the plus, the brackets and the extension.
    range: Range<usize>,
    has_plus: bool,
    in_brackets: bool,
}

impl<'a> Number<'a> {
    /// `None` if something stands beside it that makes it a part of something else.
    fn new(text: &'a str, groups: &'a [Range<usize>], chunk_start: usize) -> Option<Self> {
        let mut start = groups.first()?.start;
        let mut end = groups.last()?.end;
        // What may stand before the digits: `+`, `(`, `(+`, `+ (`.
        let mut head = &text[chunk_start..start];
        let mut take = |last: char| {
            let rest = head.strip_suffix(last);
            head = rest.unwrap_or(head);
            rest.map(|rest| start = chunk_start + rest.len()).is_some()
        };
        let mut has_plus = take('+');
        let in_brackets = take('(');
        if !has_plus && (head.ends_with('+') || head.ends_with("+ ")) {
            has_plus = true;
            start = chunk_start + head.trim_end().len() - 1;
        }
        // A sum: `69069 + 907133923`.
        let summand = text[..start].trim_end_matches(' ');
        if has_plus && summand.ends_with(|last: char| last.is_ascii_digit() || last == ')') {
            return None;
        }
        // A bracket that opens before this number must close in it, and the other way round.
        let inside = &text[start..end];
        if inside.matches('(').count() != inside.matches(')').count() {
            return None;
        }
        if let Some(extension) = EXTENSION.find(window(text, end, 24)) {
            end += extension.end();
        }
        let apart = stands_alone(text, start, end) && !is_joined(text, start, end);
        apart.then_some(Self {
            text,
            groups,
            range: start..end,
            has_plus,
            in_brackets,
        })
    }

    fn digits(&self) -> String {
        let groups = self.groups.iter();
        groups.map(|group| &self.text[group.clone()]).collect()
    }

    /// What stands after each group but the last.
    fn separators(&self) -> Vec<&str> {
        let pairs = self.groups.windows(2);
        pairs
            .map(|pair| &self.text[pair[0].end..pair[1].start])
            .collect()
    }

    fn judge(&self) -> Option<Certainty> {
        let digits = self.digits();
        let lengths: Vec<usize> = self.groups.iter().map(Range::len).collect();
        if self.has_plus {
            return self.judge_international(&digits);
        }
        if digits.len() < 7 || digits.len() > LONGEST + 2 || self.is_something_else(&lengths) {
            return None;
        }
        let several = lengths.len() >= 2;
        let prefixed = self.text[self.groups[0].clone()].starts_with("00");
        let international = prefixed && several && is_assigned(&digits[2..]);
        if international && (10..=LONGEST + 2).contains(&digits.len()) {
            return Some(Certainty::Likely);
        }
        if self.is_north_american(&lengths, &digits) {
            return Some(Certainty::Likely);
        }
        let trunk = digits.starts_with('0') && !digits.starts_with("00") && lengths[0] >= 2;
        let whole_groups = lengths.iter().all(|length| *length >= 2);
        if trunk && several && whole_groups && (9..=12).contains(&digits.len()) && self.is_even() {
            return Some(Certainty::Likely);
        }
        if self.in_brackets && several && whole_groups && (8..=12).contains(&digits.len()) {
            return Some(Certainty::Likely);
        }
        if self.is_beside_word() && whole_groups && digits.len() <= 13 && lengths.len() <= 6 {
            return Some(Certainty::Likely);
        }
        let in_a_row = !several && is_in_a_row(&digits, trunk);
        (in_a_row || self.is_grouped(&lengths, &digits)).then_some(Certainty::Possible)
    }

    /// E.164: a calling code and 15 digits at most; North America and Russia have exactly eleven.
    fn judge_international(&self, digits: &str) -> Option<Certainty> {
        let digits = digits.trim_start_matches('0');
        let fits = match digits.as_bytes().first()? {
            b'1' | b'7' => digits.len() == 11,
            _ => (8..=LONGEST + 1).contains(&digits.len()),
        };
        (fits && is_assigned(digits)).then_some(Certainty::Certain)
    }

    /// `555-123-4567`, `(555) 123-4567`, with 1 or 001 before it; with spaces only where the digits
    /// could be given out.
    fn is_north_american(&self, lengths: &[usize], digits: &str) -> bool {
        let country = match lengths {
            [1, 3, 3, 4] => digits.starts_with('1'),
            [3, 3, 3, 4] => digits.starts_with("001"),
            [3, 3, 4] => true,
            _ => return false,
        };
        let spaces = self
            .separators()
            .iter()
            .all(|separator| separator.trim().is_empty());
        let national = &digits[digits.len() - 10..];
        let given_out = national.as_bytes()[0] >= b'2' && national.as_bytes()[3] >= b'2';
        country && (!spaces || given_out)
    }

    /// `60-56-85-91`, `699 956 915`, `51 516 33 75`: groups that amounts, dates and codes do not
    /// have. Amounts come in threes.
    fn is_grouped(&self, lengths: &[usize], digits: &str) -> bool {
        let separators = self.separators();
        let first = separators.first().copied().unwrap_or_default();
        let same = separators.iter().all(|separator| *separator == first);
        let in_threes = lengths.iter().skip(1).all(|length| *length == 3);
        let mixed = lengths.len() >= 3
            && (8..=12).contains(&digits.len())
            && lengths.iter().all(|length| (2..=4).contains(length))
            && lengths.iter().any(|length| *length != lengths[0])
            && lengths.contains(&3)
            && !in_threes;
        same && first.chars().count() == 1
            && (mixed || matches!(lengths, [2, 2, 2, 2] | [3, 3, 3]))
            && !digits.ends_with("00")
    }

    /// One separator throughout; the first may differ (`0341/838 71 76`).
    fn is_even(&self) -> bool {
        let separators = self.separators();
        separators
            .iter()
            .skip(2)
            .all(|separator| *separator == separators[1])
    }

    /// `call 253 0000`, `253 0000 (mobile)`.
    fn is_beside_word(&self) -> bool {
        let distance = if self.groups.len() > 1 {
            CONTEXT
        } else {
            CLOSE
        };
        let after = window(self.text, self.range.end, CLOSE);
        let line = after.lines().next().unwrap_or_default();
        WORDS.is_match(&before(self.text, self.range.start, distance))
            || WORDS.is_match(&line.to_lowercase())
    }

    /// Dates, IPv4 addresses, postal codes of the United States, thousands, decimals.
    fn is_something_else(&self, lengths: &[usize]) -> bool {
        let value = |at: usize| {
            self.text[self.groups[at].clone()]
                .parse::<u64>()
                .unwrap_or(u64::MAX)
        };
        let year = |at: usize| lengths[at] == 4 && (1900..2100).contains(&value(at));
        let day = |at: usize| lengths[at] <= 2 && (1..=31).contains(&value(at));
        let date = (0..lengths.len().saturating_sub(2)).any(|at| {
            year(at) && day(at + 1) && day(at + 2) || day(at) && day(at + 1) && year(at + 2)
        });
        let years = lengths == [4, 4] && year(0) && year(1);
        let points = self.separators().iter().all(|separator| *separator == ".");
        let in_threes = lengths.iter().skip(1).all(|length| *length == 3);
        let version = points && lengths.len() == 4 && lengths.iter().all(|length| *length <= 3);
        let thousands = points && lengths.len() >= 2 && in_threes;
        let decimal = points && lengths.len() == 2;
        date || years || lengths == [5, 4] || version || thousands || decimal
    }
}

/// Digits in one row that could be given out: ten or eleven with a leading zero, or ten of North
/// America; not the digits in order, and not the greatest numbers of a computer.
fn is_in_a_row(digits: &str, trunk: bool) -> bool {
    let known = [
        "0123456789",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
    ];
    let bytes = digits.as_bytes();
    let north_american = digits.len() == 10
        && bytes[0] >= b'2'
        && bytes[3] >= b'2'
        && &bytes[1..3] != b"11"
        && &bytes[4..6] != b"11";
    let national = trunk && (10..=11).contains(&digits.len());
    (national || north_american) && !known.contains(&digits)
}

/// True for a part of a longer thing: an identifier with hyphens, a path, a decimal, a time, an amount.
fn is_joined(text: &str, start: usize, end: usize) -> bool {
    let mut before = text[..start].chars().rev();
    let mut after = text[end..].chars();
    let joined_before = match (before.next(), before.next()) {
        (Some('-' | '/' | '_' | '=' | '\\'), Some(next)) => next.is_ascii_alphanumeric(),
        (Some('.' | ',' | ':'), Some(next)) => next.is_ascii_digit(),
        (Some('$' | '€' | '£' | '¥' | '฿' | '#'), _) => true,
        _ => false,
    };
    let joined_after = match (after.next(), after.next()) {
        (Some('-' | '/' | '_' | '.' | ',' | ':'), Some(next)) => next.is_ascii_digit(),
        (Some('%' | '€' | '$'), _) => true,
        _ => false,
    };
    joined_before || joined_after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn numbers_by_their_shape() {
        for number in [
            "+1 650-253-0000",
            "+16502530000",
            "+44 20 7946 0958",
            "+49 (0)30 901820",
            "+49 30/901820-12",
            "+66 81 234 5678",
            "+81-3-1234-5678",
            "+7 (495) 123-45-67",
            "+86 138 0013 8000",
            "(+44) 20 7946 0958",
            "0044 20 7946 0958",
            "001-650-253-0000",
            "1-650-253-0000",
            "(650) 253-0000",
            "(650)253-0000x123",
            "650-253-0000",
            "650.253.0000 ext. 12",
            "650 253 0000",
            "020 7946 0958",
            "07911 123456",
            "030 901820 12",
            "01 42 27 64 97",
            "01.42.27.64.97",
            "06-12345678",
            "081-234-5678",
            "03-1234-5678",
            "(11) 91234-5678",
            "(02) 9374 4000",
            "0812345678",
        ] {
            for text in [
                number.to_owned(),
                format!("It is {number}."),
                format!("เลข{number}ครับ"),
                format!("<{number}>, 3 times"),
            ] {
                assert_eq!(found_by(find, &text), [number], "{text}");
            }
        }
    }

    #[test]
    fn numbers_beside_a_word() {
        for (before, number, after) in [
            ("Call me at ", "253 0000", ""),
            ("Phone:\n", "60 568 591", ""),
            ("Tel. ", "99 668472", ""),
            ("โทร ", "02 123 456", ""),
            ("Mobile ", "1498777106", ""),
            ("电话：", "1380 0138 000", ""),
            ("My phone number is ", "13800138000", ""),
            ("You have the wrong number, mine is ", "4320 3163", ""),
            ("T: ", "78 651 450", ""),
            ("Use ", "467 3395", " (mobile)"),
            ("Use ", "78 651 450", " to reach me"),
        ] {
            let text = format!("{before}{number}{after}, please");
            assert_eq!(found_by(find, &text), [number], "{text}");
            let other = format!("Item {number}, please");
            assert_eq!(found_by(find, &other), [""; 0], "{other}");
        }
    }

    #[test]
    fn numbers_by_their_groups() {
        for number in [
            "60-56-85-91",
            "60 56 85 91",
            "699 956 915",
            "51 516 33 75",
            "432 03 163",
            "9498777106",
        ] {
            let text = format!("Item {number}, please");
            assert_eq!(found_by(find, &text), [number], "{text}");
        }
    }

    #[test]
    fn two_numbers_in_a_row() {
        assert_eq!(
            found_by(find, "01 42 27 64 97 / 01 42 27 64 98"),
            ["01 42 27 64 97", "01 42 27 64 98"]
        );
        assert_eq!(
            found_by(find, "650-253-0000, 650-253-0001"),
            ["650-253-0000", "650-253-0001"]
        );
    }

    #[test]
    fn look_alikes_of_numbers() {
        for text in [
            "Call me on 2026-11-20 at 10:30",
            "Call me on 20.11.2026",
            "Reach us from 2019-2024",
            "from 1999 - 2005",
            "1,234,567.89",
            "1.234.567",
            "10.0.0.1",
            "ISBN 0-306-40615-2",
            "550e8400-e29b-41d4-a716-446655440000",
            "12:30:45.123456",
            "+123",
            "x * 69069 + 907133923",
            "0123456789",
            "0.026/0.026/0.026/0.000",
            "(most recent call last): ValueError: expected 50331648 bytes",
            "+999 1234 56789",
            "1 + 2345678 = 2345679",
            "Springfield 12345-6789",
            "https://example.com/0812345678",
            "file-0812345678",
            "order 1234567890",
            "3.14159265358979",
            "call 911",
            "card number 253 0000",
            "the order number: 1498777106",
            "20-11-26",
            "2147483647",
            "12 345 678 people",
            "between 100 and 200 3000",
            "24  41  43  46",
            "the SIZE extension 33554432 bytes",
            "699 956 000 people",
            "x0812345678",
            "during the 100 000 000 years",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
