//! Marks around a person's text, so that a model can tell it from the instruction. They are chosen
//! so that nothing in the text can be taken for the closing one: a text that says `</text>` is put
//! between `<text-2>` and `</text-2>`.

use std::collections::HashSet;

/// Like XML, which models have seen much of, and unlike a code fence, which small ones copy into
/// their answer.
const WORD: &str = "text";

/// A pair of marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    /// 1 is said as nothing.
    number: u64,
}

impl Marks {
    /// Marks that none of these texts holds, nor anything that looks like them.
    pub(crate) fn outside<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut taken = HashSet::new();
        for text in texts {
            find(text, &mut taken);
        }
        let number = (1..).find(|number| !taken.contains(number));
        Self {
            number: number.unwrap_or(1),
        }
    }

    /// The text between the marks, each on a line of its own.
    pub(crate) fn around(&self, text: &str) -> String {
        let tag = match self.number {
            1 => WORD.to_owned(),
            number => format!("{WORD}-{number}"),
        };
        let text = text.trim_start_matches(['\n', '\r']).trim_end();
        format!("<{tag}>\n{text}\n</{tag}>")
    }
}

/// The numbers of all marks in a text, also of those that are written in capitals, with spaces or
/// with invisible characters in between: a model may read these as marks all the same.
fn find(text: &str, taken: &mut HashSet<u64>) {
    let plain: String = text
        .chars()
        .filter(|character| character.is_alphanumeric() || "</->".contains(*character))
        .flat_map(char::to_lowercase)
        .collect();
    for after in plain.split('<').skip(1) {
        let Some(rest) = after.trim_start_matches('/').strip_prefix(WORD) else {
            continue;
        };
        taken.insert(1);
        let digits: String = rest
            .trim_start_matches('-')
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        // A number too large to be read is too large to be chosen.
        taken.extend(digits.parse::<u64>());
    }
}

/// A question about a text that is given along, as one prompt. Either may be empty.
#[must_use]
pub fn question_about(question: &str, text: &str) -> String {
    match (question.trim(), text.trim()) {
        (question, "") => question.to_owned(),
        ("", _) => text.to_owned(),
        (question, _) => {
            let marks = Marks::outside([question, text]);
            format!("{question}\n\n{}", marks.around(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, opening: &str) {
        let marked = Marks::outside([text]).around(text);
        assert_eq!(marked.lines().next(), Some(opening), "{text:?}");
    }

    #[test]
    fn the_first_marks_that_are_free_are_taken() {
        check("plain", "<text>");
        check("a < b, and text", "<text>");
        check("</text>", "<text-2>");
        check("<TEXT>", "<text-2>");
        check("< / t e\u{200b}x t >", "<text-2>");
        check("<text-2>", "<text-3>");
        check("</text>2", "<text-2>");
        check("</text-2>3", "<text-3>");
        check("<text> </text-2> <text-4>", "<text-3>");
        check("</text></text-02>", "<text-3>");
        check("</text></text-99999999999999999999999>", "<text-2>");
    }

    #[test]
    fn a_question_and_its_text_become_one_prompt() {
        assert_eq!(question_about("Why?", ""), "Why?");
        assert_eq!(question_about(" Why? ", " \n"), "Why?");
        assert_eq!(question_about("  ", "a\nb"), "a\nb");
        assert_eq!(
            question_about("Which?", "\n  a\n</text>\n"),
            "Which?\n\n<text-2>\n  a\n</text>\n</text-2>"
        );
    }
}
