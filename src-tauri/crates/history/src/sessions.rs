//! Who is writing: each open history holds a lock file, so that another process can tell an
//! answer in flight from one whose writer is gone. The operating system lets go of the lock
//! however the writer ends, also by `kill -9`.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::{
    error::{HistoryError, TableError, from_io},
    messages,
};

/// How long opening waits for another process that is opening too.
const GATE_WAIT: Duration = Duration::from_secs(5);

/// Held while a history is created or opened, so that two processes never create, migrate or
/// look for ended sessions at the same time.
pub(crate) struct Gate {
    // Held for its lock.
    _file: File,
}

impl Gate {
    pub(crate) fn enter(database: &Path) -> Result<Self, HistoryError> {
        let action = "take the lock for opening";
        let folder = folder(database);
        fs::create_dir_all(&folder).map_err(|error| from_io(&error, database, action))?;
        let file = open_lock_file(&folder.join("gate"))
            .map_err(|error| from_io(&error, database, action))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < GATE_WAIT => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(HistoryError::Locked {
                        path: database.to_owned(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(from_io(&error, database, action)),
            }
        }
    }
}

/// One open history, alive as long as this value or until [`Session::end`].
pub(crate) struct Session {
    id: String,
    // The file is held for its lock.
    lock: Option<(PathBuf, File)>,
}

impl Session {
    /// Begins a session. The gate shows that nobody mistakes the new, not yet locked file for one
    /// that was left behind.
    pub(crate) fn begin(database: &Path, _gate: &Gate) -> Result<Self, HistoryError> {
        let action = "begin a session";
        let id = random_id(database)?;
        let path = lock_file(database, &id);
        let file = open_lock_file(&path).map_err(|error| from_io(&error, database, action))?;
        file.try_lock()
            .map_err(|error| from_io(&error.into(), database, action))?;
        Ok(Self {
            id,
            lock: Some((path, file)),
        })
    }

    /// A session that nobody else can see, for a history in memory.
    pub(crate) fn alone() -> Result<Self, HistoryError> {
        let id = random_id(Path::new(":memory:"))?;
        Ok(Self { id, lock: None })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Lets others know that nobody writes under this session any more.
    pub(crate) fn end(&self) {
        if let Some((path, _)) = &self.lock {
            // A file that stays is taken for what it is at the next start: its lock is free then.
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

/// Marks the answers whose writers are gone as interrupted, and returns how many.
pub(crate) fn interrupt_abandoned(
    connection: &Connection,
    database: &Path,
    own: &Session,
) -> Result<usize, TableError> {
    let mut interrupted = 0;
    for session in messages::sessions_in_flight(connection)? {
        if session != own.id && !is_alive(database, &session) {
            interrupted += messages::interrupt(connection, &session)?;
        }
    }
    Ok(interrupted)
}

/// Removes the lock files of ended sessions. What cannot be removed does no harm.
pub(crate) fn remove_stale(database: &Path, _gate: &Gate) {
    let Ok(entries) = fs::read_dir(folder(database)) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path
            .extension()
            .is_some_and(|extension| extension == "lock")
            && !is_locked(&path)
        {
            let _ = fs::remove_file(path);
        }
    }
}

pub(crate) fn is_alive(database: &Path, session: &str) -> bool {
    // The name comes from the file, so it must not lead anywhere else.
    let is_name = !session.is_empty() && session.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_name && is_locked(&lock_file(database, session))
}

/// Whether a process holds this file. Where the system cannot say, it is taken to be held: an
/// answer that is still being written must never be marked as interrupted.
fn is_locked(path: &Path) -> bool {
    match File::options().read(true).write(true).open(path) {
        Ok(file) => file.try_lock().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn folder(database: &Path) -> PathBuf {
    database.parent().unwrap_or(Path::new("")).join("sessions")
}

fn lock_file(database: &Path, session: &str) -> PathBuf {
    folder(database).join(format!("{session}.lock"))
}

fn open_lock_file(path: &Path) -> io::Result<File> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn random_id(database: &Path) -> Result<String, HistoryError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| HistoryError::Other {
        path: database.to_owned(),
        action: "begin a session",
        reason: error.to_string(),
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
