//! What is said beforehand that a model takes, beside what the process really takes.

use serde_json::{Value, json};

use crate::support::{LARGE, Runtime, STARTER};

/// The estimate for a context of this size, from the list of models.
fn estimate(runtime: &Runtime, model: &str, context: u64) -> u64 {
    let (_, lines) = runtime.ask("GET", "/api/tags", &json!({}));
    let models = lines[0]["models"].as_array().unwrap();
    let found = models.iter().find(|one| one["name"] == model).unwrap();
    let part = |name: &str| found["memory"][name].as_u64().unwrap();
    part("weights") + part("cache_bytes_per_token") * context + part("working")
}

/// The most that a fresh process takes that evaluates a full batch and answers.
fn measured(runtime: &Runtime, model: &str, context: u64) -> u64 {
    let prompt = "The river runs through the valley and past the town. ".repeat(60);
    let request = json!({
        "model": model, "prompt": prompt, "raw": true, "stream": false,
        "options": {"num_ctx": context, "num_predict": 4, "temperature": 0},
    });
    let answer = runtime.post("/api/generate", &request);
    assert!(
        answer["prompt_eval_count"].as_u64().unwrap() > 512,
        "{answer}"
    );
    let said: Vec<Value> = runtime.loaded();
    assert_eq!(said[0]["context_length"], context);
    runtime.memory("VmHWM")
}

fn check(model: &str, contexts: &[u64]) {
    for context in contexts {
        let runtime = Runtime::start(&[]);
        let estimate = estimate(&runtime, model, *context);
        let measured = measured(&runtime, model, *context);
        let off = estimate as f64 / measured as f64 - 1.0;
        println!(
            "{model}, {context} tokens: {estimate} expected, {measured} measured, {:+.1} %",
            off * 100.0
        );
        assert!(
            off.abs() <= 0.15,
            "{model} with {context} tokens is off by {:+.1} %",
            off * 100.0
        );
    }
}

#[test]
fn the_small_model_takes_what_was_said() {
    check(STARTER, &[1024, 4096, 8192]);
}

#[test]
fn the_large_model_takes_what_was_said() {
    check(LARGE, &[1024, 8192, 32768]);
}
