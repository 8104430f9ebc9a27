//! Looks at what a hub has: what a file is, and which files a repository holds. Nothing of a file is
//! fetched.

use bytes::Bytes;
use reqwest_tls::Response;
use sotto_consent::{Cleared, Url};
use sotto_domain::Place;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Asked, Described, DownloadError, Ended, ListedFile, NOTHING_LEFT, Note, Source,
    head::Word,
    list,
    patience::Patience,
    taken,
    trip::{Reached, Trip, Trouble},
};
use crate::send::Egress;

/// Pages of a list that are read, and bytes of each.
const MOST_PAGES: usize = 30;
const LONGEST_PAGE: usize = 4 << 20;

impl Egress {
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
