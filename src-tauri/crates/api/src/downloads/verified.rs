//! Which files were found whole, so that none is hashed again before it changed: path, size, time of the
//! last change and SHA-256, in `verified-models.json` in the data home. The hash of a file that changed is
//! not believed; losing this record costs time and nothing else.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};
use sotto_egress::download::sha256_of;

const FILE: &str = "verified-models.json";

/// A file as it was when it was hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    size: u64,
    /// Nanoseconds since the Unix epoch.
    changed: u128,
    sha256: String,
}

impl Seen {
    fn now(path: &Path, sha256: String) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH);
        Ok(Self {
            size: metadata.len(),
            changed: changed.unwrap_or_default().as_nanos(),
            sha256,
        })
    }
}

/// The record in a data home.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    home: PathBuf,
}

impl Verified {
    pub(crate) fn new(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
        }
    }

    /// The SHA-256 of a file: the one that is known if it did not change, else computed and noted.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn sha256(&self, path: &Path) -> io::Result<String> {
        if let Some(known) = self.known(path) {
            return Ok(known);
        }
        let sha256 = sha256_of(path)?;
        self.note(path, &sha256);
        Ok(sha256)
    }

    fn known(&self, path: &Path) -> Option<String> {
        let seen = self.read().remove(path)?;
        let now = Seen::now(path, seen.sha256.clone()).ok()?;
        (now == seen).then_some(seen.sha256)
    }

    /// Notes the hash of a file that was just written or read.
    pub(crate) fn note(&self, path: &Path, sha256: &str) {
        let noted = Seen::now(path, sha256.to_owned()).and_then(|seen| {
            let mut all = self.read();
            // Of files that are gone nothing needs to be known.
            all.retain(|path, _| path.exists());
            all.insert(path.to_owned(), seen);
            let beside = self.home.join(format!("{FILE}.new"));
            fs::write(&beside, serde_json::to_vec_pretty(&all)?)?;
            fs::rename(beside, self.home.join(FILE))
        });
        if let Err(error) = noted {
            tracing::debug!(%error, "a verified file was not noted: it is hashed again when asked for");
        }
    }

    fn read(&self) -> BTreeMap<PathBuf, Seen> {
        let text = fs::read(self.home.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_hashed_again_only_when_it_changed() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a.gguf");
        fs::write(&file, "one").unwrap();
        let verified = Verified::new(home.path());
        let hash = verified.sha256(&file).unwrap();
        assert_eq!(verified.known(&file).as_deref(), Some(hash.as_str()));
        // Believed, not computed: what was noted comes back.
        verified.note(&file, "noted");
        assert_eq!(verified.sha256(&file).unwrap(), "noted");
        fs::write(&file, "other").unwrap();
        assert_eq!(verified.sha256(&file).unwrap(), sha256_of(&file).unwrap());
        fs::remove_file(&file).unwrap();
        assert!(verified.sha256(&file).is_err());
        fs::write(home.path().join(FILE), "{").unwrap();
        fs::write(&file, "one").unwrap();
        assert_eq!(verified.sha256(&file).unwrap(), hash);
    }
}
