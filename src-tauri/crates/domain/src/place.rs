//! Where words go. It lives here and not in `consent` because every message carries it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Where the words of a turn are read and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Nothing leaves this computer.
    ThisComputer,
    /// A server that the user runs.
    YourNetwork,
    /// A provider's computer.
    Cloud,
}

impl Place {
    /// The form kept in the history and printed in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ThisComputer => "this_computer",
            Self::YourNetwork => "your_network",
            Self::Cloud => "cloud",
        }
    }

    /// The inverse of [`Place::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ThisComputer, Self::YourNetwork, Self::Cloud]
            .into_iter()
            .find(|place| place.as_str() == text)
    }
}
