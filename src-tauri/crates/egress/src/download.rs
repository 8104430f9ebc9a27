//! Fetching files from a hub: the way there, what is here already, and the patience in between. One yes is
//! for one file, over as many connections as it takes; the file gets its name when it is whole and its
//! SHA-256 is the one that was agreed to.
//!
//! ```text
//! hub.file_url(source) -> the destination of an Offer -> the press -> Cleared
//! Egress::download(cleared, order, ...) -> Ended { result: Ok(path) | Err(why), fate, ... }
//! ```

mod error;
mod head;
mod hub;
mod list;
mod partial;
mod patience;
mod space;
mod trip;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use bytes::Bytes;
use reqwest_tls::{Response, StatusCode};
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
pub use partial::{Target, Unfinished, forget, note_begun, sha256_of, unfinished};
pub use patience::DownloadLimits;
pub use space::{SPARE_BYTES, free_bytes};

use crate::send::Egress;
use head::Word;
use partial::{Partial, Tag};
use patience::Patience;
use trip::{Part, Reached, Trip, Trouble};

/// Pieces that wait to be written. A slow disk slows the connection.
const WAITING: usize = 16;

/// How often a server may begin a file from the start.
const MOST_BEGINNINGS: u32 = 3;

/// Pages of a list that are read, and bytes of each.
const MOST_PAGES: usize = 30;
const LONGEST_PAGE: usize = 4 << 20;

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
    /// What is here is read and hashed, or all of it is put in its place.
    Verifying,
    /// A host is asked.
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
        let mut errand = Errand {
            trip,
            url: request.url(),
            progress,
            beginnings: 0,
            received: 0,
        };
        let result = errand.fetch(&order).await;
        Ended::new(result, errand.trip.fate, errand.received)
    }

    /// Asks what a file is: its length and its SHA-256. Nothing of it is fetched.
    pub async fn describe(
        &self,
        cleared: Cleared,
        asked: Asked<'_>,
        source: &Source,
        notes: mpsc::Sender<Note>,
        cut: CancellationToken,
    ) -> Ended<Described> {
        let agreed = asked.hub.file_url(source).ok();
        let (place, request) = match taken(cleared, agreed.as_ref()) {
            Ok(taken) => taken,
            Err(error) => return Ended::new(Err(error), NOTHING_LEFT, 0),
        };
        let mut trip = self.trip(asked, &cut, place, notes);
        let mut patience = Patience::new(&self.limits().download);
        let result = loop {
            match trip.go(request.url(), None, true, |_| Ok(())).await {
                Ok(reached) => {
                    let (host, further) = (reached.host.clone(), reached.further());
                    let described = described(reached);
                    trip.left(host, 0, described.is_ok(), further).await;
                    break described;
                }
                Err(trouble) => match patience.with(trouble, 0) {
                    Ok(pause) => patience.rest(pause, &cut).await,
                    Err(error) => break Err(error),
                },
            }
        };
        Ended::new(result, trip.fate, 0)
    }

    /// Asks for the GGUF files of a repository.
    pub async fn list(
        &self,
        cleared: Cleared,
        asked: Asked<'_>,
        (repository, revision): (&str, &str),
        notes: mpsc::Sender<Note>,
        cut: CancellationToken,
    ) -> Ended<Vec<ListedFile>> {
        let agreed = asked.hub.list_url(repository, revision).ok();
        let (place, request) = match taken(cleared, agreed.as_ref()) {
            Ok(taken) => taken,
            Err(error) => return Ended::new(Err(error), NOTHING_LEFT, 0),
        };
        let mut trip = self.trip(asked, &cut, place, notes);
        let mut patience = Patience::new(&self.limits().download);
        let mut received = 0;
        let mut files = Vec::new();
        let mut pages = 0;
        let mut next = Some(request.url().clone());
        let result = loop {
            let Some(url) = next.take().filter(|_| pages < MOST_PAGES) else {
                break Ok(std::mem::take(&mut files));
            };
            match self.page(&mut trip, &url, &mut received).await {
                Ok((found, following)) => {
                    pages += 1;
                    files.extend(found);
                    next = following;
                }
                Err(trouble) => {
                    next = Some(url);
                    match patience.with(trouble, 0) {
                        Ok(pause) => patience.rest(pause, &cut).await,
                        Err(error) => break Err(error),
                    }
                }
            }
        };
        Ended::new(result, trip.fate, received)
    }

    fn trip<'a>(
        &'a self,
        asked: Asked<'a>,
        cut: &'a CancellationToken,
        place: Place,
        notes: mpsc::Sender<Note>,
    ) -> Trip<'a> {
        Trip {
            egress: self,
            hub: asked.hub,
            token: asked.token,
            cut,
            place,
            notes,
            fate: NOTHING_LEFT,
        }
    }

    /// One page of a list, and where the next one is.
    async fn page(
        &self,
        trip: &mut Trip<'_>,
        url: &Url,
        received: &mut u64,
    ) -> Result<(Vec<ListedFile>, Option<Url>), Trouble> {
        let Reached {
            mut response, host, ..
        } = {
            let reached = trip.go(url, None, true, |_| Ok(())).await?;
            if !reached.response.status().is_success() {
                let status = reached.response.status().as_u16();
                let host = reached.host;
                return Err(DownloadError::Odd { host, status }.into());
            }
            let (host, further) = (reached.host.clone(), reached.further());
            trip.left(host, 0, true, further).await;
            reached
        };
        let mut bytes = Vec::new();
        while let Some(piece) = next_piece(&mut response, trip, &host).await? {
            *received += piece.len() as u64;
            bytes.extend_from_slice(&piece);
            if bytes.len() > LONGEST_PAGE {
                return Err(DownloadError::OddList.into());
            }
        }
        let files = list::files(&bytes).map_err(|_| DownloadError::OddList)?;
        let following = list::next_page(response.headers());
        let following = following.map(|address| {
            let url: Url = address.parse().map_err(|_| DownloadError::OddList)?;
            // The rest of a list is where its beginning was.
            if url.origin() == trip.hub.endpoint().origin() {
                Ok(url)
            } else {
                let host = url.host().to_owned();
                Err(DownloadError::OtherHost { host })
            }
        });
        Ok((files, following.transpose()?))
    }
}

