//! Numbers written in groups: what cards and national numbers have in common. A run is a few groups
//! of digits with one separator between two of them.

use std::ops::Range;

/// Groups of digits that stand in a row, `4111 1111-1111`.
pub(crate) struct Run {
    /// Bytes of each group.
    pub(crate) groups: Vec<Range<usize>>,
    /// The separator after each group but the last.
    pub(crate) separators: Vec<char>,
}

/// Characters that people put between groups: spaces and hyphens of every width, point and slash.
pub(crate) fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' | '-' | '\u{2010}'
            ..='\u{2014}' | '\u{2212}' | '.' | '/'
    )
}

/// Every run of a text, in order. A run ends where more than one separator stands.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = Run> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        let start = from + bytes[from..].iter().position(u8::is_ascii_digit)?;
        let mut run = Run {
            groups: Vec::new(),
            separators: Vec::new(),
        };
        let mut at = start;
        loop {
            let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit());
            let end = at + length.count();
            run.groups.push(at..end);
            from = end;
            let Some(separator) = text[end..]
                .chars()
                .next()
                .filter(|next| is_separator(*next))
            else {
                return Some(run);
            };
            at = end + separator.len_utf8();
            if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
                return Some(run);
            }
            run.separators.push(separator);
        }
    })
}

impl Run {
    /// Calls `use_digits(range, digits)` for each stretch of groups whose lengths are one of `forms`
    /// and whose separators are all the same and among `separators`.
    pub(crate) fn each_form(
        &self,
        text: &str,
        forms: &[&[usize]],
        separators: &[char],
        mut use_digits: impl FnMut(Range<usize>, &str),
    ) {
        for first in 0..self.groups.len() {
            for form in forms {
                let Some(groups) = self.groups.get(first..first + form.len()) else {
                    continue;
                };
                let lengths = groups.iter().map(Range::len);
                if !lengths.eq(form.iter().copied()) {
                    continue;
                }
                let between = &self.separators[first..first + form.len() - 1];
                let separator = between.first();
                if separator.is_some_and(|it| !separators.contains(it))
                    || between.iter().any(|other| Some(other) != separator)
                {
                    continue;
                }
                let digits: String = groups.iter().map(|group| &text[group.clone()]).collect();
                let range = groups[0].start..groups[form.len() - 1].end;
                use_digits(range, &digits);
            }
        }
    }
}

/// The digits' values.
pub(crate) fn values(digits: &str) -> Vec<u32> {
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_groups() {
        let text = "a 12-34 56,78  9\u{A0}0";
        let groups: Vec<Vec<&str>> = runs(text)
            .map(|run| {
                run.groups
                    .iter()
                    .map(|group| &text[group.clone()])
                    .collect()
            })
            .collect();
        assert_eq!(groups, [vec!["12", "34", "56"], vec!["78"], vec!["9", "0"]]);
        assert_eq!(runs("no digits").count(), 0);
        assert_eq!(runs("").count(), 0);
    }

    #[test]
    fn forms_want_one_separator() {
        let found = |text: &str| {
            let mut all = Vec::new();
            for run in runs(text) {
                run.each_form(text, &[&[2, 3], &[5]], &['-', ' '], |range, digits| {
                    all.push((range, digits.to_owned()));
                });
            }
            all
        };
        assert_eq!(found("1 12-345"), [(2..8, "12345".to_owned())]);
        assert_eq!(found("12345"), [(0..5, "12345".to_owned())]);
        assert_eq!(found("12/345"), []);
    }
}
