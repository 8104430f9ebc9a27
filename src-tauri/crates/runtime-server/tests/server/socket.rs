//! A question, refusals and the end of the process.

use serde_json::{Value, json};

use crate::support::{Runtime, STARTER};

fn chat(content: &str, extra: Value) -> Value {
    let mut request = json!({
        "model": STARTER,
        "messages": [{"role": "user", "content": content}],
        "options": {"temperature": 0, "num_predict": 8},
    });
    let fields = request.as_object_mut().unwrap();
    fields.extend(extra.as_object().unwrap().clone());
    request
}

#[test]
fn a_question_is_answered_over_a_private_socket() {
    use std::os::unix::fs::PermissionsExt;
    let runtime = Runtime::start(&[]);
    assert_eq!(
        std::fs::metadata(&runtime.socket)
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let (status, lines) = runtime.ask("POST", "/api/chat", &chat("Say hello.", json!({})));
    assert_eq!(status, 200);
    let last = lines.last().unwrap();
    assert_eq!(last["done"], true);
    assert_eq!(last["eval_count"], 8);
    let text: String = lines
        .iter()
        .filter_map(|line| line["message"]["content"].as_str())
        .collect();
    assert!(!text.is_empty());
    // The same question again finds all but its last token evaluated.
    let (_, lines) = runtime.ask(
        "POST",
        "/api/chat",
        &chat("Say hello.", json!({"stream": false})),
    );
    assert_eq!(lines[0]["message"]["content"], json!(text));
    assert_eq!(
        lines[0]["prompt_cached_count"].as_u64().unwrap() + 1,
        lines[0]["prompt_eval_count"].as_u64().unwrap()
    );
}

#[test]
fn refusals_are_json() {
    let runtime = Runtime::start(&[]);
    for (method, path, body, status) in [
        (
            "POST",
            "/api/chat",
            json!({"model": "none", "messages": []}),
            404,
        ),
        ("POST", "/api/chat", json!({"model": 1}), 400),
        (
            "POST",
            "/api/chat",
            chat("x", json!({"options": {"num_ctx": "x"}})),
            400,
        ),
        ("POST", "/api/pull", json!({}), 501),
        ("GET", "/api/none", json!({}), 404),
        ("GET", "/api/chat", json!({}), 404),
    ] {
        let (given, lines) = runtime.ask(method, path, &body);
        assert_eq!(given, status, "{method} {path}");
        assert!(
            lines.iter().any(|line| line["error"].is_string()),
            "{method} {path}"
        );
    }
}

#[test]
fn it_ends_when_its_owner_lets_go() {
    let mut runtime = Runtime::start(&[]);
    drop(runtime.process.stdin.take());
    assert!(runtime.process.wait().unwrap().success());
}
