//! Opening the file: with the right key, in the right mode, and never by creating what should have
//! been there. SQLite itself would open a missing file as an empty database and a file that it may
//! not write as a read-only one, both without a word.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use crate::{
    error::{HistoryError, from_io, from_sqlite},
    migrations,
    sessions::{self, Gate, Session},
};

const OPENING: &str = "open the history";
const CREATING: &str = "create the history";

/// SQLCipher's page size, which every whole file is a multiple of.
const PAGE: u64 = 4096;

/// How long a write waits for another process: a terminal and the window may both write.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// What every connection is set to.
///
/// `synchronous = FULL`: what was acknowledged survives a power cut. `secure_delete`: what was
/// purged leaves no trace in free pages. `temp_store`: sorting spills no plain text to a file.
/// `cell_size_check` finds damage early.
/// `cipher_memory_security` stays off: it wipes all of SQLite's memory, not only the key (which
/// SQLCipher always wipes), and the text is in this process's memory anyway.
const SETTINGS: &str = "
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cell_size_check = ON;
PRAGMA synchronous = FULL;
";

/// An open history and the session that holds it.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) session: Session,
}

/// Creates a history where there is none.
pub(crate) fn create(path: &Path, key: &SecretString) -> Result<Opened, HistoryError> {
    let gate = Gate::enter(path)?;
    // A log without its database is all that is left of a history: SQLite would delete it.
    for present in [path.to_owned(), beside(path, "-wal")] {
        if length(&present)? > 0 {
            return Err(HistoryError::AlreadyExists { path: present });
        }
    }
    create_private(path).map_err(|error| from_io(&error, path, CREATING))?;
    let created = connect(path, key).and_then(|connection| {
        unlock(&connection, path)?;
        prepare(connection, path, &gate)
    });
    if created.is_err() {
        // Only what was empty before: a failed attempt must not look like a history.
        for left in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
            let _ = fs::remove_file(left);
        }
    }
    created
}

/// Opens a history that is there. Nothing is written before its key and its version are known to
/// be right.
pub(crate) fn open(path: &Path, key: &SecretString) -> Result<Opened, HistoryError> {
    if length(path)? == 0 {
        return Err(HistoryError::Missing {
            path: path.to_owned(),
        });
    }
    let connection = connect(path, key)?;
    let sqlite = |error: rusqlite::Error| from_sqlite(&error, path, OPENING);
    // A refused file is left as it is, its log included.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(sqlite)?;
    unlock(&connection, path)?;
    migrations::refuse_newer(&connection, path)?;
    if connection.is_readonly("main").map_err(sqlite)? {
        return Err(HistoryError::ReadOnly {
            path: path.to_owned(),
        });
    }
    let gate = Gate::enter(path)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
        .map_err(sqlite)?;
    prepare(connection, path, &gate)
}

/// A history that is kept nowhere.
pub(crate) fn temporary() -> Result<Opened, HistoryError> {
    let path = Path::new(":memory:");
    let mut connection =
        Connection::open_in_memory().map_err(|error| from_sqlite(&error, path, CREATING))?;
    connection
        .execute_batch(SETTINGS)
        .map_err(|error| from_sqlite(&error, path, CREATING))?;
    migrations::run(&mut connection, path)?;
    Ok(Opened {
        connection,
        session: Session::alone()?,
    })
}

fn connect(path: &Path, key: &SecretString) -> Result<Connection, HistoryError> {
    let sqlite = |error: rusqlite::Error| from_sqlite(&error, path, OPENING);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    let key = key.expose_secret();
    if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(HistoryError::Other {
            path: path.to_owned(),
            action: OPENING,
            reason: "the key is not 64 hexadecimal digits".to_owned(),
        });
    }
    // SQLCipher logs to standard error by itself; the errors are reported here instead.
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE")
        .map_err(sqlite)?;
    // A raw key: no derivation, 0.1 ms instead of 100.
    let statement = Zeroizing::new(format!("PRAGMA key = \"x'{key}'\""));
    connection.execute_batch(&statement).map_err(sqlite)?;
    // The rest of the settings would read the file; `unlock` is the first to do so, because it
    // tells why it cannot.
    connection.busy_timeout(BUSY_WAIT).map_err(sqlite)?;
    Ok(connection)
}

/// Reads the first page: the first thing that shows whether the key is right.
fn unlock(connection: &Connection, path: &Path) -> Result<(), HistoryError> {
    connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => why_unreadable(path),
            _ => from_sqlite(&error, path, OPENING),
        })
}

/// Tells a file that no key can open from one that this key does not open.
fn why_unreadable(path: &Path) -> HistoryError {
    let damaged = |reason: &str| HistoryError::Damaged {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let starts_plain = || -> io::Result<bool> {
        let mut start = [0; 16];
        io::Read::read_exact(&mut File::open(path)?, &mut start)?;
        Ok(&start == b"SQLite format 3\0")
    };
    if !length(path).is_ok_and(|length| length.is_multiple_of(PAGE)) {
        damaged("it is not a whole number of pages long")
    } else if starts_plain().unwrap_or(false) {
        damaged("it is a database that is not encrypted")
    } else {
        HistoryError::WrongKey {
            path: path.to_owned(),
        }
    }
}

fn prepare(mut connection: Connection, path: &Path, gate: &Gate) -> Result<Opened, HistoryError> {
    let sqlite = |error: rusqlite::Error| from_sqlite(&error, path, OPENING);
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(SETTINGS).map_err(sqlite)?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(sqlite)?;
    if mode != "wal" {
        return Err(HistoryError::Other {
            path: path.to_owned(),
            action: OPENING,
            reason: format!("the disk does not allow a write-ahead log (mode {mode})"),
        });
    }
    migrations::run(&mut connection, path)?;
    let session = Session::begin(path, gate)?;
    sessions::interrupt_abandoned(&connection, path, &session)
        .map_err(|error| error.at(path, OPENING))?;
    sessions::remove_stale(path, gate);
    Ok(Opened {
        connection,
        session,
    })
}

/// The length of a file; 0 if there is none.
fn length(path: &Path) -> Result<u64, HistoryError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(from_io(&error, path, OPENING)),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// An empty file that only this user can read; SQLite gives its log the same mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.sync_all()?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
