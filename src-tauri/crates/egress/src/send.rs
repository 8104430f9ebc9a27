//! Sending, once. A request leaves only as a [`Cleared`], on a connection of its own that knows no
//! redirect, no retry, no cookie and no proxy; what became of it comes back as one of three outcomes,
//! each of which [`Gate`](sotto_consent::Gate) has a report for.

mod answer;
mod body;
mod connection;
mod failure;
mod outgoing;
mod refusal;

use std::{pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::Stream;
use reqwest_tls::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use sotto_consent::{
    AnswerHash, Cleared, KeyedHash, Method, NanoDollars, ProposalId, Request, is_private,
    ledger::{AnswerEnding, FailReason, Received, UnknownCause},
};
use sotto_domain::Place;
use tokio_util::sync::CancellationToken;

use self::outgoing::Outgoing;
pub(crate) use self::{connection::Connected, refusal::retry_after};
use crate::{
    download::DownloadLimits,
    error::{AnswerError, SendError},
    names::{Lookup, Names},
    protocol::{Finish, ListedModel, Protocol, Usage},
    tls::{Trust, TrustError},
};

/// How long is waited and how much is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, the look-up of the name and the encryption included.
    pub connect: Duration,
    /// For the first byte of the answer. Models that reason are silent for minutes.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub between: Duration,
    /// Bytes of an answer.
    pub answer_bytes: u64,
    /// Bytes of what explains an error.
    pub error_bytes: u64,
    /// Of files.
    pub download: DownloadLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            first_byte: Duration::from_secs(300),
            between: Duration::from_secs(120),
            answer_bytes: 8 << 20,
            error_bytes: 64 << 10,
            download: DownloadLimits::default(),
        }
    }
}

/// What the answer to a request should be, and how the key is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A model's words.
    Answer(Protocol),
    /// A provider's models. Also what tries a key.
    Models(Protocol),
    /// The models of an Ollama server, from `/api/tags`.
    OllamaModels,
}

impl Expected {
    const fn protocol(self) -> Protocol {
        match self {
            Self::Answer(protocol) | Self::Models(protocol) => protocol,
            Self::OllamaModels => Protocol::OpenAi,
        }
    }
}

/// What became of a request: what the gate wants reported, and why.
pub enum Outcome {
    /// It failed before a byte left: `Gate::failed`.
    Failed {
        /// For the ledger.
        reason: FailReason,
        /// For the person.
        error: SendError,
    },
    /// Nobody can tell whether it left: `Gate::lost`.
    Lost {
        /// For the ledger.
        cause: UnknownCause,
        /// For the person.
        error: SendError,
    },
    /// The server answered, with whatever status: `Gate::sent`, and `Gate::received` at the end.
    Sent(Sent),
}

/// A request that was answered.
pub struct Sent {
    /// The HTTP status.
    pub status: u16,
    /// What comes. Dropping it closes the connection; then `Gate::received` is told
    /// [`AnswerEnding::Cut`].
    pub events: Events,
}

/// What comes, [`Event::Ended`] last and once.
pub type Events = Pin<Box<dyn Stream<Item = Event> + Send>>;

/// What an answer says while it comes.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// More of the model's words; never empty.
    Text(String),
    /// The models that were asked for.
    Models(Vec<ListedModel>),
    /// Nothing more comes.
    Ended(Box<End>),
}

/// How an answer ended: for the person, and for the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Why it ended, if it came whole; otherwise what went wrong.
    pub result: Result<Finish, AnswerError>,
    /// For the ledger. An error that came whole is complete.
    pub ending: AnswerEnding,
    /// Tokens, as far as the provider said.
    pub usage: Usage,
    /// Bytes of the body that came.
    pub body_bytes: u64,
    /// Of these bytes.
    pub answer_hash: KeyedHash,
}

impl End {
    /// What the gate wants reported.
    #[must_use]
    pub fn received(&self, proposal: ProposalId, cost: Option<NanoDollars>) -> Received {
        Received {
            proposal,
            ending: self.ending,
            body_bytes: self.body_bytes,
            answer_hash: self.answer_hash,
            request_tokens: self.usage.request_tokens,
            answer_tokens: self.usage.answer_tokens,
            cost,
        }
    }
}

/// The way out. It keeps nothing of what it sends and no connection; it is made once because reading
/// the platform's certificates takes some milliseconds.
pub struct Egress {
    names: Arc<Names>,
    tls: ClientConfig,
    limits: Limits,
}

