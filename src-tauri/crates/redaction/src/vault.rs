//! Takes confidential values out of a text and puts them back into an answer.
//!
//! A placeholder is `[LABEL_NUMBER]`, `[EMAIL_1]`: models copy it letter for letter, it tells what
//! stood there, it has no bracket inside, so two of them cannot overlap, and hardly any text holds
//! one by chance. Where a text does hold one, numbering skips it; where it holds one that is already
//! given to a value, that piece of text gets a placeholder itself. So restoring what was replaced
//! always gives the text back, whatever is in it, and what a model invents stays as it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock},
};

use regex::Regex;
use secrecy::{ExposeSecret, SecretString};

use crate::{Finding, boundary::pattern};

/// The label of a piece of text that only looked like a placeholder.
const LITERAL: &str = "TEXT";

static LOOKS_LIKE_PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\[[A-Z]{1,16}_[0-9]{1,20}\]"));

/// The findings are not those of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the findings do not belong to this text: scan it again")]
pub struct ForeignFindings;

/// A value, wiped from memory with the last of its owners. Compared by what it holds.
#[derive(Clone)]
struct Value(Arc<SecretString>);

impl Value {
    fn new(text: &str) -> Self {
        Self(Arc::new(SecretString::from(text)))
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.expose().cmp(other.expose())
    }
}

/// Placeholders and the values behind them, for one conversation. It lives in memory on this
/// computer only: it cannot be copied, printed or serialised, and is wiped when it is dropped.
///
/// ```compile_fail
/// let vault = sotto_redaction::Vault::default();
/// let copy = vault.clone();
/// ```
///
/// ```compile_fail
/// let vault = sotto_redaction::Vault::default();
/// let text = serde_json::to_string(&vault);
/// ```
#[derive(Default)]
pub struct Vault {
    /// The placeholder of each value, by label.
    placeholders: BTreeMap<(&'static str, Value), Arc<str>>,
    /// The value of each placeholder.
    values: BTreeMap<Arc<str>, Value>,
    /// The last number of each label.
    numbers: BTreeMap<&'static str, u64>,
    /// What looked like a placeholder in a text: never given to a value.
    reserved: BTreeSet<String>,
}

impl Vault {
    /// How many values it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// True if it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Replaces what was found, each distinct value by a placeholder of its own. `findings` are some
    /// or all of what [`crate::scan`] found in this very text, in any order.
    ///
    /// # Errors
    /// [`ForeignFindings`] if one does not lie in the text or two overlap; nothing is replaced then,
    /// and the text must not be sent.
    pub fn replace(&mut self, text: &str, findings: &[Finding]) -> Result<String, ForeignFindings> {
        let mut ranges: Vec<_> = findings.iter().collect();
        ranges.sort_by_key(|finding| finding.range.start);
        let apart = ranges
            .windows(2)
            .all(|pair| pair[0].range.end <= pair[1].range.start);
        let inside = |finding: &&Finding| {
            !finding.range.is_empty() && text.get(finding.range.clone()).is_some()
        };
        if !apart || !ranges.iter().all(inside) {
            return Err(ForeignFindings);
        }
        for literal in LOOKS_LIKE_PLACEHOLDER.find_iter(text) {
            if !self.values.contains_key(literal.as_str()) {
                self.reserved.insert(literal.as_str().to_owned());
            }
        }
        let mut replaced = String::with_capacity(text.len());
        let mut from = 0;
        for finding in ranges {
            self.copy(&text[from..finding.range.start], &mut replaced);
            let value = &text[finding.range.clone()];
            replaced.push_str(&self.placeholder(finding.kind.label(), value));
            from = finding.range.end;
        }
        self.copy(&text[from..], &mut replaced);
        Ok(replaced)
    }

