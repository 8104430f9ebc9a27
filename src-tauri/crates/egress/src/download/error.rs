//! Why a file did not come, told apart, each with a sentence for the person. What is already here stays
//! unless the sentence says otherwise.

use std::{io, path::PathBuf, time::Duration};

use crate::{error::SendError, said::Said};

/// A name that cannot be one of a hub, a repository or a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No host.
    #[error("{0} is no host: write a name, a name with a port, or *.name for all below it")]
    Host(String),
    /// No repository.
    #[error("a repository is written OWNER/NAME, with letters, digits, '-', '_' and '.'")]
    Repository,
    /// No revision.
    #[error("a revision is a commit, a tag or a branch, with letters, digits, '-', '_' and '.'")]
    Revision,
    /// No path of a file.
    #[error("this cannot be the path of a file in a repository")]
    Path,
    /// Not a model's file.
    #[error("only files that end in .gguf are models, with a name that every system takes")]
    NotGguf,
}

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The person stopped it, or blocked everything.
    #[error("It was stopped. What is here stays; go on when you like.")]
    Cut,
    /// The token cannot be read from the keyring; why.
    #[error("{0} Nothing was fetched.")]
    Token(String),
    /// No connection came about.
    #[error("{0} What is here stays; go on later.")]
    Unreachable(SendError),
    /// The yes was to another address.
    #[error("The yes was given to another file, so nothing was fetched.")]
    OtherRequest,
    /// The hub names a host that is not in the list.
    #[error(
        "The hub sends the request on to {host}, which is not among the hosts that it may use. Nothing was fetched from there. If it is your mirror's, allow that host."
    )]
    OtherHost {
        /// The host.
        host: String,
    },
    /// The way there is open.
    #[error(
        "The hub sends the request on to {host} without encryption, so nothing was fetched from there."
    )]
    NotEncrypted {
        /// The host.
        host: String,
    },
    /// Sent on and on.
    #[error("{host} sends the request on and on, so it was given up. Try again later.")]
    TooManyRedirects {
        /// The last host.
        host: String,
    },
    /// The hub wants to know who asks.
    #[error(
        "The hub gives this model only to people who accepted its terms: accept them on the model's page there, then keep a token of your account in the settings.{}", heard(.said)
    )]
    Gated {
        /// What the hub said.
        said: Option<Said>,
    },
    /// The hub does not believe the token.
    #[error("The hub does not accept the token that is kept. Make a new one there and keep it in the settings.{}", heard(.said))]
    TokenRefused {
        /// What the hub said.
        said: Option<Said>,
    },
    /// No such thing.
    #[error("The hub has no such file, or shows it to nobody without a token.{}", heard(.said))]
    NotFound {
        /// What the hub said.
        said: Option<Said>,
    },
    /// Too many requests.
    #[error("{host} takes no more requests for now{}. What is here stays; go on later.", for_so_long(.wait))]
    TooMany {
        /// The host.
        host: String,
        /// How long it asks to wait.
        wait: Option<Duration>,
    },
    /// The server failed.
    #[error("{host} failed (status {status}). What is here stays; go on later.")]
    ServerFailed {
        /// The host.
        host: String,
        /// Its status.
        status: u16,
    },
    /// The address that the hub gave is over, again and again.
    #[error(
        "{host} refuses the address that the hub gave (status {status}). What is here stays; go on later."
    )]
    Refused {
        /// The host.
        host: String,
        /// Its status.
        status: u16,
    },
    /// What answers is not a hub.
    #[error(
        "{host} answered with a web page instead of a file. Sign in to the network that you are in, or check the hub's address."
    )]
    WebPage {
        /// The host.
        host: String,
    },
    /// An answer that is none of the protocol.
    #[error(
        "{host} answered in a way that is not the hub's (status {status}). Check the hub's address."
    )]
    Odd {
        /// The host.
        host: String,
        /// Its status.
        status: u16,
    },
    /// The hub's list cannot be read.
    #[error("The hub's list of files cannot be read.")]
    OddList,
    /// Nobody says what the file should be.
    #[error(
        "The hub names no SHA-256 for this file, so nobody could tell whether it comes whole. Nothing was fetched."
    )]
    NoHash,
    /// The hub has another file.
    #[error(
        "The hub's file is another one than was agreed to: {}. Nothing of it was fetched. To see the new one, cancel this one and ask for it again.", differs(.known, .said)
    )]
    HubDiffers {
        /// Bytes that are known.
        known: u64,
        /// Bytes that the hub says.
        said: u64,
    },
    /// The server sends a file of another length.
    #[error(
        "{host} sends a file of {said} bytes instead of {known}, so nothing more was taken from there. Try later, or another mirror."
    )]
    LengthDiffers {
        /// The host.
        host: String,
        /// Bytes that are known.
        known: u64,
        /// Bytes that it sends.
        said: u64,
    },
    /// More bytes came than the file has.
    #[error(
        "{host} sends more bytes than the file has, so it was stopped. Cancel it and begin again, or try another mirror."
    )]
    TooMuch {
        /// The host.
        host: String,
    },
    /// Another part came than was asked for.
    #[error(
        "{host} sent another part of the file than was asked for. What is here stays; go on later."
    )]
    WrongPart {
        /// The host.
        host: String,
    },
    /// All came, and it is not the file.
    #[error(
        "What came is not the file: its SHA-256 is {found}, and should be {known}. It was removed; fetch it again."
    )]
    HashDiffers {
        /// What should be.
        known: String,
        /// What is.
        found: String,
    },
    /// The server cannot go on where it broke off.
    #[error(
        "{host} begins from the start after each break, so the file never comes whole. Try another network or mirror."
    )]
    AlwaysAnew {
        /// The host.
        host: String,
    },
    /// The connection breaks.
    #[error(
        "The connection to {host} broke too often without bringing more. What is here stays; go on later."
    )]
    Broken {
        /// The host.
        host: String,
    },
    /// Hardly anything comes.
    #[error(
        "{host} sends fewer than {least} bytes in {seconds} s, so it was given up. What is here stays; go on later."
    )]
    TooSlow {
        /// The host.
        host: String,
        /// Bytes that should come.
        least: u64,
        /// In so many seconds.
        seconds: u64,
    },
    /// It would not fit.
    #[error("The disk has {free} bytes free, and {needed} are needed. Free some, then go on.")]
    NoSpace {
        /// Bytes needed, with some to spare.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// It did not fit.
    #[error("The disk is full. What is here stays; free some space, then go on.")]
    DiskFull,
    /// The file cannot be written.
    #[error("{} could not be written: {text}. Check the folder, then go on.", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What kind of trouble.
        kind: io::ErrorKind,
        /// What the system says.
        text: String,
    },
    /// Somebody else is at it.
    #[error("Another program of yours is fetching this file. Wait for it, or stop it there.")]
    Taken,
    /// The place is taken.
    #[error("{} is there already and is another file. Move it away, then go on.", .0.display())]
    AlreadyThere(PathBuf),
}

impl DownloadError {
    /// Of a file operation.
    pub(super) fn of_disk(path: &std::path::Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            kind => Self::Disk {
                path: path.to_owned(),
                kind,
                text: error.to_string(),
            },
        }
    }

    /// Whether going on later may simply help: no network, a full disk, a busy server.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Cut
                | Self::Unreachable(_)
                | Self::TooMany { .. }
                | Self::ServerFailed { .. }
                | Self::Refused { .. }
                | Self::Broken { .. }
                | Self::TooSlow { .. }
                | Self::NoSpace { .. }
                | Self::DiskFull
        )
    }
}

fn heard(said: &Option<Said>) -> String {
    said.as_ref()
        .map(|said| format!(" It says: {said}"))
        .unwrap_or_default()
}

fn for_so_long(wait: &Option<Duration>) -> String {
    wait.map(|wait| format!("; it says to wait {} s", wait.as_secs()))
        .unwrap_or_default()
}

fn differs(known: &u64, said: &u64) -> String {
    if known == said {
        "its SHA-256 differs".to_owned()
    } else {
        format!("it has {said} bytes instead of {known}")
    }
}
