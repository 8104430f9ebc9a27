//! A state of a file: headers are read again only when it changes.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A state of a file, as far as it can be seen from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stamp {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// Nanoseconds since the Unix epoch.
    modified: u64,
    /// Which file it is, where the system says that: the same through each of its names.
    file: Option<(u64, u64)>,
}

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

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}