    /// Copies a piece that stays, except where it holds a placeholder that is given to a value.
    fn copy(&mut self, text: &str, to: &mut String) {
        let mut from = 0;
        for literal in LOOKS_LIKE_PLACEHOLDER.find_iter(text) {
            if self.values.contains_key(literal.as_str()) {
                to.push_str(&text[from..literal.start()]);
                to.push_str(&self.placeholder(LITERAL, literal.as_str()));
                from = literal.end();
            }
        }
        to.push_str(&text[from..]);
    }

    fn placeholder(&mut self, label: &'static str, value: &str) -> Arc<str> {
        let value = Value::new(value);
        let key = (label, value.clone());
        if let Some(placeholder) = self.placeholders.get(&key) {
            return Arc::clone(placeholder);
        }
        let number = self.numbers.entry(label).or_default();
        let placeholder: Arc<str> = loop {
            *number += 1;
            let candidate = format!("[{label}_{number}]");
            if !self.reserved.contains(&candidate) {
                break candidate.into();
            }
        };
        self.placeholders.insert(key, Arc::clone(&placeholder));
        self.values.insert(Arc::clone(&placeholder), value);
        placeholder
    }

    /// Puts the values back. A placeholder that this vault did not make stays as it is.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        let mut restorer = Restorer::default();
        let mut restored = restorer.push(self, text);
        restored.push_str(&restorer.finish());
        restored
    }

    /// True if a placeholder begins so and goes on.
    fn begins(&self, text: &str) -> bool {
        use std::ops::Bound::{Excluded, Unbounded};
        let after = self.values.range::<str, _>((Excluded(text), Unbounded));
        after
            .take(1)
            .any(|(placeholder, _)| placeholder.starts_with(text))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Vault({} values [REDACTED])", self.len())
    }
}

/// Restores an answer that comes in pieces. It holds back only what may still become a placeholder:
/// less than the longest one.
#[derive(Debug, Default)]
pub struct Restorer {
    held: String,
}

impl Restorer {
    /// Takes the next piece and gives what can be shown. `vault` is the same for all pieces.
    pub fn push(&mut self, vault: &Vault, piece: &str) -> String {
        let mut text = std::mem::take(&mut self.held);
        text.push_str(piece);
        let mut shown = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(open) = rest.find('[') {
            shown.push_str(&rest[..open]);
            rest = &rest[open..];
            let end = rest[1..].find(['[', ']']).map(|at| at + 1);
            match end {
                None if vault.begins(rest) => {
                    rest.clone_into(&mut self.held);
                    return shown;
                }
                None => break,
                Some(end) => {
                    // Up to and with the closing bracket, or up to the next one that opens.
                    let end = if rest[end..].starts_with(']') {
                        end + 1
                    } else {
                        end
                    };
                    let candidate = &rest[..end];
                    let value = vault.values.get(candidate);
                    shown.push_str(value.map_or(candidate, Value::expose));
                    rest = &rest[end..];
                }
            }
        }
        shown.push_str(rest);
        shown
    }

    /// What was still held back at the end of the answer.
    #[must_use]
    pub fn finish(self) -> String {
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Certainty, Kind};

    /// Every `needle` in a text, as findings.
    fn every(text: &str, needle: &str, kind: Kind) -> Vec<Finding> {
        let hits = text.match_indices(needle);
        hits.map(|(start, _)| Finding {
            range: start..start + needle.len(),
            kind,
            certainty: Certainty::Certain,
            name: "",
        })
        .collect()
    }

    #[test]
    fn one_placeholder_for_each_value() {
        let mut vault = Vault::default();
        let text = "a@x.com, b@x.com, a@x.com";
        let mut findings = every(text, "a@x.com", Kind::Email);
        findings.extend(every(text, "b@x.com", Kind::Email));
        let replaced = vault.replace(text, &findings).unwrap();
        assert_eq!(replaced, "[EMAIL_1], [EMAIL_2], [EMAIL_1]");
        assert_eq!(vault.restore(&replaced), text);
        // The same value is the same placeholder in the next message, and of another kind another.
        let next = "a@x.com";
        let again = vault
            .replace(next, &every(next, next, Kind::Email))
            .unwrap();
        assert_eq!(again, "[EMAIL_1]");
        let other = vault
            .replace(next, &every(next, next, Kind::OwnWord))
            .unwrap();
        assert_eq!(other, "[WORD_1]");
        assert_eq!(vault.len(), 3);
    }

