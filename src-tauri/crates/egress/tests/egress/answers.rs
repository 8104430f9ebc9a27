//! Answers as providers send them, well and badly: each failure is told apart, and what came is kept.

use std::time::Duration;

use bytes::Bytes;
use sotto_consent::{KeyedHash, ledger::AnswerEnding};
use sotto_egress::{
    AnswerError, Event, Expected, Finish, Limits, ListedModel, Protocol, Said, Usage,
};

use crate::{
    asking::{Answered, Ask, ask, egress, egress_with, ledger_key},
    double::{Double, Reply, Step},
};

const OPENAI: Protocol = Protocol::OpenAi;
const ANTHROPIC: Protocol = Protocol::Anthropic;

/// Asks a double that answers this.
async fn answered(expected: Expected, limits: Limits, reply: Reply) -> Answered {
    let double = Double::start(None, move |_| reply.clone()).await;
    let question = Ask {
        expected,
        ..Ask::network(OPENAI, &double)
    };
    let came = ask(&egress_with(limits), &question).await.answered();
    assert_eq!(double.connections(), 1);
    assert_eq!(double.arrived().len(), 1);
    came
}

async fn answer(protocol: Protocol, reply: Reply) -> Answered {
    answered(Expected::Answer(protocol), Limits::default(), reply).await
}

fn say(text: &str) -> Step {
    Step::Say(Bytes::copy_from_slice(text.as_bytes()))
}

fn said(error: &AnswerError) -> String {
    let said = match error {
        AnswerError::NotAccepted { said, .. }
        | AnswerError::KeyRefused { said, .. }
        | AnswerError::KeyNeeded { said, .. }
        | AnswerError::NoQuota { said }
        | AnswerError::NotFound { said }
        | AnswerError::TooLong { said }
        | AnswerError::TooMany { said, .. }
        | AnswerError::Overloaded { said, .. }
        | AnswerError::ServerFailed { said, .. }
        | AnswerError::OddStatus { said, .. }
        | AnswerError::BrokenOff { said } => said.as_ref(),
        _ => None,
    };
    said.map_or_else(String::new, Said::to_string)
}

const WORDS: &str = concat!(
    ": a comment\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr\u{fc}\u{df}\"}}]}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"e \u{1f44b}\"}}]}\n\n",
);
const REASON: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const USAGE: &str = concat!(
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,",
    "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n"
);
const DONE: &str = "data: [DONE]\n\n";

