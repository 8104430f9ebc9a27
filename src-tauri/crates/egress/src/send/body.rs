//! The bytes of an answer as they come: counted, hashed, limited in size and in silence, and cut at
//! once when the person says so.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use sotto_consent::{AnswerHash, KeyedHash, ledger::AnswerEnding};
use tokio_util::sync::CancellationToken;

use super::Limits;
use crate::error::AnswerError;

/// Why no more bytes come, other than that all came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Cut,
    Broken,
    Silence(Duration),
    TooLarge(u64),
}

impl Stop {
    pub(super) const fn ending(self) -> AnswerEnding {
        match self {
            Self::Cut => AnswerEnding::Cut,
            Self::Broken | Self::Silence(_) => AnswerEnding::Broken,
            Self::TooLarge(_) => AnswerEnding::TooLarge,
        }
    }

    pub(super) const fn error(self) -> AnswerError {
        match self {
            Self::Cut => AnswerError::Cut,
            Self::Broken => AnswerError::Interrupted,
            Self::Silence(limit) => AnswerError::Silence {
                seconds: limit.as_secs(),
            },
            Self::TooLarge(limit) => AnswerError::TooLarge { limit },
        }
    }
}

/// What came so far, readable while it comes.
#[derive(Clone)]
pub(super) struct Tally(Arc<Mutex<(u64, AnswerHash)>>);

impl Tally {
    /// Adds a piece; how many bytes that makes.
    fn add(&self, piece: &[u8]) -> u64 {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tally.0 += piece.len() as u64;
        tally.1.update(piece);
        tally.0
    }

    /// Bytes so far, and their hash.
    pub(super) fn read(&self) -> (u64, KeyedHash) {
        let tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (tally.0, tally.1.clone().finish())
    }
}

/// A body that is being read.
pub(super) struct Body {
    response: reqwest_tls::Response,
    cut: CancellationToken,
    tally: Tally,
    first: Duration,
    between: Duration,
    largest: u64,
    begun: bool,
}

impl Body {
    pub(super) fn new(
        response: reqwest_tls::Response,
        hash: AnswerHash,
        cut: CancellationToken,
        limits: Limits,
        largest: u64,
    ) -> Self {
        Self {
            response,
            cut,
            tally: Tally(Arc::new(Mutex::new((0, hash)))),
            first: limits.first_byte,
            between: limits.between,
            largest,
            begun: false,
        }
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally.clone()
    }

    /// The next bytes; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>, Stop> {
        let limit = if self.begun { self.between } else { self.first };
        let piece = tokio::select! {
            biased;
            () = self.cut.cancelled() => return Err(Stop::Cut),
            piece = self.response.chunk() => piece.map_err(|_| Stop::Broken)?,
            () = tokio::time::sleep(limit) => return Err(Stop::Silence(limit)),
        };
        let Some(piece) = piece else {
            return Ok(None);
        };
        self.begun = true;
        if self.tally.add(&piece) > self.largest {
            return Err(Stop::TooLarge(self.largest));
        }
        Ok(Some(piece))
    }

    /// All bytes, and why no more came if not all did. The connection is closed.
    pub(super) async fn read(mut self) -> (Vec<u8>, Option<Stop>) {
        let mut bytes = Vec::new();
        loop {
            match self.next().await {
                Ok(Some(piece)) => bytes.extend_from_slice(&piece),
                Ok(None) => return (bytes, None),
                Err(stop) => return (bytes, Some(stop)),
            }
        }
    }

    /// The pieces, up to the first error.
    pub(super) fn pieces(self) -> impl Stream<Item = Result<Bytes, Stop>> + Send {
        stream::unfold(Some(self), |body| async move {
            let mut body = body?;
            match body.next().await {
                Ok(piece) => piece.map(|piece| (Ok(piece), Some(body))),
                Err(stop) => Some((Err(stop), None)),
            }
        })
    }
}
