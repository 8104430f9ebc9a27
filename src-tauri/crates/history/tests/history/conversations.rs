//! The list of conversations, their settings, deletion, and rows that cannot be read.

use sotto_domain::{MessageState, Origin};
use sotto_history::{History, HistoryError, NewTurn};

use crate::support::*;

async fn titles(history: &History) -> Vec<String> {
    let conversations = history.conversations().await.unwrap();
    conversations.into_iter().map(|one| one.title).collect()
}

#[tokio::test]
async fn newest_first_by_the_last_change() {
    let history = History::temporary().unwrap();
    for (number, title) in [(10, "A"), (20, "B"), (30, "C")] {
        tell(&history, number, title, "question", "reply").await;
    }
    assert_eq!(titles(&history).await, ["C", "B", "A"]);
    history
        .close_answer(
            message_id(12),
            "later".to_owned(),
            MessageState::Stopped,
            None,
            None,
            time(100),
        )
        .await
        .unwrap();
    assert_eq!(titles(&history).await, ["A", "C", "B"]);
    // A clock that was set back moves nothing down.
    complete(&history, 12, "again").await;
    assert_eq!(titles(&history).await, ["A", "C", "B"]);
}

#[tokio::test]
async fn where_a_conversation_was_begun_is_kept_and_found() {
    let history = History::temporary().unwrap();
    tell(&history, 10, "A", "Is the tide high?", "Yes.").await;
    let mut quick = conversation(20, "B");
    quick.origin = Origin::Quick;
    let turn = NewTurn {
        new_conversation: Some(quick),
        ..first_turn(20, "B", "And the tide tomorrow?")
    };
    history.begin_turn(turn).await.unwrap();
    let origins = |all: Vec<sotto_domain::Conversation>| -> Vec<Origin> {
        all.into_iter().map(|one| one.origin).collect()
    };
    let expected = [Origin::Quick, Origin::Chat];
    assert_eq!(origins(history.conversations().await.unwrap()), expected);
    let found = history.search("tide", 5).await.unwrap();
    let found: Vec<Origin> = found.into_iter().map(|hit| hit.origin).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn settings_of_a_conversation() {
    let history = History::temporary().unwrap();
    tell(&history, 10, "A", "question", "reply").await;
    tell(&history, 20, "B", "question", "reply").await;
    let id = conversation_id(10);
    history.set_model(id, Some("m".to_owned())).await.unwrap();
    history.set_leaf(id, message_id(11)).await.unwrap();
    let one = history.conversation(id).await.unwrap();
    assert_eq!(one.model.as_deref(), Some("m"));
    assert_eq!(one.leaf, Some(message_id(11)));
    history.set_model(id, None).await.unwrap();
    let one = history.conversation(id).await.unwrap();
    assert_eq!((one.model, one.context), (None, None));

    // The leaf must be a message of this conversation.
    let refused = history.set_leaf(id, message_id(21)).await.unwrap_err();
    assert!(
        matches!(
            refused,
            HistoryError::NotFound {
                what: "message",
                ..
            }
        ),
        "{refused}"
    );
    let unknown = conversation_id(77);
    for refused in [
        history.rename(unknown, "x".to_owned()).await,
        history.set_model(unknown, None).await,
        history.set_leaf(unknown, message_id(11)).await,
        history.delete(unknown, time(1)).await,
        history.restore(unknown).await,
        history.conversation(unknown).await.map(|_| ()),
    ] {
        assert!(
            matches!(
                refused,
                Err(HistoryError::NotFound {
                    what: "conversation",
                    ..
                })
            ),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn deleting_can_be_taken_back_until_it_is_purged() {
    let (_folder, history) = created().await;
    tell(&history, 10, "A", "apple", "reply").await;
    tell(&history, 20, "B", "banana", "reply").await;
    history
        .delete(conversation_id(10), time(100))
        .await
        .unwrap();
    // A second time keeps the first moment.
    history
        .delete(conversation_id(10), time(900))
        .await
        .unwrap();
    assert_eq!(titles(&history).await, ["B"]);
    assert!(history.conversation(conversation_id(10)).await.is_err());

    assert_eq!(history.purge_deleted(time(100)).await.unwrap(), 0);
    history.restore(conversation_id(10)).await.unwrap();
    assert_eq!(titles(&history).await, ["B", "A"]);
    assert_eq!(
        history.messages(conversation_id(10)).await.unwrap().len(),
        2
    );

    history
        .delete(conversation_id(10), time(100))
        .await
        .unwrap();
    assert_eq!(history.purge_deleted(time(101)).await.unwrap(), 1);
    assert!(history.restore(conversation_id(10)).await.is_err());
    assert!(
        history
            .messages(conversation_id(10))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(history.message(message_id(11)).await.unwrap(), None);
    assert_eq!(titles(&history).await, ["B"]);
    assert_eq!(history.search("apple", 10).await.unwrap(), []);
    check_index(&history);
}

/// Compares the search index with the tables, word by word.
pub(crate) fn check_index(history: &History) {
    raw(history.path())
        .execute_batch(
            "INSERT INTO messages_search (messages_search, rank) VALUES ('integrity-check', 1);
             INSERT INTO titles_search (titles_search, rank) VALUES ('integrity-check', 1);",
        )
        .unwrap();
}

#[tokio::test]
async fn settings_of_the_program() {
    let (folder, history) = created().await;
    assert_eq!(history.setting::<String>("model").await.unwrap(), None);
    history.set_setting("model", &"one").await.unwrap();
    history.set_setting("model", &"two").await.unwrap();
    history.set_setting("sizes", &vec![1, 2]).await.unwrap();
    history.set_setting("none", &None::<String>).await.unwrap();
    history.close().await.unwrap();
    let closed = history.set_setting("model", &"three").await;
    assert!(
        matches!(closed, Err(HistoryError::Closed { .. })),
        "{closed:?}"
    );

    let history = History::open(&database(folder.path()), &key())
        .await
        .unwrap();
    assert_eq!(
        history.setting("model").await.unwrap(),
        Some("two".to_owned())
    );
    assert_eq!(history.setting("sizes").await.unwrap(), Some(vec![1, 2]));
    match history.setting::<u32>("model").await {
        Err(HistoryError::BadRow {
            table: "settings",
            id,
            ..
        }) => assert_eq!(id, "model"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bad_row_is_named_and_hides_no_other() {
    let (_folder, history) = created().await;
    for (number, title) in [(10, "A"), (20, "B"), (30, "C")] {
        tell(&history, number, title, "question", "reply").await;
    }
    assert!(history.unreadable_rows().await.unwrap().is_empty());
    raw(history.path())
        .execute_batch(&format!(
            "UPDATE conversations SET title_source = 'oracle' WHERE title = 'B';
             UPDATE messages SET failure = '{{' WHERE id = '{}';
             UPDATE messages SET role = 'oracle' WHERE id = '{}';",
            message_id(12),
            message_id(31),
        ))
        .unwrap();

    assert_eq!(titles(&history).await, ["C", "A"]);
    match history.conversation(conversation_id(20)).await {
        Err(HistoryError::BadRow { table, id, reason }) => {
            assert_eq!(
                (table, id),
                ("conversations", conversation_id(20).to_string())
            );
            assert!(reason.contains("oracle"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    match history.message(message_id(12)).await {
        Err(HistoryError::BadRow { table, id, .. }) => {
            assert_eq!((table, id), ("messages", message_id(12).to_string()));
        }
        other => panic!("{other:?}"),
    }
    // In the list it stands in its place, with its text, and says what is wrong.
    let messages = history.messages(conversation_id(10)).await.unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1].text, "reply");
    assert_eq!(messages[1].parent, Some(message_id(11)));
    assert_eq!(messages[1].state, MessageState::Failed);
    let said = &messages[1].failure.as_ref().unwrap().message;
    assert!(said.contains(&message_id(12).to_string()), "{said}");

    let unreadable = history.unreadable_rows().await.unwrap();
    assert_eq!(unreadable.len(), 3, "{unreadable:?}");
}

#[tokio::test]
async fn a_setting_is_changed_by_what_it_is_now() {
    let (folder, history) = created().await;
    let other = History::open(&database(folder.path()), &key())
        .await
        .unwrap();
    let add = |history: History| async move {
        for _ in 0..50 {
            let more = |count: Option<u32>| count.unwrap_or(0) + 1;
            history.change_setting("count", more).await.unwrap();
        }
    };
    tokio::join!(add(history.clone()), add(other));
    assert_eq!(history.setting::<u32>("count").await.unwrap(), Some(100));
}
