//! What the engine is asked to do, and what it says while doing it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::adapter::Wanted;
use super::measure::BenchEvent;
use crate::error::Error;
use crate::library::ModelFile;
use crate::template::{Message, Thinking};

/// One request, waiting in the engine's queue.
pub(crate) struct Job {
    /// The model to run.
    pub(crate) model: Arc<ModelFile>,
    /// `options.num_ctx`: the context's size in tokens.
    pub(crate) context: Option<u32>,
    /// `options.num_thread`.
    pub(crate) threads: Option<u32>,
    /// `options.num_gpu`: at most so many layers on graphics cards, the output layer included.
    pub(crate) layers: Option<u32>,
    /// How long the model stays loaded afterwards.
    pub(crate) keep_alive: KeepAlive,
    /// Set when the client is gone.
    pub(crate) cancel: Cancel,
    /// What to do.
    pub(crate) task: Task,
}

/// The kinds of work.
pub(crate) enum Task {
    /// Answer a prompt.
    Generate(Box<GenerateTask>, mpsc::UnboundedSender<Event>),
    /// Embed texts.
    Embed(EmbedTask, oneshot::Sender<Result<Embeddings, Error>>),
    /// Measure the model, alone in memory.
    Bench(mpsc::UnboundedSender<BenchEvent>),
    /// Only have the model loaded.
    Load(oneshot::Sender<Result<LoadReport, Error>>),
    /// Unload the model if it is loaded.
    Unload(oneshot::Sender<Result<LoadReport, Error>>),
}

/// How long a model stays loaded after its last use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepAlive {
    /// For this long; zero unloads at once.
    For(Duration),
    /// Until the process ends or another model needs the place.
    Forever,
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self::For(Duration::from_secs(5 * 60))
    }
}

/// A request's abort switch, shared by the connection and the engine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cancel(pub(super) Arc<AtomicBool>);

impl Cancel {
    /// Whether the work is no longer wanted.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// A guard that sets the switch when the connection drops it.
    pub(crate) fn on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }
}

/// Sets its [`Cancel`] when dropped.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// The text to continue.
#[derive(Debug, Clone)]
pub(crate) enum Prompt {
    /// As it is, control tokens included.
    Raw(String),
    /// Through the model's chat template.
    Chat {
        /// The turns so far.
        messages: Vec<Message>,
        /// Tool descriptions as the client gave them.
        tools: Vec<Value>,
        /// Whether the model shall think first.
        thinking: Thinking,
    },
}

/// The shape that an answer must have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Format {
    /// Any JSON object.
    Json,
    /// JSON that fits this schema.
    Schema(Value),
}

/// A prompt with all that decides how it is answered.
#[derive(Debug, Clone)]
pub(crate) struct GenerateTask {
    /// The text to continue.
    pub(crate) prompt: Prompt,
    /// What changes the model meanwhile.
    pub(crate) adapters: Vec<Wanted>,
    /// Most tokens of the answer; `None`: until the context is full.
    pub(crate) limit: Option<u32>,
    /// How tokens are chosen.
    pub(crate) sampling: Sampling,
    /// The shape of the answer.
    pub(crate) format: Option<Format>,
    /// Strings before which the answer ends.
    pub(crate) stop: Vec<String>,
    /// Give log probabilities, with this many of the strongest tokens.
    pub(crate) log_probabilities: Option<usize>,
    /// Cut the oldest messages if the prompt does not fit.
    pub(crate) truncate: bool,
}

/// How tokens are chosen; the defaults are those that Ollama documents.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sampling {
    /// 0 takes the strongest token.
    pub(crate) temperature: f32,
    /// Only among this many; `None`: all.
    pub(crate) top_k: Option<usize>,
    /// Only among the strongest that together have this probability.
    pub(crate) top_p: f32,
    /// Only those at least this probable, relative to the strongest.
    pub(crate) min_p: f32,
    /// Above 1 weakens what was said recently.
    pub(crate) repeat_penalty: f32,
    /// What is recent, in tokens; `None`: everything.
    pub(crate) repeat_window: Option<usize>,
    /// Where the random choices start.
    pub(crate) seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            top_k: Some(40),
            top_p: 0.9,
            min_p: 0.0,
            repeat_penalty: 1.1,
            repeat_window: Some(64),
            seed: 0,
        }
    }
}

/// What the engine says about a [`GenerateTask`].
#[derive(Debug)]
pub(crate) enum Event {
    /// The prompt is accepted. `thinking_open`: the answer begins within the model's thoughts.
    Started {
        /// The prompt ends with an opened `<think>`.
        thinking_open: bool,
    },
    /// More text; may be empty when only log probabilities are there.
    Piece {
        /// Whole characters.
        text: String,
        /// One for each token since the last piece, if asked for.
        log_probabilities: Vec<TokenLogprob>,
    },
    /// The answer is complete.
    Done(Summary),
    /// It failed.
    Failed(Error),
}

/// How an answer ended and what it cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    /// `stop` or `length`.
    pub(crate) reason: &'static str,
    /// From the request to the end.
    pub(crate) total: Duration,
    /// Of it, loading.
    pub(crate) load: Duration,
    /// Of it, the prompt.
    pub(crate) prefill: Duration,
    /// Of it, the answer.
    pub(crate) decode: Duration,
    /// Tokens of the whole prompt.
    pub(crate) prompt_tokens: usize,
    /// Of them, those that were already in the cache.
    pub(crate) cached_tokens: usize,
    /// Tokens of the answer.
    pub(crate) answer_tokens: usize,
}

/// The logarithm of a token's probability.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TokenLogprob {
    /// The token's text.
    pub(crate) bytes: Vec<u8>,
    /// Natural logarithm.
    pub(crate) log_probability: f32,
    /// The strongest tokens at this place.
    pub(crate) strongest: Vec<TokenLogprob>,
}

/// Texts to embed.
#[derive(Debug, Clone)]
pub(crate) struct EmbedTask {
    /// The texts.
    pub(crate) inputs: Vec<String>,
    /// Cut a text's end if it does not fit.
    pub(crate) truncate: bool,
    /// Give only this many first dimensions, normalised again.
    pub(crate) dimensions: Option<usize>,
}

/// Embedded texts.
#[derive(Debug, Clone)]
pub(crate) struct Embeddings {
    /// One vector of length 1 for each text.
    pub(crate) vectors: Vec<Vec<f32>>,
    /// Tokens of all texts.
    pub(crate) tokens: usize,
    /// From the request to the end.
    pub(crate) total: Duration,
    /// Of it, loading.
    pub(crate) load: Duration,
}

/// What a load or an unload took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadReport {
    /// From the request to the end.
    pub(crate) total: Duration,
}