impl Egress {
    /// Prepares to send. Nothing is sent or looked up yet.
    ///
    /// # Errors
    ///
    /// If the platform's certificates cannot be used.
    pub fn new(names: Names, trust: &Trust, limits: Limits) -> Result<Self, TrustError> {
        Ok(Self {
            names: Arc::new(names),
            tls: trust.config()?,
            limits,
        })
    }

    /// How long is waited and how much is taken.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A client for one request to that place, and whether its connection stands.
    pub(crate) fn client(
        &self,
        place: Place,
    ) -> Result<(reqwest_tls::Client, Connected), reqwest_tls::Error> {
        let names = Arc::clone(&self.names);
        let lookup = Lookup { names, place };
        connection::build(lookup, self.tls.clone(), self.limits.connect)
    }

    /// What it means that a request was not answered.
    pub(crate) fn not_answered(
        &self,
        error: &reqwest_tls::Error,
        host: String,
        connected: bool,
    ) -> Outcome {
        failure::outcome(error, host, connected, self.limits)
    }

    /// Sends exactly the bytes that were cleared, once. The key goes into a header and nowhere else.
    /// Of `hash`, made with the ledger's key, comes [`End::answer_hash`]. Cancelling `cut` closes the
    /// connection at once; so does dropping this future or what it returns.
    ///
    /// What went wrong stands in [`Outcome`]; there is no way to send again:
    ///
    /// ```compile_fail,E0382
    /// # use sotto_consent::{AnswerHash, Cleared};
    /// # use sotto_egress::{Egress, Expected};
    /// async fn twice(egress: &Egress, cleared: Cleared, expected: Expected, hash: AnswerHash) {
    ///     egress.send(cleared, expected, None, hash.clone(), Default::default()).await;
    ///     egress.send(cleared, expected, None, hash, Default::default()).await;
    /// }
    /// ```
    ///
    /// and nothing else can be sent:
    ///
    /// ```compile_fail,E0308
    /// # use sotto_consent::{AnswerHash, Request};
    /// # use sotto_egress::{Egress, Expected};
    /// async fn unasked(egress: &Egress, request: Request, expected: Expected, hash: AnswerHash) {
    ///     egress.send(request, expected, None, hash, Default::default()).await;
    /// }
    /// ```
    ///
    /// This one has their shape and compiles:
    ///
    /// ```
    /// # use sotto_consent::{AnswerHash, Cleared};
    /// # use sotto_egress::{Egress, Expected};
    /// async fn once(egress: &Egress, cleared: Cleared, expected: Expected, hash: AnswerHash) {
    ///     egress.send(cleared, expected, None, hash, Default::default()).await;
    /// }
    /// ```
    pub async fn send(
        &self,
        cleared: Cleared,
        expected: Expected,
        key: Option<SecretString>,
        hash: AnswerHash,
        cut: CancellationToken,
    ) -> Outcome {
        let place = cleared.place();
        let request = cleared.into_request();
        let host = request.url().host().to_owned();
        if let Err(outcome) = check_address(&request, place) {
            return outcome;
        }
        let Ok(headers) = headers(&request, expected, key.as_ref()) else {
            return failed(FailReason::NoKey, SendError::KeyUnusable);
        };
        let Ok((client, connected)) = self.client(place) else {
            return failed(FailReason::Other, SendError::NotARequest);
        };
        let method = match request.method() {
            Method::Get => reqwest_tls::Method::GET,
            Method::Post => reqwest_tls::Method::POST,
        };
        let mut asking = client
            .request(method, request.url().as_str())
            .headers(headers);
        if request.method() == Method::Post {
            let bytes = Bytes::from_owner(Arc::clone(request.body()));
            asking = asking.body(reqwest_tls::Body::wrap(Outgoing(bytes)));
        }
        let answered = tokio::select! {
            biased;
            () = cut.cancelled() => {
                return if connected.get() {
                    lost(UnknownCause::Cut, SendError::CutWhileSending { host })
                } else {
                    failed(FailReason::Cut, SendError::CutBefore)
                };
            }
            () = connected.and(self.limits.first_byte) => {
                let seconds = self.limits.first_byte.as_secs();
                return lost(UnknownCause::NoAnswer, SendError::NoAnswer { host, seconds });
            }
            answered = asking.send() => answered,
        };
        match answered {
            Ok(response) => sent(response, expected, key, hash, cut, self.limits),
            Err(error) => failure::outcome(&error, host, connected.get(), self.limits),
        }
    }
}

fn failed(reason: FailReason, error: SendError) -> Outcome {
    Outcome::Failed { reason, error }
}

