//! Fetching files from a hub: the way there, what is here already, and the patience in between. One yes is
//! for one file, over as many connections as it takes; the file gets its name when it is whole and its
//! SHA-256 is the one that was agreed to.
//!
//! ```text
//! hub.file_url(source) -> the destination of an Offer -> the press -> Cleared
//! Egress::download(cleared, order, ...) -> Ended { result: Ok(path) | Err(why), fate, ... }
//! ```

mod errand;
mod error;
mod head;
mod hub;
mod list;
mod look;
mod partial;
mod patience;
mod space;
mod trip;

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use sotto_consent::{
    Cleared, Request, Url,
    ledger::{AnswerEnding, FailReason, UnknownCause},
};
use sotto_domain::Place;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub use error::{DownloadError, SourceError};
pub use hub::{DEFAULT_ENDPOINT, Hub, Source};
pub use list::ListedFile;
pub use partial::{Target, Unfinished, forget, is_taken_name, note_begun, sha256_of, unfinished};
pub use patience::DownloadLimits;
pub use space::{SPARE_BYTES, free_bytes};

use crate::send::Egress;
use errand::Errand;
use partial::Partial;
use trip::Trip;

/// A file to be fetched.
#[derive(Debug)]
pub struct Order {
    /// Who has it.
    pub hub: Hub,
    /// What it is.
    pub target: Target,
    /// The models folder.
    pub models: PathBuf,
    /// A token of the person's, shown to the hub and to nobody else.
    pub token: Option<SecretString>,
}

/// For the ledger, as it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A server answered for the first time: `Gate::sent`.
    Answered {
        /// With this status; a redirect is one.
        status: u16,
    },
    /// A further connection ended: `Gate::connected`.
    Connected {
        /// The host.
        host: String,
        /// Bytes of the file that came.
        received: u64,
        /// Whether it did what it was for.
        succeeded: bool,
    },
}

/// What became of the request that was agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A server answered. It was noted.
    Answered,
    /// Nothing left: `Gate::failed`.
    Failed(FailReason),
    /// Nobody can tell: `Gate::lost`.
    Lost(UnknownCause),
}

/// The end of an errand.
#[derive(Debug)]
pub struct Ended<T> {
    /// What came of it.
    pub result: Result<T, DownloadError>,
    /// For the ledger, if no answer was noted.
    pub fate: Fate,
    /// For the ledger.
    pub ending: AnswerEnding,
    /// Bytes of bodies that came, over all connections.
    pub received: u64,
}

impl<T> Ended<T> {
    fn new(result: Result<T, DownloadError>, fate: Fate, received: u64) -> Self {
        let ending = match &result {
            Ok(_) => AnswerEnding::Complete,
            Err(DownloadError::Cut) => AnswerEnding::Cut,
            Err(DownloadError::TooMuch { .. }) => AnswerEnding::TooLarge,
            Err(error) if error.may_pass() => AnswerEnding::Broken,
            Err(_) => AnswerEnding::Malformed,
        };
        let fate = match (&result, fate) {
            // Stopped before anybody was asked.
            (Err(DownloadError::Cut), NOTHING_LEFT) => Fate::Failed(FailReason::Cut),
            (_, fate) => fate,
        };
        Self {
            result,
            fate,
            ending,
            received,
        }
    }
}

/// How far a download is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What goes on.
    pub phase: Phase,
    /// The host that is asked, or that sends.
    pub host: String,
    /// Bytes of the file that are here.
    pub received: u64,
    /// The server has another state of the file, or cannot go on in the middle: it was begun anew.
    pub begun_anew: bool,
}

/// What goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// All of it is here and is put in its place.
    Verifying,
    /// A host is asked, or what is here is read before.
    Connecting,
    /// Nothing, for so many seconds: the server asked for it, or the connection broke.
    Waiting {
        /// Seconds, rounded up.
        seconds: u64,
    },
    /// Bytes come.
    Fetching,
}

/// What a hub says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// The commit that the revision stands for, where it said so.
    pub commit: Option<String>,
}

/// Where a hub is asked, and as who.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The hub.
    pub hub: &'a Hub,
    /// A token of the person's.
    pub token: Option<&'a SecretString>,
}

impl Egress {
    /// Fetches a file. What is here of it already is not fetched again; after a break it goes on where it
    /// was, as long as bytes come. Cancelling `cut` closes the connection at once and keeps what is here.
    ///
    /// There is no way without a yes:
    ///
    /// ```compile_fail,E0308
    /// # use sotto_consent::Request;
    /// # use sotto_egress::{Egress, download::{Note, Order, Progress}};
    /// # use tokio::sync::{mpsc, watch};
    /// async fn unasked(egress: &Egress, request: Request, order: Order, progress: watch::Sender<Progress>, notes: mpsc::Sender<Note>) {
    ///     egress.download(request, order, progress, notes, Default::default()).await;
    /// }
    /// ```
    ///
    /// This one has its shape and compiles:
    ///
    /// ```
    /// # use sotto_consent::Cleared;
    /// # use sotto_egress::{Egress, download::{Note, Order, Progress}};
    /// # use tokio::sync::{mpsc, watch};
    /// async fn once(egress: &Egress, cleared: Cleared, order: Order, progress: watch::Sender<Progress>, notes: mpsc::Sender<Note>) {
    ///     egress.download(cleared, order, progress, notes, Default::default()).await;
    /// }
    /// ```
    pub async fn download(
        &self,
        cleared: Cleared,
        order: Order,
        progress: watch::Sender<Progress>,
        notes: mpsc::Sender<Note>,
        cut: CancellationToken,
    ) -> Ended<PathBuf> {
        let agreed = order.hub.file_url(&order.target.source).ok();
        let (place, request) = match taken(cleared, agreed.as_ref()) {
            Ok(taken) => taken,
            Err(error) => return Ended::new(Err(error), NOTHING_LEFT, 0),
        };
        let trip = Trip {
            egress: self,
            hub: &order.hub,
            token: order.token.as_ref(),
            cut: &cut,
            place,
            notes,
            fate: NOTHING_LEFT,
        };
        let mut errand = Errand::new(trip, request.url(), progress);
        let result = errand.fetch(&order).await;
        Ended::new(result, errand.trip.fate, errand.received)
    }
}

const NOTHING_LEFT: Fate = Fate::Failed(FailReason::Other);

/// Makes the whole file of one that came whole and did not get its name: the program ended between.
/// Nothing is fetched.
///
/// # Errors
///
/// As of a download.
pub fn finish(
    models: &Path,
    target: &Target,
    cut: &CancellationToken,
) -> Result<PathBuf, DownloadError> {
    let partial = Partial::open(models, target, cut)?;
    if partial.is_whole() {
        partial.finish()
    } else {
        Err(DownloadError::Cut)
    }
}

/// What was cleared, if it is what the order is about.
fn taken(cleared: Cleared, agreed: Option<&Url>) -> Result<(Place, Request), DownloadError> {
    let place = cleared.place();
    let request = cleared.into_request();
    if agreed == Some(request.url()) {
        Ok((place, request))
    } else {
        Err(DownloadError::OtherRequest)
    }
}
