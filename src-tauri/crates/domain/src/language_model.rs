//! What a language model is to the rest of the program: a conversation in, a stream of text out.

use std::{future::Future, pin::Pin};

use futures_core::Stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

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
    /// Only among so many likeliest tokens, 0 is all; `None` is the runtime's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Only among the likeliest tokens that together have this probability; `None` is the runtime's
    /// default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// Only tokens at least this probable, relative to the likeliest; `None` is the runtime's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_p: Option<f32>,
    /// Where random choices start; `None` is another place each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

impl Manner {
    /// What this does not say is as `other` says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            schema: self.schema.or(other.schema),
            temperature: self.temperature.or(other.temperature),
            repeat_penalty: self.repeat_penalty.or(other.repeat_penalty),
            top_k: self.top_k.or(other.top_k),
            top_p: self.top_p.or(other.top_p),
            min_p: self.min_p.or(other.min_p),
            seed: self.seed.or(other.seed),
        }
    }
}

/// A LoRA adapter that changes a model while it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AdapterUse {
    /// Its name for the program.
    pub name: String,
    /// How much it counts: 1 is as trained, 0 not at all.
    pub scale: f32,
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
    /// What changes the model meanwhile.
    pub adapters: Vec<AdapterUse>,
    /// How the model is kept in memory.
    pub residence: Residence,
}

/// How a model is had in memory, and for how long. What is `None` is as the runtime takes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Residence {
    /// Seconds that it stays after its last use; negative: until the place is needed.
    pub keep_alive: Option<i32>,
    /// Layers on the graphics card, at most.
    pub graphics_layers: Option<u32>,
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
