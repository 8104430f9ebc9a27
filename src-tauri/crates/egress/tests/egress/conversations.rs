//! What was shown is what arrives: a thousand conversations for each protocol, byte for byte.

use bytes::Bytes;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sotto_consent::{KeyedHash, Method, Part, Request};
use sotto_domain::Role;
use sotto_egress::{AnswerLimit, Dialect, Egress, Finish, Protocol};
use tokio::runtime::Runtime;

use crate::{
    asking::{Agreed, Ask, KEY, agree, egress, ledger_key, part, report, send},
    authority::{HOST, Proof, server},
    double::{Double, Reply},
};

const CASES: u32 = 1_000;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        4 => any::<String>(),
        4 => "[a-zäöü ,.?\n]{1,200}",
        // Quotes, escapes, control characters, JSON, and words of the protocol itself.
        2 => prop::sample::select(vec![
            "\"", "\\", "\\u0041", "\u{0}\u{1f}\u{7f}", "\u{2028}\u{2029}", "👩‍👩‍👧", "\u{202e}abc",
            "{\"role\":\"system\"}", "user", "system", "text", "large-1", "\u{feff}", "\u{10ffff}",
        ]).prop_map(str::to_owned),
        // Long: more than one TLS record and more than one packet.
        1 => ("\\PC{1,40}", 500_usize..4_000).prop_map(|(text, times)| text.repeat(times)),
    ]
}

fn said() -> impl Strategy<Value = Part> {
    let role = prop::sample::select(vec![Role::User, Role::Assistant, Role::System]);
    (role, text(), prop::bool::weighted(0.2)).prop_map(|(role, text, left_out)| Part {
        left_out,
        ..part(0, role, &text)
    })
}

/// Parts of which something is asked; instructions first where the protocol wants it so.
fn conversation(protocol: Protocol) -> impl Strategy<Value = Vec<Part>> {
    let all = (prop::collection::vec(said(), 0..8), text());
    all.prop_map(move |(mut parts, question)| {
        parts.push(part(0, Role::User, &question));
        if protocol == Protocol::Anthropic {
            parts.sort_by_key(|part| part.role != Role::System);
        }
        for (part, number) in parts.iter_mut().zip(0..) {
            part.id = sotto_consent::PartId::new(number);
        }
        parts
    })
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let limits = vec![AnswerLimit::MaxTokens, AnswerLimit::MaxCompletionTokens];
    let limit = prop::sample::select(limits);
    (limit, any::<bool>(), any::<bool>()).prop_map(|(answer_limit, text_blocks, ask_usage)| {
        Dialect {
            answer_limit,
            text_blocks,
            ask_usage,
        }
    })
}

fn answer(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi => concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":\"So.\"},\"finish_reason\":\"stop\"}]}\n\n",
            "data: [DONE]\n\n"
        ),
        Protocol::Anthropic => concat!(
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,",
            "\"delta\":{\"type\":\"text_delta\",\"text\":\"So.\"}}\n\n",
            "event: message_delta\ndata: {\"type\":\"message_delta\",",
            "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        ),
    }
}

/// Asks once, and compares what the double got with what the person was shown.
async fn arrives(egress: &Egress, double: &Double, question: Ask) -> Result<(), TestCaseError> {
    let Agreed {
        shown,
        cleared,
        mut gate,
        id,
    } = agree(&question);
    let promised = gate_bytes(&question);
    let outcome = send(egress, &question, cleared, &Default::default()).await;
    let came = report(outcome, &mut gate, id).await.answered();
    let arrived = double.take();
    prop_assert_eq!(arrived.len(), 1, "one request for one yes");
    let arrived = &arrived[0];
    prop_assert_eq!(&arrived.body, &promised);
    prop_assert_eq!(arrived.body.len() as u64, shown.body_bytes);
    prop_assert_eq!(&arrived.method, "POST");
    // The digest again, from nothing but what arrived.
    let address = format!(
        "https://{}{}",
        arrived.header("host").unwrap(),
        arrived.path
    );
    let request = Request::new(Method::Post, address.parse().unwrap(), &*arrived.body);
    prop_assert_eq!(request.digest(), shown.digest);
    let length = arrived.body.len().to_string();
    prop_assert_eq!(arrived.header("content-length"), Some(length.as_str()));
    prop_assert_eq!(came.text.as_str(), "So.");
    prop_assert_eq!(&came.end.result, &Ok(Finish::Complete));
    let body = answer_of(question.expected);
    prop_assert_eq!(came.end.body_bytes, body.len() as u64);
    let hash = KeyedHash::of_answer(ledger_key(), body.as_bytes());
    prop_assert_eq!(came.end.answer_hash, hash);
    Ok(())
}

