//! Databases of every past schema still open, with all that is in them.

use std::{fs, path::PathBuf};

use sotto_domain::{AnswerStatistics, Failure, FailureCode, MessageState, Origin};
use sotto_history::History;

use crate::support::*;

fn fixture(schema: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/history-{schema}.db"))
}

fn statistics() -> AnswerStatistics {
    AnswerStatistics {
        prompt_tokens: 12,
        answer_tokens: 34,
        ..AnswerStatistics::default()
    }
}

/// What stands in every fixture.
async fn fill(history: &History) {
    tell(history, 10, "First", "What is kept?", "Everything.").await;
    history
        .close_answer(
            message_id(12),
            "Everything.".to_owned(),
            MessageState::Complete,
            Some(statistics()),
            None,
            time(13),
        )
        .await
        .unwrap();
    history
        .begin_turn(first_turn(20, "ที่สอง", "คำถาม"))
        .await
        .unwrap();
    let failure = Failure::new(
        FailureCode::ContextExceeded {
            prompt_tokens: 5_000,
            context: 4_096,
        },
        "Too long.",
    );
    history
        .close_answer(
            message_id(22),
            "part".to_owned(),
            MessageState::Failed,
            None,
            Some(failure),
            time(23),
        )
        .await
        .unwrap();
    tell(history, 30, "Deleted", "Forget me", "Yes.").await;
    history.delete(conversation_id(30), time(40)).await.unwrap();
    history
        .begin_turn(first_turn(50, "In flight", "Go on"))
        .await
        .unwrap();
    history
        .save_answer(message_id(52), "I was".to_owned())
        .await
        .unwrap();
    history.set_setting("model", &"a-model").await.unwrap();
}

/// Writes the fixture of the newest schema: run once when a schema is released, with
/// `SOTTO_WRITE_FIXTURE=1 cargo test -p sotto-history write_the_fixture`, and commit the file.
#[tokio::test]
async fn write_the_fixture() {
    if std::env::var_os("SOTTO_WRITE_FIXTURE").is_none() {
        return;
    }
    let (folder, history) = created().await;
    fill(&history).await;
    history.close().await.unwrap();
    fs::copy(database(folder.path()), fixture(3)).unwrap();
}

/// Tables, indexes and triggers, as SQL.
fn schema(history: &History) -> Vec<String> {
    raw(history.path())
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[tokio::test]
async fn every_past_schema_opens_with_all_that_is_in_it() {
    let (_folder, newest) = created().await;
    for version in [1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let path = database(folder.path());
        fs::copy(fixture(version), &path).unwrap();
        let history = History::open(&path, &key()).await.unwrap();
        assert_eq!(schema(&history), schema(&newest), "schema {version}");

        let conversations = history.conversations().await.unwrap();
        assert!(conversations.iter().all(|one| one.origin == Origin::Chat));
        let titles: Vec<_> = conversations.iter().map(|one| one.title.as_str()).collect();
        assert_eq!(titles, ["In flight", "ที่สอง", "First"]);
        let answer = history.message(message_id(12)).await.unwrap().unwrap();
        assert_eq!(answer.text, "Everything.");
        assert_eq!(answer.statistics, Some(statistics()));
        let failed = history.message(message_id(22)).await.unwrap().unwrap();
        assert_eq!(failed.state, MessageState::Failed);
        assert_eq!(failed.failure.unwrap().message, "Too long.");
        let interrupted = history.message(message_id(52)).await.unwrap().unwrap();
        assert_eq!(interrupted.state, MessageState::Interrupted);
        assert_eq!(interrupted.text, "I was");
        assert_eq!(
            history.setting("model").await.unwrap(),
            Some("a-model".to_owned())
        );
        assert_eq!(history.search("คำถาม", 5).await.unwrap().len(), 1);
        history.restore(conversation_id(30)).await.unwrap();
        assert_eq!(
            history.messages(conversation_id(30)).await.unwrap().len(),
            2
        );
        assert!(history.unreadable_rows().await.unwrap().is_empty());
    }
}
