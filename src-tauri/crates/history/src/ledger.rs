//! The table of the ledger: entries as `consent` sealed them, one below the other. The database
//! itself refuses to change or remove one; the chain finds out if somebody did it all the same.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sotto_consent::{
    chain::{Head, Sealed},
    ledger::{Entry, Event, unfinished},
};
use sotto_domain::{ConversationId, MessageId, Timestamp};

use crate::{
    error::TableError,
    row::NamedRow,
    sessions::{Session, is_alive},
};

/// Schema 2. `kind`, `proposal` and `conversation` are read out of the sealed text, so they cannot
/// say something else. `session` tells whose the entry is while its program runs; it is not sealed.
pub(crate) const SCHEMA_2: &str = "
CREATE TABLE ledger (
    sequence INTEGER NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    session TEXT NOT NULL,
    kind TEXT GENERATED ALWAYS AS (json_extract(text, '$.event.kind')) VIRTUAL,
    proposal TEXT GENERATED ALWAYS AS (json_extract(text, '$.event.proposal')) VIRTUAL,
    conversation TEXT GENERATED ALWAYS AS (json_extract(text, '$.event.conversation')) VIRTUAL
) STRICT;
CREATE INDEX ledger_by_proposal ON ledger (proposal, kind);
CREATE INDEX ledger_by_conversation ON ledger (conversation) WHERE conversation IS NOT NULL;
CREATE TRIGGER ledger_keeps_what_it_says BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_keeps_what_it_has BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'nothing is removed from the ledger'); END;
";

/// Seals an event as the next entry and stores it.
pub(crate) fn append(
    connection: &Connection,
    at: Timestamp,
    event: Event,
    session: &str,
) -> Result<Sealed, TableError> {
    let (sequence, head) = end(connection)?;
    let sealed = head.seal(at, event)?;
    connection
        .prepare_cached(
            "INSERT INTO ledger (sequence, text, hash, session)
             VALUES (:sequence, :text, :hash, :session)",
        )?
        .execute(named_params! {
            ":sequence": sequence + 1,
            ":text": sealed.text(),
            ":hash": sealed.hash().to_string(),
            ":session": session,
        })?;
    Ok(sealed)
}

/// All entries in the order in which they were written, as they stand, right or wrong.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Sealed>, TableError> {
    let mut statement = connection.prepare_cached(
        "SELECT CAST(sequence AS TEXT) AS name, text, hash FROM ledger ORDER BY sequence",
    )?;
    let rows = statement.query_map([], |row| Ok(sealed(row)))?;
    rows.map(|row| row?).collect()
}

/// One entry by its number.
pub(crate) fn get(connection: &Connection, sequence: u64) -> Result<Option<Sealed>, TableError> {
    connection
        .prepare_cached(
            "SELECT CAST(sequence AS TEXT) AS name, text, hash FROM ledger
             WHERE sequence = :sequence",
        )?
        .query_row(
            // No ledger has more entries than an integer of SQLite's can count.
            named_params! {":sequence": i64::try_from(sequence).unwrap_or(i64::MAX)},
            |row| Ok(sealed(row)),
        )
        .optional()?
        .transpose()
}

/// Writes the ends that programs which are gone could not write: what was on its way may have been
/// sent, what waited is taken back.
pub(crate) fn end_abandoned(
    connection: &Connection,
    database: &Path,
    own: &Session,
    now: Timestamp,
) -> Result<Vec<Sealed>, TableError> {
    let mut open = Vec::new();
    let mut running = Vec::new();
    {
        let mut statement = connection.prepare_cached(
            "SELECT CAST(sequence AS TEXT) AS name, text, hash, session FROM ledger WHERE proposal IN (
                 SELECT proposal FROM ledger WHERE kind = 'proposed'
                 EXCEPT SELECT proposal FROM ledger
                 WHERE kind IN ('denied', 'expired', 'revoked', 'sent', 'failed', 'unknown')
             ) ORDER BY sequence",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some(entry) = readable(row)? else {
                continue;
            };
            let session: String = row.get("session")?;
            if let Event::Proposed(proposed) = &entry.event
                && (session == own.id() || is_alive(database, &session))
            {
                running.push(proposed.proposal);
            }
            open.push(entry);
        }
    }
    unfinished(&open, |proposal| running.contains(&proposal))
        .into_iter()
        .map(|event| append(connection, now, event, own.id()))
        .collect()
}

/// The messages of a conversation that left, or may have left, each with the host, once.
pub(crate) fn departures(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Vec<(MessageId, String)>, TableError> {
    let mut statement = connection.prepare_cached(
        "SELECT CAST(sequence AS TEXT) AS name, text, hash FROM ledger AS proposed
         WHERE conversation = :conversation AND kind = 'proposed'
         AND proposal IN (
             SELECT proposal FROM ledger WHERE kind = 'consumed'
             EXCEPT SELECT proposal FROM ledger WHERE kind = 'failed'
         ) ORDER BY sequence",
    )?;
    let mut rows = statement.query(named_params! {":conversation": conversation.to_string()})?;
    let mut left = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(Event::Proposed(proposed)) = readable(row)?.map(|entry| entry.event) else {
            continue;
        };
        for message in proposed.messages {
            let departure = (message, proposed.host.clone());
            if !left.contains(&departure) {
                left.push(departure);
            }
        }
    }
    Ok(left)
}

/// The number of the last row, and the end of the chain there.
fn end(connection: &Connection) -> Result<(i64, Head), TableError> {
    let last = connection
        .prepare_cached(
            "SELECT sequence, CAST(sequence AS TEXT) AS name, text, hash FROM ledger
             ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row([], |row| Ok((row.get("sequence")?, sealed(row))))
        .optional()?;
    let Some((sequence, last)) = last else {
        return Ok((0, Head::default()));
    };
    let head = last?.head().ok_or_else(|| TableError::BadRow {
        table: "ledger",
        id: i64::to_string(&sequence),
        reason: "it has no number, so nothing can be written after it".to_owned(),
    })?;
    Ok((sequence, head))
}

fn sealed(row: &Row<'_>) -> Result<Sealed, TableError> {
    let row = NamedRow::new(row, "ledger", "name");
    Ok(Sealed::from_storage(row.get("text")?, row.parse("hash")?))
}

/// The entry in a row; one that only a newer version understands is logged and left out.
fn readable(row: &Row<'_>) -> Result<Option<Entry>, TableError> {
    match sealed(row)?.entry() {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => {
            let name: String = row.get("name")?;
            tracing::warn!(%error, name, "an entry of the ledger was left out");
            Ok(None)
        }
    }
}
