//! An answer on its way: lines of JSON in, events out. The last line carries `done`; an answer
//! without it broke off, whatever the reason, and is never taken for a whole one.

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use sotto_domain::{AnswerStatistics, AnswerStream, EndReason, Failure, FailureCode, ModelEvent};
use tokio_util::{
    codec::{FramedRead, LinesCodec},
    io::StreamReader,
};

use crate::{
    failure::{self, number},
    protocol::{ChatLine, ErrorBody},
};

/// Bytes of one line; a line holds a token or a few.
const LONGEST_LINE: usize = 1 << 20;

/// Turns the body of a response into events. `first_word` is called once, when the model speaks;
/// `broken_off` says what an answer without its last line means.
pub(crate) fn from_response(
    response: reqwest::Response,
    model: String,
    first_word: impl Fn() + Send + 'static,
    broken_off: impl Fn() -> Failure + Send + 'static,
) -> AnswerStream {
    let bytes = response.bytes_stream().map_err(std::io::Error::other);
    let reader = StreamReader::new(bytes.boxed());
    let lines = FramedRead::new(reader, LinesCodec::new_with_max_length(LONGEST_LINE));
    let lines = lines.map(move |line| line.map_or(Line::BrokenOff, |line| parse(&line, &model)));
    events(lines, first_word, broken_off)
}

/// What one line says.
#[derive(Debug, PartialEq)]
enum Line {
    Nothing,
    Said(String),
    /// What is left to say, and the end.
    Ended(String, EndReason, AnswerStatistics),
    Failed(Failure),
    /// The connection ended before the last line did.
    BrokenOff,
}

fn parse(line: &str, model: &str) -> Line {
    if line.trim().is_empty() {
        return Line::Nothing;
    }
    let parsed: ChatLine = match serde_json::from_str(line) {
        Ok(parsed) => parsed,
        Err(error) if error.is_eof() => return Line::BrokenOff,
        Err(error) => {
            // The line itself is what the model said: it is not for the log.
            return Line::Failed(Failure::new(
                FailureCode::Other,
                format!(
                    "The runtime said something that Sotto does not understand ({error}). What was said before is kept."
                ),
            ));
        }
    };
    if parsed.error.is_some() {
        let body: ErrorBody = serde_json::from_str(line).unwrap_or_default();
        return Line::Failed(failure::from_body(&body, model));
    }
    let text = parsed
        .message
        .as_ref()
        .map(|message| message.content.clone())
        .unwrap_or_default();
    if parsed.done {
        let reason = match parsed.done_reason.as_deref() {
            Some("length") => EndReason::Length,
            _ => EndReason::Finished,
        };
        return Line::Ended(text, reason, statistics(&parsed));
    }
    if text.is_empty() {
        Line::Nothing
    } else {
        Line::Said(text)
    }
}

fn statistics(line: &ChatLine) -> AnswerStatistics {
    let milliseconds = |nanoseconds: u64| number(nanoseconds / 1_000_000);
    AnswerStatistics {
        prompt_tokens: number(line.prompt_eval_count),
        cached_tokens: number(line.prompt_cached_count),
        answer_tokens: number(line.eval_count),
        load_milliseconds: milliseconds(line.load_duration),
        prefill_milliseconds: milliseconds(line.prompt_eval_duration),
        decode_milliseconds: milliseconds(line.eval_duration),
        first_token_milliseconds: 0,
        cut_by_length: false,
        nano_dollars: None,
    }
}

