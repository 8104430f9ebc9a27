//! A moment, as a number that crosses every layer unchanged.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Milliseconds since 1970-01-01T00:00:00Z. Exact in JavaScript's numbers until the year 287396.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_milliseconds(self) -> u64 {
        self.0
    }

    /// Milliseconds that passed since `earlier`; 0 if the clock was set back.
    #[must_use]
    pub const fn milliseconds_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
