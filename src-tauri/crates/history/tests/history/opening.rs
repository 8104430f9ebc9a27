//! What is opened, created and refused; and that what is refused stays as it is.

use std::{fs, path::Path};

use sotto_history::{History, HistoryError};

use crate::support::*;

const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Every file of a folder with what is in it; the shared memory of the log is no data.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut contents: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect();
    contents.sort();
    contents
}

#[tokio::test]
async fn missing_and_present_are_not_mixed_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    for _ in 0..2 {
        let missing = History::open(&path, &key()).await.map(|_| ());
        assert!(
            matches!(missing, Err(HistoryError::Missing { .. })),
            "{missing:?}"
        );
        assert!(contents(folder.path()).is_empty() || fs::metadata(&path).unwrap().len() == 0);
        fs::write(&path, "").unwrap();
    }
    let history = History::create(&path, &key()).await.unwrap();
    tell(&history, 10, "One", "question", "reply").await;
    assert_eq!(history.path(), path);
    history.close().await.unwrap();

    let before = contents(folder.path());
    let refused = History::create(&path, &key()).await.map(|_| ());
    assert!(
        matches!(refused, Err(HistoryError::AlreadyExists { .. })),
        "{refused:?}"
    );
    assert_eq!(contents(folder.path()), before);

    // A log whose database is gone is not swept away.
    let lonely = tempfile::tempdir().unwrap();
    fs::write(lonely.path().join("history.db-wal"), "log").unwrap();
    let refused = History::create(&database(lonely.path()), &key())
        .await
        .map(|_| ());
    assert!(
        matches!(refused, Err(HistoryError::AlreadyExists { .. })),
        "{refused:?}"
    );
    assert_eq!(
        fs::read(lonely.path().join("history.db-wal")).unwrap(),
        b"log"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn only_this_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, history) = created().await;
    tell(&history, 10, "One", "question", "reply").await;
    for name in ["history.db", "history.db-wal", "history.db-shm"] {
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_left_alone() {
    let (folder, history) = created().await;
    for number in 0..40 {
        tell(
            &history,
            100 + number * 10,
            "One",
            &"question ".repeat(100),
            "reply",
        )
        .await;
    }
    history.close().await.unwrap();
    let whole = fs::read(database(folder.path())).unwrap();
    assert!(whole.len() > 20 * 4096);
    let plain = {
        let path = folder.path().join("plain.db");
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE one (two)")
            .unwrap();
        fs::read(path).unwrap()
    };
    let mut bad_start = whole.clone();
    bad_start[100] ^= 1;
    let wrong_key = |error: &HistoryError| matches!(error, HistoryError::WrongKey { .. });
    let damaged = |error: &HistoryError| matches!(error, HistoryError::Damaged { .. });
    type Expected = fn(&HistoryError) -> bool;
    let cases: [(&str, Vec<u8>, &str, Expected); 7] = [
        ("another key", whole.clone(), OTHER, wrong_key),
        ("a flipped bit on the first page", bad_start, KEY, wrong_key),
        ("random bytes", vec![0x5a; 8192], KEY, wrong_key),
        ("not encrypted", plain, KEY, damaged),
        ("a text", b"Dear diary".to_vec(), KEY, damaged),
        ("less than a page", whole[..1000].to_vec(), KEY, damaged),
        ("a short key", whole.clone(), "00", |error| {
            matches!(error, HistoryError::Other { .. })
        }),
    ];
    for (name, bytes, key, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(database(folder.path()), &bytes).unwrap();
        let before = contents(folder.path());
        let error = History::open(&database(folder.path()), &key.into())
            .await
            .map(|_| ());
        let error = error.unwrap_err();
        assert!(expected(&error), "{name}: {error:?}");
        assert_eq!(contents(folder.path()), before, "{name}");
    }

    // Damage further back is found when it is met, and named as damage.
    for (name, bytes) in [
        ("cut off", whole[..whole.len() / 2 / 4096 * 4096].to_vec()),
        (
            "overwritten",
            [&whole[..4096 * 2], &vec![1; whole.len() - 4096 * 2]].concat(),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(database(folder.path()), &bytes).unwrap();
        let read = async {
            let history = History::open(&database(folder.path()), &key()).await?;
            for conversation in history.conversations().await? {
                history.messages(conversation.id).await?;
            }
            Ok::<_, HistoryError>(())
        };
        let error = read.await.unwrap_err();
        assert!(damaged(&error), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_newer_version_is_refused_before_any_write() {
    let (folder, history) = created().await;
    tell(&history, 10, "One", "question", "reply").await;
    history.close().await.unwrap();
    let path = database(folder.path());
    // The newer program is still open or crashed: its last words are in the log.
    let newer = raw(&path);
    newer
        .execute_batch(
            "PRAGMA user_version = 99; CREATE TABLE wonders (one); INSERT INTO wonders VALUES (1);",
        )
        .unwrap();
    let before = contents(folder.path());
    assert_eq!(before.len(), 2, "database and log");
    let refused = History::open(&path, &key()).await.map(|_| ());
    match refused {
        Err(HistoryError::NewerVersion {
            found, supported, ..
        }) => {
            assert_eq!((found, supported), (99, 3));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(contents(folder.path()), before);
    drop(newer);
    // Also when nobody else has it open, and closing it would usually fold the log in.
    for (name, bytes) in &before {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    assert!(History::open(&path, &key()).await.is_err());
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn no_plain_text_is_in_any_file() {
    let (folder, history) = created().await;
    let words = [
        "a sentence nobody may read",
        "ความลับของฉัน",
        "my secret title",
    ];
    tell(&history, 10, words[2], words[0], words[1]).await;
    history.set_setting("setting", &words[0]).await.unwrap();
    let check = || {
        for (name, bytes) in contents(folder.path()) {
            for word in words {
                let found = bytes
                    .windows(word.len())
                    .any(|window| window == word.as_bytes());
                assert!(!found, "{word} is in {name}");
            }
            assert!(!bytes.starts_with(b"SQLite format"), "{name}");
        }
    };
    check();
    assert!(
        contents(folder.path())
            .iter()
            .any(|(name, bytes)| { name.ends_with("-wal") && bytes.len() > 4096 })
    );
    history.close().await.unwrap();
    check();
    assert_eq!(contents(folder.path()).len(), 1, "the log was folded in");
}

#[tokio::test]
async fn a_history_held_by_another_process_is_said_to_be() {
    let (_folder, history) = created().await;
    tell(&history, 10, "One", "question", "reply").await;
    let other = raw(history.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = history.begin_turn(first_turn(20, "Two", "question")).await;
    assert!(
        matches!(refused, Err(HistoryError::Locked { .. })),
        "{refused:?}"
    );
    // Reading goes on meanwhile, and writing afterwards.
    assert_eq!(history.conversations().await.unwrap().len(), 1);
    other.execute_batch("COMMIT").unwrap();
    history
        .begin_turn(first_turn(20, "Two", "question"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_temporary_history_leaves_nothing() {
    let history = History::temporary().unwrap();
    tell(&history, 10, "One", "question", "reply").await;
    assert_eq!(history.path(), Path::new(":memory:"));
    assert_eq!(history.conversations().await.unwrap().len(), 1);
    assert!(!Path::new(":memory:").exists() && !Path::new("sessions").exists());
    history.close().await.unwrap();
}
