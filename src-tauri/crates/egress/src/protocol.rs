//! The two protocols that providers speak: how a question becomes the bytes of a request, and where it
//! goes. Each part of a proposal is one whole string of the body, in the order that the person is
//! shown: `consent` takes the body apart again and refuses any other.

mod answer;
mod anthropic;
mod openai;

use serde::{Deserialize, Serialize};
use sotto_consent::{AddressError, Part, Url};
use sotto_domain::Role;
use specta::Type;

pub use answer::{Finish, ListedModel, Usage};
pub(crate) use answer::{Piece, ProviderError, Reason, provider_error};
pub(crate) use openai::models as list_models;

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// OpenAI's Chat Completions, which most others speak too.
    /// <https://platform.openai.com/docs/api-reference/chat>
    OpenAi,
    /// Anthropic's Messages. <https://docs.anthropic.com/en/api/messages>
    Anthropic,
}

/// What servers of the first protocol disagree about. The default is understood by most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default, deny_unknown_fields)]
pub struct Dialect {
    /// The name of the field that limits the answer.
    pub answer_limit: AnswerLimit,
    /// Whether a message may be several texts. If not, each part is a message of its own.
    pub text_blocks: bool,
    /// Whether the usage of a streamed answer must be asked for, with `stream_options`.
    pub ask_usage: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            answer_limit: AnswerLimit::MaxTokens,
            text_blocks: true,
            ask_usage: true,
        }
    }
}

/// The name of the field that limits an answer's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AnswerLimit {
    /// `max_tokens`, the older one.
    MaxTokens,
    /// `max_completion_tokens`, the only one that OpenAI's reasoning models take.
    MaxCompletionTokens,
}

/// What a model is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The model's name at the provider.
    pub model: &'a str,
    /// What it is told, in order. Parts that are left out are not in the body.
    pub parts: &'a [Part],
    /// The most tokens that the answer may have, reasoning included.
    pub answer_tokens: u32,
    /// How the server wants it written; only the first protocol has dialects.
    pub dialect: Dialect,
}

/// Why a question cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Nothing but instructions.
    #[error("there is nothing to ask: every part is an instruction or left out")]
    NoQuestion,
    /// The protocol takes instructions only before the conversation.
    #[error(
        "this provider takes instructions only at the beginning, but one stands within the conversation; leave it out"
    )]
    InstructionsWithin,
    /// It cannot be written as JSON, which no text is known to do.
    #[error("the question cannot be written as JSON")]
    Json,
}

impl Protocol {
    /// The body of a request for a streamed answer.
    ///
    /// # Errors
    ///
    /// If there is nothing to ask, or the protocol has no place for a part.
    pub fn body(self, question: &Question<'_>) -> Result<Vec<u8>, BodyError> {
        let messages = messages(question.parts);
        if messages.iter().all(|message| message.role == Role::System) {
            return Err(BodyError::NoQuestion);
        }
        match self {
            Self::OpenAi => openai::body(question, &messages),
            Self::Anthropic => anthropic::body(question, &messages),
        }
    }

    /// Where questions go: `{base}/chat/completions`, or `{base}/v1/messages`.
    ///
    /// # Errors
    ///
    /// If the base has a query.
    pub fn question_url(self, base: &Url) -> Result<Url, AddressError> {
        match self {
            Self::OpenAi => below(base, "", "/chat/completions"),
            Self::Anthropic => below(base, "/v1", "/v1/messages"),
        }
    }

    /// Where the list of models is: `{base}/models`, or `{base}/v1/models`, which comes in pages that
    /// hold 20 unless more are asked for.
    ///
    /// # Errors
    ///
    /// If the base has a query.
    pub fn models_url(self, base: &Url) -> Result<Url, AddressError> {
        match self {
            Self::OpenAi => below(base, "", "/models"),
            Self::Anthropic => below(base, "/v1", "/v1/models?limit=1000"),
        }
    }

    /// What one event of a streamed answer says.
    pub(crate) fn event(self, data: &str) -> Result<Vec<Piece>, serde_json::Error> {
        match self {
            Self::OpenAi => openai::event(data),
            Self::Anthropic => anthropic::event(data),
        }
    }

    /// What an answer in one piece says.
    pub(crate) fn whole(self, body: &[u8]) -> Result<Vec<Piece>, serde_json::Error> {
        match self {
            Self::OpenAi => openai::whole(body),
            Self::Anthropic => anthropic::whole(body),
        }
    }
}

/// An address below a base, which may end with a slash or with `surplus`.
fn below(base: &Url, surplus: &str, path: &str) -> Result<Url, AddressError> {
    if base.as_str().contains('?') {
        return Err(AddressError::Path);
    }
    let base = base.as_str().trim_end_matches('/');
    let base = base.strip_suffix(surplus).unwrap_or(base);
    format!("{base}{path}").parse()
}

/// Neighbouring parts that one side says.
pub(crate) struct Message<'a> {
    pub(crate) role: Role,
    pub(crate) texts: Vec<&'a str>,
}

/// The parts that go, as messages: servers of strict templates want the sides to take turns, so an
/// attachment and the question about it are one message of two texts.
fn messages(parts: &[Part]) -> Vec<Message<'_>> {
    let mut messages: Vec<Message<'_>> = Vec::new();
    for part in parts.iter().filter(|part| !part.left_out) {
        match messages.last_mut() {
            Some(last) if last.role == part.role => last.texts.push(&part.text),
            _ => messages.push(Message {
                role: part.role,
                texts: vec![&part.text],
            }),
        }
    }
    messages
}

/// One text of a message.
#[derive(Serialize)]
pub(crate) struct TextBlock<'a> {
    r#type: &'static str,
    text: &'a str,
}

/// A message's texts, as blocks.
pub(crate) fn blocks<'a>(texts: &[&'a str]) -> Vec<TextBlock<'a>> {
    let block = |text: &&'a str| TextBlock {
        r#type: "text",
        text,
    };
    texts.iter().map(block).collect()
}

#[cfg(test)]
mod tests;
