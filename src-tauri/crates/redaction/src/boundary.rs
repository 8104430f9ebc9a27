//! Where a number or a word may begin and end, and what stands before it. The rules look at single
//! characters and not at words, because Thai, Chinese and Japanese put no spaces between words.

use regex::Regex;
use unicode_segmentation::GraphemeCursor;

/// Compiles a pattern of this crate. All of them are constants, and a test compiles each.
pub(crate) fn pattern(shape: &str) -> Regex {
    Regex::new(shape).expect("a pattern of this crate is a regular expression")
}

/// True if nothing of an ASCII word touches either end: `x12` does not begin at `1`.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let before = start.checked_sub(1).is_some_and(|at| word(bytes[at]));
    let after = bytes.get(end).is_some_and(|byte| word(*byte));
    !before && !after
}

/// True if digits go on beyond a point or a comma on either side: part of a decimal or a version.
pub(crate) fn is_part_of_decimal(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let point = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|byte| matches!(byte, b'.' | b','))
    };
    let before = start >= 2 && point(start - 1) && digit(start - 2);
    let after = point(end) && digit(end + 1);
    before || after
}

/// Up to `length` bytes before `at`, in lower case, cut at a character.
pub(crate) fn before(text: &str, at: usize, length: usize) -> String {
    let mut start = at.saturating_sub(length);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..at].to_lowercase()
}

/// Up to `length` bytes from `at` on, cut at a character.
pub(crate) fn window(text: &str, at: usize, length: usize) -> &str {
    let mut end = at.saturating_add(length).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[at..end]
}

/// Scripts that are written without spaces, and Korean, which hangs particles on words: there a
/// word may begin and end beside any letter.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(
        u32::from(character),
        0x0E00..=0x0EFF // Thai, Lao
            | 0x1000..=0x109F // Myanmar
            | 0x1100..=0x11FF // Hangul Jamo
            | 0x1780..=0x17FF // Khmer
            | 0x3005..=0x3007
            | 0x3040..=0x30FF // Hiragana, Katakana
            | 0x3130..=0x318F // Hangul, compatible Jamo
            | 0x31F0..=0x31FF
            | 0x3400..=0x4DBF // Chinese characters
            | 0x4E00..=0x9FFF
            | 0xAC00..=0xD7FF // Hangul
            | 0xF900..=0xFAFF
            | 0xFF66..=0xFFDC // half-width Katakana and Hangul
            | 0x20000..=0x3FFFF // more Chinese characters
    )
}

/// True where a word may begin or end: not inside a word, and never inside what a reader sees as
/// one letter.
pub(crate) fn may_divide(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text[..at].chars().next_back(), text[at..].chars().next())
    else {
        return true;
    };
    let inside_word = before.is_alphanumeric()
        && after.is_alphanumeric()
        && !is_unspaced(before)
        && !is_unspaced(after);
    let whole_letter = GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0);
    !inside_word && whole_letter.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_ascii_ends() {
        assert!(stands_alone("12", 0, 2));
        assert!(stands_alone("โทร12ครับ", 9, 11));
        assert!(!stands_alone("x12", 1, 3));
        assert!(!stands_alone("12_", 0, 2));
    }

    #[test]
    fn context_is_cut_at_a_character() {
        assert_eq!(before("โทรAB", 11, 3), "ab");
        assert_eq!(window("aโทร", 0, 3), "a");
        assert_eq!(window("abc", 3, 9), "");
    }

    #[test]
    fn decimals() {
        assert!(is_part_of_decimal("3.14", 2, 4));
        assert!(is_part_of_decimal("14,5", 0, 2));
        assert!(!is_part_of_decimal("is 14. And", 3, 5));
        assert!(!is_part_of_decimal(".5", 1, 2));
    }
}
