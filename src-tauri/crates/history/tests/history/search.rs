//! Finding words in any script, and finding them literally.

use sotto_domain::MessageState;
use sotto_history::{History, NewTurn};

use crate::{conversations::check_index, support::*};

/// The titles found, `title:message` for a message.
async fn found(history: &History, words: &str) -> Vec<String> {
    let hits = history.search(words, 50).await.unwrap();
    hits.iter()
        .map(|hit| match hit.message {
            None => hit.title.clone(),
            Some(id) => {
                let number = (0..200).find(|number| message_id(*number) == id).unwrap();
                format!("{}:{number}", hit.title)
            }
        })
        .collect()
}

#[tokio::test]
async fn words_are_found_in_every_script_and_literally() {
    let (_folder, history) = created().await;
    let conversations = [
        (
            10,
            "Rust",
            "How do I sort a Vec?",
            "Use sort_unstable(), 100% safe.",
        ),
        (20, "ภาษาไทย", "สวัสดีครับ ช่วยแปลภาษาไทย", "ได้ครับ"),
        (30, "日本語", "東京の天気は？", "晴れです。"),
        (
            40,
            "Straße",
            "ÜBER die Straße",
            "He said \"NOT now\" OR never*",
        ),
    ];
    for (number, title, question, answer) in conversations {
        tell(&history, number, title, question, answer).await;
    }
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        (" \t\n", &[]),
        ("\0", &[]),
        ("sort", &["Rust:12", "Rust:11"]),
        ("SORT vec", &["Rust:11"]),
        ("ort", &["Rust:12", "Rust:11"]),
        ("sort missing", &[]),
        ("rust", &["Rust"]),
        ("ภาษาไทย", &["ภาษาไทย", "ภาษาไทย:21"]),
        ("สวัสดี", &["ภาษาไทย:21"]),
        ("ได้", &["ภาษาไทย:22"]),
        ("東京", &["日本語:31"]),
        ("東", &["日本語:31"]),
        ("東京の天", &["日本語:31"]),
        ("über", &["Straße:41"]),
        ("straße", &["Straße", "Straße:41"]),
        // One or two characters, alone and beside a longer word.
        ("do", &["Rust:11"]),
        ("a vec", &["Rust:11"]),
        // Nothing is syntax.
        ("\"NOT", &["Straße:42"]),
        ("\"", &["Straße:42"]),
        ("NOT", &["Straße:42"]),
        ("never*", &["Straße:42"]),
        ("neve*", &[]),
        ("100%", &["Rust:12"]),
        ("%", &["Rust:12"]),
        ("_", &["Rust:12"]),
        ("sort_unstable()", &["Rust:12"]),
        ("text:sort", &[]),
        ("(", &["Rust:12"]),
        ("now\" OR \"x", &[]),
        ("\\", &[]),
        ("a' OR 1=1 --", &[]),
    ];
    for (words, expected) in cases {
        let mut found = found(&history, words).await;
        let mut expected = expected.to_vec();
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{words:?}");
    }
    assert_eq!(history.search("r", 2).await.unwrap().len(), 2);
    assert_eq!(
        history.search(&"long ".repeat(100_000), 5).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn the_order_and_the_excerpt() {
    let history = History::temporary().unwrap();
    tell(
        &history,
        10,
        "Old needle",
        "a needle",
        "line one\nneedle\n\nline two",
    )
    .await;
    tell(&history, 20, "New", "another needle", "reply").await;
    let hits = history.search("needle", 10).await.unwrap();
    let order: Vec<_> = hits.iter().map(|hit| hit.message).collect();
    assert_eq!(
        order,
        [
            Some(message_id(21)),
            None,
            Some(message_id(12)),
            Some(message_id(11))
        ]
    );
    assert_eq!(hits[2].excerpt, "line one needle line two");
    assert_eq!(hits[2].title, "Old needle");
    assert_eq!(hits[2].updated_at, time(12));
}

#[tokio::test]
async fn the_index_follows_every_change() {
    let (_folder, history) = created().await;
    history
        .begin_turn(first_turn(10, "Title one", "question"))
        .await
        .unwrap();
    let id = message_id(12);
    let is_found = async |words: &str| !found(&history, words).await.is_empty();
    history.save_answer(id, "halfway".to_owned()).await.unwrap();
    // In flight it is neither indexed, which would cost with every save, nor found.
    let indexed: i64 = raw(history.path())
        .query_row(
            "SELECT count(*) FROM messages_search WHERE messages_search MATCH 'halfway'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(indexed, 0);
    assert!(!is_found("halfway").await && !is_found("ha").await);

    complete(&history, 12, "finished").await;
    assert!(is_found("finished").await && !is_found("halfway").await);
    complete(&history, 12, "rewritten").await;
    assert!(is_found("rewritten").await && !is_found("finished").await);
    history
        .rename(conversation_id(10), "Title two".to_owned())
        .await
        .unwrap();
    assert!(is_found("title two").await && !is_found("title one").await);
    check_index(&history);

    history.delete(conversation_id(10), time(50)).await.unwrap();
    assert!(!is_found("rewritten").await && !is_found("title two").await);
    history.restore(conversation_id(10)).await.unwrap();
    assert!(is_found("rewritten").await && is_found("title two").await);
    history.delete(conversation_id(10), time(50)).await.unwrap();
    history.purge_deleted(time(51)).await.unwrap();
    assert!(!is_found("rewritten").await && !is_found("title two").await);
    check_index(&history);
}

/// What may happen to a conversation, in any order.
#[derive(Debug, Clone)]
enum Change {
    Ask,
    Save(String),
    End(String, MessageState),
    Rename(String),
    Interrupt,
}

fn change() -> impl proptest::strategy::Strategy<Value = Change> {
    use proptest::prelude::*;
    let text = "[a-cก-ค東 ]{0,12}";
    prop_oneof![
        Just(Change::Ask),
        text.prop_map(Change::Save),
        (
            text,
            prop::sample::select(vec![MessageState::Complete, MessageState::Stopped])
        )
            .prop_map(|(text, state)| Change::End(text, state)),
        text.prop_map(Change::Rename),
        Just(Change::Interrupt),
    ]
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn the_index_equals_the_tables_after_any_changes(
        changes in proptest::collection::vec(change(), 1..24)
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (_folder, history) = created().await;
            history.begin_turn(first_turn(10, "Title", "question")).await.unwrap();
            let mut last = 12;
            for change in changes {
                match change {
                    Change::Ask => {
                        history.begin_turn(NewTurn {
                            new_conversation: None,
                            conversation: conversation_id(10),
                            question: Some(question(10, last + 1, Some(last), "question")),
                            manner: Default::default(),
                            answer: answer(10, last + 2, last + 1),
                            model: None,
            context: None,
                        }).await.unwrap();
                        last += 2;
                    }
                    Change::Save(text) => history.save_answer(message_id(last), text).await.unwrap(),
                    Change::End(text, state) => history
                        .close_answer(message_id(last), text, state, None, None, time(last))
                        .await
                        .unwrap(),
                    Change::Rename(title) => {
                        history.rename(conversation_id(10), title).await.unwrap();
                    }
                    Change::Interrupt => {
                        raw(history.path()).execute_batch(
                            "UPDATE messages SET state = 'interrupted' WHERE state = 'streaming'",
                        ).unwrap();
                    }
                }
            }
            raw(history.path()).execute_batch(
                "UPDATE messages SET state = 'interrupted' WHERE state = 'streaming'",
            ).unwrap();
            check_index(&history);
        });
    }
}
