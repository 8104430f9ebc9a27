//! A turn from its first row to its last.

use sotto_domain::{
    AnswerStatistics, Failure, FailureCode, Manner, MessageState, Place, Role, TitleSource,
};
use sotto_history::{History, HistoryError, NewTurn, Whole};

use crate::support::*;

#[tokio::test]
async fn what_goes_in_comes_out() {
    let (folder, history) = created().await;
    let mut turn = first_turn(10, "Greeting", "Hello\nworld");
    turn.context = Some(4096);
    turn.answer.place = Place::YourNetwork;
    history.begin_turn(turn.clone()).await.unwrap();

    let conversation = history.conversation(conversation_id(10)).await.unwrap();
    assert_eq!(conversation.context, Some(4096));
    assert_eq!(conversation.leaf, Some(message_id(12)));
    assert_eq!(conversation.updated_at, time(12));
    let question = turn.question.clone().unwrap();
    let messages = history.messages(conversation_id(10)).await.unwrap();
    assert_eq!(messages, [question.clone(), turn.answer.clone()]);

    history
        .save_answer(message_id(12), "Hi".to_owned())
        .await
        .unwrap();
    let statistics = AnswerStatistics {
        prompt_tokens: 7,
        answer_tokens: 9,
        cut_by_length: true,
        nano_dollars: None,
        ..AnswerStatistics::default()
    };
    let failure = Failure::new(
        FailureCode::InsufficientMemory {
            needed: u64::MAX,
            available: 1,
        },
        "Too large.",
    );
    history
        .close_answer(
            message_id(12),
            "Hi there".to_owned(),
            MessageState::Failed,
            Some(statistics),
            Some(failure.clone()),
            time(99),
        )
        .await
        .unwrap();
    history.close().await.unwrap();

    let history = History::open(&database(folder.path()), &key())
        .await
        .unwrap();
    let answer = history.message(message_id(12)).await.unwrap().unwrap();
    assert_eq!(answer.text, "Hi there");
    assert_eq!(answer.state, MessageState::Failed);
    assert_eq!(answer.statistics, Some(statistics));
    assert_eq!(answer.failure, Some(failure));
    assert_eq!(
        (answer.role, answer.place),
        (Role::Assistant, Place::YourNetwork)
    );
    assert_eq!(
        history.message(message_id(11)).await.unwrap(),
        Some(question)
    );
    assert_eq!(history.message(message_id(77)).await.unwrap(), None);
    let conversation = history.conversation(conversation_id(10)).await.unwrap();
    assert_eq!(conversation.updated_at, time(99));
}

