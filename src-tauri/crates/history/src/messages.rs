//! The table of messages: the nodes of every conversation's tree.
//!
//! An answer in flight carries the session of the process that writes it, so that another process
//! can tell an answer that is being written from one that nobody will finish.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sotto_domain::{
    AnswerStatistics, ConversationId, Failure, FailureCode, Message, MessageId, MessageState,
    Place, Role, Timestamp,
};

use crate::{
    conversations,
    error::TableError,
    row::{NamedRow, milliseconds},
};

/// Schema 1. A parent must be a message of the same conversation; the index behind that rule is
/// also the one that loads a conversation.
pub(crate) const SCHEMA_1: &str = "
CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent TEXT,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    model TEXT,
    place TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    statistics TEXT,
    failure TEXT,
    session TEXT,
    UNIQUE (conversation, id),
    FOREIGN KEY (conversation, parent) REFERENCES messages (conversation, id)
) STRICT;
CREATE INDEX messages_by_parent ON messages (conversation, parent);
CREATE INDEX messages_in_flight ON messages (session) WHERE state = 'streaming';
";

const TABLE: &str = "messages";

fn from_row(row: &Row<'_>) -> Result<Message, TableError> {
    let row = NamedRow::new(row, TABLE, "id");
    Ok(Message {
        id: row.parse("id")?,
        conversation: row.parse("conversation")?,
        parent: row.parse_optional("parent")?,
        role: row.word("role", Role::parse)?,
        text: row.get("text")?,
        state: row.word("state", MessageState::parse)?,
        model: row.get("model")?,
        place: row.word("place", Place::parse)?,
        created_at: row.time("created_at")?,
        statistics: row.json("statistics")?,
        failure: row.json("failure")?,
    })
}

/// What can be shown of a message that cannot be understood whole. Without it the messages before
/// it would vanish from the branch.
fn stand_in(row: &Row<'_>, reason: String) -> Option<Message> {
    let row = NamedRow::new(row, TABLE, "id");
    Some(Message {
        id: row.parse("id").ok()?,
        conversation: row.parse("conversation").ok()?,
        parent: row.parse_optional("parent").ok()?,
        role: row.word("role", Role::parse).unwrap_or(Role::Assistant),
        text: row.get("text").unwrap_or_default(),
        state: MessageState::Failed,
        model: row.get("model").unwrap_or_default(),
        place: row
            .word("place", Place::parse)
            .unwrap_or(Place::ThisComputer),
        created_at: row.time("created_at").unwrap_or_default(),
        statistics: None,
        failure: Some(Failure::new(FailureCode::Other, reason)),
    })
}

/// All messages of a conversation, oldest first, and the rows that cannot be understood. Of those,
/// what can be read is among the messages too, as failed ones that say why.
pub(crate) fn list(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<(Vec<Message>, Vec<TableError>), TableError> {
    // By number: a question and its answer are made in one millisecond, in which ids have no order.
    let mut statement = connection.prepare_cached(
        "SELECT * FROM messages WHERE conversation = :conversation ORDER BY number",
    )?;
    let mut rows = statement.query(named_params! {":conversation": conversation.to_string()})?;
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        match from_row(row) {
            Ok(message) => found.push(message),
            Err(TableError::BadRow { table, id, reason }) => {
                let sentence =
                    format!("Row {id} of the table {table} cannot be read whole: {reason}.");
                found.extend(stand_in(row, sentence));
                unreadable.push(TableError::BadRow { table, id, reason });
            }
            Err(error) => return Err(error),
        }
    }
    Ok((found, unreadable))
}

/// The rows that cannot be understood, in all conversations.
pub(crate) fn unreadable(connection: &Connection) -> Result<Vec<TableError>, TableError> {
    let mut statement = connection.prepare("SELECT * FROM messages")?;
    let mut rows = statement.query([])?;
    let mut unreadable = Vec::new();
    while let Some(row) = rows.next()? {
        unreadable.extend(from_row(row).err());
    }
    Ok(unreadable)
}

