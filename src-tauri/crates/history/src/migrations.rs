//! The schema, forward only. A released schema is never edited: a change is a new migration here,
//! its SQL in the module of its table, and a fixture database of the schema before it.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::{
    conversations,
    error::{HistoryError, from_sqlite},
    ledger, manners, messages, search, settings,
};

/// The newest schema: the number of migrations, kept in the file as `user_version`.
pub(crate) const NEWEST: i64 = 3;

/// The schema of an open file; 0 in one that was only just created.
pub(crate) fn version(connection: &Connection, path: &Path) -> Result<i64, HistoryError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| from_sqlite(&error, path, "read the version"))
}

/// Refuses a file of a newer program. Called before anything is written.
pub(crate) fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), HistoryError> {
    let found = version(connection, path)?;
    if found > NEWEST {
        return Err(HistoryError::NewerVersion {
            path: path.to_owned(),
            found,
            supported: NEWEST,
        });
    }
    Ok(())
}

/// Brings a file to the newest schema, each step in a transaction of its own.
pub(crate) fn run(connection: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    let schema_1 = [
        conversations::SCHEMA_1,
        messages::SCHEMA_1,
        settings::SCHEMA_1,
        search::SCHEMA_1,
    ]
    .concat();
    let schema_3 = [conversations::SCHEMA_3, manners::SCHEMA_3].concat();
    Migrations::new(vec![
        M::up(&schema_1),
        M::up(ledger::SCHEMA_2),
        M::up(&schema_3),
    ])
    .to_latest(connection)
    .map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => {
            from_sqlite(&err, path, "bring the schema up to date")
        }
        error => HistoryError::Other {
            path: path.to_owned(),
            action: "bring the schema up to date",
            reason: error.to_string(),
        },
    })
}
