//! A turn, from submitted to complete, stopped, failed or interrupted, as a pure state machine.
//!
//! [`Turn::step`] takes what happened and returns what to do; the driver in `api` does it and
//! reports back. The order is the promise: the question is recorded before the model is asked,
//! what was said is saved at least once a second, and the end is announced once.
//!
//! ```text
//! Recording --Recorded--> Asking --Said--> Asking --Ended | Failed | Stop--> Closing --Closed--> Over
//!                                                                 Closing --NotClosed--> Closing, tried again
//! ```
//!
//! A question that cannot be recorded is an error of whoever asks: then there is no turn.

use crate::{AnswerStatistics, EndReason, Failure, MessageState, Timestamp};

/// Milliseconds between two saves of an answer in flight. Half of the second that is promised,
/// because a save may wait for the disk.
pub const SAVE_EVERY_MILLISECONDS: u64 = 500;

/// Milliseconds until a failed last save is tried again.
pub const RETRY_AFTER_MILLISECONDS: u64 = 3_000;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Question and empty answer are on disk.
    Recorded {
        /// When.
        now: Timestamp,
    },
    /// The model said something.
    Said {
        /// What it said since the last event.
        text: String,
        /// When.
        now: Timestamp,
    },
    /// The model ended by itself.
    ModelEnded {
        /// Why.
        reason: EndReason,
        /// What it cost.
        statistics: AnswerStatistics,
        /// When.
        now: Timestamp,
    },
    /// The model could not begin or go on.
    ModelFailed {
        /// Why.
        failure: Failure,
        /// When.
        now: Timestamp,
    },
    /// The person stops the answer.
    StopRequested {
        /// When.
        now: Timestamp,
    },
    /// Time passed.
    Tick {
        /// The time now.
        now: Timestamp,
    },
    /// A save in flight failed; the answer goes on.
    NotSaved(Failure),
    /// The end is on disk.
    Closed,
    /// The end could not be written.
    NotClosed {
        /// Why.
        failure: Failure,
        /// When.
        now: Timestamp,
    },
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write the question (if it is new) and the empty answer, in one transaction.
    Record,
    /// Ask the model.
    Ask,
    /// Drop the model's stream.
    Cancel,
    /// Write what was said so far.
    Save {
        /// All that was said.
        text: String,
    },
    /// Write the end.
    Close {
        /// All that was said.
        text: String,
        /// How it ended.
        ending: Ending,
    },
    /// Tell whoever looks.
    Announce(Announcement),
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Complete, stopped or failed.
    pub state: MessageState,
    /// What it cost, where it is known.
    pub statistics: Option<AnswerStatistics>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// What whoever looks is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// The question is kept and the model is asked.
    Asked,
    /// The model said more.
    Said(String),
    /// Writing failed; nothing that was written before is lost.
    NotSaved(Failure),
    /// What was not saved before is saved now.
    SavedAfterAll,
    /// The turn is over.
    Ended(Ending),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Recording,
    Asking,
    Closing {
        ending: Ending,
        retry_at: Option<Timestamp>,
    },
    Over,
}

/// One turn.
#[derive(Debug, Clone)]
pub struct Turn {
    phase: Phase,
    text: String,
    unsaved: bool,
    save_failed: bool,
    /// It was told that a write failed, so it must be told when all is saved.
    told_not_saved: bool,
    asked_at: Timestamp,
    saved_at: Timestamp,
    first_said_at: Option<Timestamp>,
}

impl Turn {
    /// A new turn, and the first thing to do for it.
    #[must_use]
    pub fn begin(now: Timestamp) -> (Self, Vec<Effect>) {
        let turn = Self {
            phase: Phase::Recording,
            text: String::new(),
            unsaved: false,
            save_failed: false,
            told_not_saved: false,
            asked_at: now,
            saved_at: now,
            first_said_at: None,
        };
        (turn, vec![Effect::Record])
    }

