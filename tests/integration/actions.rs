//! Actions: the exact prompt is asked and kept, mistakes change nothing, the person's own files count
//! at once, and an answer by a schema is JSON or a failure that keeps what was said.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use sotto_api::{
    ErrorCode,
    view::{
        AnswerAgain, AskRequest, Asked,
        actions::{ActionOrigin, ActionUse},
    },
};
use sotto_domain::{EndReason, Manner, MessageState};
use sotto_test_support::{FakeLanguageModel, Said, World};

const OWN: &str = r#"
name = "shout"
title = "Shout"
description = "Louder"
output = "plain"
model = "loud-model"
template = "Shout in {{ language }}: {{ text }}"

[[parameters]]
name = "language"
title = "Language"
"#;

fn using(name: &str, parameters: &[(&str, &str)], text: &str) -> AskRequest {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    AskRequest {
        text: text.to_owned(),
        action: Some(ActionUse {
            name: name.to_owned(),
            parameters: parameters.iter().map(owned).collect::<BTreeMap<_, _>>(),
        }),
        ..AskRequest::default()
    }
}

fn says(text: &'static str) -> Vec<Said> {
    vec![Said::Text(text), Said::Ends(EndReason::Finished)]
}

fn keep(world: &World, file: &str, text: &str) {
    let folder = world.home().join("prompts");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(file), text).unwrap();
}

/// The question as the history holds it.
async fn kept_question(world: &World, asked: &Asked) -> String {
    let id = asked.conversation.id;
    let view = world.sotto.open_conversation(id).await.unwrap();
    view.messages[0].message.text.clone()
}

#[tokio::test]
async fn what_is_asked_is_what_is_kept() {
    let model = FakeLanguageModel::new(vec![says("Bonjour Ana")]);
    let world = World::new(model.clone()).await;
    let request = using(
        "translate",
        &[("language", "French")],
        "Hello Ana,\nsee you.",
    );
    let asked = world.sotto.ask(request).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.text, "Bonjour Ana");
    assert_eq!(asked.conversation.title, "Translate: Hello Ana");
    let question = kept_question(&world, &asked).await;
    assert!(
        question.starts_with("Translate the text below into French."),
        "{question}"
    );
    assert!(
        question.ends_with("\n\n<text>\nHello Ana,\nsee you.\n</text>"),
        "{question}"
    );
    let request = &model.asked()[0];
    assert_eq!(request.messages.len(), 1);
    assert_eq!(request.messages[0].text, question);
    assert_eq!(request.manner.temperature, Some(0.0));
    assert_eq!(request.manner.schema, None);
}

#[tokio::test]
async fn what_is_given_along_is_the_text_and_what_is_typed_is_wanted_besides() {
    let model = FakeLanguageModel::new(vec![says("Short."), says("The second."), says("So.")]);
    let world = World::new(model.clone()).await;
    let along = |request: AskRequest| AskRequest {
        context: Some("One.\nTwo. </text>\n".to_owned()),
        ..request
    };
    let asked = world
        .sotto
        .ask(along(using("summarise", &[], "in Greek")))
        .await
        .unwrap();
    world.end_of_answer().await;
    let question = kept_question(&world, &asked).await;
    assert!(
        question.contains("<text-2>\nOne.\nTwo. </text>\n</text-2>\n\n")
            && question.ends_with("\n\nAlso: in Greek"),
        "{question}"
    );
    assert_eq!(asked.conversation.title, "Summarise: One");

    let plain = AskRequest {
        text: "Which is last?".to_owned(),
        ..AskRequest::default()
    };
    let asked = world.sotto.ask(along(plain)).await.unwrap();
    world.end_of_answer().await;
    let question = kept_question(&world, &asked).await;
    assert_eq!(
        question,
        "Which is last?\n\n<text-2>\nOne.\nTwo. </text>\n</text-2>"
    );
    assert_eq!(asked.conversation.title, "Which is last?");

    let asked = world.sotto.ask(along(AskRequest::default())).await.unwrap();
    world.end_of_answer().await;
    let question = kept_question(&world, &asked).await;
    assert_eq!(question, "One.\nTwo. </text>\n");
}

#[tokio::test]
async fn mistakes_are_told_apart_and_change_nothing() {
    // Without a script: it panics if it is asked.
    let world = World::new(FakeLanguageModel::new(Vec::new())).await;
    keep(&world, "shout.toml", OWN);
    for (request, code, said) in [
        (
            using("sumarise", &[], "One"),
            ErrorCode::UnknownAction,
            "There is no action sumarise. There are: summarise, ",
        ),
        (
            using("shout", &[], "One"),
            ErrorCode::WrongParameter,
            "Shout needs language.",
        ),
        (
            using("rewrite", &[("how", "loudly")], "One"),
            ErrorCode::WrongParameter,
            "How of Rewrite cannot be loudly; it can be politely, shorter or as bullets.",
        ),
        (
            using("explain", &[("how", "loudly")], "One"),
            ErrorCode::WrongParameter,
            "Explain has no parameter how; it has none.",
        ),
        (
            using("explain", &[], " \n "),
            ErrorCode::EmptyQuestion,
            "There is nothing to ask yet.",
        ),
    ] {
        let error = world.sotto.ask(request).await.unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.starts_with(said), "{error}");
    }
    assert_eq!(world.sotto.list_conversations().await.unwrap(), []);
}

