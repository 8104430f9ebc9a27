//! The bodies, byte for byte, and the events of each protocol.

use sotto_consent::PartId;

use super::{
    answer::{Piece, Reason},
    *,
};

const SYSTEM: Role = Role::System;
const USER: Role = Role::User;
const ASSISTANT: Role = Role::Assistant;

fn parts(said: &[(Role, &str)]) -> Vec<Part> {
    let part = |((role, text), number): (&(Role, &str), u32)| Part {
        id: PartId::new(number),
        role: *role,
        text: (*text).to_owned(),
        message: None,
        left_out: text.starts_with("left out"),
    };
    said.iter().zip(0..).map(part).collect()
}

fn body(protocol: Protocol, dialect: Dialect, said: &[(Role, &str)]) -> Result<String, BodyError> {
    let question = Question {
        model: "large",
        parts: &parts(said),
        answer_tokens: 500,
        dialect,
    };
    let body = protocol.body(&question)?;
    Ok(String::from_utf8(body).unwrap())
}

#[track_caller]
fn check(protocol: Protocol, said: &[(Role, &str)], expected: &str) {
    let expected: String = expected.lines().map(str::trim).collect();
    assert_eq!(body(protocol, Dialect::default(), said), Ok(expected));
}

#[test]
fn chat_completions_are_written() {
    check(
        Protocol::OpenAi,
        &[(USER, "Grüße \"x\"\n")],
        r#"{"model":"large","messages":[{"role":"user","content":"Grüße \"x\"\n"}],
        "max_tokens":500,"stream":true,"stream_options":{"include_usage":true}}"#,
    );
    check(
        Protocol::OpenAi,
        &[
            (SYSTEM, "Be brief"),
            (USER, "file"),
            (USER, "left out"),
            (USER, "What is it?"),
            (ASSISTANT, ""),
            (USER, "So?"),
        ],
        r#"{"model":"large","messages":[{"role":"system","content":"Be brief"},
        {"role":"user","content":[{"type":"text","text":"file"},{"type":"text","text":"What is it?"}]},
        {"role":"assistant","content":""},{"role":"user","content":"So?"}],
        "max_tokens":500,"stream":true,"stream_options":{"include_usage":true}}"#,
    );
}

#[test]
fn dialects_are_written() {
    let dialect = Dialect {
        answer_limit: AnswerLimit::MaxCompletionTokens,
        text_blocks: false,
        ask_usage: false,
    };
    let expected = r#"{"model":"large","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}],"max_completion_tokens":500,"stream":true}"#;
    let found = body(Protocol::OpenAi, dialect, &[(USER, "a"), (USER, "b")]);
    assert_eq!(found.as_deref(), Ok(expected));
}

#[test]
fn messages_are_written() {
    check(
        Protocol::Anthropic,
        &[(USER, "Why?")],
        r#"{"model":"large","max_tokens":500,"stream":true,
        "messages":[{"role":"user","content":[{"type":"text","text":"Why?"}]}]}"#,
    );
    check(
        Protocol::Anthropic,
        &[
            (SYSTEM, "Be"),
            (SYSTEM, "brief"),
            (USER, "file"),
            (USER, "Why?"),
            (ASSISTANT, "So."),
            (USER, "But?"),
        ],
        r#"{"model":"large","max_tokens":500,"stream":true,
        "system":[{"type":"text","text":"Be"},{"type":"text","text":"brief"}],
        "messages":[{"role":"user","content":[{"type":"text","text":"file"},{"type":"text","text":"Why?"}]},
        {"role":"assistant","content":[{"type":"text","text":"So."}]},
        {"role":"user","content":[{"type":"text","text":"But?"}]}]}"#,
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let refuse = |protocol, said: &[(Role, &str)], why| {
        assert_eq!(body(protocol, Dialect::default(), said), Err(why));
    };
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        for nothing in [&[][..], &[(SYSTEM, "a")], &[(USER, "left out")]] {
            refuse(protocol, nothing, BodyError::NoQuestion);
        }
    }
    for within in [
        &[(USER, "a"), (SYSTEM, "b")][..],
        &[(SYSTEM, "a"), (USER, "b"), (SYSTEM, "c"), (USER, "d")],
    ] {
        refuse(Protocol::Anthropic, within, BodyError::InstructionsWithin);
        assert!(body(Protocol::OpenAi, Dialect::default(), within).is_ok());
    }
}

#[test]
fn addresses_stand_below_the_base() {
    let check = |protocol: Protocol, base: &str, question: &str, models: &str| {
        let base = base.parse().unwrap();
        assert_eq!(protocol.question_url(&base).unwrap().as_str(), question);
        assert_eq!(protocol.models_url(&base).unwrap().as_str(), models);
    };
    for base in ["https://a.example/v1", "https://a.example/v1/"] {
        let (question, models) = (
            "https://a.example/v1/chat/completions",
            "https://a.example/v1/models",
        );
        check(Protocol::OpenAi, base, question, models);
        let (question, models) = (
            "https://a.example/v1/messages",
            "https://a.example/v1/models?limit=1000",
        );
        check(Protocol::Anthropic, base, question, models);
    }
    let (question, models) = (
        "https://a.example/v1/messages",
        "https://a.example/v1/models?limit=1000",
    );
    check(Protocol::Anthropic, "https://a.example/", question, models);
    let query = "https://a.example/v1?a=b".parse().unwrap();
    assert_eq!(
        Protocol::OpenAi.question_url(&query),
        Err(AddressError::Path)
    );
}

