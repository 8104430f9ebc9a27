//! A model is measured, and a measurement is stopped.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::support::{Runtime, STARTER};

#[test]
fn a_model_is_measured_step_by_step() {
    let runtime = Runtime::start(&[]);
    let (status, lines) = runtime.ask("POST", "/api/sotto/bench", &json!({"model": STARTER}));
    assert_eq!(status, 200, "{lines:?}");
    let (last, steps) = lines.split_last().unwrap();
    let mut stages: Vec<&str> = steps
        .iter()
        .map(|step| step["stage"].as_str().unwrap())
        .collect();
    stages.truncate(5);
    assert_eq!(
        stages,
        ["bandwidth", "loading", "prefill", "decode", "first_token"]
    );
    let percents: Vec<u64> = steps
        .iter()
        .map(|step| step["percent"].as_u64().unwrap())
        .collect();
    assert!(
        percents.is_sorted() && percents.iter().all(|percent| *percent < 100),
        "{percents:?}"
    );
    assert_eq!(last["done"], true);
    let number = |name: &str| {
        let value = last[name].as_f64().unwrap_or_default();
        assert!(value > 0.0, "{name} in {last}");
        value
    };
    // Many tokens at once are quicker than one after the other, and no token is quicker than memory;
    // what else runs here may have slowed one measurement and not the other.
    let (prefill, decode) = (
        number("prefill_tokens_per_second"),
        number("decode_tokens_per_second"),
    );
    assert!(prefill > decode, "{last}");
    let limit = number("bandwidth") / number("bytes_per_token");
    assert!(decode < limit * 4.0, "{decode} of {limit}: {last}");
    assert!(number("first_token_duration") < 5e9);
    let (memory, expected) = (number("memory"), number("expected_memory"));
    assert!((expected / memory - 1.0).abs() < 0.2, "{last}");
    assert_eq!(last["backend"], "CPU");
    // It stays in memory, and answers.
    assert_eq!(runtime.names(), [STARTER]);
    runtime.chat(STARTER, json!({}));
}

#[test]
fn a_measurement_ends_with_its_connection() {
    let runtime = Runtime::start(&[]);
    let stream = runtime.send("POST", "/api/sotto/bench", &json!({"model": STARTER}));
    let mut lines = BufReader::new(stream).lines();
    let prefill = lines.find(|line| {
        let step: Option<Value> = serde_json::from_str(line.as_ref().unwrap()).ok();
        step.is_some_and(|step| step["stage"] == "prefill")
    });
    assert!(prefill.is_some());
    drop(lines);
    // The engine has one thread: it answers only when the measurement is over.
    let answer = runtime.chat(STARTER, json!({}));
    assert_eq!(answer["done"], true);
}

#[test]
fn what_cannot_be_measured_is_refused_by_status() {
    let runtime = Runtime::start(&["--memory", "1000000"]);
    for (body, status) in [
        (json!({"model": "none"}), 404),
        (json!({"model": STARTER}), 500),
        (json!({}), 400),
    ] {
        let (given, lines) = runtime.ask("POST", "/api/sotto/bench", &body);
        assert_eq!(
            (given, lines[0]["error"].is_string()),
            (status, true),
            "{lines:?}"
        );
    }
}
