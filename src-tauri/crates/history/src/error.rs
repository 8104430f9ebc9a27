//! What can go wrong with the history, told apart by what a person can do about it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// Why something could not be read from or written to the history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no history, or an empty file in its place. Nothing was created.
    #[error("there is no history at {}. Begin a new one, or put the file back from a backup", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A new history was to be created where something is already. Nothing was overwritten.
    #[error("{} exists already, so no new history was created there. Open it, or move it away first", path.display())]
    AlreadyExists {
        /// What is there.
        path: PathBuf,
    },
    /// The first page cannot be read with this key. A damaged first page looks the same.
    #[error("the history {} cannot be decrypted with this key: the key belongs to another history, or the file is damaged. Nothing was changed; use the right key or a backup", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a whole history.
    #[error("the history {} is damaged ({reason}). Nothing was changed by reading it; copy the file to a safe place and use a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        reason: String,
    },
    /// A newer Sotto wrote it. Nothing was written.
    #[error("the history {} was written by a newer Sotto (schema {found}; this one knows up to {supported}). Nothing was changed; install the newer version", path.display())]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// The schema of the file.
        found: i64,
        /// The newest schema that this program knows.
        supported: i64,
    },
    /// The file or its folder may not be written.
    #[error("the history {} may not be written: the file, its folder or the disk is read-only. Allow writing there, or set SOTTO_HOME to another folder", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No space is left. What was acknowledged before is kept.
    #[error("the disk that holds {} is full. What was saved before is kept; free some space and try again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// Another process held the history for longer than a write may wait.
    #[error("the history {} is held by another process. Nothing was lost; try again, and end other copies of Sotto if it stays so", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// No such thing in the history.
    #[error("there is no {what} {id} in the history; it may have been deleted")]
    NotFound {
        /// For example `conversation`.
        what: &'static str,
        /// Its name.
        id: String,
    },
    /// A row that this program cannot understand. Other rows are not affected.
    #[error(
        "row {id} of the table {table} cannot be read: {reason}. Other rows are not affected; a newer Sotto may be able to read it"
    )]
    BadRow {
        /// The table.
        table: &'static str,
        /// The row's name.
        id: String,
        /// What is wrong.
        reason: String,
    },
    /// The history was closed before.
    #[error("the history is closed; open it again to {action}")]
    Closed {
        /// What was to be done.
        action: &'static str,
    },
    /// Anything else.
    #[error("could not {action} in the history {}: {reason}. What was saved before is kept; try again", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What was to be done.
        action: &'static str,
        /// What SQLite or the operating system said.
        reason: String,
    },
}

/// What the functions of a table return: they know neither the path nor what is being done.
#[derive(Debug)]
pub(crate) enum TableError {
    Sqlite(rusqlite::Error),
    NotFound {
        what: &'static str,
        id: String,
    },
    BadRow {
        table: &'static str,
        id: String,
        reason: String,
    },
    Json(serde_json::Error),
}

impl From<rusqlite::Error> for TableError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for TableError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl TableError {
    pub(crate) fn not_found(what: &'static str, id: impl fmt::Display) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }

    /// Adds where, and what was being done.
    pub(crate) fn at(self, path: &Path, action: &'static str) -> HistoryError {
        match self {
            Self::Sqlite(error) => from_sqlite(&error, path, action),
            Self::NotFound { what, id } => HistoryError::NotFound { what, id },
            Self::BadRow { table, id, reason } => HistoryError::BadRow { table, id, reason },
            Self::Json(error) => HistoryError::Other {
                path: path.to_owned(),
                action,
                reason: error.to_string(),
            },
        }
    }
}

/// Sorts SQLite's result codes (<https://sqlite.org/rescode.html>) by what a person can do.
pub(crate) fn from_sqlite(
    error: &rusqlite::Error,
    path: &Path,
    action: &'static str,
) -> HistoryError {
    let path = path.to_owned();
    let other = |path| HistoryError::Other {
        path,
        action,
        reason: error.to_string(),
    };
    let Some(failure) = error.sqlite_error() else {
        return other(path);
    };
    match failure.code {
        ErrorCode::DiskFull => HistoryError::DiskFull { path },
        // The shared-memory file beside the database could not grow: in practice a full disk.
        _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => {
            HistoryError::DiskFull { path }
        }
        // The file is known to exist by then: what cannot be opened is its log or its lock.
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            HistoryError::ReadOnly { path }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => HistoryError::Locked { path },
        // The key was right when the file was opened, so a page that cannot be decrypted later
        // is a damaged one.
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => HistoryError::Damaged {
            path,
            reason: error.to_string(),
        },
        _ => other(path),
    }
}

/// Sorts the operating system's errors the same way.
pub(crate) fn from_io(error: &io::Error, path: &Path, action: &'static str) -> HistoryError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            HistoryError::DiskFull { path }
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            HistoryError::ReadOnly { path }
        }
        _ => HistoryError::Other {
            path,
            action,
            reason: error.to_string(),
        },
    }
}
