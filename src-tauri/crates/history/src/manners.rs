//! The table of manners: how a question is to be answered, where an action said it. Kept, so that
//! answering it again, also after a restart, asks for the same.

use rusqlite::{Connection, OptionalExtension, named_params};
use sotto_domain::{Manner, MessageId};

use crate::{error::TableError, row::NamedRow};

/// Schema 3. Most questions have none.
pub(crate) const SCHEMA_3: &str = "
CREATE TABLE manners (
    question TEXT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    manner TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// How a question is to be answered; empty if nothing was said.
pub(crate) fn get(connection: &Connection, question: MessageId) -> Result<Manner, TableError> {
    let found: Option<Option<Manner>> = connection
        .prepare_cached("SELECT question, manner FROM manners WHERE question = :question")?
        .query_row(named_params! {":question": question.to_string()}, |row| {
            Ok(NamedRow::new(row, "manners", "question").json("manner"))
        })
        .optional()?
        .transpose()?;
    Ok(found.flatten().unwrap_or_default())
}

/// Says how a question is to be answered. An empty manner is not written.
pub(crate) fn insert(
    connection: &Connection,
    question: MessageId,
    manner: &Manner,
) -> Result<(), TableError> {
    if *manner == Manner::default() {
        return Ok(());
    }
    connection
        .prepare_cached("INSERT INTO manners (question, manner) VALUES (:question, :manner)")?
        .execute(named_params! {
            ":question": question.to_string(),
            ":manner": serde_json::to_string(manner)?,
        })?;
    Ok(())
}
