//! Runs every detector over a text and decides which of two findings that overlap stays.

use std::{collections::BTreeMap, ops::Range};

use crate::{
    Certainty, Finding, Kind, Words, addresses, assignments, cards, emails, ibans, ip_addresses,
    national_ids, phones, private_keys, repeats, tokens, urls,
};

/// Collects what the detectors find.
#[derive(Default)]
pub(crate) struct Candidates(Vec<Finding>);

impl Candidates {
    /// Adds one. `range` lies on character boundaries; an empty one is left out.
    pub(crate) fn push(
        &mut self,
        range: Range<usize>,
        kind: Kind,
        certainty: Certainty,
        name: &'static str,
    ) {
        if !range.is_empty() {
            self.0.push(Finding {
                range,
                kind,
                certainty,
                name,
            });
        }
    }

    /// Those that stay. Of two that overlap one that is merely possible gives way; then the longer
    /// one stays, because it covers more; then the more certain one, the one whose kind says more,
    /// the one that begins first, and the one that was found first.
    fn resolve(mut self) -> Vec<Finding> {
        let possible = |finding: &Finding| finding.certainty == Certainty::Possible;
        self.0.sort_by(|one, two| {
            possible(one)
                .cmp(&possible(two))
                .then(two.range.len().cmp(&one.range.len()))
                .then(two.certainty.cmp(&one.certainty))
                .then(one.kind.cmp(&two.kind))
                .then(one.range.start.cmp(&two.range.start))
        });
        let mut kept: BTreeMap<usize, Finding> = BTreeMap::new();
        for finding in self.0 {
            // The kept ones are apart, so only the last that begins before our end can reach us.
            let last = kept.range(..finding.range.end).next_back();
            if last.is_none_or(|(_, other)| other.range.end <= finding.range.start) {
                kept.insert(finding.range.start, finding);
            }
        }
        kept.into_values().collect()
    }
}

/// Finds what looks confidential: sorted, and no two overlap. Linear in the length of the text.
#[must_use]
pub fn scan(text: &str, words: &Words) -> Vec<Finding> {
    scan_all(&[text], words).pop().unwrap_or_default()
}

/// Finds what looks confidential in texts that leave together: what a word beside it gives away in
/// one of them is found in all. One list for each text, as [`scan`] gives it.
#[must_use]
pub fn scan_all(texts: &[&str], words: &Words) -> Vec<Vec<Finding>> {
    let found = texts.iter().map(|text| detect(text, words).resolve());
    let kept: Vec<Vec<Finding>> = found.collect();
    let mut found: Vec<Candidates> = kept.iter().cloned().map(Candidates).collect();
    repeats::find(texts, &kept, &mut found);
    found.into_iter().map(Candidates::resolve).collect()
}

fn detect(text: &str, words: &Words) -> Candidates {
    let mut found = Candidates::default();
    words.find(text, &mut found);
    private_keys::find(text, &mut found);
    tokens::find(text, &mut found);
    urls::find(text, &mut found);
    assignments::find(text, &mut found);
    cards::find(text, &mut found);
    ibans::find(text, &mut found);
    national_ids::find(text, &mut found);
    emails::find(text, &mut found);
    ip_addresses::find(text, &mut found);
    phones::find(text, &mut found);
    addresses::find(text, &mut found);
    found
}

/// What one detector finds alone, for its table of examples.
#[cfg(test)]
pub(crate) fn found_by(detector: impl FnOnce(&str, &mut Candidates), text: &str) -> Vec<&str> {
    let mut found = Candidates::default();
    detector(text, &mut found);
    let kept = found.resolve();
    kept.into_iter()
        .map(|finding| &text[finding.range])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(candidates: &[(Range<usize>, Kind, Certainty)]) -> Vec<(Range<usize>, Kind)> {
        let mut found = Candidates::default();
        for (range, kind, certainty) in candidates {
            found.push(range.clone(), *kind, *certainty, "");
        }
        let kept = found.resolve();
        kept.into_iter()
            .map(|finding| (finding.range, finding.kind))
            .collect()
    }

    #[test]
    fn of_two_that_overlap_one_stays() {
        use Certainty::{Certain, Likely, Possible};
        use Kind::{Email, OwnWord, Password, Phone, Token};
        // The longer one: a password in which a word of the person's stands goes as a whole.
        assert_eq!(
            kept(&[(3..7, OwnWord, Certain), (0..12, Password, Likely)]),
            [(0..12, Password)]
        );
        assert_eq!(
            kept(&[(0..4, Token, Certain), (2..9, Email, Certain)]),
            [(2..9, Email)]
        );
        // But not one that is merely possible.
        assert_eq!(
            kept(&[(0..9, Phone, Possible), (3..5, Token, Likely)]),
            [(3..5, Token)]
        );
        // The more certain one.
        assert_eq!(
            kept(&[(0..9, Token, Likely), (0..9, Phone, Certain)]),
            [(0..9, Phone)]
        );
        // The kind that says more, whichever was found first.
        for order in [[Token, Password], [Password, Token]] {
            let [one, two] = order.map(|kind| (1..5, kind, Certain));
            assert_eq!(kept(&[one, two]), [(1..5, Token)]);
        }
        // Those that only touch both stay, sorted.
        assert_eq!(
            kept(&[(4..6, Email, Certain), (0..4, Token, Likely)]),
            [(0..4, Token), (4..6, Email)]
        );
    }

    #[test]
    fn nothing_is_found_in_plain_words() {
        let text = "The meeting is at 10:30 on 2026-11-20 in room 4.12; bring 3 copies (A4), \
                    version 1.2.3, and 1,234,567.89 EUR. See section 12-14 of RFC 9112.";
        assert_eq!(scan(text, &Words::default()), []);
        assert_eq!(scan("", &Words::default()), []);
    }
}
