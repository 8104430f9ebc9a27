//! The quick prompt: what begins in it is marked, and it goes on for five minutes after an answer.

use std::time::Duration;

use sotto_api::{
    ErrorCode,
    view::{AnswerAgain, AskRequest, actions::ActionUse, quick::QuickAsk},
};
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

fn quick(text: &str) -> QuickAsk {
    QuickAsk {
        request: question(text),
        temporary: false,
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
    let quick = sotto.quick_ask(quick("In between?")).await.unwrap();
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
async fn it_goes_on_for_five_minutes_after_it_was_put_away() {
    let world = World::new(FakeLanguageModel::new(answers(2))).await;
    let sotto = &world.sotto;
    assert!(sotto.quick_conversation().await.unwrap().is_none());

    let asked = sotto.quick_ask(quick("Open?")).await.unwrap();
    world.end_of_answer().await;
    // Read for an hour, and then shown once more, for example with the clipboard.
    world.pass(Duration::from_secs(60 * 60));
    assert!(sotto.quick_conversation().await.unwrap().is_some());
    sotto.quick_left();
    world.pass(Duration::from_secs(4 * 60));
    let resumed = sotto.quick_conversation().await.unwrap().unwrap();
    assert_eq!(resumed.view.conversation.id, asked.conversation.id);
    assert_eq!(resumed.view.messages.len(), 2);

    sotto.quick_left();
    world.pass(Duration::from_secs(6 * 60));
    assert!(sotto.quick_conversation().await.unwrap().is_none());
    // Left once, it is left for good, also where the clock is set back.
    assert!(sotto.quick_conversation().await.unwrap().is_none());
}

#[tokio::test]
async fn it_begins_anew_when_it_was_left_handed_over_or_deleted() {
    let world = World::new(FakeLanguageModel::new(answers(2))).await;
    let sotto = &world.sotto;
    sotto.quick_ask(quick("One?")).await.unwrap();
    world.end_of_answer().await;
    sotto.quick_anew();
    assert!(sotto.quick_conversation().await.unwrap().is_none());

    let asked = sotto.quick_ask(quick("Two?")).await.unwrap();
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
    let asked = sotto.quick_ask(quick("Slowly?")).await.unwrap();
    sotto.quick_left();
    world.pass(Duration::from_secs(60 * 60));
    let resumed = sotto.quick_conversation().await.unwrap().unwrap();
    assert_eq!(resumed.view.conversation.id, asked.conversation.id);
    drop(hand);
}

fn temporary(text: &str) -> QuickAsk {
    QuickAsk {
        temporary: true,
        ..quick(text)
    }
}

#[tokio::test]
async fn what_is_temporary_is_kept_nowhere() {
    let model = FakeLanguageModel::new(answers(3));
    let world = World::new(model.clone()).await;
    let sotto = &world.sotto;
    let asked = sotto.quick_ask(temporary("A secret word?")).await.unwrap();
    world.end_of_answer().await;
    let id = asked.conversation.id;
    // It goes on, with what was said before.
    let further = QuickAsk {
        request: AskRequest {
            conversation: Some(id),
            ..question("And another?")
        },
        // One that has begun stays as it is.
        temporary: false,
    };
    sotto.quick_ask(further).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    let again = sotto.answer_again(answer.id, AnswerAgain::default());
    assert_eq!(again.await.unwrap().conversation.id, id);
    world.end_of_answer().await;
    assert_eq!(model.asked()[2].messages.len(), 3);
    let resumed = sotto.quick_conversation().await.unwrap().unwrap();
    assert!(resumed.temporary);
    assert_eq!(resumed.view.messages.len(), 4);

    assert_eq!(sotto.list_conversations().await.unwrap(), []);
    assert_eq!(sotto.search("secret".to_owned()).await.unwrap(), []);
    let code = |error: sotto_api::ApiError| error.code;
    let opened = sotto.open_conversation(id).await;
    assert_eq!(opened.map_err(code), Err(ErrorCode::NotFound));
    assert!(sotto.is_temporary(id) && sotto.quick_is_temporary());
    sotto.quick_anew();
    assert!(!sotto.is_temporary(id) && !sotto.quick_is_temporary());
    let kept = sotto.quick_keep().await;
    assert_eq!(kept.map_err(code), Err(ErrorCode::NotFound), "it is gone");
    assert!(sotto.quick_conversation().await.unwrap().is_none());
    let again = sotto.answer_again(answer.id, AnswerAgain::default()).await;
    assert_eq!(again.map_err(code).err(), Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn what_is_temporary_is_kept_when_that_is_wanted_after_all() {
    let model = FakeLanguageModel::new(answers(4));
    let world = World::new(model.clone()).await;
    let sotto = &world.sotto;
    let table = QuickAsk {
        request: AskRequest {
            action: Some(ActionUse {
                name: "fix-grammar".to_owned(),
                ..ActionUse::default()
            }),
            ..question("He go home.")
        },
        temporary: true,
    };
    let asked = sotto.quick_ask(table).await.unwrap();
    let (answer, _) = world.end_of_answer().await;
    sotto.quick_keep().await.unwrap();
    // Twice is once.
    sotto.quick_keep().await.unwrap();
    let resumed = sotto.quick_conversation().await.unwrap().unwrap();
    assert!(!resumed.temporary);
    let id = asked.conversation.id;
    let kept = sotto.open_conversation(id).await.unwrap();
    assert_eq!(kept, resumed.view);
    assert_eq!(kept.messages.len(), 2);
    assert_eq!(kept.messages[1].message.text, "Yes.");
    assert_eq!(kept.conversation.origin, Origin::Quick);
    assert_eq!(sotto.list_conversations().await.unwrap().len(), 1);
    assert!(!sotto.search("home".to_owned()).await.unwrap().is_empty());
    // How it was to be answered came along.
    let again = sotto.answer_again(answer.id, AnswerAgain::default());
    again.await.unwrap();
    world.end_of_answer().await;
    assert_eq!(model.asked()[1].manner, model.asked()[0].manner);

    // The chat window takes nothing over that is not in the history.
    sotto.quick_anew();
    let asked = sotto.quick_ask(temporary("Two?")).await.unwrap();
    world.end_of_answer().await;
    sotto.quick_hand_over().await.unwrap();
    let id = asked.conversation.id;
    assert_eq!(sotto.open_conversation(id).await.unwrap().messages.len(), 2);
    assert!(sotto.quick_conversation().await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_temporary_is_not_kept_while_it_is_answered() {
    let (model, hand) = FakeLanguageModel::by_hand();
    let world = World::new(model).await;
    let sotto = &world.sotto;
    sotto.quick_ask(temporary("Slowly?")).await.unwrap();
    let refused = sotto.quick_keep().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Answering);
    assert!(sotto.quick_hand_over().await.is_err());
    assert!(sotto.quick_conversation().await.unwrap().unwrap().temporary);
    assert_eq!(sotto.list_conversations().await.unwrap(), []);
    drop(hand);
}
