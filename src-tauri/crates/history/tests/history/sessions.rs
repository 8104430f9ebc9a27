//! Answers in flight: whose writer is alive, and whose is not.

use std::fs;

use sotto_domain::MessageState;
use sotto_history::History;

use crate::support::*;

async fn state(history: &History, answer: u64) -> (MessageState, String) {
    let answer = history.message(message_id(answer)).await.unwrap().unwrap();
    (answer.state, answer.text)
}

fn lock_files(history: &History) -> usize {
    fs::read_dir(history.path().parent().unwrap().join("sessions"))
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_str().unwrap().ends_with(".lock")
        })
        .count()
}

#[tokio::test]
async fn another_start_never_marks_an_answer_that_is_being_written() {
    let (folder, window) = created().await;
    window
        .begin_turn(first_turn(10, "Window", "q"))
        .await
        .unwrap();
    window
        .save_answer(message_id(12), "half".to_owned())
        .await
        .unwrap();

    let terminal = History::open(&database(folder.path()), &key())
        .await
        .unwrap();
    terminal
        .begin_turn(first_turn(20, "Terminal", "q"))
        .await
        .unwrap();
    assert_eq!(terminal.interrupt_abandoned().await.unwrap(), 0);
    assert_eq!(
        state(&window, 12).await,
        (MessageState::Streaming, "half".to_owned())
    );
    assert_eq!(lock_files(&window), 2);

    // The terminal goes without finishing; the window finds out when it looks.
    drop(terminal);
    while lock_files(&window) > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(window.interrupt_abandoned().await.unwrap(), 1);
    assert_eq!(state(&window, 22).await.0, MessageState::Interrupted);
    assert_eq!(state(&window, 12).await.0, MessageState::Streaming);
    complete(&window, 12, "whole").await;
    assert_eq!(
        state(&window, 12).await,
        (MessageState::Complete, "whole".to_owned())
    );
}

#[tokio::test]
async fn an_abandoned_answer_keeps_its_text() {
    let (folder, history) = created().await;
    history
        .begin_turn(first_turn(10, "One", "q"))
        .await
        .unwrap();
    history
        .save_answer(message_id(12), "half a needle".to_owned())
        .await
        .unwrap();
    history.close().await.unwrap();
    // What a crash leaves behind, and a name that leads elsewhere.
    fs::write(folder.path().join("sessions/0123.lock"), "").unwrap();
    raw(&database(folder.path()))
        .execute_batch(&format!(
            "INSERT INTO messages (id, conversation, role, text, state, place, created_at, session)
             SELECT 'x', conversation, role, text, state, place, created_at, '../history.db'
             FROM messages WHERE id = '{}'",
            message_id(12)
        ))
        .unwrap();

    let history = History::open(&database(folder.path()), &key())
        .await
        .unwrap();
    let interrupted = (MessageState::Interrupted, "half a needle".to_owned());
    assert_eq!(state(&history, 12).await, interrupted);
    let left: i64 = raw(history.path())
        .query_row(
            "SELECT count(*) FROM messages WHERE state = 'streaming'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(lock_files(&history), 1, "only its own");
    // An interrupted answer is found by search.
    assert!(!history.search("needle", 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_can_be_ended_although_it_was_marked_meanwhile() {
    let (_folder, history) = created().await;
    history
        .begin_turn(first_turn(10, "One", "q"))
        .await
        .unwrap();
    raw(history.path())
        .execute_batch("UPDATE messages SET state = 'interrupted' WHERE state = 'streaming'")
        .unwrap();
    history
        .save_answer(message_id(12), "more".to_owned())
        .await
        .unwrap();
    assert_eq!(state(&history, 12).await.1, "more");
    complete(&history, 12, "whole").await;
    assert_eq!(
        state(&history, 12).await,
        (MessageState::Complete, "whole".to_owned())
    );
}

#[tokio::test]
async fn many_starts_at_once() {
    let (folder, history) = created().await;
    history
        .begin_turn(first_turn(10, "One", "q"))
        .await
        .unwrap();
    let path = database(folder.path());
    let starts: Vec<_> = (0..8)
        .map(|number| {
            let path = path.clone();
            tokio::spawn(async move {
                let history = History::open(&path, &key()).await.unwrap();
                tell(&history, 100 + number * 10, "Start", "question", "reply").await;
                history.close().await.unwrap();
            })
        })
        .collect();
    for start in starts {
        start.await.unwrap();
    }
    assert_eq!(history.conversations().await.unwrap().len(), 9);
    assert_eq!(state(&history, 12).await.0, MessageState::Streaming);
    assert_eq!(lock_files(&history), 1);
}
