//! A state of a file: headers are read again only when it changes.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A state of a file, as far as it can be seen from outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stamp {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// Nanoseconds since the Unix epoch.
    modified: u64,
    /// When anything about it changed, its times included, where the system says that: seconds since the
    /// Unix epoch, and nanoseconds.
    changed: Option<(i64, i64)>,
    /// Which file it is, where the system says that: the same through each of its names.
    file: Option<(u64, u64)>,
}

impl PartialEq for Stamp {
    /// The number of the disk does not count: it can be another one after each start of the computer.
    fn eq(&self, other: &Self) -> bool {
        let compared = |one: &Self| {
            let number = one.file.map(|(_, number)| number);
            (one.size, one.modified, one.changed, number)
        };
        self.path == other.path && compared(self) == compared(other)
    }
}

impl Eq for Stamp {}

impl Stamp {
    /// The state now; a file that is not there has one as well.
    pub(crate) fn of(path: &Path) -> Self {
        let about = fs::metadata(path).ok();
        let modified = about.as_ref().and_then(|about| about.modified().ok());
        let since = modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        Self {
            path: path.to_owned(),
            size: about.as_ref().map_or(0, Metadata::len),
            modified: since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0)),
            changed: about.as_ref().and_then(changed),
            file: about.as_ref().and_then(number),
        }
    }

    /// When it was last written.
    pub(crate) fn modified(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.modified)
    }

    /// What is the same for two paths that lead to one file.
    pub(crate) fn identity(&self) -> Identity {
        match self.file {
            Some(number) => Identity::Number(number),
            None => Identity::Path(
                self.path
                    .canonicalize()
                    .unwrap_or_else(|_| self.path.clone()),
            ),
        }
    }
}

/// One file, whatever path leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    Number((u64, u64)),
    Path(PathBuf),
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not say it")]
fn number(about: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((about.dev(), about.ino()))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not say it")]
fn changed(about: &Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((about.ctime(), about.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<(i64, i64)> {
    None
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_and_dated_back_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "one").unwrap();
        let before = Stamp::of(&path);
        assert_eq!(before, Stamp::of(&path));
        let (disk, number) = before.file.unwrap();
        let elsewhere = Stamp {
            file: Some((disk + 1, number)),
            ..before.clone()
        };
        assert_eq!(before, elsewhere, "after another start of the computer");
        let (seconds, nanoseconds) = before.changed.unwrap();
        let rewritten = Stamp {
            changed: Some((seconds, nanoseconds + 1)),
            ..before.clone()
        };
        assert_ne!(before, rewritten);
    }
}
