//! The quick prompt: what begins in it is marked, and it goes on for five minutes after an answer.

use std::time::Duration;

use sotto_api::view::AskRequest;
use sotto_domain::{EndReason, Origin};
use sotto_test_support::{FakeLanguageModel, Said, World};

fn question(text: &str) -> AskRequest {
    AskRequest {
        conversation: None,
        text: text.to_owned(),
        model: None,
        context: None,
        action: None,
    }
}

fn answers(number: usize) -> Vec<Vec<Said>> {
    vec![vec![Said::Text("Yes."), Said::Ends(EndReason::Finished)]; number]
}

#[tokio::test]
async fn what_begins_in_the_quick_prompt_is_marked() {
    let world = World::new(FakeLanguageModel::new(answers(3))).await;
    let sotto = &world.sotto;
    sotto.ask(question("In the chat?")).await.unwrap();
    world.end_of_answer().await;
    let quick = sotto.quick_ask(question("In between?")).await.unwrap();
    world.end_of_answer().await;

    let listed = sotto.list_conversations().await.unwrap();
    let origins: Vec<_> = listed.iter().map(|one| one.origin).collect();
    assert_eq!(origins, [Origin::Quick, Origin::Chat]);
    let found = sotto.search("between".to_owned()).await.unwrap();
    assert!(!found.is_empty());
    assert!(found.iter().all(|hit| hit.origin == Origin::Quick));
    assert_eq!(quick.conversation.origin, Origin::Quick);

    // Where it was begun stays what it was, wherever it goes on.
    let further = AskRequest {
        conversation: Some(quick.conversation.id),
        ..question("And further?")
    };
    assert_eq!(
        sotto.ask(further).await.unwrap().conversation.origin,
        Origin::Quick
    );
}

#[tokio::test]
async fn an_opened_quick_prompt_goes_on_for_five_minutes() {
    let world = World::new(FakeLanguageModel::new(answers(2))).await;
    let sotto = &world.sotto;
    assert!(sotto.quick_conversation().await.unwrap().is_none());

    let asked = sotto.quick_ask(question("Open?")).await.unwrap();
    world.end_of_answer().await;
    world.pass(Duration::from_secs(4 * 60));
    let resumed = sotto.quick_conversation().await.unwrap().unwrap();
    assert_eq!(resumed.conversation.id, asked.conversation.id);
    assert_eq!(resumed.messages.len(), 2);

    world.pass(Duration::from_secs(2 * 60));
    assert!(sotto.quick_conversation().await.unwrap().is_none());
    // Left once, it is left for good, also where the clock is set back.
    assert!(sotto.quick_conversation().await.unwrap().is_none());
}

#[tokio::test]
async fn it_begins_anew_when_it_was_left_handed_over_or_deleted() {
    let world = World::new(FakeLanguageModel::new(answers(2))).await;
    let sotto = &world.sotto;
    sotto.quick_ask(question("One?")).await.unwrap();
    world.end_of_answer().await;
    sotto.quick_anew();
    assert!(sotto.quick_conversation().await.unwrap().is_none());

    let asked = sotto.quick_ask(question("Two?")).await.unwrap();
    world.end_of_answer().await;
    let id = asked.conversation.id;
    sotto.delete_conversation(id).await.unwrap();
    assert!(sotto.quick_conversation().await.unwrap().is_none());
}

#[tokio::test]
async fn an_answer_that_is_being_written_is_gone_back_to() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let sotto = &world.sotto;
    let asked = sotto.quick_ask(question("Slowly?")).await.unwrap();
    world.pass(Duration::from_secs(60 * 60));
    let resumed = sotto.quick_conversation().await.unwrap().unwrap();
    assert_eq!(resumed.conversation.id, asked.conversation.id);
    drop(hand);
}