const START: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":",
    "{\"input_tokens\":9,\"cache_read_input_tokens\":4,\"output_tokens\":1}}}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,",
    "\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,",
    "\"delta\":{\"type\":\"text_delta\",\"text\":\"Gr\u{fc}\u{df}e \u{1f44b}\"}}\n\n",
);
const STOP: &str = concat!(
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":",
    "{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

#[tokio::test]
async fn a_streamed_answer_comes_whole_however_it_is_cut_into_pieces() {
    let usage = |request| Usage {
        request_tokens: Some(request),
        cached_tokens: Some(4),
        cache_written_tokens: None,
        answer_tokens: Some(3),
    };
    let whole = [
        (OPENAI, [WORDS, REASON, USAGE, DONE].concat(), usage(9)),
        (ANTHROPIC, [START, STOP].concat(), usage(13)),
    ];
    for (protocol, body, usage) in whole {
        for size in [1, 2, 3, 7, 64, body.len()] {
            let pieces = body.as_bytes().chunks(size);
            let steps = pieces.map(|piece| Step::Say(Bytes::copy_from_slice(piece)));
            let reply = Reply::steps(200, "text/event-stream", steps.collect());
            let came = answer(protocol, reply).await;
            assert_eq!((came.status, came.text.as_str()), (200, "Grüße 👋"));
            assert_eq!(came.others, []);
            assert_eq!(came.end.result, Ok(Finish::Complete));
            assert_eq!(came.end.ending, AnswerEnding::Complete);
            assert_eq!(came.end.usage, usage);
            let read = usize::try_from(came.end.body_bytes).unwrap();
            let hash = KeyedHash::of_answer(ledger_key(), &body.as_bytes()[..read]);
            assert_eq!(came.end.answer_hash, hash, "of the bytes that came");
        }
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_is_understood() {
    let openai = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"So."},"finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
    let anthropic = r#"{"type":"message","content":[{"type":"text","text":"So."}],"stop_reason":"max_tokens","usage":{"input_tokens":9,"output_tokens":2}}"#;
    for (protocol, body) in [(OPENAI, openai), (ANTHROPIC, anthropic)] {
        let came = answer(protocol, Reply::json(200, body)).await;
        assert_eq!(came.text, "So.");
        assert_eq!(came.end.result, Ok(Finish::Length));
        assert_eq!(came.end.usage.answer_tokens, Some(2));
        let hash = KeyedHash::of_answer(ledger_key(), body.as_bytes());
        assert_eq!(came.end.answer_hash, hash);
        assert_eq!(came.end.body_bytes, body.len() as u64);
    }
    let failed = answer(
        OPENAI,
        Reply::json(200, r#"{"error":{"message":"No","code":429}}"#),
    )
    .await;
    assert!(matches!(failed.error(), AnswerError::TooMany { .. }));
    let malformed = answer(OPENAI, Reply::json(200, "{}")).await;
    assert_eq!(malformed.error(), AnswerError::Malformed { event: 0 });
    assert_eq!(malformed.end.ending, AnswerEnding::Malformed);
}

#[tokio::test]
async fn refusals_are_no_answers() {
    let refused = |event: &str| Reply::events(format!("data: {event}\n\n{DONE}"));
    let check = |came: Answered, text: &str, expected: Option<&str>| {
        assert_eq!(came.text, text);
        let Ok(Finish::Refused { said }) = came.end.result else {
            panic!("{:?}", came.end)
        };
        assert_eq!(said.as_ref().map(Said::as_str), expected);
    };
    let filter = r#"{"choices":[{"delta":{"content":"As"},"finish_reason":"content_filter"}]}"#;
    check(answer(OPENAI, refused(filter)).await, "As", None);
    let words = r#"{"choices":[{"delta":{"refusal":"I can't."},"finish_reason":"stop"}]}"#;
    check(answer(OPENAI, refused(words)).await, "", Some("I can't."));
    let stop = STOP.replace("end_turn", "refusal");
    let reply = Reply::events([START, &stop].concat());
    check(answer(ANTHROPIC, reply).await, "Grüße 👋", None);
}

#[tokio::test]
async fn a_stream_that_stops_half_way_is_not_whole() {
    let stream = |steps| Reply::steps(200, "text/event-stream", steps);
    for (protocol, half) in [(OPENAI, WORDS), (ANTHROPIC, START)] {
        for steps in [vec![say(half)], vec![say(half), Step::Break]] {
            let came = answer(protocol, stream(steps)).await;
            assert_eq!(came.text, "Grüße 👋", "what came is kept");
            assert_eq!(came.error(), AnswerError::Interrupted);
            assert_eq!(came.end.ending, AnswerEnding::Broken);
            let hash = KeyedHash::of_answer(ledger_key(), half.as_bytes());
            assert_eq!(came.end.answer_hash, hash);
        }
    }
    // Why it ended was said, only the last line is missing: the text is whole.
    let whole = answer(OPENAI, Reply::events([WORDS, REASON].concat())).await;
    assert_eq!(whole.end.result, Ok(Finish::Complete));
    // But not if the connection broke.
    let steps = vec![say(WORDS), say(REASON), Step::Break];
    let broken = answer(OPENAI, stream(steps)).await;
    assert_eq!(broken.error(), AnswerError::Interrupted);
    for nothing in ["", ": only a comment\n\n", "data: {\"choices\"", "data"] {
        let came = answer(OPENAI, Reply::events(nothing.to_owned())).await;
        assert_eq!(came.error(), AnswerError::Interrupted, "{nothing}");
    }
}

#[tokio::test]
async fn a_malformed_event_ends_the_answer() {
    for (protocol, words, event) in [(OPENAI, WORDS, 5), (ANTHROPIC, START, 5)] {
        for odd in [
            "data: {oops\n\n",
            "data: <html>\n\n",
            "data: {\"choices\":7,\"type\":8}\n\n",
        ] {
            let after = [words, odd, REASON, DONE].concat();
            let came = answer(protocol, Reply::events(after)).await;
            assert_eq!(came.text, "Grüße 👋");
            assert_eq!(came.error(), AnswerError::Malformed { event }, "{odd}");
            assert_eq!(came.end.ending, AnswerEnding::Malformed);
        }
    }
    let not_text = Reply::events(Bytes::from_static(b"data: \xff\xfe\n\n"));
    let came = answer(OPENAI, not_text).await;
    assert_eq!(came.end.ending, AnswerEnding::Malformed);
}

#[tokio::test]
async fn an_error_within_the_stream_ends_the_answer() {
    let check = |came: Answered, is: fn(&AnswerError) -> bool, words: &str| {
        assert_eq!(came.text, "Grüße 👋");
        let error = came.error();
        assert!(is(&error), "{error:?}");
        assert_eq!(said(&error), words);
        assert_eq!(came.end.ending, AnswerEnding::Broken);
    };
    let with = |words: &str, event: &str| Reply::events(format!("{words}data: {event}\n\n{DONE}"));
    let overloaded =
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let is_overloaded = |error: &AnswerError| matches!(error, AnswerError::Overloaded { .. });
    check(
        answer(ANTHROPIC, with(START, overloaded)).await,
        is_overloaded,
        "Overloaded",
    );
    let gone = r#"{"error":{"code":502,"message":"up\nstream\u0007 gone"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}"#;
    let is_broken = |error: &AnswerError| matches!(error, AnswerError::BrokenOff { .. });
    check(
        answer(OPENAI, with(WORDS, gone)).await,
        is_broken,
        "up stream gone",
    );
}

#[tokio::test]
async fn an_answer_over_the_limit_is_cut() {
    let limits = Limits {
        answer_bytes: 1_000,
        error_bytes: 100,
        ..Limits::default()
    };
    let words = WORDS.repeat(40);
    let pieces = words.as_bytes().chunks(100);
    let steps: Vec<_> = pieces
        .map(|piece| Step::Say(Bytes::copy_from_slice(piece)))
        .collect();
    let expected = Expected::Answer(OPENAI);
    for content in ["text/event-stream", "application/json"] {
        let reply = Reply::steps(200, content, steps.clone());
        let came = answered(expected, limits, reply).await;
        assert_eq!(came.error(), AnswerError::TooLarge { limit: 1_000 });
        assert_eq!(came.end.ending, AnswerEnding::TooLarge);
        assert_eq!(came.text.is_empty(), content == "application/json");
        let read = usize::try_from(came.end.body_bytes).unwrap();
        assert!(read > 1_000 && read < words.len());
        let hash = KeyedHash::of_answer(ledger_key(), &words.as_bytes()[..read]);
        assert_eq!(came.end.answer_hash, hash);
    }
    // An endless line without an end is cut too.
    let endless = Reply::steps(200, "text/event-stream", vec![say("data: aaaaaaaa"); 500]);
    let came = answered(expected, limits, endless).await;
    assert_eq!(came.error(), AnswerError::TooLarge { limit: 1_000 });
    // What explains an error has a limit of its own; the error stays what it is.
    let long = Reply::steps(429, "application/json", vec![say(&words); 3]);
    let came = answered(expected, limits, long).await;
    assert!(matches!(came.error(), AnswerError::TooMany { .. }));
    assert_eq!(came.end.ending, AnswerEnding::TooLarge);
    assert!(came.end.body_bytes < words.len() as u64 * 2);
}

#[tokio::test]
async fn silence_ends_the_answer() {
    let limits = Limits {
        between: Duration::from_millis(300),
        ..Limits::default()
    };
    let reply = Reply::steps(200, "text/event-stream", vec![say(WORDS), Step::Hang]);
    let came = answered(Expected::Answer(OPENAI), limits, reply).await;
    assert_eq!(came.error(), AnswerError::Silence { seconds: 0 });
    assert_eq!(
        (came.end.ending, came.text.as_str()),
        (AnswerEnding::Broken, "Grüße 👋")
    );
}

#[tokio::test]
async fn statuses_are_told_apart() {
    type Is = fn(&AnswerError) -> bool;
    let openai =
        |kind: &str| format!(r#"{{"error":{{"message":"No.","type":"{kind}","code":"{kind}"}}}}"#);
    let cases: [(u16, &str, Is); 21] = [
        (400, "invalid_request_error", |e| {
            matches!(e, AnswerError::NotAccepted { status: 400, .. })
        }),
        (422, "x", |e| {
            matches!(e, AnswerError::NotAccepted { status: 422, .. })
        }),
        (400, "context_length_exceeded", |e| {
            matches!(e, AnswerError::TooLong { .. })
        }),
        (400, "exceed_context_size_error", |e| {
            matches!(e, AnswerError::TooLong { .. })
        }),
        (413, "request_too_large", |e| {
            matches!(e, AnswerError::TooLong { .. })
        }),
        (413, "x", |e| matches!(e, AnswerError::TooLong { .. })),
        (401, "invalid_api_key", |e| {
            matches!(e, AnswerError::KeyRefused { status: 401, .. })
        }),
        (403, "permission_error", |e| {
            matches!(e, AnswerError::KeyRefused { status: 403, .. })
        }),
        (402, "x", |e| matches!(e, AnswerError::NoQuota { .. })),
        (429, "insufficient_quota", |e| {
            matches!(e, AnswerError::NoQuota { .. })
        }),
        (404, "model_not_found", |e| {
            matches!(e, AnswerError::NotFound { .. })
        }),
        (429, "rate_limit_exceeded", |e| {
            matches!(e, AnswerError::TooMany { wait: None, .. })
        }),
        (500, "api_error", |e| {
            matches!(e, AnswerError::ServerFailed { status: 500, .. })
        }),
        (502, "x", |e| {
            matches!(e, AnswerError::ServerFailed { status: 502, .. })
        }),
        (520, "x", |e| {
            matches!(e, AnswerError::ServerFailed { status: 520, .. })
        }),
        (503, "x", |e| matches!(e, AnswerError::Overloaded { .. })),
        (529, "overloaded_error", |e| {
            matches!(e, AnswerError::Overloaded { .. })
        }),
        (408, "x", |e| {
            matches!(e, AnswerError::NotAccepted { status: 408, .. })
        }),
        (421, "x", |e| {
            matches!(e, AnswerError::NotAccepted { status: 421, .. })
        }),
        (201, "x", |e| {
            matches!(e, AnswerError::OddStatus { status: 201, .. })
        }),
        (600, "x", |e| {
            matches!(e, AnswerError::OddStatus { status: 600, .. })
        }),
    ];
    for (status, kind, is) in cases {
        let came = answer(OPENAI, Reply::json(status, openai(kind))).await;
        let error = came.error();
        assert!(is(&error), "{status} {kind}: {error:?}");
        assert_eq!((came.status, said(&error).as_str()), (status, "No."));
        assert_eq!(came.end.ending, AnswerEnding::Complete);
        assert!(error.to_string().ends_with("It says: No."), "{error}");
    }
}

#[tokio::test]
async fn a_wait_is_passed_on() {
    for (name, value, expected) in [
        ("retry-after", "20", Some(Duration::from_secs(20))),
        ("retry-after-ms", "1500", Some(Duration::from_millis(1_500))),
        (
            "retry-after",
            "Fri, 31 Dec 1999 23:59:59 GMT",
            Some(Duration::ZERO),
        ),
        ("retry-after", "soon", None),
    ] {
        for status in [429, 503] {
            let reply = Reply::json(status, "{}").with(name, value);
            let error = answer(OPENAI, reply).await.error();
            let (AnswerError::TooMany { wait, .. } | AnswerError::Overloaded { wait, .. }) = error
            else {
                panic!("{error:?}")
            };
            assert_eq!(wait, expected, "{value}");
        }
    }
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = "<!doctype html><title>Sign in</title>";
    for (status, content) in [
        (200, "text/html"),
        (200, "TEXT/HTML; charset=utf-8"),
        (200, "application/xhtml+xml"),
        (401, "text/html"),
        (404, "text/html"),
        (511, "text/html"),
    ] {
        let came = answer(OPENAI, Reply::new(status, content, page)).await;
        assert_eq!(came.error(), AnswerError::WebPage { status });
        assert_eq!(came.text, "");
    }
    // The front of a failing provider is not a portal.
    let failing = answer(OPENAI, Reply::new(502, "text/html", page))
        .await
        .error();
    assert_eq!(
        failing,
        AnswerError::ServerFailed {
            status: 502,
            said: None
        }
    );
    let odd = answer(OPENAI, Reply::new(200, "image/png", "PNG")).await;
    assert_eq!(odd.error(), AnswerError::OddContent);
    assert_eq!(odd.end.ending, AnswerEnding::Malformed);
}

#[tokio::test]
async fn the_providers_words_are_bounded_and_clean() {
    let message = format!("a\\u001b[31m\\n{}", "b".repeat(10_000));
    let body = format!(r#"{{"error":{{"message":"{message}"}}}}"#);
    let error = answer(OPENAI, Reply::json(400, body)).await.error();
    let words = said(&error);
    assert!(
        words.starts_with("a [31m bbb") && words.ends_with("b…"),
        "{words}"
    );
    assert_eq!(words.chars().count(), 401);
    for odd in ["", "not json", "[]", "\"text\"", &"[".repeat(60_000)] {
        let error = answer(OPENAI, Reply::json(400, odd.to_owned()))
            .await
            .error();
        assert_eq!(
            error,
            AnswerError::NotAccepted {
                status: 400,
                said: None
            }
        );
    }
}

#[tokio::test]
async fn a_server_that_wants_a_key_is_told_from_one_that_refuses_it() {
    let double = Double::start(None, |_| Reply::json(401, "{}")).await;
    let question = Ask::network(OPENAI, &double);
    let agreed = crate::asking::agree(&question);
    let hash = sotto_consent::AnswerHash::new(ledger_key());
    let cut = Default::default();
    let outcome = egress()
        .send(agreed.cleared, question.expected, None, hash, cut)
        .await;
    let mut gate = agreed.gate;
    let came = crate::asking::report(outcome, &mut gate, agreed.id)
        .await
        .answered();
    assert_eq!(
        came.error(),
        AnswerError::KeyNeeded {
            status: 401,
            said: None
        }
    );
    assert_eq!(double.arrived()[0].header("authorization"), None);
}

#[tokio::test]
async fn lists_of_models_are_fetched() {
    let listed = |id: &str, passed_on| ListedModel {
        id: id.to_owned(),
        passed_on,
    };
    let cases = [
        (
            Expected::Models(OPENAI),
            "/v1/models",
            r#"{"object":"list","data":[{"id":"large-1"},{"id":"small"}]}"#,
            vec![listed("large-1", false), listed("small", false)],
        ),
        (
            Expected::Models(ANTHROPIC),
            "/v1/models?limit=1000",
            r#"{"data":[{"type":"model","id":"claude"}],"has_more":false}"#,
            vec![listed("claude", false)],
        ),
        (
            Expected::OllamaModels,
            "/api/tags",
            r#"{"models":[{"name":"qwen3:4b"},{"name":"gpt-oss:120b-cloud","remote_host":"https://ollama.com:443"}]}"#,
            vec![
                listed("qwen3:4b", false),
                listed("gpt-oss:120b-cloud", true),
            ],
        ),
    ];
    for (expected, path, body, models) in cases {
        let double = Double::start(None, move |_| Reply::json(200, body)).await;
        let question = Ask {
            expected,
            ..Ask::network(OPENAI, &double)
        };
        let came = ask(&egress(), &question).await.answered();
        assert_eq!(came.others, [Event::Models(models)]);
        assert_eq!(came.end.result, Ok(Finish::Complete));
        let arrived = &double.arrived()[0];
        assert_eq!(
            (arrived.method.as_str(), arrived.path.as_str()),
            ("GET", path)
        );
        assert!(arrived.body.is_empty() && arrived.header("content-type").is_none());
    }
    let events = answered(
        Expected::Models(OPENAI),
        Limits::default(),
        Reply::events(DONE),
    )
    .await;
    assert_eq!(events.error(), AnswerError::OddContent);
    let odd = answered(
        Expected::OllamaModels,
        Limits::default(),
        Reply::json(200, "[]"),
    )
    .await;
    assert_eq!(odd.error(), AnswerError::Malformed { event: 0 });
}