fn text(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

#[track_caller]
fn says(protocol: Protocol, data: &str, expected: &[Piece]) {
    assert_eq!(protocol.event(data).unwrap(), expected, "{data}");
}

#[test]
fn events_of_chat_completions_are_read() {
    let says = |data: &str, expected: &[Piece]| says(Protocol::OpenAi, data, expected);
    says(
        r#"{"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Hé","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}"#,
        &[text("Hé")],
    );
    says(
        r#"{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}},{"index":1,"delta":{"content":"other"}}]}"#,
        &[],
    );
    says(
        r#"{"choices":[{"delta":{"content":null,"reasoning":"hm","refusal":"No"},"finish_reason":"content_filter"}]}"#,
        &[Piece::Refusal("No".into()), Piece::Finish(Reason::Refused)],
    );
    says(
        r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"So"}]}}]}"#,
        &[text("So")],
    );
    for (reason, expected) in [
        ("stop", Reason::Complete),
        ("length", Reason::Length),
        ("tool_calls", Reason::Other),
        ("insufficient_system_resource", Reason::Other),
    ] {
        let data = format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"{reason}"}}]}}"#);
        says(&data, &[Piece::Finish(expected)]);
    }
    let usage = Usage {
        request_tokens: Some(9),
        cached_tokens: Some(4),
        cache_written_tokens: None,
        answer_tokens: Some(2),
    };
    for data in [
        r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":4}}}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":5}}"#,
        r#"{"choices":[],"x_groq":{"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}}"#,
    ] {
        says(data, &[Piece::Usage(usage)]);
    }
    says(" [DONE]", &[Piece::End]);
    let failed = Protocol::OpenAi
        .event(r#"{"error":{"code":502,"message":"gone"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}"#)
        .unwrap();
    let [Piece::Error(error)] = failed.as_slice() else {
        panic!("{failed:?}")
    };
    assert!(error.is("502") && error.message == "gone");
    for malformed in [
        "",
        "{",
        "[]",
        "{}",
        "DONE",
        r#"{"choices":3}"#,
        r#"{"choices":[{"delta":"x"}]}"#,
    ] {
        assert!(Protocol::OpenAi.event(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn events_of_messages_are_read() {
    let says = |data: &str, expected: &[Piece]| says(Protocol::Anthropic, data, expected);
    let usage = Usage {
        request_tokens: Some(17),
        cached_tokens: Some(4),
        cache_written_tokens: Some(3),
        answer_tokens: Some(1),
    };
    says(
        r#"{"type":"message_start","message":{"id":"1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":4,"output_tokens":1}}}"#,
        &[Piece::Usage(usage)],
    );
    says(
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        &[text("")],
    );
    says(
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hé"}}"#,
        &[text("Hé")],
    );
    for quiet in [
        r#"{"type":"ping"}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"something_new","delta":7}"#,
    ] {
        says(quiet, &[]);
    }
    let answered = Usage {
        answer_tokens: Some(15),
        ..Usage::default()
    };
    for (reason, expected) in [
        ("end_turn", Reason::Complete),
        ("stop_sequence", Reason::Complete),
        ("max_tokens", Reason::Length),
        ("refusal", Reason::Refused),
        ("pause_turn", Reason::Other),
    ] {
        let data = format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}},"usage":{{"output_tokens":15}}}}"#
        );
        says(&data, &[Piece::Usage(answered), Piece::Finish(expected)]);
    }
    says(r#"{"type":"message_stop"}"#, &[Piece::End]);
    for malformed in [
        "",
        "{",
        "[DONE]",
        "{}",
        r#"{"type":"content_block_delta","delta":{"type":"text_delta"}}"#,
    ] {
        assert!(Protocol::Anthropic.event(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn answers_in_one_piece_are_read() {
    let usage = Usage {
        request_tokens: Some(9),
        answer_tokens: Some(2),
        ..Usage::default()
    };
    let openai = br#"{"id":"1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
    let expected = [
        text("Hi"),
        Piece::Finish(Reason::Complete),
        Piece::Usage(usage),
        Piece::End,
    ];
    assert_eq!(Protocol::OpenAi.whole(openai).unwrap(), expected);
    let anthropic = br#"{"type":"message","role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":2}}"#;
    let expected = [
        text("Hi"),
        Piece::Usage(usage),
        Piece::Finish(Reason::Complete),
        Piece::End,
    ];
    assert_eq!(Protocol::Anthropic.whole(anthropic).unwrap(), expected);
    let error = br#"{"type":"error","error":{"type":"api_error","message":"x"}}"#;
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let failed = protocol.whole(error).unwrap();
        assert!(matches!(failed[0], Piece::Error(_)), "{failed:?}");
        assert!(protocol.whole(b"{}").is_err());
    }
}

#[test]
fn lists_of_models_are_read() {
    let check = |body: &str, expected: &[&str]| {
        let found = list_models(body.as_bytes()).unwrap();
        let ids: Vec<_> = found.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, expected);
    };
    check(
        r#"{"object":"list","data":[{"id":"gpt-5","object":"model","owned_by":"openai"},{"id":"gpt-4o"}]}"#,
        &["gpt-5", "gpt-4o"],
    );
    check(
        r#"{"data":[{"type":"model","id":"claude-sonnet-4-5","display_name":"Claude"}],"has_more":false}"#,
        &["claude-sonnet-4-5"],
    );
    check(r#"[{"id":"bare"}]"#, &["bare"]);
    check(r#"{"data":[]}"#, &[]);
    for malformed in ["", "{}", r#"{"data":[{"name":"x"}]}"#, r#"{"models":[]}"#] {
        assert!(list_models(malformed.as_bytes()).is_err(), "{malformed}");
    }
}
