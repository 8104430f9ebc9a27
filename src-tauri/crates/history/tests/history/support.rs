//! Rows to write, and a second way into the file for looking and for damaging.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use sotto_domain::{
    Conversation, ConversationId, Message, MessageId, MessageState, Origin, Place, Role, Timestamp,
    TitleSource,
};
use sotto_history::{History, NewTurn};

pub(crate) const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

pub(crate) fn key() -> SecretString {
    KEY.into()
}

pub(crate) fn time(milliseconds: u64) -> Timestamp {
    Timestamp::from_milliseconds(milliseconds)
}

pub(crate) fn conversation_id(number: u64) -> ConversationId {
    ConversationId::new(time(number), [1; 10])
}

pub(crate) fn message_id(number: u64) -> MessageId {
    MessageId::new(time(number), [2; 10])
}

pub(crate) fn conversation(number: u64, title: &str) -> Conversation {
    Conversation {
        id: conversation_id(number),
        title: title.to_owned(),
        title_source: TitleSource::Automatic,
        origin: Origin::Chat,
        created_at: time(number),
        updated_at: time(number),
        model: None,
        context: None,
        leaf: None,
    }
}

pub(crate) fn question(conversation: u64, number: u64, parent: Option<u64>, text: &str) -> Message {
    Message {
        id: message_id(number),
        conversation: conversation_id(conversation),
        parent: parent.map(message_id),
        role: Role::User,
        text: text.to_owned(),
        state: MessageState::Complete,
        model: None,
        place: Place::ThisComputer,
        created_at: time(number),
        statistics: None,
        failure: None,
    }
}

pub(crate) fn answer(conversation: u64, number: u64, parent: u64) -> Message {
    Message {
        role: Role::Assistant,
        state: MessageState::Streaming,
        model: Some("a-model".to_owned()),
        ..question(conversation, number, Some(parent), "")
    }
}

/// The first turn of a conversation: question `number` + 1, answer `number` + 2.
pub(crate) fn first_turn(number: u64, title: &str, text: &str) -> NewTurn {
    NewTurn {
        new_conversation: Some(conversation(number, title)),
        conversation: conversation_id(number),
        question: Some(question(number, number + 1, None, text)),
        manner: Default::default(),
        answer: answer(number, number + 2, number + 1),
        model: None,
        context: None,
    }
}

/// A whole conversation of one question and its complete answer.
pub(crate) async fn tell(history: &History, number: u64, title: &str, text: &str, reply: &str) {
    history
        .begin_turn(first_turn(number, title, text))
        .await
        .unwrap();
    complete(history, number + 2, reply).await;
}

pub(crate) async fn complete(history: &History, answer: u64, reply: &str) {
    history
        .close_answer(
            message_id(answer),
            reply.to_owned(),
            MessageState::Complete,
            None,
            None,
            time(answer),
        )
        .await
        .unwrap();
}

pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("history.db")
}

pub(crate) async fn created() -> (tempfile::TempDir, History) {
    let folder = tempfile::tempdir().unwrap();
    let history = History::create(&database(folder.path()), &key())
        .await
        .unwrap();
    (folder, history)
}

/// The file without this crate in between.
pub(crate) fn raw(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(&format!("PRAGMA key = \"x'{KEY}'\""))
        .unwrap();
    connection
}

/// Runs one test function of this binary in a process of its own.
pub(crate) fn child(test: &str, wrapper: &[&str]) -> std::process::Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match wrapper {
        [] => std::process::Command::new(&this),
        [program, arguments @ ..] => {
            let mut command = std::process::Command::new(program);
            command.args(arguments).arg(&this);
            command
        }
    };
    command.args(["--exact", test, "--nocapture"]);
    command
}
