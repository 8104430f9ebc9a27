//! A double of a model hub on this computer. It speaks what huggingface.co speaks to who fetches a file:
//! paged lists, a redirect to another host with a signed address that ends, the hash and length of what is
//! linked, parts; and it does so badly where a test says so. Every byte of a file that it sends is counted.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, Response, StatusCode, Uri, header},
    routing::get,
};
use futures_util::stream;
use serde_json::{Value, json};

/// Bytes that are sent at once.
pub const CHUNK: usize = 64 << 10;

/// A file of the hub.
#[derive(Debug, Clone)]
pub struct HubFile {
    /// `owner/name`.
    pub repository: String,
    /// Its path there.
    pub path: String,
    /// What it holds.
    pub bytes: Bytes,
    /// What the hub says its SHA-256 is.
    pub sha256: String,
}

/// What goes wrong, once, at the next request for a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// After so many bytes of this answer the connection breaks.
    Cut(u64),
    /// After so many bytes nothing more comes, and the connection stays.
    Hang(u64),
    /// A byte at a time, with this pause before each.
    Drip(Duration),
    /// This status, perhaps with `Retry-After` in seconds.
    Status(u16, Option<u64>),
    /// The whole file, whatever part was asked for.
    Whole,
    /// A part that begins so many bytes later than was asked for.
    OtherPart(u64),
    /// The part is said to be of a file that is so much longer.
    Longer(u64),
    /// So many bytes more than were announced, in an answer without a length.
    TooMuch(usize),
    /// It ends so many bytes early, in an answer without a length.
    Short(u64),
    /// The byte at this place of the file is another one.
    Flipped(u64),
    /// A web page, as a hotel's network shows it.
    WebPage,
    /// The signed address is over.
    Expired,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Path and query.
    pub uri: String,
    /// `Authorization`, if there was one.
    pub authorization: Option<String>,
    /// `Range`, if there was one.
    pub range: Option<String>,
    /// `If-Range`, if there was one.
    pub if_range: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// Bytes of the file that were handed to the connection, and from where on.
    pub sent: Range<u64>,
}

/// What it does besides.
#[derive(Debug, Clone)]
struct Manner {
    /// Faults of the host that has the files, in their order.
    faults: VecDeque<Fault>,
    /// Faults of the hub itself.
    hub_faults: VecDeque<Fault>,
    /// The name of the file's state there; another one is another state.
    etag: Option<String>,
    /// Where the hub sends a request on to, instead of its own other host.
    sends_on_to: Option<String>,
    /// What the hub says of a file's length, where it is not the truth.
    says_size: Option<u64>,
    /// What the hub says its SHA-256 is, where it is not the truth; empty says nothing.
    says_sha256: Option<String>,
    /// How long a signed address is good.
    expires_after: Duration,
    /// The token without which the hub shows nothing.
    wants_token: Option<String>,
    /// Files on a page of the list.
    page: usize,
    /// Bytes in a second, over all; as fast as it goes without.
    rate: Option<u64>,
}

struct Shared {
    files: Vec<HubFile>,
    manner: Manner,
    hub: Vec<Fetched>,
    cdn: Vec<Fetched>,
    connections: usize,
    signatures: BTreeMap<u64, Instant>,
}

/// The hub and its other host; both end with the test's runtime.
#[derive(Clone)]
pub struct HubDouble {
    /// Where the hub is.
    pub endpoint: String,
    /// Its other host, as `name:port`.
    pub cdn: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Clone)]
struct At {
    double: HubDouble,
}

impl HubDouble {
    /// Starts on two free ports.
    pub async fn start(files: Vec<HubFile>) -> Self {
        Self::start_at(files, [127, 0, 0, 1].into(), [0, 0]).await
    }