    #[test]
    fn numbering_skips_what_the_text_holds() {
        let mut vault = Vault::default();
        let text = "[EMAIL_1] is not a@x.com";
        let replaced = vault
            .replace(text, &every(text, "a@x.com", Kind::Email))
            .unwrap();
        assert_eq!(replaced, "[EMAIL_1] is not [EMAIL_2]");
        assert_eq!(vault.restore(&replaced), text);
    }

    #[test]
    fn a_text_that_holds_a_placeholder_of_an_earlier_one() {
        let mut vault = Vault::default();
        vault
            .replace("a@x.com", &every("a@x.com", "a@x.com", Kind::Email))
            .unwrap();
        let replaced = vault.replace("what is [EMAIL_1]?", &[]).unwrap();
        assert_eq!(replaced, "what is [TEXT_1]?");
        assert_eq!(vault.restore(&replaced), "what is [EMAIL_1]?");
    }

    #[test]
    fn what_a_model_invents_stays() {
        let mut vault = Vault::default();
        vault
            .replace("a@x.com", &every("a@x.com", "a@x.com", Kind::Email))
            .unwrap();
        for text in [
            "[EMAIL_2]",
            "[EMAIL_01]",
            "[email_1]",
            "EMAIL_1",
            "[EMAIL_1",
            "[PHONE_1]",
            "[]",
            "[",
            "]",
        ] {
            assert_eq!(vault.restore(text), text);
        }
        assert_eq!(
            vault.restore("[[EMAIL_1]](x) [EMAIL_[EMAIL_1]"),
            "[a@x.com](x) [EMAIL_a@x.com"
        );
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_not_restored_twice() {
        let mut vault = Vault::default();
        let text = "[EMAIL_1] a@x.com";
        let mut findings = every(text, "[EMAIL_1]", Kind::OwnWord);
        findings.extend(every(text, "a@x.com", Kind::Email));
        let replaced = vault.replace(text, &findings).unwrap();
        assert_eq!(replaced, "[WORD_1] [EMAIL_2]");
        assert_eq!(vault.restore(&replaced), text);
    }

    #[test]
    fn a_stream_holds_back_little() {
        let mut vault = Vault::default();
        vault
            .replace("a@x.com", &every("a@x.com", "a@x.com", Kind::Email))
            .unwrap();
        let mut restorer = Restorer::default();
        let pieces = ["see [E", "MAI", "L_1", "] or [E", "GG] [", "x] [EMAIL"];
        let shown: Vec<String> = pieces
            .iter()
            .map(|piece| restorer.push(&vault, piece))
            .collect();
        assert_eq!(shown, ["see ", "", "", "a@x.com or ", "[EGG] ", "[x] "]);
        assert_eq!(restorer.finish(), "[EMAIL");
    }

    #[test]
    fn findings_of_another_text_are_refused() {
        let mut vault = Vault::default();
        let findings = every("mail a@x.com", "a@x.com", Kind::Email);
        assert_eq!(vault.replace("short", &findings), Err(ForeignFindings));
        let twice = [findings.clone(), findings].concat();
        assert_eq!(vault.replace("mail a@x.com", &twice), Err(ForeignFindings));
        assert!(vault.is_empty());
    }

    #[test]
    fn a_vault_does_not_print_its_values() {
        let mut vault = Vault::default();
        vault
            .replace("a@x.com", &every("a@x.com", "a@x.com", Kind::Email))
            .unwrap();
        assert_eq!(format!("{vault:?}"), "Vault(1 values [REDACTED])");
    }
}
