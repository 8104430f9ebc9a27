//! Chat Completions: the request, and the answer in events or in one piece. Unknown fields are let
//! pass, missing ones are nothing: a dozen providers write this protocol, each a little differently.

use serde::{Deserialize, Serialize};

use super::{
    AnswerLimit, BodyError, ListedModel, Message, Question, TextBlock, Usage,
    answer::{Piece, Reason, provider_error},
    blocks,
};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: WireContent<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireContent<'a> {
    Text(&'a str),
    Blocks(Vec<TextBlock<'a>>),
}

pub(super) fn body(
    question: &Question<'_>,
    messages: &[Message<'_>],
) -> Result<Vec<u8>, BodyError> {
    let mut said = Vec::new();
    for message in messages {
        let role = message.role.as_str();
        match message.texts.as_slice() {
            texts if texts.len() > 1 && question.dialect.text_blocks => {
                let content = WireContent::Blocks(blocks(texts));
                said.push(WireMessage { role, content });
            }
            texts => said.extend(texts.iter().map(|text| WireMessage {
                role,
                content: WireContent::Text(text),
            })),
        }
    }
    let limit = |name| (question.dialect.answer_limit == name).then_some(question.answer_tokens);
    let body = Body {
        model: question.model,
        messages: said,
        max_tokens: limit(AnswerLimit::MaxTokens),
        max_completion_tokens: limit(AnswerLimit::MaxCompletionTokens),
        stream: true,
        stream_options: question.dialect.ask_usage.then_some(StreamOptions {
            include_usage: true,
        }),
    };
    serde_json::to_vec(&body).map_err(|_| BodyError::Json)
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<WireUsage>,
    /// Where Groq puts the usage when it is not asked for.
    #[serde(default)]
    x_groq: Option<Groq>,
}

#[derive(Deserialize)]
struct Groq {
    #[serde(default)]
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Choice {
    /// Only one answer is asked for; any other is not ours.
    #[serde(default)]
    index: u32,
    #[serde(default, alias = "message")]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

/// `reasoning_content` and `reasoning` are not read: thoughts are no answer.
#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    /// Mistral's reasoning models: thoughts and texts side by side.
    Blocks(Vec<Block>),
}

#[derive(Deserialize)]
struct Block {
    r#type: String,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: Option<u32>,
    #[serde(default)]
    completion_tokens: Option<u32>,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
    /// DeepSeek's name for it.
    #[serde(default)]
    prompt_cache_hit_tokens: Option<u32>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u32>,
}

impl From<WireUsage> for Usage {
    fn from(usage: WireUsage) -> Self {
        let details = usage.prompt_tokens_details;
        Self {
            request_tokens: usage.prompt_tokens,
            cached_tokens: details
                .and_then(|details| details.cached_tokens)
                .or(usage.prompt_cache_hit_tokens),
            cache_written_tokens: None,
            answer_tokens: usage.completion_tokens,
        }
    }
}

pub(super) fn event(data: &str) -> Result<Vec<Piece>, serde_json::Error> {
    if data.trim() == "[DONE]" {
        return Ok(vec![Piece::End]);
    }
    read(data.as_bytes())
}

pub(super) fn whole(body: &[u8]) -> Result<Vec<Piece>, serde_json::Error> {
    let mut pieces = read(body)?;
    pieces.push(Piece::End);
    Ok(pieces)
}

fn read(text: &[u8]) -> Result<Vec<Piece>, serde_json::Error> {
    let value: serde_json::Value = serde_json::from_slice(text)?;
    if value.get("error").is_some_and(|error| !error.is_null()) {
        let error = provider_error(&value).unwrap_or_default();
        return Ok(vec![Piece::Error(error)]);
    }
    if value.get("choices").is_none() && value.get("usage").is_none() {
        return Err(serde::de::Error::missing_field("choices"));
    }
    let chunk: Chunk = serde_json::from_value(value)?;
    let mut pieces = Vec::new();
    let choices = chunk.choices.unwrap_or_default();
    for choice in choices.into_iter().filter(|choice| choice.index == 0) {
        if let Some(delta) = choice.delta {
            match delta.content {
                Some(Content::Text(text)) => pieces.push(Piece::Text(text)),
                Some(Content::Blocks(blocks)) => {
                    let texts = blocks.into_iter().filter(|block| block.r#type == "text");
                    pieces.extend(texts.filter_map(|block| block.text).map(Piece::Text));
                }
                None => {}
            }
            pieces.extend(delta.refusal.map(Piece::Refusal));
        }
        pieces.extend(
            choice
                .finish_reason
                .map(|reason| Piece::Finish(finish(&reason))),
        );
    }
    let groq = chunk.x_groq.and_then(|groq| groq.usage);
    let usage = chunk.usage.or(groq);
    pieces.extend(usage.map(|usage| Piece::Usage(usage.into())));
    Ok(pieces)
}

fn finish(reason: &str) -> Reason {
    match reason {
        "stop" => Reason::Complete,
        "length" => Reason::Length,
        "content_filter" => Reason::Refused,
        _ => Reason::Other,
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    /// As documented.
    Data { data: Vec<Entry> },
    /// As some servers write it.
    Bare(Vec<Entry>),
}

#[derive(Deserialize)]
struct Entry {
    id: String,
}

/// The list of models, in either protocol.
pub(crate) fn models(body: &[u8]) -> Result<Vec<ListedModel>, serde_json::Error> {
    let (List::Data { data } | List::Bare(data)) = serde_json::from_slice(body)?;
    let listed = data.into_iter().map(|entry| ListedModel {
        id: entry.id,
        passed_on: false,
    });
    Ok(listed.collect())
}