fn lost(cause: UnknownCause, error: SendError) -> Outcome {
    Outcome::Lost { cause, error }
}

/// An address in numbers is not looked up, so it is held against the place here.
fn check_address(request: &Request, place: Place) -> Result<(), Outcome> {
    match request.url().ip_address() {
        Some(address) if place != Place::Cloud && !is_private(address) => {
            let host = request.url().host().to_owned();
            let error = SendError::NameLeavesNetwork { host };
            Err(failed(FailReason::Name, error))
        }
        _ => Ok(()),
    }
}

/// A key that no header can hold.
struct Unusable;

fn headers(
    request: &Request,
    expected: Expected,
    key: Option<&SecretString>,
) -> Result<HeaderMap, Unusable> {
    let mut headers = HeaderMap::new();
    let accept = match expected {
        Expected::Answer(_) => "text/event-stream, application/json",
        Expected::Models(_) | Expected::OllamaModels => "application/json",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    if request.method() == Method::Post {
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json);
    }
    let protocol = expected.protocol();
    if protocol == Protocol::Anthropic {
        let version = HeaderName::from_static("anthropic-version");
        headers.insert(version, HeaderValue::from_static("2023-06-01"));
    }
    if let Some(key) = key {
        let (name, text) = match protocol {
            Protocol::OpenAi => {
                let text = format!("Bearer {}", key.expose_secret());
                (AUTHORIZATION, Zeroizing::new(text))
            }
            Protocol::Anthropic => {
                let text = key.expose_secret().to_owned();
                (HeaderName::from_static("x-api-key"), Zeroizing::new(text))
            }
        };
        if key.expose_secret().is_empty() {
            return Err(Unusable);
        }
        let mut value = HeaderValue::from_str(&text).map_err(|_| Unusable)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// The server answered: what its status means decides how the body is read.
fn sent(
    response: reqwest_tls::Response,
    expected: Expected,
    key: Option<SecretString>,
    hash: AnswerHash,
    cut: CancellationToken,
    limits: Limits,
) -> Outcome {
    let status = response.status();
    let content = content_of(response.headers());
    let refused = status != StatusCode::OK || content == Content::WebPage;
    let head = refusal::Head::of(&response);
    let limit = if refused {
        limits.error_bytes
    } else {
        limits.answer_bytes
    };
    let body = body::Body::new(response, hash, cut, limits, limit);
    let events = if refused {
        answer::refused(body, head, key)
    } else {
        match (expected, content) {
            (Expected::Answer(protocol), Content::Events | Content::None) => {
                answer::streamed(body, protocol, key)
            }
            (_, Content::Json) => answer::whole(body, expected, key),
            _ => answer::odd(body),
        }
    };
    Outcome::Sent(Sent {
        status: status.as_u16(),
        events,
    })
}

/// What a body is, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Events,
    Json,
    WebPage,
    None,
    Odd,
}

fn content_of(headers: &HeaderMap) -> Content {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Content::None;
    };
    let text = value.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    match essence.trim().to_ascii_lowercase().as_str() {
        "text/event-stream" => Content::Events,
        "application/json" => Content::Json,
        "text/html" | "application/xhtml+xml" => Content::WebPage,
        _ => Content::Odd,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-canary";

    fn request(url: &str) -> Request {
        Request::new(Method::Post, url.parse().unwrap(), *b"{}")
    }

    #[test]
    fn a_key_in_a_header_is_not_printed() {
        let key = SecretString::from(KEY);
        for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
            for expected in [Expected::Answer(protocol), Expected::Models(protocol)] {
                let request = request("https://a.example/");
                let headers = headers(&request, expected, Some(&key)).ok().unwrap();
                let holds = |value: &&HeaderValue| value.to_str().unwrap().contains(KEY);
                let found: Vec<_> = headers.values().filter(holds).collect();
                assert_eq!(found.len(), 1);
                assert!(found[0].is_sensitive());
                assert!(!format!("{headers:?}").contains(KEY));
            }
        }
    }

    #[test]
    fn a_public_number_is_not_in_the_network() {
        let is_stopped = |url: &str, place| check_address(&request(url), place).is_err();
        assert!(is_stopped("https://8.8.8.8/", Place::YourNetwork));
        assert!(is_stopped("https://[2001:db8::1]/", Place::YourNetwork));
        assert!(!is_stopped("http://192.168.1.9/", Place::YourNetwork));
        assert!(!is_stopped("https://8.8.8.8/", Place::Cloud));
        assert!(!is_stopped("https://a.example/", Place::YourNetwork));
    }
}