#[tokio::test]
async fn own_files_count_at_once_and_a_broken_one_hides_nothing() {
    let model = FakeLanguageModel::new(vec![says("HI")]);
    let world = World::new(model.clone()).await;
    let names = |view: &sotto_api::view::actions::ActionsView| {
        view.actions
            .iter()
            .map(|action| action.name.clone())
            .collect::<Vec<_>>()
    };
    let shipped = world.sotto.actions().await;
    assert_eq!(shipped.broken, []);
    assert_eq!(shipped.actions.len(), 7);

    keep(&world, "shout.toml", OWN);
    keep(&world, "explain.toml", &OWN.replace("shout", "explain"));
    keep(&world, "broken.toml", "name = ");
    keep(&world, "latin.toml", "");
    fs::write(world.home().join("prompts/latin.toml"), [0x22, 0xe9, 0x22]).unwrap();
    fs::create_dir(world.home().join("prompts/folder.toml")).unwrap();
    keep(&world, "large.toml", &"#".repeat(70_000));
    keep(&world, "notes.txt", "not looked at");
    let view = world.sotto.actions().await;
    assert_eq!(names(&view)[..7], names(&shipped)[..]);
    assert_eq!(names(&view)[7..], ["shout"]);
    assert_eq!(
        view.actions[1].origin,
        ActionOrigin::Own {
            file: "explain.toml".to_owned(),
            replaces: true
        }
    );
    assert_eq!(view.actions[7].model.as_deref(), Some("loud-model"));
    let broken: Vec<_> = view
        .broken
        .iter()
        .map(|broken| broken.file.as_str())
        .collect();
    assert_eq!(
        broken,
        ["broken.toml", "folder.toml", "large.toml", "latin.toml"]
    );
    assert!(
        view.broken[0].error.starts_with("line 1:"),
        "{:?}",
        view.broken
    );
    assert_eq!(view.broken[1].error, "it cannot be read: it is not a file");
    assert_eq!(
        view.broken[3].error,
        "it cannot be read: it is not UTF-8 text"
    );

    let request = using("shout", &[("language", "Greek")], "hi");
    world.sotto.ask(request).await.unwrap();
    world.end_of_answer().await;
    let request = &model.asked()[0];
    assert_eq!(request.model, "loud-model");
    assert_eq!(
        request.messages[0].text,
        "Shout in Greek: <text>\nhi\n</text>"
    );
    assert_eq!(request.manner, Manner::default());
    let source = world.sotto.action_source("shout").await.unwrap();
    assert_eq!(source, OWN);
}

const TABLE: &str = r#"{"columns": ["Item"], "rows": [{"Item": "Tea"}]}"#;

#[tokio::test]
async fn an_answer_by_a_schema_is_json_also_when_it_is_asked_again() {
    let model = FakeLanguageModel::new(vec![says(TABLE), says(TABLE), says(TABLE)]);
    let world = World::new(model.clone()).await;
    let asked = world
        .sotto
        .ask(using("extract-table", &[], "Tea"))
        .await
        .unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Complete);
    assert_eq!(
        sotto_api::json_as_markdown(&answer.text).unwrap(),
        "| Item |\n| ---- |\n| Tea  |\n"
    );
    world
        .sotto
        .answer_again(answer.id, AnswerAgain::default())
        .await
        .unwrap();
    world.end_of_answer().await;
    let question = asked.added[0].message.id;
    world
        .sotto
        .edit_question(question, "Coffee".to_owned())
        .await
        .unwrap();
    world.end_of_answer().await;
    for request in model.asked() {
        let schema = request.manner.schema.expect("it is asked by the schema");
        assert_eq!(schema["required"], serde_json::json!(["columns", "rows"]));
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_is_a_failure_that_keeps_what_was_said() {
    let half = r#"{"columns": ["Item"], "rows": [{"#;
    let cut = vec![Said::Text(half), Said::Ends(EndReason::Length)];
    let model = FakeLanguageModel::new(vec![cut, says("A table:")]);
    let world = World::new(model).await;
    for (expected, said) in [("The answer is cut", half), ("is not the JSON", "A table:")] {
        let asked = world
            .sotto
            .ask(using("extract-table", &[], "Tea"))
            .await
            .unwrap();
        let (answer, told) = world.end_of_answer().await;
        assert_eq!(answer.state, MessageState::Failed);
        let failure = answer.failure.unwrap();
        assert!(failure.message.contains(expected), "{failure}");
        assert_eq!(told, said);
        let view = world
            .sotto
            .open_conversation(asked.conversation.id)
            .await
            .unwrap();
        assert_eq!(view.messages[1].message.text, said);
    }
}

#[test]
fn what_is_shown_of_json_is_all_of_it() {
    let shown = sotto_api::json_as_markdown(r#"{"b": 1, "a": [true]}"#).unwrap();
    let inside = shown.trim_start_matches("```json").trim_end_matches("```");
    let value: Value = serde_json::from_str(inside).unwrap();
    assert_eq!(value, serde_json::json!({"a": [true], "b": 1}));
}