fn events(
    lines: impl Stream<Item = Line> + Send + 'static,
    first_word: impl Fn() + Send + 'static,
    broken_off: impl Fn() -> Failure + Send + 'static,
) -> AnswerStream {
    struct Reading<L, F, B> {
        lines: L,
        first_word: F,
        broken_off: B,
        spoken: bool,
        over: bool,
        /// The end, where the last line also carried text.
        pending: Option<ModelEvent>,
    }
    let reading = Reading {
        lines: Box::pin(lines),
        first_word,
        broken_off,
        spoken: false,
        over: false,
        pending: None,
    };
    let events = stream::unfold(reading, |mut reading| async move {
        if let Some(event) = reading.pending.take() {
            return Some((Ok(event), reading));
        }
        if reading.over {
            return None;
        }
        loop {
            let line = reading.lines.next().await.unwrap_or(Line::BrokenOff);
            if !reading.spoken && matches!(line, Line::Said(_) | Line::Ended(..)) {
                reading.spoken = true;
                (reading.first_word)();
            }
            let event = match line {
                Line::Nothing => continue,
                Line::Said(text) => Ok(ModelEvent::Text(text)),
                Line::Ended(text, reason, statistics) => {
                    reading.over = true;
                    let end = ModelEvent::Ended { reason, statistics };
                    if text.is_empty() {
                        Ok(end)
                    } else {
                        reading.pending = Some(end);
                        Ok(ModelEvent::Text(text))
                    }
                }
                Line::Failed(failure) => {
                    reading.over = true;
                    Err(failure)
                }
                Line::BrokenOff => {
                    reading.over = true;
                    Err(if reading.spoken {
                        failure::ended_while_answering()
                    } else {
                        (reading.broken_off)()
                    })
                }
            };
            return Some((event, reading));
        }
    });
    events.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_line_is_read() {
        let check =
            |line: &str, expected: Line| assert_eq!(parse(line, "Tiny"), expected, "{line}");
        check("", Line::Nothing);
        check(
            r#"{"message":{"role":"assistant","content":""},"done":false}"#,
            Line::Nothing,
        );
        check(
            r#"{"message":{"role":"assistant","content":"grüß"},"done":false}"#,
            Line::Said("grüß".into()),
        );
        check(
            r#"{"error":"gone","code":"model_not_found"}"#,
            Line::Failed(failure::from_body(
                &ErrorBody {
                    code: Some("model_not_found".into()),
                    ..Default::default()
                },
                "Tiny",
            )),
        );
        let numbers = r#""load_duration":1500000000,"prompt_eval_count":20,"prompt_cached_count":12,"prompt_eval_duration":80999999,"eval_count":7,"eval_duration":200000000"#;
        let statistics = AnswerStatistics {
            prompt_tokens: 20,
            cached_tokens: 12,
            answer_tokens: 7,
            load_milliseconds: 1_500,
            prefill_milliseconds: 80,
            decode_milliseconds: 200,
            ..Default::default()
        };
        for (reason, expected) in [("stop", EndReason::Finished), ("length", EndReason::Length)] {
            let line = format!(
                r#"{{"message":{{"role":"assistant","content":""}},"done":true,"done_reason":"{reason}",{numbers}}}"#
            );
            check(&line, Line::Ended(String::new(), expected, statistics));
        }
        check(
            r#"{"done":true}"#,
            Line::Ended(
                String::new(),
                EndReason::Finished,
                AnswerStatistics::default(),
            ),
        );
        assert!(matches!(parse("not json", "Tiny"), Line::Failed(_)));
    }

    async fn collect(lines: Vec<Line>) -> Vec<Result<ModelEvent, Failure>> {
        events(
            stream::iter(lines),
            || {},
            || failure::ended_while_loading("Tiny"),
        )
        .collect()
        .await
    }

    #[tokio::test]
    async fn an_answer_without_its_last_line_broke_off() {
        let said = || Line::Said("Hel".into());
        let end = || {
            Line::Ended(
                String::new(),
                EndReason::Finished,
                AnswerStatistics::default(),
            )
        };
        let broken = Err(failure::ended_while_answering());
        assert_eq!(collect(vec![said()]).await.last(), Some(&broken));
        assert_eq!(
            collect(vec![said(), Line::BrokenOff, said(), end()])
                .await
                .last(),
            Some(&broken)
        );
        assert_eq!(
            collect(vec![]).await,
            [Err(failure::ended_while_loading("Tiny"))]
        );
        assert_eq!(collect(vec![said(), end(), said()]).await.len(), 2);
    }

    #[tokio::test]
    async fn text_in_the_last_line_is_not_lost() {
        let last = Line::Ended("lo".into(), EndReason::Length, AnswerStatistics::default());
        let events = collect(vec![Line::Said("Hel".into()), last]).await;
        assert_eq!(events.len(), 3);
        assert_eq!(events[1], Ok(ModelEvent::Text("lo".into())));
        assert!(matches!(
            events[2],
            Ok(ModelEvent::Ended {
                reason: EndReason::Length,
                ..
            })
        ));
    }
}