    /// Starts on two ports, of which 0 is any that is free.
    pub async fn start_at(files: Vec<HubFile>, host: std::net::IpAddr, ports: [u16; 2]) -> Self {
        let listen = async |port| {
            let address = SocketAddr::new(host, port);
            tokio::net::TcpListener::bind(address).await.unwrap()
        };
        let (hub, cdn) = (listen(ports[0]).await, listen(ports[1]).await);
        let shared = Shared {
            files,
            manner: Manner {
                faults: VecDeque::new(),
                hub_faults: VecDeque::new(),
                etag: Some("\"state-1\"".to_owned()),
                sends_on_to: None,
                says_size: None,
                says_sha256: None,
                expires_after: Duration::from_secs(3_600),
                wants_token: None,
                page: 50,
                rate: None,
            },
            hub: Vec::new(),
            cdn: Vec::new(),
            connections: 0,
            signatures: BTreeMap::new(),
        };
        let double = Self {
            endpoint: format!("http://{}", hub.local_addr().unwrap()),
            cdn: cdn.local_addr().unwrap().to_string(),
            shared: Arc::new(Mutex::new(shared)),
        };
        let at = At {
            double: double.clone(),
        };
        let of_hub = Router::new()
            .route("/{owner}/{name}/resolve/{revision}/{*path}", get(resolve))
            .route("/api/models/{owner}/{name}/tree/{revision}", get(tree))
            .with_state(at.clone());
        let of_cdn = Router::new()
            .route("/blob/{sha256}", get(blob))
            .with_state(at);
        let counted = double.clone();
        let counting = move |listener: tokio::net::TcpListener, paths: Router| {
            let double = counted.clone();
            tokio::spawn(async move {
                use axum::serve::ListenerExt as _;
                let listener = listener.tap_io(move |connection| {
                    double.lock().connections += 1;
                    let _ = connection.set_nodelay(true);
                });
                axum::serve(listener, paths).await
            });
        };
        counting(hub, of_hub);
        counting(cdn, of_cdn);
        double
    }

    /// What goes wrong at the next requests for bytes, one after the other.
    pub fn fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().manner.faults.extend(faults);
    }

    /// What goes wrong at the next requests to the hub itself: a status, a page, or nothing.
    pub fn hub_fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().manner.hub_faults.extend(faults);
    }

    /// The other host has another state of its files from now on, or names none.
    pub fn has_state(&self, etag: Option<&str>) {
        self.lock().manner.etag = etag.map(str::to_owned);
    }

    /// The hub says this of a file's length and SHA-256 from now on, instead of the truth. An empty hash
    /// says nothing.
    pub fn says(&self, size: Option<u64>, sha256: Option<&str>) {
        let manner = &mut self.lock().manner;
        manner.says_size = size;
        manner.says_sha256 = sha256.map(str::to_owned);
    }

    /// The hub sends requests on to this address from now on.
    pub fn sends_on_to(&self, address: &str) {
        self.lock().manner.sends_on_to = Some(address.to_owned());
    }

    /// The hub shows nothing without this token.
    pub fn wants_token(&self, token: &str) {
        self.lock().manner.wants_token = Some(token.to_owned());
    }

    /// Signed addresses are good for so long.
    pub fn expires_after(&self, time: Duration) {
        self.lock().manner.expires_after = time;
    }

    /// So many files on a page of the list.
    pub fn pages_of(&self, files: usize) {
        self.lock().manner.page = files;
    }

    /// Sends no more than so many bytes in a second.
    pub fn sends_at(&self, bytes_per_second: Option<u64>) {
        self.lock().manner.rate = bytes_per_second;
    }

    /// Puts another file in place of all.
    pub fn holds(&self, files: Vec<HubFile>) {
        self.lock().files = files;
    }

    /// The requests to the hub.
    #[must_use]
    pub fn asked(&self) -> Vec<Fetched> {
        self.lock().hub.clone()
    }

    /// The requests to the host that has the files.
    #[must_use]
    pub fn fetched(&self) -> Vec<Fetched> {
        self.lock().cdn.clone()
    }

    /// Bytes of files that were sent.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        let fetched = self.fetched();
        fetched
            .iter()
            .map(|one| one.sent.end - one.sent.start)
            .sum()
    }

    /// Connections to both hosts.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.lock().connections
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HubFile {
    /// A file and its true hash.
    #[must_use]
    pub fn new(repository: &str, path: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            repository: repository.to_owned(),
            path: path.to_owned(),
            sha256: sha256(&bytes),
            bytes,
        }
    }
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

fn fetched(uri: &Uri, headers: &HeaderMap, status: u16, sent: Range<u64>) -> Fetched {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    Fetched {
        uri: uri.to_string(),
        authorization: text(header::AUTHORIZATION),
        range: text(header::RANGE),
        if_range: text(header::IF_RANGE),
        status,
        sent,
    }
}

fn refusal(status: u16, wait: Option<u64>) -> Response<Body> {
    let mut response = Response::builder().status(status);
    if let Some(wait) = wait {
        response = response.header(header::RETRY_AFTER, wait);
    }
    response.body(Body::empty()).unwrap()
}

fn web_page() -> Response<Body> {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .body(Body::from("<!doctype html><title>Welcome</title>"))
        .unwrap()
}

