//! When a quick prompt that is opened again goes on where it was left: soon after that a person
//! asks further, later about something else.

use crate::Timestamp;

/// How long after it was put away a conversation is gone on with.
pub const GOES_ON_FOR_MILLISECONDS: u64 = 5 * 60 * 1_000;

/// Whether the conversation is gone on with: while it is being answered, and for five minutes after
/// the person put it away, or its last answer if that came later: `left_at`.
#[must_use]
pub const fn goes_on(answering: bool, left_at: Timestamp, now: Timestamp) -> bool {
    answering || now.milliseconds_since(left_at) <= GOES_ON_FOR_MILLISECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answering: bool, left_at: u64, now: u64, expected: bool) {
        let time = Timestamp::from_milliseconds;
        assert_eq!(goes_on(answering, time(left_at), time(now)), expected);
    }

    #[test]
    fn five_minutes_after_it_was_left_it_is_over() {
        check(false, 1_000, 1_000, true);
        check(false, 1_000, 301_000, true);
        check(false, 1_000, 301_001, false);
        // A long answer is not left while it is written.
        check(true, 1_000, 900_000, true);
        // The clock was set back: nothing says that much time went by.
        check(false, 900_000, 1_000, true);
    }
}
