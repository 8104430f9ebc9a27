//! The private folder in which the runtime's socket lies: nobody else may enter it, so no other
//! user and no web page reaches the runtime.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use crate::RuntimeError;

const PREFIX: &str = "sotto-run-";
const LOCK: &str = "lock";

/// A socket's path may have 107 bytes on Linux and 103 on macOS.
const LONGEST_SOCKET_PATH: usize = 103;

/// Between making a folder and locking it, its maker may be interrupted this long.
const SWEEP_AFTER: Duration = Duration::from_secs(60);

/// A folder that only this user may enter, removed when dropped.
#[derive(Debug)]
pub(crate) struct RunFolder {
    // Before the folder: Windows removes no open file.
    _lock: File,
    folder: TempDir,
}

impl RunFolder {
    /// Makes one below the first parent that works, and removes those that dead processes left
    /// there.
    pub(crate) fn make(chosen: Option<&Path>) -> Result<Self, RuntimeError> {
        let parents = match chosen {
            Some(parent) => vec![parent.to_owned()],
            None => default_parents(),
        };
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for parent in &parents {
            match Self::below(parent) {
                Ok(made) => {
                    made.sweep(parent);
                    return Ok(made);
                }
                Err(error) => failure = error,
            }
        }
        Err(RuntimeError::NoFolder {
            tried: parents,
            source: failure,
        })
    }

    fn below(parent: &Path) -> io::Result<Self> {
        let parent = std::path::absolute(parent)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(parent)?;
        // It gets its name when it is locked: another start must never find it open.
        let unnamed = folder.path().join("lock.new");
        let lock = File::create_new(&unnamed)?;
        lock.lock()?;
        fs::rename(unnamed, folder.path().join(LOCK))?;
        let made = Self {
            _lock: lock,
            folder,
        };
        if cfg!(unix) && made.socket(u64::from(u32::MAX)).as_os_str().len() > LONGEST_SOCKET_PATH {
            return Err(io::Error::new(
                io::ErrorKind::InvalidFilename,
                "the path is too long for a socket",
            ));
        }
        Ok(made)
    }

    /// The socket (on Windows: the named pipe) of the process with this number. Each process has
    /// one of its own, so that the remains of a dead one are in nobody's way.
    pub(crate) fn socket(&self, number: u64) -> PathBuf {
        if cfg!(windows) {
            let name = self
                .folder
                .path()
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            return PathBuf::from(format!(r"\\.\pipe\{name}-{number}"));
        }
        self.folder.path().join(format!("{number}.sock"))
    }

    /// Removes what was left by programs that were killed. Who lives holds a lock, which the
    /// system takes back at death: no process numbers, which are given out again.
    fn sweep(&self, parent: &Path) {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let path = entry.path();
            let named_so = entry.file_name().to_string_lossy().starts_with(PREFIX);
            if named_so
                && path != self.folder.path()
                && self.is_mine(&path)
                && is_left_behind(&path)
            {
                // Another start may be sweeping too.
                let _ = fs::remove_dir_all(&path);
            }
        }
    }

    /// In a folder that all users share, others may have made folders of that name.
    fn is_mine(&self, path: &Path) -> bool {
        let (Ok(own), Ok(other)) = (
            fs::symlink_metadata(self.folder.path()),
            fs::symlink_metadata(path),
        ) else {
            return false;
        };
        #[cfg(unix)]
        if std::os::unix::fs::MetadataExt::uid(&own) != std::os::unix::fs::MetadataExt::uid(&other)
        {
            return false;
        }
        own.is_dir() && other.is_dir()
    }
}

fn is_left_behind(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => !matches!(
            lock.try_lock(),
            Err(TryLockError::WouldBlock | TryLockError::Error(_))
        ),
        Err(_) => {
            let age = fs::metadata(folder)
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|modified| SystemTime::now().duration_since(modified).ok());
            age.is_some_and(|age| age > SWEEP_AFTER)
        }
    }
}

fn default_parents() -> Vec<PathBuf> {
    let mut parents = Vec::new();
    if let Some(folder) = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
        parents.push(PathBuf::from(folder));
    }
    parents.push(std::env::temp_dir());
    if cfg!(unix) {
        parents.push(PathBuf::from("/tmp"));
    }
    parents.dedup();
    parents
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_private_and_goes_away() {
        let parent = tempfile::tempdir().unwrap();
        let made = RunFolder::make(Some(parent.path())).unwrap();
        let path = made.folder.path().to_owned();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_ne!(made.socket(1), made.socket(2));
        drop(made);
        assert!(!path.exists());
    }

    #[test]
    fn folders_of_the_dead_are_swept_and_those_of_the_living_stay() {
        let parent = tempfile::tempdir().unwrap();
        let living = RunFolder::make(Some(parent.path())).unwrap();
        let dead = parent.path().join("sotto-run-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        fs::write(dead.join("1.sock"), "").unwrap();
        let starting = parent.path().join("sotto-run-starting");
        fs::create_dir(&starting).unwrap();
        let other = parent.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join(LOCK), "").unwrap();

        let _next = RunFolder::make(Some(parent.path())).unwrap();
        assert!(living.folder.path().exists() && starting.exists() && other.exists());
        assert!(!dead.exists());
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("x".repeat(120));
        fs::create_dir(&long).unwrap();
        let error = RunFolder::make(Some(&long)).unwrap_err().to_string();
        assert!(error.contains("too long"), "{error}");
        assert_eq!(fs::read_dir(&long).unwrap().count(), 0);
    }

    #[test]
    fn many_that_start_at_once_do_not_sweep_each_other() {
        let parent = tempfile::tempdir().unwrap();
        let make = || {
            for _ in 0..200 {
                let made = RunFolder::make(Some(parent.path())).unwrap();
                assert!(made.folder.path().join(LOCK).exists());
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(make);
            }
        });
    }
}