/// One message.
pub(crate) fn get(connection: &Connection, id: MessageId) -> Result<Option<Message>, TableError> {
    connection
        .prepare_cached("SELECT * FROM messages WHERE id = :id")?
        .query_row(named_params! {":id": id.to_string()}, |row| {
            Ok(from_row(row))
        })
        .optional()?
        .transpose()
}

/// Adds a message. One in flight is marked with the session that writes it.
pub(crate) fn insert(
    connection: &Connection,
    message: &Message,
    session: &str,
) -> Result<(), TableError> {
    let session = (message.state == MessageState::Streaming).then_some(session);
    connection
        .prepare_cached(
            "INSERT INTO messages
                 (id, conversation, parent, role, text, state, model, place, created_at,
                  statistics, failure, session)
             VALUES
                 (:id, :conversation, :parent, :role, :text, :state, :model, :place, :created_at,
                  :statistics, :failure, :session)",
        )?
        .execute(named_params! {
            ":id": message.id.to_string(),
            ":conversation": message.conversation.to_string(),
            ":parent": message.parent.map(|parent| parent.to_string()),
            ":role": message.role.as_str(),
            ":text": message.text,
            ":state": message.state.as_str(),
            ":model": message.model,
            ":place": message.place.as_str(),
            ":created_at": milliseconds(message.created_at),
            ":statistics": json(message.statistics.as_ref())?,
            ":failure": json(message.failure.as_ref())?,
            ":session": session,
        })?;
    Ok(())
}

/// Writes what was said so far. A save that comes after the end changes nothing.
pub(crate) fn save_answer(
    connection: &Connection,
    id: MessageId,
    text: &str,
) -> Result<(), TableError> {
    let changed = connection
        .prepare_cached(
            "UPDATE messages SET text = :text
             WHERE id = :id AND state IN ('streaming', 'interrupted')",
        )?
        .execute(named_params! {":text": text, ":id": id.to_string()})?;
    if changed == 0 && get(connection, id)?.is_none() {
        return Err(TableError::not_found("message", id));
    }
    Ok(())
}

/// How an answer ended.
pub(crate) struct Close {
    pub(crate) id: MessageId,
    pub(crate) text: String,
    pub(crate) state: MessageState,
    pub(crate) statistics: Option<AnswerStatistics>,
    pub(crate) failure: Option<Failure>,
    pub(crate) now: Timestamp,
}

/// Writes the end of an answer, whatever its row says by then.
pub(crate) fn close_answer(connection: &Connection, close: &Close) -> Result<(), TableError> {
    let conversation: Option<String> = connection
        .prepare_cached(
            "UPDATE messages SET text = :text, state = :state, statistics = :statistics,
                 failure = :failure, session = NULL
             WHERE id = :id RETURNING conversation",
        )?
        .query_row(
            named_params! {
                ":text": close.text,
                ":state": close.state.as_str(),
                ":statistics": json(close.statistics.as_ref())?,
                ":failure": json(close.failure.as_ref())?,
                ":id": close.id.to_string(),
            },
            |row| row.get(0),
        )
        .optional()?;
    let conversation = conversation.ok_or_else(|| TableError::not_found("message", close.id))?;
    match conversation.parse() {
        Ok(conversation) => conversations::touch(connection, conversation, close.now),
        // Its name cannot be read, so there is no list that it could move up in.
        Err(_) => Ok(()),
    }
}

/// The sessions that have an answer in flight, as the file says.
pub(crate) fn sessions_in_flight(connection: &Connection) -> Result<Vec<String>, TableError> {
    let mut statement = connection
        .prepare("SELECT DISTINCT coalesce(session, '') FROM messages WHERE state = 'streaming'")?;
    let sessions = statement.query_map([], |row| row.get(0))?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

/// Marks the answers of a session that ended; returns how many. Their text stays.
pub(crate) fn interrupt(connection: &Connection, session: &str) -> Result<usize, TableError> {
    Ok(connection.execute(
        "UPDATE messages SET state = 'interrupted', session = NULL
         WHERE state = 'streaming' AND coalesce(session, '') = :session",
        named_params! {":session": session},
    )?)
}

fn json<T: serde::Serialize>(value: Option<&T>) -> Result<Option<String>, TableError> {
    Ok(value.map(serde_json::to_string).transpose()?)
}
