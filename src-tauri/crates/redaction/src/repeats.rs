//! The same value again: a password or a telephone number that a word beside it gave away once is
//! confidential wherever it stands, in this text and in the others that leave with it.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{Certainty, Finding, boundary::may_divide, scan::Candidates};

/// Values that are looked for again, at most; their lengths in bytes. Shorter ones stand by chance in
/// other places, longer ones are keys that are found by their own form.
const MOST: usize = 1_000;
const SHORTEST: usize = 6;
const LONGEST: usize = 256;

/// Adds to `found[i]` what stands in `texts[i]` and was found anywhere by less than its form.
pub(crate) fn find(texts: &[&str], kept: &[Vec<Finding>], found: &mut [Candidates]) {
    let mut origins: BTreeMap<&str, &Finding> = BTreeMap::new();
    for (text, findings) in texts.iter().zip(kept) {
        for finding in findings {
            let value = &text[finding.range.clone()];
            let own_form = finding.certainty == Certainty::Certain && !finding.kind.is_password();
            if !own_form && (SHORTEST..=LONGEST).contains(&value.len()) && origins.len() < MOST {
                origins.entry(value).or_insert(finding);
            }
        }
    }
    let search = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(origins.keys());
    let Ok(search) = search else {
        return;
    };
    let origins: Vec<&Finding> = origins.into_values().collect();
    for (text, found) in texts.iter().zip(found) {
        for hit in search.find_iter(text) {
            let origin = origins[hit.pattern().as_usize()];
            if may_divide(text, hit.start()) && may_divide(text, hit.end()) {
                found.push(hit.range(), origin.kind, origin.certainty, origin.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Words, scan, scan_all};

    #[test]
    fn a_value_is_found_again() {
        let text =
            "My password is maew1234. Log in with maew1234, not with maew12345 or Xmaew1234.";
        let found = scan(text, &Words::default());
        let values: Vec<&str> = found
            .iter()
            .map(|finding| &text[finding.range.clone()])
            .collect();
        assert_eq!(values, ["maew1234", "maew1234"]);
    }

    #[test]
    fn in_every_text_that_leaves() {
        let texts = ["It is 467 3395 then?", "Yes, call me: 467 3395", "nothing"];
        let found = scan_all(&texts, &Words::default());
        let counts: Vec<usize> = found.iter().map(Vec::len).collect();
        assert_eq!(counts, [1, 1, 0]);
    }
}
