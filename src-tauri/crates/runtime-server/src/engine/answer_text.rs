//! Turns tokens' bytes into text that may be sent: whole characters, and never a part of a stop string.

/// Collects bytes and gives out text.
pub(super) struct AnswerText {
    stops: Vec<String>,
    bytes: Vec<u8>,
    held: String,
    stopped: bool,
}

impl AnswerText {
    /// Text that ends before any of these strings.
    pub(super) fn new(stops: Vec<String>) -> Self {
        Self {
            stops,
            bytes: Vec::new(),
            held: String::new(),
            stopped: false,
        }
    }

    /// Takes bytes; gives the text that is certain now, and whether a stop string was met.
    pub(super) fn push(&mut self, bytes: &[u8]) -> (String, bool) {
        self.bytes.extend_from_slice(bytes);
        let whole = whole_characters(&self.bytes);
        self.take(whole)
    }

    /// Gives what was held back at the end of an answer.
    pub(super) fn finish(&mut self) -> String {
        let (mut text, stopped) = self.take(self.bytes.len());
        if !stopped {
            text.push_str(&std::mem::take(&mut self.held));
        }
        text
    }

    fn take(&mut self, count: usize) -> (String, bool) {
        if self.stopped {
            return (String::new(), true);
        }
        self.held
            .push_str(&String::from_utf8_lossy(&self.bytes[..count]));
        self.bytes.drain(..count);
        if self.stops.is_empty() {
            return (std::mem::take(&mut self.held), false);
        }
        if let Some(at) = self
            .stops
            .iter()
            .filter_map(|stop| self.held.find(stop.as_str()))
            .min()
        {
            self.stopped = true;
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let keep = self
            .stops
            .iter()
            .map(|stop| longest_beginning(&self.held, stop))
            .max()
            .unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - keep);
        (std::mem::replace(&mut self.held, rest), false)
    }
}

/// How many bytes form whole characters; only an unfinished one at the end is left out.
fn whole_characters(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    for at in (from..bytes.len()).rev() {
        let length = match bytes[at] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            0x80..=0xBF => continue,
            _ => return bytes.len(),
        };
        return if at + length > bytes.len() {
            at
        } else {
            bytes.len()
        };
    }
    bytes.len()
}

/// The longest end of `text` that begins `stop`, in bytes.
pub(crate) fn longest_beginning(text: &str, stop: &str) -> usize {
    (1..stop.len().min(text.len() + 1))
        .rev()
        .filter(|length| stop.is_char_boundary(*length))
        .find(|length| text.ends_with(&stop[..*length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stops: &[&str], pieces: &[&[u8]], expected: &[&str], stopped: bool) {
        let mut text = AnswerText::new(stops.iter().map(|stop| (*stop).to_owned()).collect());
        let mut given = Vec::new();
        let mut met = false;
        for piece in pieces {
            let (said, stop) = text.push(piece);
            given.push(said);
            met |= stop;
        }
        given.push(text.finish());
        assert_eq!(given, expected);
        assert_eq!(met, stopped);
    }

    #[test]
    fn characters_stay_whole() {
        let face = "😀".as_bytes();
        check(
            &[],
            &[b"a", &face[..1], &face[1..3], &face[3..], b"b"],
            &["a", "", "", "😀", "b", ""],
            false,
        );
        check(&[], &[&face[..2]], &["", "\u{fffd}"], false);
        check(&[], &[b"\xff", b"a"], &["\u{fffd}", "a", ""], false);
        check(
            &[],
            &["é".as_bytes(), "ไทย".as_bytes()],
            &["é", "ไทย", ""],
            false,
        );
    }

    #[test]
    fn stop_strings_never_leak() {
        check(
            &["STOP"],
            &[b"abS", b"TO", b"Px"],
            &["ab", "", "", ""],
            true,
        );
        check(
            &["STOP"],
            &[b"abS", b"TO", b"x"],
            &["ab", "", "STOx", ""],
            false,
        );
        check(&["STOP"], &[b"abST"], &["ab", "ST"], false);
        check(&["\n\n", "ab"], &[b"x\n", b"ab"], &["x", "\n", ""], true);
        check(&["a"], &[b"bbb", b"a"], &["bbb", "", ""], true);
        check(&["é!"], &["é".as_bytes(), b"!"], &["", "", ""], true);
    }
}