const NOTHING_LEFT: Fate = Fate::Failed(FailReason::Cut);

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

fn described(reached: Reached) -> Result<Described, DownloadError> {
    match reached.word {
        Word {
            sha256: Some(sha256),
            size: Some(size),
            commit,
        } => Ok(Described {
            size,
            sha256,
            commit,
        }),
        _ => Err(DownloadError::NoHash),
    }
}

/// The next bytes of a small body.
async fn next_piece(
    response: &mut Response,
    trip: &Trip<'_>,
    host: &str,
) -> Result<Option<Bytes>, Trouble> {
    let limit = trip.egress.limits().download.answer;
    let broken = || Trouble::Passing {
        error: DownloadError::Broken {
            host: host.to_owned(),
        },
        wait: None,
    };
    tokio::select! {
        biased;
        () = trip.cut.cancelled() => Err(DownloadError::Cut.into()),
        piece = response.chunk() => piece.map_err(|_| broken()),
        () = tokio::time::sleep(limit) => Err(broken()),
    }
}

/// One file on its way.
struct Errand<'a> {
    trip: Trip<'a>,
    url: &'a Url,
    progress: watch::Sender<Progress>,
    beginnings: u32,
    /// Bytes that came over all connections.
    received: u64,
}

impl Errand<'_> {
    async fn fetch(&mut self, order: &Order) -> Result<PathBuf, DownloadError> {
        self.tell(Phase::Verifying);
        let (models, target) = (order.models.clone(), order.target.clone());
        let cut = self.trip.cut.clone();
        let opened = blocking(move || Partial::open(&models, &target, &cut)).await;
        let mut partial = opened.ok_or(DownloadError::Cut)??;
        let mut patience = Patience::new(&self.trip.egress.limits().download);
        while !partial.is_whole() {
            let before = self.received;
            self.told(&partial);
            let (back, came) = self.attempt(partial).await;
            partial = back.ok_or(DownloadError::Cut)?;
            if let Err(trouble) = came {
                if self.trip.cut.is_cancelled() {
                    return Err(DownloadError::Cut);
                }
                let pause = patience.with(trouble, self.received - before)?;
                self.tell(Phase::Waiting {
                    seconds: pause.as_millis().div_ceil(1_000).try_into().unwrap_or(0),
                });
                patience.rest(pause, self.trip.cut).await;
            }
        }
        self.tell(Phase::Verifying);
        blocking(move || partial.finish())
            .await
            .ok_or(DownloadError::Cut)?
    }

    /// One way to the file, and what comes on it. The partial is lost only if a thread was.
    async fn attempt(&mut self, mut partial: Partial) -> (Option<Partial>, Result<(), Trouble>) {
        self.tell(Phase::Connecting);
        let target = partial.target().clone();
        let tag = partial.tag().cloned();
        let part = (partial.length() > 0).then_some(Part {
            first: partial.length(),
            tag: tag.as_ref(),
        });
        let judge = |word: &Word| word.agrees(&target.sha256, target.size);
        let reached = match self.trip.go(self.url, part, false, judge).await {
            Ok(reached) => reached,
            Err(trouble) => return (Some(partial), Err(trouble)),
        };
        let (host, further) = (reached.host.clone(), reached.further());
        if let Err(trouble) = self.look(&reached, &mut partial) {
            self.trip.left(host, 0, false, further).await;
            return (Some(partial), Err(trouble));
        }
        let before = self.received;
        let (back, came) = self.stream(reached.response, partial, &host).await;
        let received = self.received - before;
        self.trip.left(host, received, came.is_ok(), further).await;
        (back, came)
    }

    /// Whether what comes is the part that was asked for. A server that begins from the start, or has
    /// another state of the file, has what is here dropped.
    fn look(&mut self, reached: &Reached, partial: &mut Partial) -> Result<(), Trouble> {
        let (response, host) = (&reached.response, &reached.host);
        let headers = response.headers();
        let (here, size) = (partial.length(), partial.target().size);
        let etag = head::strong_etag(headers);
        let differs = |said| DownloadError::LengthDiffers {
            host: host.clone(),
            known: size,
            said,
        };
        let again = |error| Trouble::Passing { error, wait: None };
        let wrong = || DownloadError::WrongPart { host: host.clone() };
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let (first, whole) = head::part(headers).ok_or_else(|| again(wrong()))?;
                if whole != size {
                    return Err(differs(whole).into());
                }
                if first != here {
                    return Err(again(wrong()));
                }
                let was = partial.tag_of(host);
                if here > 0 && was.is_some() && etag.is_some() && was != etag {
                    self.begin_anew(partial, host)?;
                    return Err(again(wrong()));
                }
            }
            StatusCode::OK => {
                if let Some(said) = response.content_length().filter(|said| *said != size) {
                    return Err(differs(said).into());
                }
                if here > 0 {
                    self.begin_anew(partial, host)?;
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                self.begin_anew(partial, host)?;
                return Err(again(wrong()));
            }
            status => {
                let (host, status) = (host.clone(), status.as_u16());
                return Err(DownloadError::Odd { host, status }.into());
            }
        }
        let tag = etag.map(|etag| Tag {
            host: host.clone(),
            etag: etag.to_owned(),
        });
        Ok(partial.keep_tag(tag)?)
    }

    fn begin_anew(&mut self, partial: &mut Partial, host: &str) -> Result<(), DownloadError> {
        self.beginnings += 1;
        partial.begin_anew()?;
        self.progress.send_modify(|progress| {
            progress.received = 0;
            progress.begun_anew = true;
        });
        if self.beginnings > MOST_BEGINNINGS {
            let host = host.to_owned();
            return Err(DownloadError::AlwaysAnew { host });
        }
        Ok(())
    }

    /// Takes what comes, as long as it comes fast enough.
    async fn stream(
        &mut self,
        mut response: Response,
        partial: Partial,
        host: &str,
    ) -> (Option<Partial>, Result<(), Trouble>) {
        self.progress.send_modify(|progress| {
            progress.phase = Phase::Fetching;
            host.clone_into(&mut progress.host);
        });
        let (pieces, waiting) = mpsc::channel(WAITING);
        let progress = self.progress.clone();
        let writing = tokio::task::spawn_blocking(move || write(partial, waiting, &progress));
        let came = self.pass_on(&mut response, pieces, host).await;
        // Closed here, so that whoever counts on the other side sees the end.
        drop(response);
        match writing.await {
            Ok((partial, Ok(()))) if partial.is_whole() => (Some(partial), Ok(())),
            Ok((partial, Ok(()))) => (Some(partial), came),
            Ok((partial, Err(WriteError::TooMuch))) => {
                let host = host.to_owned();
                (Some(partial), Err(DownloadError::TooMuch { host }.into()))
            }
            Ok((partial, Err(WriteError::Disk(error)))) => (Some(partial), Err(error.into())),
            Err(_) => (None, Err(DownloadError::Cut.into())),
        }
    }

    /// Passes on what comes to whoever writes it.
    async fn pass_on(
        &mut self,
        response: &mut Response,
        pieces: mpsc::Sender<Bytes>,
        host: &str,
    ) -> Result<(), Trouble> {
        let limits = self.trip.egress.limits().download;
        let host = || host.to_owned();
        let passing = |error| Trouble::Passing { error, wait: None };
        // Only time in which the server is waited for counts against it.
        let (mut waited, mut came) = (std::time::Duration::ZERO, 0);
        loop {
            let asked = Instant::now();
            let piece = tokio::select! {
                biased;
                () = self.trip.cut.cancelled() => return Err(DownloadError::Cut.into()),
                piece = response.chunk() => Some(piece),
                () = tokio::time::sleep(limits.pace.saturating_sub(waited)) => None,
            };
            waited += asked.elapsed();
            if let Some(piece) = piece {
                match piece {
                    Ok(Some(piece)) => {
                        let length = piece.len() as u64;
                        came += length;
                        // Closed where it could not be written: that says why.
                        if pieces.send(piece).await.is_err() {
                            return Ok(());
                        }
                        self.received += length;
                    }
                    // Whether that was all is seen by the length.
                    Ok(None) | Err(_) => {
                        return Err(passing(DownloadError::Broken { host: host() }));
                    }
                }
            }
            if waited >= limits.pace {
                if came < limits.least {
                    return Err(passing(DownloadError::TooSlow {
                        host: host(),
                        least: limits.least,
                        seconds: limits.pace.as_secs(),
                    }));
                }
                (waited, came) = (std::time::Duration::ZERO, 0);
            }
        }
    }

    fn tell(&self, phase: Phase) {
        self.progress.send_modify(|progress| progress.phase = phase);
    }

    fn told(&self, partial: &Partial) {
        let (host, received) = (self.url.host().to_owned(), partial.length());
        self.progress.send_modify(|progress| {
            progress.host = host;
            progress.received = received;
        });
    }
}

enum WriteError {
    TooMuch,
    Disk(DownloadError),
}

/// Writes what comes until nothing comes any more. The partial goes back in any case.
fn write(
    mut partial: Partial,
    mut pieces: mpsc::Receiver<Bytes>,
    progress: &watch::Sender<Progress>,
) -> (Partial, Result<(), WriteError>) {
    while let Some(piece) = pieces.blocking_recv() {
        if partial.length() + piece.len() as u64 > partial.target().size {
            return (partial, Err(WriteError::TooMuch));
        }
        if let Err(error) = partial.take(&piece) {
            return (partial, Err(WriteError::Disk(error)));
        }
        let received = partial.length();
        progress.send_modify(|progress| progress.received = received);
    }
    (partial, Ok(()))
}

/// Work that waits for the disk, on a thread for that. `None` if the thread was lost.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
