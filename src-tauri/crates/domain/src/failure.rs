//! Why an answer could not be given, in a form that the window can act on and the history can keep.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What went wrong with a turn. A code exists only where the window offers something different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum FailureCode {
    /// The prompt is larger than the context. The window offers a larger context or fewer messages.
    ContextExceeded {
        /// Tokens of the whole prompt; a lower bound where counting all would take too long.
        prompt_tokens: u32,
        /// Tokens that the context holds.
        context: u32,
    },
    /// No model of that name is on this computer. The window opens the model picker.
    ModelNotFound,
    /// The file is damaged or of a kind that cannot be run. The window opens the model picker.
    ModelUnusable,
    /// The model needs more memory than is free. The window opens the model picker.
    InsufficientMemory {
        /// Bytes that the model needs.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// The runtime ended in the middle. The window offers to try again.
    RuntimeEnded,
    /// Anything else: the message says it.
    Other,
}

/// A failed turn: a code to act on and a sentence to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What the window can act on.
    #[serde(flatten)]
    pub code: FailureCode,
    /// What happened, what was kept and what to do next, in one or two plain sentences.
    pub message: String,
}

impl Failure {
    /// A failure of the given kind.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
