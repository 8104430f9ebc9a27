//! A double of a model hub on this computer. It speaks what huggingface.co speaks to who fetches a file:
//! paged lists, a redirect to another host with a signed address that ends, the hash and length of what is
//! linked, parts; and it does so badly where a test says so. Every byte of a file that it sends is counted.

mod answers;

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, routing::get};

use answers::{blob, resolve, tree};

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