    /// Nothing is left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Takes one event; returns what to do, in this order. Events that come too late are ignored.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        match (&self.phase, event) {
            (Phase::Recording, Event::Recorded { now }) => {
                self.phase = Phase::Asking;
                self.asked_at = now;
                self.saved_at = now;
                vec![Effect::Announce(Announcement::Asked), Effect::Ask]
            }
            (Phase::Asking, Event::Said { text, now }) => self.said(text, now),
            (
                Phase::Asking,
                Event::ModelEnded {
                    reason,
                    mut statistics,
                    now,
                },
            ) => {
                statistics.cut_by_length = reason == EndReason::Length;
                statistics.first_token_milliseconds = self.first_token_milliseconds(now);
                self.close(MessageState::Complete, Some(statistics), None)
            }
            (Phase::Asking, Event::ModelFailed { failure, .. }) => {
                self.close(MessageState::Failed, None, Some(failure))
            }
            (Phase::Asking, Event::StopRequested { .. }) => {
                let mut effects = vec![Effect::Cancel];
                effects.extend(self.close(MessageState::Stopped, None, None));
                effects
            }
            (Phase::Asking, Event::Tick { now }) => self.save_if_due(now),
            (Phase::Asking, Event::NotSaved(failure)) => {
                self.unsaved = true;
                self.tell_not_saved(failure)
            }
            (Phase::Closing { ending, .. }, Event::Closed) => {
                let ending = ending.clone();
                self.phase = Phase::Over;
                let mut effects = Vec::new();
                if self.told_not_saved {
                    effects.push(Effect::Announce(Announcement::SavedAfterAll));
                }
                // An end that could not be written was told then.
                if !self.save_failed {
                    effects.push(Effect::Announce(Announcement::Ended(ending)));
                }
                effects
            }
            (Phase::Closing { ending, .. }, Event::NotClosed { failure, now }) => {
                let ending = ending.clone();
                let retry_at =
                    Timestamp::from_milliseconds(now.as_milliseconds() + RETRY_AFTER_MILLISECONDS);
                self.phase = Phase::Closing {
                    ending: ending.clone(),
                    retry_at: Some(retry_at),
                };
                if self.save_failed {
                    return Vec::new();
                }
                self.save_failed = true;
                self.told_not_saved = true;
                vec![
                    Effect::Announce(Announcement::NotSaved(failure)),
                    Effect::Announce(Announcement::Ended(ending)),
                ]
            }
            (
                Phase::Closing {
                    ending,
                    retry_at: Some(due),
                },
                Event::Tick { now },
            ) if now >= *due => {
                let ending = ending.clone();
                self.phase = Phase::Closing {
                    ending: ending.clone(),
                    retry_at: None,
                };
                vec![Effect::Close {
                    text: self.text.clone(),
                    ending,
                }]
            }
            _ => Vec::new(),
        }
    }

    fn said(&mut self, text: String, now: Timestamp) -> Vec<Effect> {
        self.first_said_at.get_or_insert(now);
        self.text.push_str(&text);
        self.unsaved = true;
        let mut effects = vec![Effect::Announce(Announcement::Said(text))];
        effects.extend(self.save_if_due(now));
        effects
    }

    fn save_if_due(&mut self, now: Timestamp) -> Vec<Effect> {
        if !self.unsaved || now.milliseconds_since(self.saved_at) < SAVE_EVERY_MILLISECONDS {
            return Vec::new();
        }
        self.unsaved = false;
        self.saved_at = now;
        vec![Effect::Save {
            text: self.text.clone(),
        }]
    }

    fn close(
        &mut self,
        state: MessageState,
        statistics: Option<AnswerStatistics>,
        failure: Option<Failure>,
    ) -> Vec<Effect> {
        // A save that failed on the way was told then; whether the end is saved is a new question.
        self.save_failed = false;
        let ending = Ending {
            state,
            statistics,
            failure,
        };
        self.phase = Phase::Closing {
            ending: ending.clone(),
            retry_at: None,
        };
        vec![Effect::Close {
            text: self.text.clone(),
            ending,
        }]
    }

    fn tell_not_saved(&mut self, failure: Failure) -> Vec<Effect> {
        if std::mem::replace(&mut self.save_failed, true) {
            return Vec::new();
        }
        self.told_not_saved = true;
        vec![Effect::Announce(Announcement::NotSaved(failure))]
    }

    fn first_token_milliseconds(&self, now: Timestamp) -> u32 {
        let first = self.first_said_at.unwrap_or(now);
        u32::try_from(first.milliseconds_since(self.asked_at)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests;
