//! A full disk where none can be made: SQLite's own limit gives the same error everywhere.

use sotto_domain::{
    Conversation, ConversationId, Message, MessageId, MessageState, Origin, Place, Role, Timestamp,
    TitleSource,
};

use super::*;

fn turn(number: u64, text: &str) -> NewTurn {
    let now = Timestamp::from_milliseconds(number);
    let conversation = ConversationId::new(now, [0; 10]);
    let answer = Message {
        id: MessageId::new(now, [1; 10]),
        conversation,
        parent: None,
        role: Role::Assistant,
        text: text.to_owned(),
        state: MessageState::Streaming,
        model: None,
        place: Place::ThisComputer,
        created_at: now,
        statistics: None,
        failure: None,
    };
    NewTurn {
        new_conversation: Some(Conversation {
            id: conversation,
            title: "Title".to_owned(),
            title_source: TitleSource::Automatic,
            origin: Origin::Chat,
            created_at: now,
            updated_at: now,
            model: None,
            context: None,
            leaf: None,
        }),
        conversation,
        question: None,
        manner: Default::default(),
        answer,
        model: None,
        context: None,
    }
}

async fn limit(history: &History, pages: u32) {
    let limit = format!("PRAGMA max_page_count = {pages}");
    let work = move |connection: &mut Connection| connection.execute_batch(&limit);
    history.connection.0.call(work).await.unwrap();
}

#[tokio::test]
async fn a_full_database_is_reported_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = SecretString::from("00".repeat(32));
    let history = History::create(&folder.path().join("history.db"), &key)
        .await
        .unwrap();
    history.begin_turn(turn(1, "kept")).await.unwrap();
    // A limit below the present size means the present size.
    limit(&history, 1).await;
    let large = "words ".repeat(50_000);
    let refused = history.begin_turn(turn(2, &large)).await;
    assert!(
        matches!(refused, Err(HistoryError::DiskFull { .. })),
        "{refused:?}"
    );
    let kept = turn(1, "kept").answer;
    assert_eq!(history.message(kept.id).await.unwrap(), Some(kept));
    assert_eq!(history.conversations().await.unwrap().len(), 1);
    limit(&history, 1_000_000).await;
    history.begin_turn(turn(2, &large)).await.unwrap();
    assert_eq!(history.conversations().await.unwrap().len(), 2);
}