#[tokio::test]
async fn a_turn_is_written_whole_or_not_at_all() {
    let history = History::temporary().unwrap();
    let mut turn = first_turn(10, "One", "question");
    // An answer whose parent is in no conversation: the last insert fails.
    turn.answer.parent = Some(message_id(500));
    history.begin_turn(turn).await.unwrap_err();
    assert!(history.conversations().await.unwrap().is_empty());
    assert_eq!(history.message(message_id(11)).await.unwrap(), None);

    // A parent in another conversation is as wrong.
    tell(&history, 10, "One", "question", "reply").await;
    let mut turn = first_turn(20, "Two", "question");
    turn.question = None;
    turn.answer.parent = Some(message_id(11));
    history.begin_turn(turn).await.unwrap_err();

    // And so is a conversation that nobody knows.
    let mut turn = first_turn(20, "Two", "question");
    turn.new_conversation = None;
    let refused = history.begin_turn(turn).await.unwrap_err();
    assert!(
        matches!(refused, HistoryError::NotFound { .. }),
        "{refused}"
    );
    assert_eq!(history.conversations().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_save_after_the_end_changes_nothing() {
    let history = History::temporary().unwrap();
    tell(&history, 10, "One", "question", "the whole answer").await;
    history
        .save_answer(message_id(12), "the who".to_owned())
        .await
        .unwrap();
    let answer = history.message(message_id(12)).await.unwrap().unwrap();
    assert_eq!(answer.text, "the whole answer");
    for gone in [
        history.save_answer(message_id(77), String::new()).await,
        history
            .close_answer(
                message_id(77),
                String::new(),
                MessageState::Complete,
                None,
                None,
                time(1),
            )
            .await,
    ] {
        assert!(
            matches!(gone, Err(HistoryError::NotFound { .. })),
            "{gone:?}"
        );
    }
}

#[tokio::test]
async fn a_turn_changes_only_what_it_names() {
    let history = History::temporary().unwrap();
    tell(&history, 10, "Automatic", "question", "reply").await;
    history
        .rename(conversation_id(10), "Mine".to_owned())
        .await
        .unwrap();
    history
        .begin_turn(NewTurn {
            new_conversation: None,
            conversation: conversation_id(10),
            question: None,
            manner: Default::default(),
            answer: answer(10, 13, 11),
            model: Some("other".to_owned()),
            context: Some(u32::MAX),
        })
        .await
        .unwrap();
    let conversation = history.conversation(conversation_id(10)).await.unwrap();
    assert_eq!(conversation.title, "Mine");
    assert_eq!(conversation.title_source, TitleSource::Person);
    assert_eq!(conversation.leaf, Some(message_id(13)));
    assert_eq!(conversation.model.as_deref(), Some("other"));
    assert_eq!(conversation.context, Some(u32::MAX));
}

#[tokio::test]
async fn a_long_conversation_is_loaded_at_once() {
    let (_folder, history) = created().await;
    tell(&history, 10, "Long", "question", "reply").await;
    for number in (13..2_011).step_by(2) {
        history
            .begin_turn(NewTurn {
                new_conversation: None,
                conversation: conversation_id(10),
                question: Some(question(10, number, Some(number - 1), "And then?")),
                manner: Default::default(),
                answer: answer(10, number + 1, number),
                model: None,
                context: None,
            })
            .await
            .unwrap();
        complete(&history, number + 1, &"word ".repeat(100)).await;
    }
    let messages = history.messages(conversation_id(10)).await.unwrap();
    assert_eq!(messages.len(), 2_000);
    assert!(messages.is_sorted_by_key(|message| message.id));
    let plan: Vec<String> = raw(history.path())
        .prepare(
            "EXPLAIN QUERY PLAN SELECT * FROM messages WHERE conversation = '' ORDER BY number",
        )
        .unwrap()
        .query_map([], |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(plan[0].contains("USING INDEX"), "{plan:?}");
}

#[tokio::test]
async fn how_a_question_is_to_be_answered_is_kept_with_it() {
    let (_folder, history) = created().await;
    let manner = Manner {
        temperature: Some(0.5),
        ..Manner::default()
    };
    let turn = NewTurn {
        manner: manner.clone(),
        ..first_turn(10, "First", "How?")
    };
    history.begin_turn(turn).await.unwrap();
    history
        .begin_turn(first_turn(20, "Second", "As ever?"))
        .await
        .unwrap();
    assert_eq!(history.manner(message_id(11)).await.unwrap(), manner);
    assert_eq!(
        history.manner(message_id(21)).await.unwrap(),
        Manner::default()
    );
}

#[tokio::test]
async fn a_conversation_from_elsewhere_is_taken_whole_or_not_at_all() {
    let elsewhere = History::temporary().unwrap();
    tell(&elsewhere, 10, "First", "What is kept?", "Everything.").await;
    let whole = Whole {
        conversation: elsewhere.conversation(conversation_id(10)).await.unwrap(),
        messages: elsewhere.messages(conversation_id(10)).await.unwrap(),
        manners: Vec::new(),
    };
    let (_folder, history) = created().await;
    let mut torn = whole.clone();
    torn.messages.remove(0);
    assert!(
        history.adopt(torn).await.is_err(),
        "its question is missing"
    );
    assert_eq!(history.conversations().await.unwrap(), []);

    history.adopt(whole.clone()).await.unwrap();
    assert_eq!(
        history.messages(conversation_id(10)).await.unwrap(),
        whole.messages
    );
    assert_eq!(
        history.conversations().await.unwrap(),
        std::slice::from_ref(&whole.conversation)
    );
    assert!(history.adopt(whole).await.is_err(), "it is there already");
}