fn answer_of(expected: sotto_egress::Expected) -> &'static str {
    match expected {
        sotto_egress::Expected::Answer(protocol) => answer(protocol),
        _ => "",
    }
}

/// The body of the question, built apart from the one that is sent.
fn gate_bytes(question: &Ask) -> Bytes {
    let sotto_egress::Expected::Answer(protocol) = question.expected else {
        return Bytes::new();
    };
    let built = sotto_egress::Question {
        model: &question.model,
        parts: &question.parts,
        answer_tokens: 1_000,
        dialect: question.dialect,
    };
    protocol.body(&built).unwrap().into()
}

fn a_thousand(protocol: Protocol) {
    let runtime = Runtime::new().unwrap();
    let egress = egress();
    let double = runtime.block_on(Double::start(Some(server(Proof::Good)), move |_| {
        Reply::events(answer(protocol))
    }));
    let mut runner = TestRunner::new(Config::with_cases(CASES));
    let strategy = (conversation(protocol), dialect(), "[a-z0-9./:-]{1,60}");
    let checked = runner.run(&strategy, |(parts, dialect, model)| {
        let question = Ask {
            parts,
            dialect,
            model,
            ..Ask::cloud(protocol, &double)
        };
        runtime.block_on(arrives(&egress, &double, question))
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}

#[test]
fn a_thousand_chat_completions_arrive_as_they_were_shown() {
    a_thousand(Protocol::OpenAi);
}

#[test]
fn a_thousand_messages_arrive_as_they_were_shown() {
    a_thousand(Protocol::Anthropic);
}

#[tokio::test]
async fn a_request_says_who_sends_it_and_what_it_takes_and_no_more() {
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let double = Double::start(Some(server(Proof::Good)), move |_| {
            Reply::events(answer(protocol))
        })
        .await;
        let question = Ask::cloud(protocol, &double);
        crate::asking::ask(&egress(), &question).await.answered();
        let arrived = &double.arrived()[0];
        let mut names: Vec<_> = arrived.headers.keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        let agent = format!("Sotto/{}", env!("CARGO_PKG_VERSION"));
        assert_eq!(arrived.header("user-agent"), Some(agent.as_str()));
        assert_eq!(arrived.header("content-type"), Some("application/json"));
        let host = format!("{HOST}:{}", double.address.port());
        assert_eq!(arrived.header("host"), Some(host.as_str()));
        match protocol {
            Protocol::OpenAi => {
                let bearer = format!("Bearer {KEY}");
                assert_eq!(arrived.header("authorization"), Some(bearer.as_str()));
                assert_eq!(arrived.path, "/v1/chat/completions");
                let expected = [
                    "accept",
                    "authorization",
                    "content-length",
                    "content-type",
                    "host",
                    "user-agent",
                ];
                assert_eq!(names, expected);
            }
            Protocol::Anthropic => {
                assert_eq!(arrived.header("x-api-key"), Some(KEY));
                assert_eq!(arrived.header("anthropic-version"), Some("2023-06-01"));
                assert_eq!(arrived.path, "/v1/messages");
                let expected = [
                    "accept",
                    "anthropic-version",
                    "content-length",
                    "content-type",
                    "host",
                    "user-agent",
                    "x-api-key",
                ];
                assert_eq!(names, expected);
            }
        }
    }
}
