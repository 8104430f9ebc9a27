//! Messages: the request, and the answer in events or in one piece. Kinds of events and blocks that are
//! not known are let pass, as the provider asks for.
//! <https://docs.anthropic.com/en/docs/build-with-claude/streaming>

use serde::{Deserialize, Serialize};
use sotto_domain::Role;

use super::{
    BodyError, Message, Question, TextBlock, Usage,
    answer::{Piece, Reason, provider_error},
    blocks,
};

/// `system` stands before `messages`, as the person is shown it.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<Vec<TextBlock<'a>>>,
    messages: Vec<WireMessage<'a>>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Vec<TextBlock<'a>>,
}

pub(super) fn body(
    question: &Question<'_>,
    messages: &[Message<'_>],
) -> Result<Vec<u8>, BodyError> {
    let (system, messages) = match messages.split_first() {
        Some((first, rest)) if first.role == Role::System => (Some(blocks(&first.texts)), rest),
        _ => (None, messages),
    };
    if messages.iter().any(|message| message.role == Role::System) {
        return Err(BodyError::InstructionsWithin);
    }
    let said = messages.iter().map(|message| WireMessage {
        role: message.role.as_str(),
        content: blocks(&message.texts),
    });
    let body = Body {
        model: question.model,
        max_tokens: question.answer_tokens,
        stream: true,
        system,
        messages: said.collect(),
    };
    serde_json::to_vec(&body).map_err(|_| BodyError::Json)
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Incoming {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: Ending,
        #[serde(default)]
        usage: WireUsage,
    },
    MessageStop,
    Error,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    usage: WireUsage,
}

/// `thinking` blocks are not read: thoughts are no answer.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Delta {
    TextDelta {
        text: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Ending {
    #[serde(default)]
    stop_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct WireUsage {
    /// Without those of the caches.
    #[serde(default)]
    input_tokens: Option<u32>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u32>,
    #[serde(default)]
    cache_read_input_tokens: Option<u32>,
    #[serde(default)]
    output_tokens: Option<u32>,
}

impl From<WireUsage> for Usage {
    fn from(usage: WireUsage) -> Self {
        let (written, read) = (
            usage.cache_creation_input_tokens,
            usage.cache_read_input_tokens,
        );
        let whole = |fresh: u32| {
            fresh
                .saturating_add(written.unwrap_or(0))
                .saturating_add(read.unwrap_or(0))
        };
        Self {
            request_tokens: usage.input_tokens.map(whole),
            cached_tokens: read,
            cache_written_tokens: written,
            answer_tokens: usage.output_tokens,
        }
    }
}

#[derive(Deserialize)]
struct Whole {
    content: Vec<Block>,
    #[serde(default)]
    stop_reason: Option<String>,
    #[serde(default)]
    usage: WireUsage,
}

pub(super) fn event(data: &str) -> Result<Vec<Piece>, serde_json::Error> {
    Ok(match serde_json::from_str(data)? {
        Incoming::MessageStart { message } => vec![Piece::Usage(message.usage.into())],
        Incoming::ContentBlockStart {
            content_block: Block::Text { text },
        }
        | Incoming::ContentBlockDelta {
            delta: Delta::TextDelta { text },
        } => vec![Piece::Text(text)],
        Incoming::MessageDelta { delta, usage } => {
            let mut pieces = vec![Piece::Usage(usage.into())];
            pieces.extend(
                delta
                    .stop_reason
                    .map(|reason| Piece::Finish(finish(&reason))),
            );
            pieces
        }
        Incoming::MessageStop => vec![Piece::End],
        Incoming::Error => {
            let value = serde_json::from_str(data)?;
            vec![Piece::Error(provider_error(&value).unwrap_or_default())]
        }
        Incoming::ContentBlockStart { .. }
        | Incoming::ContentBlockDelta { .. }
        | Incoming::Other => Vec::new(),
    })
}

pub(super) fn whole(body: &[u8]) -> Result<Vec<Piece>, serde_json::Error> {
    let value: serde_json::Value = serde_json::from_slice(body)?;
    if value.get("error").is_some() {
        return Ok(vec![Piece::Error(
            provider_error(&value).unwrap_or_default(),
        )]);
    }
    let whole: Whole = serde_json::from_value(value)?;
    let mut pieces: Vec<Piece> = Vec::new();
    for block in whole.content {
        if let Block::Text { text } = block {
            pieces.push(Piece::Text(text));
        }
    }
    pieces.push(Piece::Usage(whole.usage.into()));
    pieces.extend(
        whole
            .stop_reason
            .map(|reason| Piece::Finish(finish(&reason))),
    );
    pieces.push(Piece::End);
    Ok(pieces)
}

fn finish(reason: &str) -> Reason {
    match reason {
        "end_turn" | "stop_sequence" => Reason::Complete,
        "max_tokens" | "model_context_window_exceeded" => Reason::Length,
        "refusal" => Reason::Refused,
        _ => Reason::Other,
    }
}
