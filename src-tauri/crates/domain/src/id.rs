//! Identifiers as types of their own, so that a message cannot be passed where a conversation is
//! meant. They are UUIDs of version 7 (RFC 9562): the order of the ids is the order of creation.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::Timestamp;

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an identifier: expected a UUID such as 0199f6c2-7d1c-7bd0-8b5e-0d5a5f1f2c3d")]
pub struct ParseIdError(String);

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(#[specta(type = String)] Uuid);

        impl $name {
            /// Makes an identifier from a moment and 80 bits of randomness.
            #[must_use]
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(now.as_milliseconds(), &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::parse_str(text).map(Self).map_err(|_| ParseIdError(text.to_owned()))
            }
        }
    };
}

identifier!(
    /// Names a conversation.
    ConversationId
);
identifier!(
    /// Names a message.
    MessageId
);
identifier!(
    /// Names a proposal. A change of what is asked to leave is a new proposal with a new name.
    ProposalId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let early = MessageId::new(Timestamp::from_milliseconds(1_000), [0xff; 10]);
        let late = MessageId::new(Timestamp::from_milliseconds(1_001), [0; 10]);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn text_form_round_trips_and_nonsense_is_refused() {
        let id = ConversationId::new(Timestamp::from_milliseconds(5), [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("yesterday".parse::<ConversationId>().is_err());
    }
}
