//! Errors as they cross to a window or a terminal: a closed set of codes, each there because
//! somebody branches on it, and a message for the person.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The question holds nothing but white space.
    EmptyQuestion,
    /// There is no action of that name: the list of actions is out of date.
    UnknownAction,
    /// A parameter of an action is missing, unknown or not among its choices.
    WrongParameter,
    /// This conversation is being answered; stop it or wait.
    Answering,
    /// No such conversation or message; the view is out of date.
    NotFound,
    /// No model is on this computer yet.
    NoModel,
    /// The history is not open.
    HistoryClosed,
    /// The passphrase is another one's.
    WrongPassphrase,
    /// The history could not be written or read.
    History,
    /// Cloud models may not be asked for; the settings turn them on.
    CloudOff,
    /// Nothing may leave now; unblocking lets it be asked again.
    Blocked,
    /// The provider needs a key, and none is kept; the settings take one.
    NoKey,
    /// Anything else: the message says it.
    Other,
}

/// An error with a code to act on and a message to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What a caller can act on.
    pub code: ErrorCode,
    /// What failed, on what, and what to do.
    pub message: String,
}

impl ApiError {
    /// An error of the given kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// An error of a lower layer as a sentence for the person: with a capital and a full stop.
pub(crate) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let mut sentence: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    sentence.push_str(characters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    #[test]
    fn sentences() {
        assert_eq!(
            super::sentence(&"the disk is full; free some"),
            "The disk is full; free some."
        );
        assert_eq!(super::sentence(&"Done."), "Done.");
        assert_eq!(super::sentence(&""), ".");
    }
}
