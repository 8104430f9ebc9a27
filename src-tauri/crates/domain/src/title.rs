//! A title by itself: the first words of the first question. No model is asked: a small one writes
//! poor titles, and asking it would delay the next question.

/// The longest title made, in characters.
const LONGEST: usize = 48;

/// Makes a title from the first question: its first line that says something, without Markdown's
/// marks, cut at a word. Never empty.
#[must_use]
pub fn from_question(question: &str) -> String {
    let words = first_words(question);
    if words.is_empty() {
        return "Untitled".to_owned();
    }
    shorten(&words)
}

/// Makes a title from what is done with a text, and the text's first words.
#[must_use]
pub fn from_action(action: &str, text: &str) -> String {
    shorten(&format!("{action}: {}", first_words(text)))
}

fn first_words(text: &str) -> String {
    let line = text
        .lines()
        .map(|line| {
            line.trim()
                .trim_start_matches(['#', '>', '*', '-', '`', ' '])
                .trim()
        })
        .find(|line| line.chars().any(char::is_alphanumeric))
        .unwrap_or_else(|| text.trim());
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(words: &str) -> String {
    let Some((end, _)) = words.char_indices().nth(LONGEST) else {
        return words.trim_end_matches(['.', ',', ';', ':']).to_owned();
    };
    let head = &words[..end];
    // Cut at a word where the text has spaces; Thai or Japanese has none, so cut at the character.
    let head = match head.rfind(' ') {
        Some(space) if space > end / 2 => &head[..space],
        _ => head,
    };
    format!("{}…", head.trim_end_matches(['.', ',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: &str) {
        assert_eq!(from_question(question), expected);
    }

    #[test]
    fn titles_of_actions() {
        assert_eq!(
            from_action("Summarise", "\n\n# Minutes of May\nmore"),
            "Summarise: Minutes of May"
        );
        let long = "the first words of a text that goes on and on and on";
        assert_eq!(
            from_action("Fix grammar", long),
            "Fix grammar: the first words of a text that…"
        );
    }

    #[test]
    fn titles() {
        check("Regex for ISO dates", "Regex for ISO dates");
        check("What if a field is missing?", "What if a field is missing?");
        check(
            "\n\n## Summary: of the minutes.\nmore",
            "Summary: of the minutes",
        );
        check("```\nfn main() {}\n```", "fn main() {}");
        check("   ", "Untitled");
        check("???", "???");
        check(
            "Here is a delivery note as text. Give me a Python function that returns it",
            "Here is a delivery note as text. Give me a…",
        );
        check(&"ก".repeat(60), &format!("{}…", "ก".repeat(48)));
    }
}
