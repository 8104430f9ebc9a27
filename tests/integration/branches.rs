//! Editing, answering again, and walking between branches.

use sotto_api::view::{AnswerAgain, AskRequest, ConversationView};
use sotto_domain::EndReason;
use sotto_test_support::{FakeLanguageModel, Said, World};

fn answers(texts: &[&'static str]) -> Vec<Vec<Said>> {
    texts
        .iter()
        .map(|text| vec![Said::Text(text), Said::Ends(EndReason::Finished)])
        .collect()
}

fn texts(view: &ConversationView) -> Vec<&str> {
    view.messages
        .iter()
        .map(|shown| shown.message.text.as_str())
        .collect()
}

#[tokio::test]
async fn an_edited_question_and_a_second_answer_stand_beside_the_old_ones() {
    let model = FakeLanguageModel::new(answers(&["a1", "a2", "a3", "b1"]));
    let world = World::new(model.clone()).await;
    let sotto = &world.sotto;
    let first = sotto
        .ask(AskRequest {
            text: "q1".into(),
            ..AskRequest::default()
        })
        .await
        .unwrap();
    world.end_of_answer().await;
    let id = first.conversation.id;
    sotto
        .ask(AskRequest {
            conversation: Some(id),
            text: "q2".into(),
            ..AskRequest::default()
        })
        .await
        .unwrap();
    world.end_of_answer().await;

    // The first answer again: the branch below it is left, not lost.
    let old_answer = first.added[1].message.id;
    let again = sotto
        .answer_again(old_answer, AnswerAgain::default())
        .await
        .unwrap();
    world.end_of_answer().await;
    assert_eq!(again.after, Some(first.added[0].message.id));
    assert_eq!(again.added.len(), 1);
    assert_eq!(
        again.added[0].alternatives,
        [old_answer, again.added[0].message.id]
    );
    let view = sotto.open_conversation(id).await.unwrap();
    assert_eq!(texts(&view), ["q1", "a3"]);

    // The first question in other words.
    let edited = sotto
        .edit_question(first.added[0].message.id, "q1 better".into())
        .await
        .unwrap();
    world.end_of_answer().await;
    assert_eq!(edited.after, None);
    assert_eq!(edited.added[0].alternatives.len(), 2);
    assert_eq!(
        texts(&sotto.open_conversation(id).await.unwrap()),
        ["q1 better", "b1"]
    );

    // Back to the old answer: its branch comes back whole, down to its newest leaf.
    let view = sotto.choose_alternative(old_answer).await.unwrap();
    assert_eq!(texts(&view), ["q1", "a1", "q2", "a2"]);
    assert_eq!(
        texts(&sotto.open_conversation(id).await.unwrap()),
        ["q1", "a1", "q2", "a2"],
        "kept"
    );
    assert_eq!(
        sotto.all_messages(id).await.unwrap().len(),
        7,
        "no branch is lost"
    );

    // The model was asked with the branch that is seen, never with another.
    let prompts: Vec<usize> = model
        .asked()
        .iter()
        .map(|request| request.messages.len())
        .collect();
    assert_eq!(prompts, [1, 3, 1, 1]);
}

#[tokio::test]
async fn choices_for_an_answer_hold_from_then_on() {
    let model = FakeLanguageModel::new(answers(&["a1", "a2", "a3"]));
    let world = World::new(model.clone()).await;
    let sotto = &world.sotto;
    let asked = sotto
        .ask(AskRequest {
            text: "q".into(),
            ..AskRequest::default()
        })
        .await
        .unwrap();
    world.end_of_answer().await;
    let how = AnswerAgain {
        model: Some("other".into()),
        context: Some(16_384),
        drop_oldest: true,
    };
    sotto
        .answer_again(asked.added[1].message.id, how)
        .await
        .unwrap();
    let (answer, _) = world.end_of_answer().await;
    assert_eq!(answer.model.as_deref(), Some("other"));
    let next = AskRequest {
        conversation: Some(asked.conversation.id),
        text: "more".into(),
        ..AskRequest::default()
    };
    sotto.ask(next).await.unwrap();
    world.end_of_answer().await;

    let requests = model.asked();
    assert_eq!(
        (
            requests[1].model.as_str(),
            requests[1].context,
            requests[1].drop_oldest
        ),
        ("other", Some(16_384), true)
    );
    assert_eq!(
        (requests[2].model.as_str(), requests[2].context),
        ("other", Some(16_384))
    );
    assert!(
        !requests[2].drop_oldest,
        "a yes to leaving messages out holds once"
    );
}

#[tokio::test]
async fn conversations_are_named_deleted_and_brought_back() {
    let model = FakeLanguageModel::new(answers(&["a"]));
    let world = World::new(model).await;
    let sotto = &world.sotto;
    let asked = sotto
        .ask(AskRequest {
            text: "Packing list, four days".into(),
            ..AskRequest::default()
        })
        .await
        .unwrap();
    world.end_of_answer().await;
    let id = asked.conversation.id;
    sotto
        .rename_conversation(id, "  Rain \n gear ".into())
        .await
        .unwrap();
    assert_eq!(
        sotto.list_conversations().await.unwrap()[0].title,
        "Rain gear"
    );
    assert!(sotto.rename_conversation(id, "  ".into()).await.is_err());

    assert_eq!(sotto.search("four days".into()).await.unwrap().len(), 1);
    sotto.delete_conversation(id).await.unwrap();
    assert!(sotto.list_conversations().await.unwrap().is_empty());
    assert!(sotto.search("four days".into()).await.unwrap().is_empty());
    sotto.restore_conversation(id).await.unwrap();
    assert_eq!(sotto.list_conversations().await.unwrap().len(), 1);
}
