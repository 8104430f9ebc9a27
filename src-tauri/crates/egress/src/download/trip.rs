//! One way to a file: a GET to the hub, and on to where the hub says, within the hosts that it may use. Each
//! step has a connection of its own that knows no redirect, cookie or proxy; the token goes to the hub
//! alone.

use std::time::Duration;

use reqwest_tls::{
    Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, IF_RANGE, LOCATION, RANGE,
    },
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use sotto_consent::{
    Url, is_private,
    ledger::{FailReason, UnknownCause},
};
use sotto_domain::Place;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Fate, Note,
    error::DownloadError,
    head::{self, Word},
    hub::Hub,
    partial::Tag,
};
use crate::{
    error::SendError,
    send::{Egress, Outcome},
};

/// The most hosts on one way. The hub takes one or two.
const LONGEST_WAY: usize = 5;

/// Why a way did not lead to the file.
pub(super) enum Trouble {
    /// Trying again does not help.
    Stop(DownloadError),
    /// It may.
    Passing {
        error: DownloadError,
        /// How long the server asks to wait.
        wait: Option<Duration>,
    },
}

impl From<DownloadError> for Trouble {
    fn from(error: DownloadError) -> Self {
        Self::Stop(error)
    }
}

/// From where on bytes are wanted.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) first: u64,
    /// The state of the file that those before it are from.
    pub(super) tag: Option<&'a Tag>,
}

/// What is at the end of a way.
pub(super) struct Reached {
    pub(super) response: Response,
    pub(super) host: String,
    /// The hub's own word about the file.
    pub(super) word: Word,
    /// Its connection is recorded by itself.
    further: bool,
}

/// All ways of one errand.
pub(super) struct Trip<'a> {
    pub(super) egress: &'a Egress,
    pub(super) hub: &'a Hub,
    pub(super) token: Option<&'a SecretString>,
    pub(super) cut: &'a CancellationToken,
    /// Where the hub is, as was agreed.
    pub(super) place: Place,
    pub(super) notes: mpsc::Sender<Note>,
    /// What became of the request that was agreed to.
    pub(super) fate: Fate,
}

