//! Constrained decoding: only tokens that keep the answer within JSON or a JSON schema.
//!
//! `llguidance` does the work. A token is chosen freely first and only checked; the whole
//! vocabulary is masked only when that token was refused.

use std::sync::Arc;

use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};

use super::job::Format;
use super::model::{Model, Token};
use crate::error::Error;

/// At most this much white space between two parts of JSON: small models can otherwise produce it for ever.
const WHITE_SPACE: &str = r"[\x20\x0A\x0D\x09]{1,20}";

/// The model's vocabulary prepared for constraints; made once for a loaded model.
pub(super) struct Constraints {
    factory: ParserFactory,
}

impl Constraints {
    /// Prepares the vocabulary.
    pub(super) fn new(model: &Model) -> Result<Self, Error> {
        let count = u32::try_from(model.token_count())
            .map_err(|_| Error::Engine("the vocabulary is too large".into()))?;
        let closing = model
            .closing_token()
            .and_then(|token| u32::try_from(token).ok())
            .ok_or_else(|| {
                Error::BadRequest("this model has no end token, which `format` needs".into())
            })?;
        let mut words = Vec::with_capacity(model.token_count());
        for token in (0..count).filter_map(|token| Token::try_from(token).ok()) {
            let mut word = Vec::new();
            if model.is_control(token) || model.ends_answer(token) {
                // The marker of a special token; it can never be part of text.
                word.push(TokTrie::SPECIAL_TOKEN_MARKER);
                word.extend(model.token_text(token).bytes());
            } else {
                model.append_piece(token, false, &mut word);
            }
            words.push(word);
        }
        let trie = TokTrie::from(&TokRxInfo::new(count, closing), &words);
        let environment: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        let mut factory =
            ParserFactory::new_simple(&environment).map_err(|error| failed(&error))?;
        factory.quiet();
        Ok(Self { factory })
    }

    /// A constraint for one answer.
    pub(super) fn constrain(&self, format: &Format) -> Result<Constraint, Error> {
        let mut schema = match format {
            Format::Json => json!({"type": "object"}),
            Format::Schema(schema) => schema.clone(),
        };
        if let Value::Object(schema) = &mut schema {
            schema.insert(
                "x-guidance".into(),
                json!({"whitespace_pattern": WHITE_SPACE}),
            );
        }
        let parser = self
            .factory
            .create_parser(TopLevelGrammar::from_json_schema(schema))
            .map_err(|error| {
                Error::BadRequest(format!(
                    "invalid JSON schema in format: {}",
                    first_line(&error)
                ))
            })?;
        Ok(Constraint {
            matcher: Matcher::new(Ok(parser)),
        })
    }
}

/// Where an answer stands within its constraint.
pub(super) struct Constraint {
    matcher: Matcher,
}

impl Constraint {
    /// Whether the token may come next.
    pub(super) fn allows(&mut self, token: Token, ends_answer: bool) -> Result<bool, Error> {
        if ends_answer {
            return self.matcher.is_accepting().map_err(|error| failed(&error));
        }
        let token = u32::try_from(token).map_err(|_| Error::Engine("a token below zero".into()))?;
        self.matcher
            .validate_tokens(&[token])
            .map(|count| count == 1)
            .map_err(|error| failed(&error))
    }

    /// Makes every token impossible that may not come next.
    pub(super) fn mask(&mut self, logits: &mut [f32]) -> Result<(), Error> {
        let mask = self
            .matcher
            .compute_mask_or_eos()
            .map_err(|error| failed(&error))?;
        mask.iter_unset_entries(|at| {
            if let Some(logit) = logits.get_mut(at) {
                *logit = f32::NEG_INFINITY;
            }
        });
        Ok(())
    }

    /// Goes on with the token. `true`: the answer is complete.
    pub(super) fn accept(&mut self, token: Token) -> Result<bool, Error> {
        let token = u32::try_from(token).map_err(|_| Error::Engine("a token below zero".into()))?;
        self.matcher
            .consume_token(token)
            .map_err(|error| failed(&error))?;
        Ok(self.matcher.is_stopped())
    }
}

fn failed(error: &impl std::fmt::Display) -> Error {
    Error::Engine(format!(
        "the answer could not be constrained: {}",
        first_line(error)
    ))
}

/// What llguidance says, without the backtrace, the grammar and the answer's text that follow.
fn first_line(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
