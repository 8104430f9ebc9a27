//! `kill -9` in the middle of writing: what was acknowledged is there, what was in flight is marked.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::Stdio,
};

use sotto_domain::MessageState;
use sotto_history::{History, NewTurn};

use crate::support::*;

const DATABASE: &str = "SOTTO_CRASH_DATABASE";
const ROUND: &str = "SOTTO_CRASH_ROUND";
const LEAVE: &str = "SOTTO_CRASH_LEAVE";

/// Not a test by itself: a process that writes without end and says what was acknowledged.
#[tokio::test]
async fn writer() {
    let Some(path) = std::env::var_os(DATABASE).map(PathBuf::from) else {
        return;
    };
    let round: u64 = std::env::var(ROUND).unwrap().parse().unwrap();
    let history = History::open(&path, &key()).await.unwrap();
    let acknowledge = |what: &str, number: u64, length: usize| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nACK {what} {number} {length}").unwrap();
        out.flush().unwrap();
    };
    let base = round * 1_000_000;
    history
        .begin_turn(first_turn(base, "Crash", "question"))
        .await
        .unwrap();
    acknowledge("question", base + 1, 8);
    let mut last = base + 2;
    loop {
        let mut text = String::new();
        for _ in 0..5 {
            text.push_str(&"words ".repeat(200));
            history
                .save_answer(message_id(last), text.clone())
                .await
                .unwrap();
            acknowledge("saved", last, text.len());
        }
        complete(&history, last, &text).await;
        acknowledge("closed", last, text.len());
        history
            .begin_turn(NewTurn {
                new_conversation: None,
                conversation: conversation_id(base),
                question: Some(question(base, last + 1, Some(last), "question")),
                manner: Default::default(),
                answer: answer(base, last + 2, last + 1),
                model: None,
                context: None,
            })
            .await
            .unwrap();
        acknowledge("question", last + 1, 8);
        last += 2;
    }
}

#[tokio::test]
async fn killed_twenty_times_nothing_acknowledged_is_lost() {
    let (folder, history) = created().await;
    history.close().await.unwrap();
    let path = database(folder.path());
    let mut acknowledged: HashMap<u64, (String, usize)> = HashMap::new();
    for round in 1..=20 {
        let mut writer = child("crash::writer", &[])
            .env(DATABASE, &path)
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut heard = 0;
        let mut hear = |line: String, heard: &mut u64| {
            if let [what, number, length] = line
                .strip_prefix("ACK ")
                .map(|rest| rest.split(' ').collect::<Vec<_>>())
                .unwrap_or_default()[..]
            {
                *heard += 1;
                acknowledged.insert(
                    number.parse().unwrap(),
                    (what.to_owned(), length.parse().unwrap()),
                );
            }
        };
        // At another point of the work each time; the next write is under way by then.
        while heard < round * 3 {
            hear(
                lines.next().expect("the writer goes on").unwrap(),
                &mut heard,
            );
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        for line in lines {
            hear(line.unwrap(), &mut heard);
        }

        let history = History::open(&path, &key()).await.unwrap();
        for (number, (what, length)) in &acknowledged {
            let message = history.message(message_id(*number)).await.unwrap();
            let message =
                message.unwrap_or_else(|| panic!("round {round}: {what} {number} is lost"));
            assert!(
                message.text.len() >= *length,
                "round {round}: {what} {number}"
            );
            assert_ne!(
                message.state,
                MessageState::Streaming,
                "round {round}: {number}"
            );
            if what == "closed" || what == "question" {
                assert_eq!(
                    message.state,
                    MessageState::Complete,
                    "round {round}: {number}"
                );
            }
        }
        let integrity: String = raw(&path)
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(integrity, "ok", "round {round}");
        crate::conversations::check_index(&history);
        let interrupted = history
            .messages(conversation_id(round * 1_000_000))
            .await
            .unwrap()
            .iter()
            .filter(|message| message.state == MessageState::Interrupted)
            .count();
        assert!(interrupted <= 1, "round {round}: one answer was in flight");
        history.close().await.unwrap();
    }
    assert!(acknowledged.len() > 100);
}

/// Not a test by itself: a process that ends while the threads of histories are just closing
/// them.
#[tokio::test]
async fn leaver() {
    if std::env::var_os(LEAVE).is_none() {
        return;
    }
    for _ in 0..20 {
        let history = History::temporary().unwrap();
        history.set_setting("a", &1).await.unwrap();
        let (folder, encrypted) = created().await;
        drop((history, encrypted, folder));
    }
    std::process::exit(0);
}

/// SQLCipher frees its memory when a process ends, under the feet of threads that still use it.
#[test]
fn leaving_while_histories_close_is_no_crash() {
    for _ in 0..100 {
        let home = tempfile::tempdir().unwrap();
        let status = child("crash::leaver", &[])
            .env(LEAVE, "1")
            .env("TMPDIR", home.path())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
    }
}
