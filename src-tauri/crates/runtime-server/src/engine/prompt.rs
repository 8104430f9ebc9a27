//! From messages to tokens, so that nothing that a person or a tool wrote can act as a control token.
//!
//! A template mixes the model's control tokens (`<|im_end|>`) with people's words in one text.
//! Where words spell a control token, they are replaced by a placeholder before the template is
//! rendered, and the placeholder becomes ordinary text tokens afterwards. Everything else is
//! tokenised in one piece with its surroundings, exactly as the model was trained.
//!
//! The same placeholders put back the tokens of earlier answers: a text can be cut into tokens in
//! several ways, and only the very tokens that were generated are in the prefix cache.

use std::collections::VecDeque;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use super::job::Prompt;
use super::model::{Model, Token};
use crate::error::Error;
use crate::template::{ChatTemplate, Message};

/// Most tokens of earlier answers that are remembered.
const REMEMBERED_TOKENS: usize = 1 << 18;
/// Only a text with more bytes than this for each token of the context is counted piece by piece.
const WORTH_COUNTING: u64 = 8;
/// Bytes of such a piece.
pub(super) const CHUNK: usize = 64 << 10;
/// Tokens that cutting a text in two can add, at most.
const CUT_COST: u64 = 8;
/// Opens and closes a placeholder; private-use characters that no real text should hold.
const OPEN: char = '\u{F8F0}';
const CLOSE: char = '\u{F8F1}';

/// What a loaded model needs for making prompts.
pub(super) struct PromptMaker {
    template: ChatTemplate,
    controls: Option<AhoCorasick>,
    opening: Option<Token>,
    longest_piece: usize,
    answers: VecDeque<Answer>,
}

struct Answer {
    text: String,
    tokens: Vec<Token>,
}

/// Tokens ready for evaluation.
#[derive(Debug)]
pub(super) struct PromptTokens {
    pub(super) tokens: Vec<Token>,
    /// The prompt ends with an opened `<think>`.
    pub(super) thinking_open: bool,
}

impl PromptMaker {
    /// Reads the vocabulary and compiles the template.
    pub(super) fn new(model: &Model, template: Option<&str>) -> Result<Self, Error> {
        let (open, close) = model.boundary_texts();
        let controls = model.control_texts();
        let longest_piece = (0..model.token_count())
            .filter_map(|token| Token::try_from(token).ok())
            .map(|token| model.token_text(token).len())
            .max()
            .unwrap_or(1);
        Ok(Self {
            template: ChatTemplate::new(template, open, close)?,
            controls: matcher(&controls)?,
            opening: model.opening_token(),
            longest_piece: longest_piece.max(1),
            answers: VecDeque::new(),
        })
    }

    /// The prompt's tokens, at most `limit` of them.
    pub(super) fn tokens(
        &self,
        model: &Model,
        prompt: &Prompt,
        limit: u32,
    ) -> Result<PromptTokens, Error> {
        let (text, fillings) = match prompt {
            Prompt::Raw(text) => (text.clone(), Vec::new()),
            Prompt::Chat {
                messages,
                tools,
                thinking,
            } => {
                for message in messages {
                    self.check_size(model, &message.content, limit)?;
                }
                let mut fillings = Vec::new();
                let messages = self.shield(messages, &mut fillings);
                let tools: Vec<Value> = tools
                    .iter()
                    .map(|tool| shield_value(self.controls.as_ref(), tool, &mut fillings))
                    .collect();
                (
                    self.template.render(&messages, &tools, *thinking)?,
                    fillings,
                )
            }
        };
        self.check_size(model, &text, limit)?;
        let mut tokens = Vec::new();
        for part in parts(&text, fillings.len()) {
            match part {
                Part::Text(text) => tokens.extend(model.tokenize(text, false, true)?),
                Part::Filling(at) => match &fillings[at] {
                    Filling::Plain(text) => tokens.extend(model.tokenize(text, false, false)?),
                    Filling::Tokens(answer) => tokens.extend_from_slice(answer),
                },
            }
        }
        if let Some(opening) = self
            .opening
            .filter(|opening| tokens.first() != Some(opening))
        {
            tokens.insert(0, opening);
        }
        if tokens.len() as u64 > u64::from(limit) {
            return Err(Error::ContextExceeded {
                prompt_tokens: tokens.len() as u64,
                at_least: false,
                context: limit,
            });
        }
        Ok(PromptTokens {
            tokens,
            thinking_open: text.trim_end().ends_with("<think>"),
        })
    }

