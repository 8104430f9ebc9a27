//! What another machine said about a request, made fit to be shown: one line, bounded, without control
//! characters, without the key. It may repeat what was asked, so it is never printed for debugging.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// Characters that are kept; a sentence or two.
const LONGEST: usize = 400;

/// Words of a provider's, to be shown to the person and to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    /// Cleans a text. `None` if nothing is left of it.
    pub(crate) fn new(text: &str, key: Option<&SecretString>) -> Option<Self> {
        let secret = key.map(ExposeSecret::expose_secret);
        let text = match secret.filter(|secret| !secret.is_empty()) {
            Some(secret) => text.replace(secret, "(the key)"),
            None => text.to_owned(),
        };
        let shown = |letter: char| if is_unseen(letter) { ' ' } else { letter };
        let line: String = text.chars().map(shown).collect();
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut line = words.join(" ");
        if let Some((end, _)) = line.char_indices().nth(LONGEST) {
            line.truncate(end);
            line.push('…');
        }
        (!line.is_empty()).then_some(Self(line))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Said {
    /// Says how much, never what.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Said({} bytes)", self.0.len())
    }
}

/// Control characters, and those that change the direction of text or cannot be seen (Unicode, "Bidi_Control"
/// and the zero-width characters).
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let key = SecretString::from("sk-123");
        let said = Said::new(text, Some(&key));
        assert_eq!(said.as_ref().map_or("", Said::as_str), expected);
    }

    #[test]
    fn words_become_one_clean_line() {
        check("  a\r\n\tb\u{1b}[31mc\0 ", "a b [31mc");
        check("pay\u{202e}elgoog\u{200b}", "pay elgoog");
        check("", "");
        check("\n\u{7}", "");
        check(
            "Incorrect key sk-123 (sk-123456)",
            "Incorrect key (the key) ((the key)456)",
        );
        check(&"é".repeat(1_000), &format!("{}…", "é".repeat(LONGEST)));
        assert_eq!(Said::new("sk-123", None).unwrap().as_str(), "sk-123");
        assert_eq!(Said::new("", Some(&SecretString::from(""))), None);
    }

    #[test]
    fn words_are_not_printed_for_debugging() {
        let said = Said::new("my diary", None).unwrap();
        assert_eq!(format!("{said:?}"), "Said(8 bytes)");
    }
}
