//! A program that was told no does not keep asking. A person who begins something is never held
//! back by what was denied before.

use std::collections::HashMap;

use sotto_domain::ConversationId;

use crate::{proposal::StartedBy, time::Monotonic};

/// Milliseconds after a denial in which the same conversation may not ask by itself.
pub const REST_AFTER_DENIAL_MILLISECONDS: u64 = 30_000;

/// Denials in a row after which a conversation may not ask by itself at all.
pub const DENIALS_UNTIL_SILENCE: u32 = 3;

/// Why a program may not ask now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Restrained {
    /// It was denied just now.
    #[error(
        "the last proposal was denied; the next may be made in {milliseconds} ms, or by the person at once"
    )]
    Resting {
        /// How long it still rests.
        milliseconds: u64,
    },
    /// It was denied three times in a row.
    #[error("three proposals in a row were denied; the next must be the person's")]
    Silenced,
}

#[derive(Debug, Clone, Copy)]
struct Denials {
    in_a_row: u32,
    last: Monotonic,
}

/// Who was denied how often. What belongs to no conversation, or would begin one, counts together.
#[derive(Debug, Default)]
pub(crate) struct Restraint(HashMap<Option<ConversationId>, Denials>);

impl Restraint {
    /// Whether this conversation may ask.
    pub(crate) fn check(
        &self,
        conversation: Option<ConversationId>,
        started_by: StartedBy,
        now: Monotonic,
    ) -> Result<(), Restrained> {
        let Some(denials) = self.0.get(&conversation) else {
            return Ok(());
        };
        if started_by == StartedBy::Person {
            return Ok(());
        }
        if denials.in_a_row >= DENIALS_UNTIL_SILENCE {
            return Err(Restrained::Silenced);
        }
        let rested = now.milliseconds_since(denials.last).unwrap_or(0);
        match REST_AFTER_DENIAL_MILLISECONDS.checked_sub(rested) {
            None | Some(0) => Ok(()),
            Some(milliseconds) => Err(Restrained::Resting { milliseconds }),
        }
    }

    /// The conversation asks: a person who begins something ends the silence.
    pub(crate) fn asked(&mut self, conversation: Option<ConversationId>, started_by: StartedBy) {
        if started_by == StartedBy::Person
            && let Some(denials) = self.0.get_mut(&conversation)
        {
            denials.in_a_row = 0;
        }
    }

    pub(crate) fn denied(&mut self, conversation: Option<ConversationId>, now: Monotonic) {
        let in_a_row = self
            .0
            .get(&conversation)
            .map_or(0, |denials| denials.in_a_row);
        let denials = Denials {
            in_a_row: in_a_row.saturating_add(1),
            last: now,
        };
        self.0.insert(conversation, denials);
    }

    pub(crate) fn agreed(&mut self, conversation: Option<ConversationId>) {
        self.0.remove(&conversation);
    }
}
