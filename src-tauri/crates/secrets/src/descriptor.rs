//! The file beside the history that says how its key is kept. It is written before the database,
//! so that there is never a database whose key nobody can find.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::{Derivation, SecretsError};

const NAME: &str = "history.key.toml";
const PREFACE: &str = "\
# How the key of the history is kept. The key itself is not in this file.
# Without this file the history cannot be opened: copy it along with the history.
";

/// How the key of a history is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "protection", rename_all = "snake_case", deny_unknown_fields)]
pub enum Protection {
    /// In the keyring of the operating system.
    Keyring {
        /// The entry's user name; random, so that two folders never share a key.
        entry: String,
    },
    /// Derived from a passphrase each time.
    Passphrase(Derivation),
}

impl Protection {
    /// Reads how the key of the history in `home` is kept; `None` if there is no key yet.
    ///
    /// # Errors
    /// [`SecretsError::DescriptorDamaged`] if the file cannot be understood.
    pub fn read(home: &Path) -> Result<Option<Self>, SecretsError> {
        let path = path(home);
        let damaged = |reason: String| SecretsError::DescriptorDamaged {
            path: path.clone(),
            reason,
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(damaged(error.to_string())),
        };
        let protection: Self =
            toml::from_str(&text).map_err(|error| damaged(error.message().to_owned()))?;
        match &protection {
            Self::Keyring { entry } if entry.is_empty() => {
                Err(damaged("the entry is empty".to_owned()))
            }
            Self::Passphrase(derivation) if derivation.problem().is_some() => {
                Err(damaged(derivation.problem().unwrap_or_default().to_owned()))
            }
            _ => Ok(Some(protection)),
        }
    }
}

/// A file that is to become the descriptor. Begun before anything else, so that a folder that may
/// not be written is found before a person is asked for something.
pub(crate) struct NewDescriptor {
    path: PathBuf,
    file: NamedTempFile,
}

impl NewDescriptor {
    /// Begins a descriptor in `home`, which is created if it is missing.
    pub(crate) fn begin(home: &Path) -> Result<Self, SecretsError> {
        let path = path(home);
        let sort = |error: &io::Error| SecretsError::from_io(error, &path);
        if fs::exists(&path).map_err(|error| sort(&error))? {
            return Err(SecretsError::AlreadyExists { path });
        }
        let mut folder = DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(home).map_err(|error| sort(&error))?;
        // Only this user can read a temporary file, and its rename keeps that.
        let file = NamedTempFile::new_in(home).map_err(|error| sort(&error))?;
        Ok(Self { path, file })
    }

    /// Writes it for good, unless one came into being meanwhile.
    pub(crate) fn finish(self, protection: &Protection) -> Result<(), SecretsError> {
        let Self { path, mut file } = self;
        let text = toml::to_string(protection)
            .map_err(|error| SecretsError::other("write how the key is kept", error))?;
        let written = file
            .write_all(format!("{PREFACE}{text}").as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .and_then(|()| file.persist_noclobber(&path).map_err(|error| error.error))
            .and_then(|_| sync_folder(&path));
        written.map_err(|error| SecretsError::from_io(&error, &path))
    }
}

fn path(home: &Path) -> PathBuf {
    home.join(NAME)
}

/// Makes the new name survive a power cut. Windows has no such call and needs none.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
