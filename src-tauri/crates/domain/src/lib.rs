//! The words and rules of Sotto, free of IO: conversations as trees of messages, a turn as a pure
//! state machine, and what a language model is. Nothing here reads a clock, opens a file or
//! spawns a task; time and randomness come in as arguments.

pub mod branch;
mod conversation;
mod failure;
mod id;
mod language_model;
mod message;
mod place;
pub mod quick;
mod time;
pub mod title;
pub mod turn;

pub use conversation::{Conversation, Origin, TitleSource};
pub use failure::{Failure, FailureCode};
pub use id::{ConversationId, MessageId, ParseIdError, ProposalId};
pub use language_model::{
    AdapterUse, AnswerStream, ChatMessage, ChatRequest, EndReason, LanguageModel, Manner,
    ModelEvent, ModelFuture, Residence,
};
pub use message::{AnswerStatistics, Message, MessageState, Role};
pub use place::Place;
pub use time::Timestamp;
