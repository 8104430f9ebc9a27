//! The core over the real `sotto-runtime` and the starter model. `npm test` builds the first and
//! fetches the second, and names both in SOTTO_RUNTIME and SOTTO_TEST_MODELS.

use std::{path::PathBuf, sync::Arc};

use sotto_api::{
    LocalRuntime,
    view::{AppEvent, AskRequest, actions::ActionUse},
};
use sotto_domain::{FailureCode, MessageState};
use sotto_runtime_client::{Runtime, Settings};
use sotto_test_support::World;

pub const STARTER: &str = "SmolLM2-135M-Instruct.Q4_1";

/// Small, because the starter often talks until its context is full.
const CONTEXT: u32 = 512;

pub fn named(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable);
    value
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{variable} is not set: run `npm test`, which sets it"))
}

fn runtime(extra: Vec<PathBuf>) -> Arc<dyn LocalRuntime> {
    let mut models = vec![named("SOTTO_TEST_MODELS")];
    models.extend(extra);
    let executable = Some(named("SOTTO_RUNTIME"));
    Arc::new(Runtime::new(Settings {
        executable,
        models,
        context: Some(CONTEXT),
        ..Settings::default()
    }))
}

fn question(text: &str) -> AskRequest {
    AskRequest {
        text: text.to_owned(),
        model: Some(STARTER.to_owned()),
        ..AskRequest::default()
    }
}

#[tokio::test]
async fn a_real_model_answers_and_the_second_turn_reuses_the_first() {
    let world = World::new(runtime(Vec::new())).await;
    let asked = world
        .sotto
        .ask(question("Name three colours."))
        .await
        .unwrap();
    let (first, told) = world.end_of_answer().await;
    assert_eq!(first.state, MessageState::Complete, "{first:?}");
    assert!(!told.is_empty());
    assert_eq!(first.text, told);

    let next = AskRequest {
        conversation: Some(asked.conversation.id),
        text: "And one more?".into(),
        ..AskRequest::default()
    };
    world.sotto.ask(next).await.unwrap();
    let (second, _) = world.end_of_answer().await;
    let first = first.statistics.unwrap();
    let second = second.statistics.unwrap();
    assert!(first.answer_tokens > 0 && first.prompt_tokens > 0);
    let kept = first.prompt_tokens + first.answer_tokens;
    assert!(
        second.cached_tokens + 8 >= kept,
        "the second turn evaluated what was known: {} of {kept} reused",
        second.cached_tokens
    );
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn a_prompt_larger_than_the_context_is_refused_with_both_numbers() {
    let world = World::new(runtime(Vec::new())).await;
    world
        .sotto
        .ask(question(&"far too long ".repeat(4000)))
        .await
        .unwrap();
    let (answer, _) = world.end_of_answer().await;
    let failure = answer.failure.expect("refused");
    let FailureCode::ContextExceeded {
        prompt_tokens,
        context,
    } = failure.code
    else {
        panic!("{failure:?}")
    };
    assert!(prompt_tokens > context, "{failure:?}");
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn damaged_files_are_listed_with_their_reason_and_asking_one_kills_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("random.gguf"), [7; 1024]).unwrap();
    std::fs::write(folder.path().join("empty.gguf"), []).unwrap();
    let whole = std::fs::read(named("SOTTO_TEST_MODELS").join(format!("{STARTER}.gguf"))).unwrap();
    std::fs::write(folder.path().join("half.gguf"), &whole[..whole.len() / 2]).unwrap();
    let world = World::new(runtime(vec![folder.path().to_owned()])).await;
    let models = world.sotto.models().await.unwrap();
    for name in ["random", "empty", "half"] {
        let model = models
            .models
            .iter()
            .find(|model| model.name == name)
            .expect("it is listed");
        assert!(
            matches!(model.state, sotto_api::view::ModelState::Unusable { .. }),
            "{model:?}"
        );
        let request = AskRequest {
            model: Some(name.to_owned()),
            ..question("Hello?")
        };
        world.sotto.ask(request).await.unwrap();
        let (answer, _) = world.end_of_answer().await;
        assert_eq!(
            answer.failure.expect("it cannot answer").code,
            FailureCode::ModelUnusable
        );
    }
    world.sotto.ask(question("Still there?")).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Complete);
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn stopping_a_real_answer_keeps_its_beginning() {
    let world = World::new(runtime(Vec::new())).await;
    let asked = world
        .sotto
        .ask(question("Write a very long story about a river."))
        .await
        .unwrap();
    while !matches!(world.next_event().await, AppEvent::AnswerText { .. }) {}
    world.sotto.stop(asked.conversation.id);
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Stopped);
    assert!(!answer.text.is_empty());
    world.sotto.shutdown().await;
}

/// As `extract-table`, with room for so little that every whole answer fits into the context, and
/// with chance at its strongest: the runtime draws a new seed for each answer.
const SMALL_TABLE: &str = r#"
name = "extract-table"
title = "Small table"
description = "A table that is small"
output = "json"
temperature = 1.5
template = "Make a table as JSON of the text below.\n\n{{ text }}"
schema = '''
{
  "type": "object",
  "properties": {
    "columns": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 2},
    "rows": {
      "type": "array",
      "items": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 2},
      "maxItems": 2
    }
  },
  "required": ["columns", "rows"],
  "additionalProperties": false
}
'''
"#;

#[tokio::test]
async fn an_answer_by_a_schema_parses_with_every_seed() {
    let world = World::new(runtime(Vec::new())).await;
    let folder = world.home().join("prompts");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("table.toml"), SMALL_TABLE).unwrap();
    let mut answers = std::collections::HashSet::new();
    for _ in 0..10 {
        let request = AskRequest {
            action: Some(ActionUse {
                name: "extract-table".to_owned(),
                ..ActionUse::default()
            }),
            ..question("Two teas at 3 euros, one coffee at 4.")
        };
        world.sotto.ask(request).await.unwrap();
        let (answer, _) = world.end_of_answer().await;
        assert_eq!(answer.state, MessageState::Complete, "{answer:?}");
        let table: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert!(
            table["columns"].is_array() && table["rows"].is_array(),
            "{table}"
        );
        answers.insert(answer.text);
    }
    assert!(answers.len() > 1, "ten seeds, and always {answers:?}");
    world.sotto.shutdown().await;
}
