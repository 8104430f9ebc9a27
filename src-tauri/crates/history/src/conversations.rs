//! The table of conversations: title and settings, without the messages.
//!
//! A deleted conversation stays for a while, marked, so that deleting can be undone.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sotto_domain::{Conversation, ConversationId, MessageId, Origin, Timestamp, TitleSource};

use crate::{
    error::TableError,
    row::{NamedRow, milliseconds},
};

/// Schema 1. `number` is the row's own key because the search index needs one that never changes.
pub(crate) const SCHEMA_1: &str = "
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    model TEXT,
    context INTEGER,
    leaf TEXT,
    deleted_at INTEGER
) STRICT;
CREATE INDEX conversations_by_update ON conversations (updated_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX conversations_by_deletion ON conversations (deleted_at)
    WHERE deleted_at IS NOT NULL;
";

/// Schema 3: where each was begun. All of them in the chat until then.
pub(crate) const SCHEMA_3: &str = "
ALTER TABLE conversations ADD COLUMN origin TEXT NOT NULL DEFAULT 'chat';
";

const TABLE: &str = "conversations";

const fn title_source_as_str(source: TitleSource) -> &'static str {
    match source {
        TitleSource::Automatic => "automatic",
        TitleSource::Person => "person",
    }
}

fn parse_title_source(text: &str) -> Option<TitleSource> {
    [TitleSource::Automatic, TitleSource::Person]
        .into_iter()
        .find(|source| title_source_as_str(*source) == text)
}

const fn origin_as_str(origin: Origin) -> &'static str {
    match origin {
        Origin::Chat => "chat",
        Origin::Quick => "quick",
    }
}

/// Also for what is found in a conversation.
pub(crate) fn parse_origin(text: &str) -> Option<Origin> {
    [Origin::Chat, Origin::Quick]
        .into_iter()
        .find(|origin| origin_as_str(*origin) == text)
}

fn from_row(row: &Row<'_>) -> Result<Conversation, TableError> {
    let row = NamedRow::new(row, TABLE, "id");
    Ok(Conversation {
        id: row.parse("id")?,
        title: row.get("title")?,
        title_source: row.word("title_source", parse_title_source)?,
        origin: row.word("origin", parse_origin)?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        model: row.get("model")?,
        context: row.get("context")?,
        leaf: row.parse_optional("leaf")?,
    })
}

/// Conversations that are not deleted, newest first, and the rows that cannot be read.
pub(crate) fn list(
    connection: &Connection,
) -> Result<(Vec<Conversation>, Vec<TableError>), TableError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM conversations WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC",
    )?;
    let mut rows = statement.query([])?;
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        match from_row(row) {
            Ok(conversation) => found.push(conversation),
            Err(error) => unreadable.push(error),
        }
    }
    Ok((found, unreadable))
}

/// The rows that cannot be read, deleted ones included.
pub(crate) fn unreadable(connection: &Connection) -> Result<Vec<TableError>, TableError> {
    let mut statement = connection.prepare("SELECT * FROM conversations")?;
    let mut rows = statement.query([])?;
    let mut unreadable = Vec::new();
    while let Some(row) = rows.next()? {
        unreadable.extend(from_row(row).err());
    }
    Ok(unreadable)
}

/// One conversation that is not deleted.
pub(crate) fn get(connection: &Connection, id: ConversationId) -> Result<Conversation, TableError> {
    connection
        .prepare_cached("SELECT * FROM conversations WHERE id = :id AND deleted_at IS NULL")?
        .query_row(named_params! {":id": id.to_string()}, |row| {
            Ok(from_row(row))
        })
        .optional()?
        .ok_or_else(|| not_found(id))?
}

/// Adds a conversation.
pub(crate) fn insert(
    connection: &Connection,
    conversation: &Conversation,
) -> Result<(), TableError> {
    connection
        .prepare_cached(
            "INSERT INTO conversations
                 (id, title, title_source, origin, created_at, updated_at, model, context, leaf)
             VALUES
                 (:id, :title, :title_source, :origin, :created_at, :updated_at, :model, :context,
                  :leaf)",
        )?
        .execute(named_params! {
            ":id": conversation.id.to_string(),
            ":title": conversation.title,
            ":title_source": title_source_as_str(conversation.title_source),
            ":origin": origin_as_str(conversation.origin),
            ":created_at": milliseconds(conversation.created_at),
            ":updated_at": milliseconds(conversation.updated_at),
            ":model": conversation.model,
            ":context": conversation.context,
            ":leaf": conversation.leaf.map(|leaf| leaf.to_string()),
        })?;
    Ok(())
}

