//! The name of a part of a proposal; proposals are named in `domain`, as messages are.

use std::fmt;

use serde::{Deserialize, Serialize};
pub use sotto_domain::ProposalId;
use specta::Type;

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
