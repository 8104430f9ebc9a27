//! What is in memory on a person's word, and what is told of it.

use sotto_api::{
    Timestamp,
    view::{AppEvent, AskRequest, RuntimeView, desktop::Activity},
};
use sotto_domain::{EndReason, MessageState};
use sotto_test_support::{FakeLanguageModel, Said, World};

fn question() -> AskRequest {
    AskRequest {
        conversation: None,
        text: "Anybody?".to_owned(),
        model: None,
        context: None,
        action: None,
    }
}

/// The next thing that is told of the runtime.
async fn next_runtime(world: &World) -> RuntimeView {
    loop {
        if let AppEvent::RuntimeChanged { runtime } = world.next_event().await {
            return runtime;
        }
    }
}

/// The next thing that is told of what goes on.
async fn next_activity(world: &World) -> Activity {
    loop {
        if let AppEvent::ActivityChanged { activity } = world.next_event().await {
            return activity;
        }
    }
}

#[tokio::test]
async fn a_model_is_loaded_and_given_back_on_a_word() {
    let model = FakeLanguageModel::new(Vec::new());
    let world = World::new(model.clone()).await;
    world.sotto.load_model(None).await.unwrap();
    let runtime = next_runtime(&world).await;
    assert_eq!(runtime.model.as_deref(), Some("test-model"));
    assert_eq!(runtime.memory, 1_000);
    world.sotto.unload_model(None).await.unwrap();
    assert_eq!(next_runtime(&world).await.model, None);
    assert!(model.in_memory().is_empty());
}

#[tokio::test]
async fn while_it_is_paused_nothing_is_loaded_by_itself() {
    let model = FakeLanguageModel::new(Vec::new());
    let world = World::new(model.clone()).await;
    world.sotto.load_model(None).await.unwrap();
    world.sotto.pause_runtime().await.unwrap();
    assert!(world.sotto.runtime().await.paused);
    assert!(model.in_memory().is_empty());

    // Another choice is kept, and not loaded; nor does a window that comes back load anything.
    let chosen = world.sotto.choose_model(None, "test-model".to_owned());
    chosen.await.unwrap();
    world.sotto.expect_question().await;
    tokio::task::yield_now().await;
    assert!(model.in_memory().is_empty());

    world.sotto.resume_runtime().await.unwrap();
    assert!(!world.sotto.runtime().await.paused);
    assert_eq!(model.in_memory(), ["test-model"]);
}

#[tokio::test]
async fn a_pause_stops_what_is_answered_here_and_a_question_ends_it() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    world.sotto.ask(question()).await.unwrap();
    assert_eq!(next_activity(&world).await, Activity::Answering);
    hand.send(Said::Text("Half")).unwrap();
    while !matches!(world.next_event().await, AppEvent::AnswerText { .. }) {}

    world.sotto.pause_runtime().await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(
        (answer.text.as_str(), answer.state),
        ("Half", MessageState::Stopped)
    );

    let model = FakeLanguageModel::new(vec![vec![Said::Ends(EndReason::Finished)]]);
    let world = World::new(model).await;
    world.sotto.pause_runtime().await.unwrap();
    world.sotto.ask(question()).await.unwrap();
    world.end_of_answer().await;
    assert!(!world.sotto.runtime().await.paused);
}

#[tokio::test]
async fn what_goes_on_is_told_when_it_begins_and_ends() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    assert_eq!(world.sotto.activity(), Activity::Idle);
    world.sotto.ask(question()).await.unwrap();
    assert_eq!(next_activity(&world).await, Activity::Answering);
    assert_eq!(world.sotto.activity(), Activity::Answering);
    hand.send(Said::Ends(EndReason::Finished)).unwrap();
    assert_eq!(next_activity(&world).await, Activity::Idle);
}

#[tokio::test]
async fn memory_that_the_runtime_gives_back_by_itself_is_told() {
    let model = FakeLanguageModel::new(Vec::new());
    model.expire_at(Timestamp::from_milliseconds(0));
    let world = World::new(model.clone()).await;
    world.sotto.attend(false);
    world.sotto.load_model(None).await.unwrap();
    while next_runtime(&world).await.model.is_none() {}
    // Looked at by itself, at the moment that was named: it is still there.
    assert!(next_runtime(&world).await.model.is_some());
    model.forget();
    while next_runtime(&world).await.model.is_some() {}
}
