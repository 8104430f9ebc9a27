//! Reading a row without trusting it: every value that does not fit becomes an error that names
//! the table and the row.

use std::{fmt::Display, str::FromStr};

use rusqlite::{Row, types::FromSql};
use serde::de::DeserializeOwned;
use sotto_domain::Timestamp;

use crate::error::TableError;

/// A row of a table, with its name for errors.
pub(crate) struct NamedRow<'a> {
    row: &'a Row<'a>,
    table: &'static str,
    id: String,
}

impl<'a> NamedRow<'a> {
    /// A row whose column `key` names it.
    pub(crate) fn new(row: &'a Row<'a>, table: &'static str, key: &str) -> Self {
        let id = row
            .get::<_, String>(key)
            .unwrap_or_else(|_| "(without a name)".to_owned());
        Self { row, table, id }
    }

    pub(crate) fn get<T: FromSql>(&self, column: &str) -> Result<T, TableError> {
        self.row
            .get(column)
            .map_err(|error| self.bad(column, error))
    }

    pub(crate) fn parse<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T, TableError> {
        let text: String = self.get(column)?;
        text.parse().map_err(|error| self.bad(column, error))
    }

    pub(crate) fn parse_optional<T: FromStr<Err: Display>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, TableError> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| text.parse().map_err(|error| self.bad(column, error)))
            .transpose()
    }

    /// A word of a closed set.
    pub(crate) fn word<T>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, TableError> {
        let text: String = self.get(column)?;
        parse(&text).ok_or_else(|| self.bad(column, format!("`{text}` is unknown")))
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, TableError> {
        let milliseconds: i64 = self.get(column)?;
        u64::try_from(milliseconds)
            .map(Timestamp::from_milliseconds)
            .map_err(|error| self.bad(column, error))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, TableError> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| self.bad(column, error)))
            .transpose()
    }

    fn bad(&self, column: &str, reason: impl Display) -> TableError {
        TableError::BadRow {
            table: self.table,
            id: self.id.clone(),
            reason: format!("{column}: {reason}"),
        }
    }
}

/// Milliseconds as SQLite keeps them. A time beyond the year 292 million is kept as that year.
pub(crate) fn milliseconds(time: Timestamp) -> i64 {
    i64::try_from(time.as_milliseconds()).unwrap_or(i64::MAX)
}