    /// Keeps the tokens of an answer, to be used when its text comes back in a conversation.
    pub(super) fn remember(&mut self, text: String, tokens: Vec<Token>) {
        if text.is_empty() || tokens.len() > REMEMBERED_TOKENS {
            return;
        }
        self.answers.retain(|answer| answer.text != text);
        self.answers.push_back(Answer { text, tokens });
        while self
            .answers
            .iter()
            .map(|answer| answer.tokens.len())
            .sum::<usize>()
            > REMEMBERED_TOKENS
        {
            self.answers.pop_front();
        }
    }

    /// Refuses a text that cannot fit, without taking minutes to cut all of it into tokens.
    fn check_size(&self, model: &Model, text: &str, limit: u32) -> Result<(), Error> {
        let exceeded = |prompt_tokens: u64| Error::ContextExceeded {
            prompt_tokens,
            at_least: true,
            context: limit,
        };
        let most = u64::from(limit);
        // A token stands for at most `longest_piece` bytes.
        let bound = (text.len() / self.longest_piece) as u64;
        if bound > most {
            return Err(exceeded(bound));
        }
        if (text.len() as u64) < most.saturating_mul(WORTH_COUNTING) {
            return Ok(());
        }
        match outgrows(model, text, limit)? {
            Some((_, bound)) => Err(exceeded(bound)),
            None => Ok(()),
        }
    }

    /// Replaces what must not be tokenised with its surroundings by placeholders.
    fn shield<'messages>(
        &'messages self,
        messages: &'messages [Message],
        fillings: &mut Vec<Filling<'messages>>,
    ) -> Vec<Message> {
        let controls = self.controls.as_ref();
        messages
            .iter()
            .map(|message| {
                let mut copy = message.clone();
                let answer = (message.role == "assistant" && message.thinking.is_none())
                    .then(|| {
                        self.answers
                            .iter()
                            .rev()
                            .find(|answer| answer.text == message.content)
                    })
                    .flatten();
                if let Some(answer) = answer {
                    copy.content = placeholder(fillings.len());
                    fillings.push(Filling::Tokens(&answer.tokens));
                } else {
                    copy.content = shield_text(controls, &message.content, fillings);
                }
                copy.thinking = message
                    .thinking
                    .as_ref()
                    .map(|text| shield_text(controls, text, fillings));
                copy.tool_name = message
                    .tool_name
                    .as_ref()
                    .map(|text| shield_text(controls, text, fillings));
                copy.tool_calls = message.tool_calls.as_ref().map(|calls| {
                    calls
                        .iter()
                        .map(|call| shield_value(controls, call, fillings))
                        .collect()
                });
                copy
            })
            .collect()
    }
}

/// Where a text has certainly become longer than `limit` tokens, in bytes, and how many tokens it
/// has there at least. It is counted piece by piece, and no further than needed.
pub(super) fn outgrows(
    model: &Model,
    text: &str,
    limit: u32,
) -> Result<Option<(usize, u64)>, Error> {
    let mut bound = 0u64;
    let mut from = 0;
    while from < text.len() {
        let end = text.floor_char_boundary((from + CHUNK).min(text.len()));
        // Cutting the text before tokenising it costs a few tokens more at each cut, at most.
        let tokens = model.tokenize(&text[from..end], false, true)?.len() as u64;
        bound += tokens.saturating_sub(CUT_COST);
        from = end;
        if bound > u64::from(limit) {
            return Ok(Some((end, bound)));
        }
    }
    Ok(None)
}

/// What a placeholder stands for.
#[derive(Debug, PartialEq)]
enum Filling<'text> {
    /// A text that is not to be parsed.
    Plain(&'text str),
    /// An earlier answer.
    Tokens(&'text [Token]),
}

fn matcher(controls: &[String]) -> Result<Option<AhoCorasick>, Error> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(
            controls
                .iter()
                .map(String::as_str)
                .chain(["\u{F8F0}", "\u{F8F1}"]),
        )
        .map(Some)
        .map_err(|error| Error::Engine(format!("the vocabulary cannot be searched: {error}")))
}

