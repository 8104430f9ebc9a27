//! Names of proposals and of their parts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sotto_domain::Timestamp;
use specta::Type;
use uuid::Uuid;

/// A text that is not a proposal's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a proposal's identifier: expected a UUID")]
pub struct ParseProposalIdError;

/// Names a proposal: a UUID of version 7 (RFC 9562), so that the order is the order of creation. A
/// change of what is asked is a new proposal with a new name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct ProposalId(#[specta(type = String)] Uuid);

impl ProposalId {
    /// Makes a name from a moment and 80 bits of randomness.
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(now.as_milliseconds(), &random).into_uuid())
    }
}

impl fmt::Display for ProposalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for ProposalId {
    type Err = ParseProposalIdError;

    fn from_str(text: &str) -> Result<Self, ParseProposalIdError> {
        Uuid::parse_str(text)
            .map(Self)
            .map_err(|_| ParseProposalIdError)
    }
}

/// Names a part within its proposal. The same part keeps its number when a changed proposal takes
/// the place of an old one, so that a window can follow it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct PartId(u32);

impl PartId {
    /// The part with this number; numbers are the caller's, one per part of a proposal.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for PartId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
