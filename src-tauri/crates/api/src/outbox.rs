//! Puts the words of a fast model together into few events: each event wakes the window, and the
//! window shares its cores with the model.

use std::time::{Duration, Instant};

/// The shortest time between two events. A frame at 30 Hz; faster is not seen.
const PAUSE: Duration = Duration::from_millis(33);

/// Text that was said and not told yet.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    text: String,
    told_at: Option<Instant>,
}

impl Outbox {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The text, if it is time to tell it. The first words are told at once.
    pub(crate) fn take_if_due(&mut self, now: Instant) -> Option<String> {
        if self
            .told_at
            .is_some_and(|told| now.duration_since(told) < PAUSE)
        {
            return None;
        }
        self.take(now)
    }

    /// The text, due or not.
    pub(crate) fn take(&mut self, now: Instant) -> Option<String> {
        if self.text.is_empty() {
            return None;
        }
        self.told_at = Some(now);
        Some(std::mem::take(&mut self.text))
    }

    /// When the text is due; `None` if there is none.
    pub(crate) fn due_at(&self) -> Option<Instant> {
        (!self.text.is_empty()).then(|| self.told_at.map_or_else(Instant::now, |told| told + PAUSE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_go_at_once_and_the_next_wait() {
        let start = Instant::now();
        let mut outbox = Outbox::default();
        assert_eq!(outbox.due_at(), None);
        outbox.push("a");
        assert_eq!(outbox.take_if_due(start).as_deref(), Some("a"));
        outbox.push("b");
        outbox.push("c");
        assert_eq!(outbox.take_if_due(start + PAUSE / 2), None);
        assert_eq!(outbox.due_at(), Some(start + PAUSE));
        assert_eq!(outbox.take_if_due(start + PAUSE).as_deref(), Some("bc"));
        assert_eq!(outbox.take(start + PAUSE), None);
    }
}