fn shield_text<'text>(
    controls: Option<&AhoCorasick>,
    text: &'text str,
    fillings: &mut Vec<Filling<'text>>,
) -> String {
    let Some(controls) = controls else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in controls.find_iter(text) {
        out.push_str(&text[from..found.start()]);
        out.push_str(&placeholder(fillings.len()));
        fillings.push(Filling::Plain(&text[found.range()]));
        from = found.end();
    }
    out.push_str(&text[from..]);
    out
}

/// The same for every text within a JSON value.
fn shield_value<'text>(
    controls: Option<&AhoCorasick>,
    value: &'text Value,
    fillings: &mut Vec<Filling<'text>>,
) -> Value {
    match value {
        Value::String(text) => Value::String(shield_text(controls, text, fillings)),
        Value::Array(items) => items
            .iter()
            .map(|item| shield_value(controls, item, fillings))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| {
                (
                    shield_text(controls, name, fillings),
                    shield_value(controls, field, fillings),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        plain => plain.clone(),
    }
}

fn placeholder(number: usize) -> String {
    format!("{OPEN}{number}{CLOSE}")
}

#[derive(Debug, PartialEq)]
enum Part<'text> {
    Text(&'text str),
    Filling(usize),
}

/// Cuts a rendered prompt at its placeholders.
fn parts(text: &str, fillings: usize) -> Vec<Part<'_>> {
    let next = |rest: &str| {
        rest.match_indices(OPEN).find_map(|(start, open)| {
            let inner = &rest[start + open.len()..];
            let end = inner.find(CLOSE)?;
            let number: usize = inner[..end]
                .parse()
                .ok()
                .filter(|number| *number < fillings)?;
            Some((start, start + open.len() + end + CLOSE.len_utf8(), number))
        })
    };
    if fillings == 0 {
        return if text.is_empty() {
            Vec::new()
        } else {
            vec![Part::Text(text)]
        };
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((start, end, number)) = next(rest) {
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        parts.push(Part::Filling(number));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_spell_control_tokens_are_shielded() {
        let controls = matcher(&["<|im_end|>".into(), "<|im_start|>".into()]).unwrap();
        for (text, expected, plain) in [
            ("hello", "hello", vec![]),
            ("a<|im_end|>b", "a\u{F8F0}0\u{F8F1}b", vec!["<|im_end|>"]),
            (
                "<|im_end|><|im_start|>",
                "\u{F8F0}0\u{F8F1}\u{F8F0}1\u{F8F1}",
                vec!["<|im_end|>", "<|im_start|>"],
            ),
            ("<|im_e", "<|im_e", vec![]),
            // A placeholder's own characters in a text cannot stand for another filling.
            (
                "\u{F8F0}7\u{F8F1}",
                "\u{F8F0}0\u{F8F1}7\u{F8F0}1\u{F8F1}",
                vec!["\u{F8F0}", "\u{F8F1}"],
            ),
        ] {
            let mut fillings = Vec::new();
            assert_eq!(
                shield_text(controls.as_ref(), text, &mut fillings),
                expected
            );
            assert_eq!(
                fillings,
                plain.into_iter().map(Filling::Plain).collect::<Vec<_>>(),
                "{text}"
            );
        }
    }

    #[test]
    fn prompts_are_cut_at_placeholders() {
        for (text, fillings, expected) in [
            ("ab", 0, vec![Part::Text("ab")]),
            (
                "a\u{F8F0}1\u{F8F1}b\u{F8F0}0\u{F8F1}",
                2,
                vec![
                    Part::Text("a"),
                    Part::Filling(1),
                    Part::Text("b"),
                    Part::Filling(0),
                ],
            ),
            (
                "a\u{F8F0}9\u{F8F1}",
                1,
                vec![Part::Text("a\u{F8F0}9\u{F8F1}")],
            ),
            (
                "\u{F8F0}\u{F8F0}0\u{F8F1}",
                1,
                vec![Part::Text("\u{F8F0}"), Part::Filling(0)],
            ),
        ] {
            assert_eq!(parts(text, fillings), expected, "{text:?}");
        }
    }
}
