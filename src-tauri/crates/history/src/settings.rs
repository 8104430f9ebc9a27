//! The table of settings: small values under a name, as JSON.

use rusqlite::{Connection, OptionalExtension, named_params};
use serde::de::DeserializeOwned;

use crate::{error::TableError, row::NamedRow};

/// Schema 1.
pub(crate) const SCHEMA_1: &str = "
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// A setting, or `None` if it was never set.
pub(crate) fn get<T: DeserializeOwned>(
    connection: &Connection,
    key: &str,
) -> Result<Option<T>, TableError> {
    connection
        .prepare_cached("SELECT key, value FROM settings WHERE key = :key")?
        .query_row(named_params! {":key": key}, |row| {
            Ok(NamedRow::new(row, "settings", "key").json("value"))
        })
        .optional()?
        .transpose()
        .map(Option::flatten)
}

/// Sets a setting.
pub(crate) fn set(connection: &Connection, key: &str, value: &str) -> Result<(), TableError> {
    connection
        .prepare_cached(
            "INSERT INTO settings (key, value) VALUES (:key, :value)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?
        .execute(named_params! {":key": key, ":value": value})?;
    Ok(())
}