impl Trip<'_> {
    /// Asks the hub and goes where it says. `judge` hears the hub's word before another host is asked.
    /// `within` stays with the hub: the answer that would lead away is the end of the way.
    pub(super) async fn go(
        &mut self,
        from: &Url,
        part: Option<Part<'_>>,
        within: bool,
        judge: impl Fn(&Word) -> Result<(), DownloadError>,
    ) -> Result<Reached, Trouble> {
        let odd = |_| Trouble::Stop(DownloadError::OtherRequest);
        let mut url = url::Url::parse(from.as_str()).map_err(odd)?;
        let mut word = Word::default();
        for _ in 0..LONGEST_WAY {
            let by_hub = self.hub.is_endpoint(&url);
            let host = url.host_str().unwrap_or_default().to_owned();
            let response = self.ask(&url, part).await?;
            let status = response.status();
            let further = self.answered(status.as_u16()).await;
            if by_hub {
                let said = Word::of(response.headers());
                if said != Word::default() {
                    word = said;
                }
                if (status.is_success() || status.is_redirection())
                    && let Err(error) = judge(&word)
                {
                    self.ended(host, 0, false, further).await;
                    return Err(error.into());
                }
            }
            let to = location(&response, &url);
            let leads_away = to.as_ref().is_some_and(|to| !self.hub.is_endpoint(to));
            let is_end = !status.is_redirection() || status == StatusCode::NOT_MODIFIED;
            if is_end || (within && leads_away) {
                return self.end(response, host, word, further, by_hub).await;
            }
            self.ended(host.clone(), 0, to.is_some(), further).await;
            let Some(to) = to else {
                let status = status.as_u16();
                return Err(DownloadError::Odd { host, status }.into());
            };
            self.hub.admit(&to)?;
            url = to;
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(DownloadError::TooManyRedirects { host }.into())
    }

    /// A connection that ended, after the first.
    pub(super) async fn ended(&self, host: String, received: u64, succeeded: bool, further: bool) {
        if further {
            let note = Note::Connected {
                host,
                received,
                succeeded,
            };
            // Whoever keeps the ledger waits for the end of the errand, so it is there.
            let _ = self.notes.send(note).await;
        }
    }

    /// The end of what was reached.
    pub(super) async fn left(
        &self,
        host: String,
        received: u64,
        succeeded: bool,
        further: Further,
    ) {
        self.ended(host, received, succeeded, further.0).await;
    }

    async fn end(
        &self,
        response: Response,
        host: String,
        word: Word,
        further: bool,
        by_hub: bool,
    ) -> Result<Reached, Trouble> {
        let status = response.status();
        let headers = response.headers();
        // 416 is about what is here, not about the file.
        let is_file = status.is_success() && !head::is_web_page(headers);
        if is_file || status.is_redirection() || status == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(Reached {
                response,
                host,
                word,
                further,
            });
        }
        let refused = head::refused(status, headers, host.clone(), by_hub, self.token);
        self.ended(host, 0, false, further).await;
        let (error, wait) = (refused.error, refused.wait);
        Err(if refused.may_pass {
            Trouble::Passing { error, wait }
        } else {
            Trouble::Stop(error)
        })
    }

    /// Notes that the server answered; whether another one did before.
    async fn answered(&mut self, status: u16) -> bool {
        if self.fate == Fate::Answered {
            return true;
        }
        self.fate = Fate::Answered;
        let _ = self.notes.send(Note::Answered { status }).await;
        false
    }

    async fn ask(&mut self, url: &url::Url, part: Option<Part<'_>>) -> Result<Response, Trouble> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let place = self.place_of(url);
        if leaves_network(url, place) {
            let error = SendError::NameLeavesNetwork { host };
            return Err(DownloadError::Unreachable(error).into());
        }
        let headers = self.headers(url, &host, part)?;
        let Ok((client, connected)) = self.egress.client(place) else {
            return Err(DownloadError::Unreachable(SendError::NotARequest).into());
        };
        let limit = self.egress.limits().download.answer;
        let asking = client.get(url.clone()).headers(headers).send();
        let answered = tokio::select! {
            biased;
            () = self.cut.cancelled() => {
                self.failed(if connected.get() {
                    Fate::Lost(UnknownCause::Cut)
                } else {
                    Fate::Failed(FailReason::Cut)
                });
                return Err(DownloadError::Cut.into());
            }
            () = connected.and(limit) => {
                self.failed(Fate::Lost(UnknownCause::NoAnswer));
                let seconds = limit.as_secs();
                let error = DownloadError::Unreachable(SendError::NoAnswer { host, seconds });
                return Err(Trouble::Passing { error, wait: None });
            }
            answered = asking => answered,
        };
        let error = match answered {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let error = match self.egress.not_answered(&error, host, connected.get()) {
            Outcome::Failed { reason, error } => {
                self.failed(Fate::Failed(reason));
                error
            }
            Outcome::Lost { cause, error } => {
                self.failed(Fate::Lost(cause));
                error
            }
            // A request without an answer was not answered.
            Outcome::Sent(_) => SendError::NotARequest,
        };
        let may_pass = !matches!(
            error,
            SendError::CertificateUnknown { .. }
                | SendError::CertificateExpired { .. }
                | SendError::CertificateNotYetValid { .. }
                | SendError::CertificateOfAnotherHost { .. }
                | SendError::CertificateRevoked { .. }
                | SendError::CertificateBad { .. }
                | SendError::NameLeavesNetwork { .. }
                | SendError::NotARequest
        );
        let error = DownloadError::Unreachable(error);
        Err(if may_pass {
            Trouble::Passing { error, wait: None }
        } else {
            Trouble::Stop(error)
        })
    }

    /// What counts is what was answered; before that, what happened last. What may have left once is
    /// never said to be here still, however the tries after it ended.
    fn failed(&mut self, fate: Fate) {
        self.fate = match (self.fate, fate) {
            (Fate::Answered | Fate::Lost(_), Fate::Failed(_)) | (Fate::Answered, _) => self.fate,
            (_, fate) => fate,
        };
    }

    /// The hub is where it was agreed that it is; another host may be anywhere if it is encrypted, and
    /// otherwise must be in the person's network.
    fn place_of(&self, url: &url::Url) -> Place {
        if self.hub.is_endpoint(url) {
            self.place
        } else if url.scheme() == "https" {
            Place::Cloud
        } else {
            Place::YourNetwork
        }
    }

    fn headers(
        &self,
        url: &url::Url,
        host: &str,
        part: Option<Part<'_>>,
    ) -> Result<HeaderMap, Trouble> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        // The file's own bytes: packed ones could not be gone on with.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let unusable = |_| DownloadError::Unreachable(SendError::KeyUnusable);
        if let Some(token) = self.token.filter(|_| self.hub.is_endpoint(url)) {
            let text = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
            let mut value = HeaderValue::from_str(&text).map_err(unusable)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if let Some(part) = part {
            let range = format!("bytes={}-", part.first);
            headers.insert(RANGE, HeaderValue::from_str(&range).map_err(unusable)?);
            let tag = part.tag.filter(|tag| tag.host == host);
            if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&tag.etag).ok()) {
                headers.insert(IF_RANGE, tag);
            }
        }
        Ok(headers)
    }
}

/// Whether a connection is recorded by itself.
#[derive(Clone, Copy)]
pub(super) struct Further(bool);

impl Reached {
    pub(super) const fn further(&self) -> Further {
        Further(self.further)
    }
}

/// An address in numbers is not looked up, so it is held against the place here.
fn leaves_network(url: &url::Url, place: Place) -> bool {
    let address = match url.host() {
        Some(url::Host::Ipv4(address)) => address.into(),
        Some(url::Host::Ipv6(address)) => address.into(),
        _ => return false,
    };
    place != Place::Cloud && !is_private(address)
}

fn location(response: &Response, asked: &url::Url) -> Option<url::Url> {
    if !response.status().is_redirection() {
        return None;
    }
    let text = response.headers().get(LOCATION)?.to_str().ok()?;
    asked.join(text).ok()
}
