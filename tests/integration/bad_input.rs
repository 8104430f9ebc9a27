//! What must be refused with a clear error, losing nothing.

use std::sync::Arc;

use sotto_api::{
    ErrorCode,
    view::{AskRequest, HistoryProblem, HistoryState},
};
use sotto_domain::{EndReason, Failure, FailureCode, MessageState};
use sotto_test_support::{FakeLanguageModel, Said, World};

fn question(text: &str) -> AskRequest {
    AskRequest {
        text: text.to_owned(),
        ..AskRequest::default()
    }
}

fn silent() -> Arc<FakeLanguageModel> {
    FakeLanguageModel::new(Vec::new())
}

#[tokio::test]
async fn an_empty_question_is_not_asked() {
    let world = World::new(silent()).await;
    for text in ["", "  ", "\n\t\u{3000}"] {
        let error = world.sotto.ask(question(text)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::EmptyQuestion);
    }
    assert!(world.sotto.list_conversations().await.unwrap().is_empty());
}

#[tokio::test]
async fn ten_megabytes_are_kept_and_the_refusal_names_both_numbers() {
    let too_long = FailureCode::ContextExceeded {
        prompt_tokens: 2_500_000,
        context: 8192,
    };
    let refusal = Failure::new(
        too_long,
        "The prompt has 2,500,000 tokens; the context holds 8,192.",
    );
    let world = World::new(FakeLanguageModel::new(vec![vec![Said::Refuses(refusal)]])).await;
    let text = "ten megabytes ".repeat(750_000);
    let asked = world.sotto.ask(question(&text)).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.failure.unwrap().code, too_long);
    let view = world
        .sotto
        .open_conversation(asked.conversation.id)
        .await
        .unwrap();
    assert_eq!(view.messages[0].message.text, text);
    assert_eq!(view.messages[1].message.state, MessageState::Failed);
}

#[tokio::test]
async fn a_wrong_passphrase_changes_nothing() {
    let model =
        FakeLanguageModel::new(vec![vec![Said::Text("a"), Said::Ends(EndReason::Finished)]]);
    let world = World::new(model).await;
    world.sotto.ask(question("kept?")).await.unwrap();
    world.end_of_answer().await;
    world.sotto.shutdown().await;
    let before = std::fs::read(world.home().join("history.db")).unwrap();

    let startup = world.sotto.startup().await;
    assert!(matches!(
        startup.history,
        HistoryState::NeedsPassphrase { new: false, .. }
    ));
    let error = world
        .sotto
        .unlock("battery staple".into())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::WrongPassphrase, "{error}");
    assert_eq!(
        std::fs::read(world.home().join("history.db")).unwrap(),
        before
    );
    let error = world.sotto.list_conversations().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::HistoryClosed);
    world.sotto.unlock("correct horse".into()).await.unwrap();
    assert_eq!(world.sotto.list_conversations().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_history_whose_key_is_gone_is_left_alone() {
    let world = World::new(silent()).await;
    world.sotto.shutdown().await;
    std::fs::remove_file(world.home().join("history.key.toml")).unwrap();
    let before = std::fs::read(world.home().join("history.db")).unwrap();
    let startup = world.sotto.startup().await;
    let HistoryState::Unavailable { problem, .. } = startup.history else {
        panic!("{startup:?}")
    };
    assert_eq!(problem, HistoryProblem::KeyMissing);
    assert!(world.sotto.unlock("correct horse".into()).await.is_err());
    assert_eq!(
        std::fs::read(world.home().join("history.db")).unwrap(),
        before,
        "nothing was written over it"
    );
}

#[tokio::test]
async fn unknown_conversations_and_messages_are_said_to_be_unknown() {
    let world = World::new(silent()).await;
    let id = "0199f6c2-7d1c-7bd0-8b5e-0d5a5f1f2c3d";
    let error = world
        .sotto
        .open_conversation(id.parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    let error = world
        .sotto
        .edit_question(id.parse().unwrap(), "text".into())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}
