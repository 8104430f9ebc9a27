//! Time as a number that comes in from outside: how long, never what o'clock. The record's moments
//! are [`sotto_domain::Timestamp`]; they are never compared, because a wall clock can be set back.

/// Milliseconds on a clock that only goes forward. It must count while the computer sleeps
/// (`CLOCK_BOOTTIME` on Linux), or a yes would outlive a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monotonic(u64);

impl Monotonic {
    /// From milliseconds since any fixed moment.
    #[must_use]
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since that fixed moment.
    #[must_use]
    pub const fn as_milliseconds(self) -> u64 {
        self.0
    }

    /// Milliseconds since `earlier`; `None` if `earlier` is later, which no sound clock gives.
    #[must_use]
    pub const fn milliseconds_since(self, earlier: Self) -> Option<u64> {
        self.0.checked_sub(earlier.0)
    }

    /// The moment that many milliseconds later.
    #[must_use]
    pub const fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}
