//! Models on their way from a hub: what is offered before a yes, and how it goes.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{cloud::KeyState, models::LicenceView};

/// What a person is shown before they say yes to a download. The press on it is the yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DownloadOffer {
    /// Its name for the program: of the catalogue, or `owner/name/file` of a hub.
    pub id: String,
    /// Its name for the person.
    pub title: String,
    /// The host that is asked first.
    pub host: String,
    /// Hosts that it may send the request on to.
    pub further_hosts: Vec<String>,
    /// The file.
    pub file: String,
    /// Bytes; `None` until the hub was asked.
    pub size: Option<u64>,
    /// SHA-256 in hexadecimal; empty until the hub was asked.
    pub sha256: String,
    /// The whole file is here already.
    pub here: bool,
    /// Bytes that are here already, of a download that broke off.
    pub received: u64,
    /// What its makers allow.
    pub licence: LicenceView,
    /// Free bytes on the disk that it would go to; `None` where that is not known.
    pub free: Option<u64>,
    /// Size and hash are known from our own trial; otherwise only the hub says them.
    pub verified: bool,
    /// Why it cannot be fetched now, for the person; empty where it can.
    pub obstacle: String,
}

/// How a download goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DownloadState {
    /// Another one goes first.
    Queued,
    /// The host is being asked.
    Connecting,
    /// Bytes come.
    Fetching,
    /// All bytes are here and are being checked.
    Verifying,
    /// Nobody fetches; what is here stays, and a person can go on.
    Paused,
    /// It stopped with an error; what is here stays where it can be used.
    Failed,
}

/// A download that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DownloadView {
    /// Its name for the program.
    pub id: String,
    /// Its name for the person.
    pub title: String,
    /// The host that bytes come from now, or would first be asked.
    pub host: String,
    /// The file.
    pub file: String,
    /// Bytes that are here.
    pub received: u64,
    /// Bytes of the whole; 0 until known.
    pub total: u64,
    /// How it goes.
    pub state: DownloadState,
    /// Bytes in a second, of the last seconds; 0 where none come.
    pub rate: u64,
    /// Seconds left at that rate.
    pub seconds_left: Option<u32>,
    /// Another program of Sotto fetches that file right now.
    pub elsewhere: bool,
    /// What is wrong and what to do; empty otherwise.
    pub message: String,
}

/// The hub that models come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HubView {
    /// Its address.
    pub endpoint: String,
    /// The environment names it (`HF_ENDPOINT`), so a setting would not count.
    pub from_environment: bool,
    /// Hosts that it may send a request on to.
    pub further_hosts: Vec<String>,
    /// Of these, those that the person added.
    pub added_hosts: Vec<String>,
    /// Whether a token for models that are not for everybody is kept.
    pub token: KeyState,
}