/// The person's own title: never replaced by an automatic one.
pub(crate) fn rename(
    connection: &Connection,
    id: ConversationId,
    title: &str,
) -> Result<(), TableError> {
    let changed = connection.execute(
        "UPDATE conversations SET title = :title, title_source = :source
         WHERE id = :id AND deleted_at IS NULL",
        named_params! {
            ":title": title,
            ":source": title_source_as_str(TitleSource::Person),
            ":id": id.to_string(),
        },
    )?;
    expect_one(changed, id)
}

/// The model from now on.
pub(crate) fn set_model(
    connection: &Connection,
    id: ConversationId,
    model: Option<&str>,
) -> Result<(), TableError> {
    let changed = connection.execute(
        "UPDATE conversations SET model = :model WHERE id = :id AND deleted_at IS NULL",
        named_params! {":model": model, ":id": id.to_string()},
    )?;
    expect_one(changed, id)
}

/// Tokens of context from now on.
pub(crate) fn set_context(
    connection: &Connection,
    id: ConversationId,
    context: Option<u32>,
) -> Result<(), TableError> {
    let changed = connection.execute(
        "UPDATE conversations SET context = :context WHERE id = :id AND deleted_at IS NULL",
        named_params! {":context": context, ":id": id.to_string()},
    )?;
    expect_one(changed, id)
}

/// The branch that is shown. The leaf must be a message of this conversation.
pub(crate) fn set_leaf(
    connection: &Connection,
    id: ConversationId,
    leaf: MessageId,
) -> Result<(), TableError> {
    get(connection, id)?;
    let changed = connection.execute(
        "UPDATE conversations SET leaf = :leaf
         WHERE id = :id AND EXISTS
             (SELECT 1 FROM messages WHERE conversation = :id AND id = :leaf)",
        named_params! {":leaf": leaf.to_string(), ":id": id.to_string()},
    )?;
    if changed == 0 {
        return Err(TableError::not_found("message", leaf));
    }
    Ok(())
}

/// A message was added or changed. Time never runs backwards, also where the clock does.
pub(crate) fn touch(
    connection: &Connection,
    id: ConversationId,
    now: Timestamp,
) -> Result<(), TableError> {
    connection
        .prepare_cached(
            "UPDATE conversations SET updated_at = max(updated_at, :now) WHERE id = :id",
        )?
        .execute(named_params! {":now": milliseconds(now), ":id": id.to_string()})?;
    Ok(())
}

/// Marks a conversation as deleted. Deleting twice keeps the first moment.
pub(crate) fn delete(
    connection: &Connection,
    id: ConversationId,
    now: Timestamp,
) -> Result<(), TableError> {
    let changed = connection.execute(
        "UPDATE conversations SET deleted_at = coalesce(deleted_at, :now) WHERE id = :id",
        named_params! {":now": milliseconds(now), ":id": id.to_string()},
    )?;
    expect_one(changed, id)
}

/// Takes the mark away.
pub(crate) fn restore(connection: &Connection, id: ConversationId) -> Result<(), TableError> {
    let changed = connection.execute(
        "UPDATE conversations SET deleted_at = NULL WHERE id = :id",
        named_params! {":id": id.to_string()},
    )?;
    expect_one(changed, id)
}

/// Removes what was deleted before a moment, messages included; returns how many.
pub(crate) fn purge_deleted(
    connection: &Connection,
    before: Timestamp,
) -> Result<usize, TableError> {
    Ok(connection.execute(
        "DELETE FROM conversations WHERE deleted_at < :before",
        named_params! {":before": milliseconds(before)},
    )?)
}

fn expect_one(changed: usize, id: ConversationId) -> Result<(), TableError> {
    if changed == 0 {
        return Err(not_found(id));
    }
    Ok(())
}

fn not_found(id: ConversationId) -> TableError {
    TableError::not_found("conversation", id)
}
