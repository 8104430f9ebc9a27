//! What can go wrong with a key, told apart by what a person can do about it.

use std::{
    fmt::Display,
    io,
    path::{Path, PathBuf},
};

/// Why a key could not be made, kept or found. In no case was a key replaced.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// No program offers a keyring.
    #[error(
        "no keyring is running in this session ({reason}). Start one (gnome-keyring, KWallet or KeePassXC), or use a passphrase"
    )]
    NoService {
        /// What was tried.
        reason: String,
    },
    /// The keyring runs but has no place for new keys.
    #[error(
        "the keyring has no default collection. Create one (in \"Passwords and Keys\": a keyring named Login, set as default) and try again"
    )]
    NoDefaultCollection,
    /// The keyring is locked, and no question could be asked.
    #[error(
        "the keyring is locked. Unlock it (log in to the desktop, or open \"Passwords and Keys\") and try again"
    )]
    Locked,
    /// The person closed the keyring's question.
    #[error("the keyring's question was closed without an answer. Try again and answer it")]
    PromptDismissed,
    /// The keyring, or the person whom it asked, took too long.
    #[error(
        "the keyring did not answer within {seconds} seconds. Look for its question behind other windows and try again"
    )]
    NoAnswer {
        /// How long was waited.
        seconds: u64,
    },
    /// The keyring answers, but the key is not in it.
    #[error(
        "the keyring answers, but the key of this history (entry {entry}) is not in it. It may have been reset, or belong to another user. Restore the keyring from a backup; the history stays as it is"
    )]
    KeyMissing {
        /// The entry's user name.
        entry: String,
    },
    /// What was put into the keyring does not stay there.
    #[error(
        "the keyring does not keep what is stored in it ({reason}). Nothing was created; set up a keyring that does, or use a passphrase"
    )]
    NotPersistent {
        /// What was seen.
        reason: String,
    },
    /// A passphrase without a character protects nothing.
    #[error("the passphrase is empty. Choose one with at least one character")]
    EmptyPassphrase,
    /// A provider's key without a character. The one that is kept stays.
    #[error("the key is empty, so nothing was changed. Removing a key is a choice of its own")]
    EmptyKey,
    /// The file that says how the key is kept exists already. Nothing was overwritten.
    #[error(
        "{} exists already: this folder has a key. Open it, or move the file away together with the history", path.display()
    )]
    AlreadyExists {
        /// The file.
        path: PathBuf,
    },
    /// The file that says how the key is kept cannot be understood.
    #[error(
        "{} says how the key of the history is kept, but cannot be understood ({reason}). Restore it from a backup; nothing was changed", path.display()
    )]
    DescriptorDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder may not be written.
    #[error(
        "{} may not be written: the folder or the disk is read-only. Allow writing there, or set SOTTO_HOME to another folder", path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No space is left.
    #[error("the disk is full, so {} could not be written. Free some space and try again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// Anything else.
    #[error("could not {action}: {reason}. Nothing was changed; try again")]
    Other {
        /// What was to be done.
        action: &'static str,
        /// What the system said.
        reason: String,
    },
}

impl SecretsError {
    pub(crate) fn other(action: &'static str, reason: impl Display) -> Self {
        Self::Other {
            action,
            reason: reason.to_string(),
        }
    }

    pub(crate) fn from_io(error: &io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::AlreadyExists { path },
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::DiskFull { path },
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly { path }
            }
            _ => Self::other(
                "read or write the file that says how the key is kept",
                format!("{}: {error}", path.display()),
            ),
        }
    }
}
