//! A conversation: a title and settings around a tree of messages.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConversationId, MessageId, Timestamp};

/// Who chose a title. A title chosen by the person is never replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TitleSource {
    /// Taken from the first question.
    Automatic,
    /// Typed by the person.
    Person,
}

/// Where a conversation was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the chat window or a terminal.
    Chat,
    /// In the quick prompt.
    Quick,
}

/// A tree of messages with a title and settings. The messages themselves are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Conversation {
    /// Its name for the program.
    pub id: ConversationId,
    /// Its name for the person; never empty.
    pub title: String,
    /// Who chose the title.
    pub title_source: TitleSource,
    /// Where it was begun.
    pub origin: Origin,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When a message was last added or changed.
    pub updated_at: Timestamp,
    /// The model chosen for this conversation; `None` follows the default.
    pub model: Option<String>,
    /// Tokens of context chosen for this conversation; `None` follows the runtime's default.
    pub context: Option<u32>,
    /// The leaf of the branch that is shown; `None` while the tree is empty.
    pub leaf: Option<MessageId>,
}
