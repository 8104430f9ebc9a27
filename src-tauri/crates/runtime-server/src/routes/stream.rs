//! From the engine's events to HTTP: errors by status before anything is sent, then one whole
//! JSON line in each chunk, or everything in one body.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::answer::{AnswerParser, Parts};
use crate::engine::{CancelOnDrop, Event, Summary, TokenLogprob};
use crate::error::Error;

/// How an endpoint writes the parts of an answer.
pub(super) trait Shape: Send + 'static {
    /// One line with a part of the answer.
    fn part(&self, parts: Parts, log_probabilities: Vec<Value>) -> Vec<u8>;
    /// The last line, or the only body: `parts` is then the whole answer.
    fn end(&self, parts: Parts, log_probabilities: Vec<Value>, summary: &Summary) -> Vec<u8>;
}

/// The statistics that the last line carries, in nanoseconds and tokens.
#[derive(Debug, Serialize)]
pub(super) struct Statistics {
    done: bool,
    done_reason: &'static str,
    total_duration: u64,
    load_duration: u64,
    prompt_eval_count: usize,
    prompt_eval_duration: u64,
    eval_count: usize,
    eval_duration: u64,
    /// Extension: tokens of the prompt that were in the prefix cache.
    prompt_cached_count: usize,
}

impl From<&Summary> for Statistics {
    fn from(summary: &Summary) -> Self {
        Self {
            done: true,
            done_reason: summary.reason,
            total_duration: nanoseconds(summary.total),
            load_duration: nanoseconds(summary.load),
            prompt_eval_count: summary.prompt_tokens,
            prompt_eval_duration: nanoseconds(summary.prefill),
            eval_count: summary.answer_tokens,
            eval_duration: nanoseconds(summary.decode),
            prompt_cached_count: summary.cached_tokens,
        }
    }
}

/// A duration as Ollama gives it.
pub(super) fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What an answer's events need to become a response.
pub(super) struct Answer<S> {
    /// The engine's end.
    pub(super) events: UnboundedReceiver<Event>,
    /// Stops the engine when the connection is gone.
    pub(super) guard: CancelOnDrop,
    /// Thoughts are split off.
    pub(super) thinking: bool,
    /// Tool calls are looked for.
    pub(super) tools: bool,
    /// How lines are written.
    pub(super) shape: S,
}

impl<S: Shape> Answer<S> {
    /// Waits for the first token, so that all that can be refused is refused by status, then answers.
    pub(super) async fn respond(mut self, streamed: bool) -> Result<Response, Error> {
        let mut parser = AnswerParser::new(self.thinking, false, self.tools);
        let first = loop {
            match self.events.recv().await {
                Some(Event::Started { thinking_open }) => {
                    parser = AnswerParser::new(self.thinking, thinking_open, self.tools);
                }
                Some(Event::Failed(error)) => return Err(error),
                Some(event) => break event,
                None => return Err(Error::Engine("the engine gave no answer".into())),
            }
        };
        if streamed {
            Ok(self.lines(parser, first))
        } else {
            self.whole(parser, first).await
        }
    }

    fn lines(self, parser: AnswerParser, first: Event) -> Response {
        let state = Lines {
            answer: self,
            parser,
            ready: VecDeque::new(),
            ended: false,
        };
        let stream =
            futures_util::stream::unfold((state, Some(first)), |(mut state, first)| async move {
                if let Some(event) = first {
                    state.take(event);
                }
                let line = state.next().await?;
                Some((Ok::<Bytes, Infallible>(line), (state, None)))
            });
        (
            [(header::CONTENT_TYPE, "application/x-ndjson")],
            Body::from_stream(stream),
        )
            .into_response()
    }

    async fn whole(mut self, mut parser: AnswerParser, first: Event) -> Result<Response, Error> {
        let mut all = Parts::default();
        let mut all_log_probabilities = Vec::new();
        let mut next = Some(first);
        let summary = loop {
            match next.take() {
                Some(Event::Piece {
                    text,
                    log_probabilities,
                }) => {
                    append(&mut all, parser.push(&text));
                    all_log_probabilities.extend(log_probabilities.iter().map(log_probability));
                }
                Some(Event::Done(summary)) => break summary,
                Some(Event::Failed(error)) => return Err(error),
                Some(Event::Started { .. }) => {}
                None => return Err(Error::Engine("the engine stopped within the answer".into())),
            }
            next = self.events.recv().await;
        };
        append(&mut all, parser.finish());
        let body = self.shape.end(all, all_log_probabilities, &summary);
        drop(self.guard);
        Ok((
            [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
            body,
        )
            .into_response())
    }
}

fn append(all: &mut Parts, parts: Parts) {
    all.content.push_str(&parts.content);
    all.thinking.push_str(&parts.thinking);
    all.calls.extend(parts.calls);
}

/// A streamed answer on its way.
struct Lines<S> {
    answer: Answer<S>,
    parser: AnswerParser,
    ready: VecDeque<Bytes>,
    ended: bool,
}

impl<S: Shape> Lines<S> {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            match self.answer.events.recv().await {
                Some(event) => self.take(event),
                None => self.take(Event::Failed(Error::Engine(
                    "the engine stopped within the answer".into(),
                ))),
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Started { .. } => {}
            Event::Piece {
                text,
                log_probabilities,
            } => {
                let parts = self.parser.push(&text);
                if !parts.is_empty() || !log_probabilities.is_empty() {
                    self.line(self.answer.shape.part(
                        parts,
                        log_probabilities.iter().map(log_probability).collect(),
                    ));
                }
            }
            Event::Done(summary) => {
                let rest = self.parser.finish();
                if !rest.is_empty() {
                    self.line(self.answer.shape.part(rest, Vec::new()));
                }
                self.line(
                    self.answer
                        .shape
                        .end(Parts::default(), Vec::new(), &summary),
                );
                self.ended = true;
            }
            Event::Failed(error) => {
                // The status is gone; the missing last line tells clients that ignore this one.
                self.line(error.body().to_string().into_bytes());
                self.ended = true;
            }
        }
    }

    fn line(&mut self, mut line: Vec<u8>) {
        line.push(b'\n');
        self.ready.push_back(line.into());
    }
}

fn log_probability(token: &TokenLogprob) -> Value {
    let entry = |token: &TokenLogprob| {
        json!({
            "token": String::from_utf8_lossy(&token.bytes),
            "logprob": token.log_probability,
            "bytes": token.bytes,
        })
    };
    let mut value = entry(token);
    if !token.strongest.is_empty() {
        value["top_logprobs"] = token.strongest.iter().map(entry).collect();
    }
    value
}

/// JSON that cannot fail: plain fields of our own types.
pub(super) fn json_bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Now, as Ollama writes times.
pub(super) fn now() -> String {
    jiff::Timestamp::now().to_string()
}
