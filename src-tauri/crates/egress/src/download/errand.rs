//! One file on its way: to the hub and on, whether what comes is what was asked for, and how it is written.

use std::{path::PathBuf, time::Instant};

use bytes::Bytes;
use reqwest_tls::{Response, StatusCode};
use sotto_consent::Url;
use tokio::sync::{mpsc, watch};

use super::{
    DownloadError, Order, Phase, Progress, head,
    head::Word,
    partial::{Partial, Tag},
    patience::Patience,
    trip::{Part, Reached, Trip, Trouble},
};

/// Pieces that wait to be written. A slow disk slows the connection.
const WAITING: usize = 16;

/// How often a server may begin a file from the start.
const MOST_BEGINNINGS: u32 = 3;

/// One file on its way.
pub(super) struct Errand<'a> {
    pub(super) trip: Trip<'a>,
    url: &'a Url,
    progress: watch::Sender<Progress>,
    beginnings: u32,
    /// Bytes that came over all connections.
    pub(super) received: u64,
}

impl<'a> Errand<'a> {
    pub(super) const fn new(
        trip: Trip<'a>,
        url: &'a Url,
        progress: watch::Sender<Progress>,
    ) -> Self {
        Self {
            trip,
            url,
            progress,
            beginnings: 0,
            received: 0,
        }
    }

    pub(super) async fn fetch(&mut self, order: &Order) -> Result<PathBuf, DownloadError> {
        self.tell(Phase::Connecting);
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
                let said = response.content_length();
                if let Some(said) = said.filter(|said| *said != size) {
                    return Err(differs(said).into());
                }
                // Nothing says that it is the file at all: what is here is not given for it.
                if here > 0 && said.is_none() {
                    return Err(again(wrong()));
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