impl Shared {
    /// What the hub says instead of an answer, if it does.
    fn refuses(&mut self, headers: &HeaderMap) -> Option<Response<Body>> {
        match self.manner.hub_faults.pop_front() {
            Some(Fault::Status(status, wait)) => return Some(refusal(status, wait)),
            Some(Fault::WebPage) => return Some(web_page()),
            _ => {}
        }
        let wanted = self.manner.wants_token.as_ref()?;
        let shown = headers.get(header::AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        if shown == Some(&format!("Bearer {wanted}")) {
            return None;
        }
        let response = Response::builder()
            .status(StatusCode::UNAUTHORIZED)
            .header("x-error-code", "GatedRepo")
            .header("x-error-message", "Access to this model is restricted.");
        Some(response.body(Body::empty()).unwrap())
    }
}

async fn resolve(
    State(at): State<At>,
    Path((owner, name, _revision, path)): Path<(String, String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut shared = at.double.lock();
    let response = match shared.refuses(&headers) {
        Some(response) => response,
        None => redirect(
            &mut shared,
            &at.double.cdn,
            &format!("{owner}/{name}"),
            &path,
        ),
    };
    let status = response.status().as_u16();
    shared.hub.push(fetched(&uri, &headers, status, 0..0));
    response
}

fn redirect(shared: &mut Shared, cdn: &str, repository: &str, path: &str) -> Response<Body> {
    let is_it = |file: &&HubFile| file.repository == repository && file.path == path;
    let Some(file) = shared.files.iter().find(is_it).cloned() else {
        return Response::builder()
            .status(StatusCode::NOT_FOUND)
            .header("x-error-code", "EntryNotFound")
            .header("x-error-message", "Entry not found")
            .body(Body::empty())
            .unwrap();
    };
    let manner = &shared.manner;
    let size = manner.says_size.unwrap_or(file.bytes.len() as u64);
    let says = manner
        .says_sha256
        .clone()
        .unwrap_or_else(|| file.sha256.clone());
    let location = manner.sends_on_to.clone().unwrap_or_else(|| {
        let number = shared.signatures.len() as u64 + 1;
        shared.signatures.insert(number, Instant::now());
        let seconds = manner.expires_after.as_secs();
        format!(
            "http://{cdn}/blob/{}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={seconds}&X-Amz-Signature={number}&response-content-disposition=inline%3B+filename%3D%22{}%22%3B",
            file.sha256,
            path.rsplit('/').next().unwrap()
        )
    });
    let mut response = Response::builder()
        .status(StatusCode::FOUND)
        .header(header::LOCATION, location)
        .header("x-repo-commit", "0123456789abcdef0123456789abcdef01234567")
        .header("x-linked-size", size);
    if !says.is_empty() {
        response = response.header("x-linked-etag", format!("\"{says}\""));
    }
    response.body(Body::from("Found. Redirecting")).unwrap()
}

async fn tree(
    State(at): State<At>,
    Path((owner, name, revision)): Path<(String, String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut shared = at.double.lock();
    let response = shared.refuses(&headers).unwrap_or_else(|| {
        let repository = format!("{owner}/{name}");
        let of_it = shared.files.iter().filter(|file| file.repository == repository);
        let entries: Vec<Value> = of_it.map(entry).collect();
        if entries.is_empty() {
            return Response::builder()
                .status(StatusCode::UNAUTHORIZED)
                .header("x-error-code", "RepoNotFound")
                .body(Body::empty())
                .unwrap();
        }
        let from: usize = query.get("cursor").map_or(0, |cursor| cursor.parse().unwrap());
        let until = entries.len().min(from + shared.manner.page);
        let mut response = Response::builder().header(header::CONTENT_TYPE, "application/json");
        if until < entries.len() {
            let endpoint = &at.double.endpoint;
            let next = format!(
                "<{endpoint}/api/models/{repository}/tree/{revision}?recursive=true&cursor={until}>; rel=\"next\""
            );
            response = response.header(header::LINK, next);
        }
        let page = Value::from(entries[from..until].to_vec());
        response.body(Body::from(page.to_string())).unwrap()
    });
    let status = response.status().as_u16();
    shared.hub.push(fetched(&uri, &headers, status, 0..0));
    response
}

fn entry(file: &HubFile) -> Value {
    let size = file.bytes.len();
    json!({
        "type": "file", "oid": "0000000000000000000000000000000000000000", "size": size, "path": file.path,
        "lfs": {"oid": file.sha256, "size": size, "pointerSize": 135}, "xetHash": file.sha256,
    })
}

/// One answer's bytes.
struct Sending {
    double: HubDouble,
    number: usize,
    bytes: Bytes,
    at: usize,
    until: usize,
    chunk: usize,
    pause: Duration,
    /// What comes at the end of these bytes.
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    Break,
    Hang,
}

impl Sending {
    fn stream(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut sending| async move {
            if sending.at >= sending.until {
                return match sending.then {
                    Then::End => None,
                    Then::Hang => std::future::pending().await,
                    Then::Break => {
                        sending.then = Then::End;
                        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                        // What was handed over goes out first: then the counts are those of the wire.
                        tokio::time::sleep(Duration::from_millis(5)).await;
                        Some((Err(broken), sending))
                    }
                };
            }
            let end = sending.until.min(sending.at + sending.chunk);
            let mut pause = sending.pause;
            if let Some(rate) = sending.double.lock().manner.rate {
                pause += Duration::from_secs_f64((end - sending.at) as f64 / rate as f64);
            }
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            let piece = sending.bytes.slice(sending.at..end);
            sending.double.lock().cdn[sending.number].sent.end += piece.len() as u64;
            sending.at = end;
            Some((Ok::<_, std::io::Error>(piece), sending))
        }))
    }
}

async fn blob(
    State(at): State<At>,
    Path(sha256): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let double = at.double.clone();
    let mut shared = double.lock();
    let fault = shared.manner.faults.pop_front();
    let number = shared.cdn.len();
    let response = answer(&mut shared, &at.double, fault, &sha256, &query, &headers);
    let (response, first) = response;
    let status = response.status().as_u16();
    shared
        .cdn
        .insert(number, fetched(&uri, &headers, status, first..first));
    response
}

fn answer(
    shared: &mut Shared,
    double: &HubDouble,
    fault: Option<Fault>,
    sha256: &str,
    query: &BTreeMap<String, String>,
    headers: &HeaderMap,
) -> (Response<Body>, u64) {
    match &fault {
        Some(Fault::Status(status, wait)) => return (refusal(*status, *wait), 0),
        Some(Fault::WebPage) => return (web_page(), 0),
        Some(Fault::Expired) => return (refusal(403, None), 0),
        _ => {}
    }
    let signed = query
        .get("X-Amz-Signature")
        .and_then(|number| number.parse().ok());
    let given = signed.and_then(|number: u64| shared.signatures.get(&number));
    if given.is_none_or(|given| given.elapsed() > shared.manner.expires_after) {
        return (refusal(403, None), 0);
    }
    let Some(file) = shared.files.iter().find(|file| file.sha256 == sha256) else {
        return (refusal(404, None), 0);
    };
    let mut bytes = file.bytes.clone();
    let size = bytes.len() as u64;
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &header::HeaderValue| value.to_str().ok())
    };
    let wanted = text(header::RANGE).and_then(|range| {
        let from = range.strip_prefix("bytes=")?.strip_suffix('-')?;
        from.parse::<u64>().ok()
    });
    let etag = shared.manner.etag.clone();
    let same = text(header::IF_RANGE).is_none_or(|tag| etag.as_deref() == Some(tag));
    let part = wanted.filter(|_| same && fault != Some(Fault::Whole));
    let mut response = Response::builder().header(header::ACCEPT_RANGES, "bytes");
    if let Some(etag) = &etag {
        response = response.header(header::ETAG, etag);
    }
    if part.is_some_and(|first| first >= size) {
        let range = format!("bytes */{size}");
        let response = response.status(416).header(header::CONTENT_RANGE, range);
        return (response.body(Body::empty()).unwrap(), 0);
    }
    let mut first = part.unwrap_or(0);
    let mut says = size;
    let (mut until, mut then) = (size, Then::End);
    let (mut chunk, mut pause, mut with_length) = (CHUNK, Duration::ZERO, true);
    match fault {
        Some(Fault::Cut(after)) => (until, then) = (size.min(first + after), Then::Break),
        Some(Fault::Hang(after)) => (until, then) = (size.min(first + after), Then::Hang),
        Some(Fault::Drip(each)) => (chunk, pause) = (1, each),
        Some(Fault::OtherPart(later)) => first = (first + later).min(size - 1),
        Some(Fault::Longer(more)) => says += more,
        Some(Fault::TooMuch(more)) => {
            bytes = [bytes.as_ref(), &vec![0; more]].concat().into();
            (until, with_length) = (bytes.len() as u64, false);
        }
        Some(Fault::Short(less)) => (until, with_length) = (size - less, false),
        Some(Fault::Flipped(place)) => {
            let mut other = bytes.to_vec();
            other[usize::try_from(place).unwrap()] ^= 1;
            bytes = other.into();
        }
        _ => {}
    }
    if let Some(_part) = part {
        let range = format!("bytes {first}-{}/{says}", size - 1);
        response = response.status(206).header(header::CONTENT_RANGE, range);
    }
    if with_length {
        response = response.header(header::CONTENT_LENGTH, says - first);
    }
    let sending = Sending {
        double: double.clone(),
        number: shared.cdn.len(),
        bytes,
        at: usize::try_from(first).unwrap(),
        until: usize::try_from(until).unwrap(),
        chunk,
        pause,
        then,
    };
    (response.body(sending.stream()).unwrap(), first)
}
