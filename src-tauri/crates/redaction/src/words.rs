//! The person's own words: names of clients, projects, places, whatever must not leave. They are
//! found in any case and with any white space inside, as whole words; in scripts without spaces a
//! word may begin and end beside any letter, but not within one.

use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{Certainty, Kind, boundary::may_divide, scan::Candidates};

/// Why a list of words cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// The list is larger than the search can hold.
    #[error("the list of own words is too long ({bytes} bytes): remove some of them")]
    TooLong {
        /// Bytes of all words together.
        bytes: usize,
    },
}

/// The list, ready to be looked for. It does not print itself: the words are confidential.
#[derive(Clone, Default)]
pub struct Words(Option<AhoCorasick>);

impl Words {
    /// The longest list, in bytes of all words together: a search over it takes some 16 MB.
    pub const LONGEST: usize = 256 * 1024;

    /// Prepares a list. Words without a letter or digit are left out: nothing could bound them.
    ///
    /// # Errors
    /// [`WordsError::TooLong`] above [`Words::LONGEST`].
    pub fn new<I, W>(words: I) -> Result<Self, WordsError>
    where
        I: IntoIterator<Item = W>,
        W: AsRef<str>,
    {
        let folded: Vec<String> = words
            .into_iter()
            .map(|word| Folded::new(word.as_ref().trim()).text)
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .collect();
        let bytes = folded.iter().map(String::len).sum();
        let too_long = WordsError::TooLong { bytes };
        if bytes > Self::LONGEST {
            return Err(too_long);
        }
        if folded.is_empty() {
            return Ok(Self::default());
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(folded);
        search
            .map(|search| Self(Some(search)))
            .map_err(|_| too_long)
    }

    /// True if nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn find(&self, text: &str, found: &mut Candidates) {
        let Some(search) = &self.0 else {
            return;
        };
        let folded = Folded::new(text);
        for hit in search.find_overlapping_iter(&folded.text) {
            let start = folded.origin[hit.start()];
            let end = folded.end_of(hit.end());
            if may_divide(text, start) && may_divide(text, end) {
                found.push(
                    start..end,
                    Kind::OwnWord,
                    Certainty::Certain,
                    "your own word",
                );
            }
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Words([REDACTED])")
    }
}

/// A text in lower case, each run of white space one space, and where each byte of it came from.
struct Folded {
    text: String,
    /// For each byte the start of the character that it came from; at the end the length.
    origin: Vec<usize>,
    /// For each byte the end of what it came from.
    ends: Vec<usize>,
}

impl Folded {
    fn new(original: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(original.len()),
            origin: Vec::with_capacity(original.len()),
            ends: Vec::with_capacity(original.len()),
        };
        for (start, character) in original.char_indices() {
            let end = start + character.len_utf8();
            if character.is_whitespace() {
                if folded.text.ends_with(' ') {
                    if let Some(last) = folded.ends.last_mut() {
                        *last = end;
                    }
                    continue;
                }
                folded.push(' ', start, end);
            } else if character == 'ς' {
                // The last sigma of a word is the same letter.
                folded.push('σ', start, end);
            } else {
                for lower in character.to_lowercase() {
                    folded.push(lower, start, end);
                }
            }
        }
        folded
    }

    fn push(&mut self, character: char, start: usize, end: usize) {
        self.text.push(character);
        self.origin.resize(self.text.len(), start);
        self.ends.resize(self.text.len(), end);
    }

    /// Where in the original a stretch ends that ends at this byte.
    fn end_of(&self, end: usize) -> usize {
        self.ends[end - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[track_caller]
    fn check(words: &[&str], text: &str, expected: &[&str]) {
        let words = Words::new(words).unwrap();
        let found = found_by(|text, found| words.find(text, found), text);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn whole_words_in_any_case() {
        check(
            &["Acme"],
            "ACME's plan, acme_plan and (acme)",
            &["ACME", "acme", "acme"],
        );
        check(&["acme"], "acmes pacme acme2", &[]);
        check(&["Straße"], "STRAẞE straße", &["STRAẞE", "straße"]);
        check(&["ΟΔΟΣ"], "οδός? οδος!", &["οδος"]);
        check(
            &["Müller & Söhne"],
            "bei müller  &\nsöhne,",
            &["müller  &\nsöhne"],
        );
        check(&["C++"], "C++ and c++17", &["C++", "c++"]);
    }

    #[test]
    fn scripts_without_spaces() {
        check(&["สมชาย"], "คุณสมชายมาแล้ว", &["สมชาย"]);
        check(&["田中"], "明日は田中さんと", &["田中"]);
        check(&["홍길동"], "홍길동이 왔다", &["홍길동"]);
        check(&["张伟"], "我叫张伟。", &["张伟"]);
        // Not within a letter: the tone mark makes it another one.
        check(&["กา"], "ก่า กาแฟ", &["กา"]);
        check(&["ก"], "กี่", &[]);
        check(&["Somchai"], "คุณSomchaiมา", &["Somchai"]);
        check(&["ada"], "ada\u{308} ada", &["ada"]);
    }

    #[test]
    fn the_longer_of_two_words() {
        check(
            &["Ada", "Ada Lovelace"],
            "ada lovelace, ada",
            &["ada lovelace", "ada"],
        );
    }

    #[test]
    fn empty_lists_and_words() {
        check(&[], "anything", &[]);
        check(&["", "  ", "--"], "-- any  thing", &[]);
        assert!(Words::new([""; 3]).unwrap().is_empty());
        let long = "x".repeat(Words::LONGEST + 1);
        let error = Words::new([&long]).unwrap_err();
        assert_eq!(error, WordsError::TooLong { bytes: long.len() });
    }

    #[test]
    fn words_do_not_print_themselves() {
        let printed = format!("{:?}", Words::new(["Acme"]).unwrap());
        assert_eq!(printed, "Words([REDACTED])");
    }
}
