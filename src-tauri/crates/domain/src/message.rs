//! One node of a conversation.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConversationId, Failure, MessageId, Place, Timestamp};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions above the conversation.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The form kept in the history and used by the chat protocol.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    /// The inverse of [`Role::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::System, Self::User, Self::Assistant]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

/// How far a message has come. A person's message is `Complete` from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// In flight: a process is still writing it.
    Streaming,
    /// Ended by the model.
    Complete,
    /// Ended by the person; what was said is kept.
    Stopped,
    /// Ended by an error; what was said is kept.
    Failed,
    /// The program or the computer went down while it was in flight; what was saved is kept.
    Interrupted,
}

impl MessageState {
    /// The form kept in the history.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Streaming => "streaming",
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The inverse of [`MessageState::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Streaming,
            Self::Complete,
            Self::Stopped,
            Self::Failed,
            Self::Interrupted,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }
}

/// What an answer cost, as the runtime measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct AnswerStatistics {
    /// Tokens of the whole prompt.
    pub prompt_tokens: u32,
    /// Of these, tokens found in the prefix cache and not evaluated again.
    pub cached_tokens: u32,
    /// Tokens of the answer.
    pub answer_tokens: u32,
    /// Milliseconds spent loading the model; 0 when it was loaded.
    pub load_milliseconds: u32,
    /// Milliseconds of prefill.
    pub prefill_milliseconds: u32,
    /// Milliseconds of decoding.
    pub decode_milliseconds: u32,
    /// Milliseconds from asking to the first token, as the app saw it.
    pub first_token_milliseconds: u32,
    /// The answer ended because its length limit or the context was reached.
    pub cut_by_length: bool,
    /// Billionths of a US dollar that a provider asks for it; `None` for local answers, and where
    /// the price is unknown.
    #[serde(default)]
    pub nano_dollars: Option<u64>,
}

/// One node of a conversation: role, text, state, and the model and place that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Message {
    /// Its name.
    pub id: MessageId,
    /// The conversation that it belongs to.
    pub conversation: ConversationId,
    /// The message before it; `None` for the first. Messages with one parent are alternatives.
    pub parent: Option<MessageId>,
    /// Who speaks.
    pub role: Role,
    /// What is said, as Markdown.
    pub text: String,
    /// How far it has come.
    pub state: MessageState,
    /// The model that wrote it; `None` for the person's.
    pub model: Option<String>,
    /// Where it was written.
    pub place: Place,
    /// When it was begun.
    pub created_at: Timestamp,
    /// What it cost; for complete answers, because a stopped model says nothing more.
    pub statistics: Option<AnswerStatistics>,
    /// Why it failed; for failed answers.
    pub failure: Option<Failure>,
}
