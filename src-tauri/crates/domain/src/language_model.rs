//! What a language model is to the rest of the program: a conversation in, a stream of text out.

use std::{future::Future, pin::Pin};

use futures_core::Stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AnswerStatistics, Failure, Role};

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// How an answer is to be given, where a question says it. Empty: as the model answers by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Manner {
    /// The answer is JSON that keeps to this schema.
    pub schema: Option<Value>,
    /// 0 always takes the likeliest word; `None` is the runtime's default.
    pub temperature: Option<f32>,
    /// Above 1 makes repeating less likely; `None` is the runtime's default.
    pub repeat_penalty: Option<f32>,
}

/// A prompt, and how to answer it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// The model's name.
    pub model: String,
    /// The conversation so far, oldest first; the last one is the person's.
    pub messages: Vec<ChatMessage>,
    /// Tokens of context; `None` takes the runtime's default.
    pub context: Option<u32>,
    /// The person said that the oldest messages may be left out if all do not fit.
    pub drop_oldest: bool,
    /// How the answer is to be given.
    pub manner: Manner,
}

/// Why the model stopped by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// It had said all.
    Finished,
    /// The length limit or the context was reached.
    Length,
}

/// What a model says while it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// More text. Whole characters, never empty.
    Text(String),
    /// The last event of an answer.
    Ended {
        /// Why it ended.
        reason: EndReason,
        /// What it cost. `first_token_milliseconds` and `cut_by_length` are filled in by the turn.
        statistics: AnswerStatistics,
    },
}

/// An answer as it is produced. Dropping it stops the model within one token.
pub type AnswerStream = Pin<Box<dyn Stream<Item = Result<ModelEvent, Failure>> + Send>>;

/// A future of a model's.
pub type ModelFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that answers: the local runtime, and later a provider behind the gate.
pub trait LanguageModel: Send + Sync {
    /// Asks. The future resolves when the model has taken the question (before the first token);
    /// errors that are known by then, such as a prompt that does not fit, come as its error.
    fn chat(&self, request: ChatRequest) -> ModelFuture<'_, Result<AnswerStream, Failure>>;
}
