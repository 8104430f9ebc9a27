//! A server that stands in for a provider: it keeps what it received, byte for byte, and answers what a
//! test wrote, also badly.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::{HeaderMap, Request, Response, body::Frame, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::Notify,
};
use tokio_rustls::TlsAcceptor;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name)?;
        Some(value.to_str().unwrap())
    }
}

/// One step of an answer's body.
#[derive(Clone)]
pub(crate) enum Step {
    Say(Bytes),
    /// Nothing more, and the connection stays.
    Hang,
    /// The connection ends here.
    Break,
}

/// What a double answers.
#[derive(Clone)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        steps: Vec<Step>,
    },
    /// Closes the connection without a word.
    Close,
    /// Never answers.
    Never,
}

impl Reply {
    pub(crate) fn new(status: u16, content: &str, body: impl Into<Bytes>) -> Self {
        Self::steps(status, content, vec![Step::Say(body.into())])
    }

    pub(crate) fn steps(status: u16, content: &str, steps: Vec<Step>) -> Self {
        let headers = vec![("content-type", content.to_owned())];
        Self::Answer {
            status,
            headers,
            steps,
        }
    }

    pub(crate) fn events(body: impl Into<Bytes>) -> Self {
        Self::new(200, "text/event-stream; charset=utf-8", body)
    }

    pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

#[derive(Default)]
struct Seen {
    arrived: Mutex<Vec<Arrived>>,
    connections: AtomicUsize,
    /// A request arrived.
    request: Notify,
    /// A connection ended before its answer did.
    closed: Notify,
}

/// A running double; it ends with the runtime of its test.
pub(crate) struct Double {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

impl Double {
    /// Starts one, behind TLS if it has a proof.
    pub(crate) async fn start(
        tls: Option<Arc<ServerConfig>>,
        reply: impl Fn(&Arrived) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let reply: Arc<Answerer> = Arc::new(reply);
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let (tls, seen, reply) = (tls.clone(), Arc::clone(&seen), Arc::clone(&reply));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, seen, reply).await,
                        Some(tls) => {
                            if let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await {
                                serve(stream, seen, reply).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            seen: kept,
        }
    }

    /// What arrived, in order.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.seen.arrived.lock().unwrap().clone()
    }

    /// What arrived since the last time.
    pub(crate) fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.seen.arrived.lock().unwrap())
    }

    /// Connections that were taken.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Ends when a request has arrived.
    pub(crate) async fn request(&self) {
        self.seen.request.notified().await;
    }

    /// Ends when a client has closed a connection before the answer ended.
    pub(crate) async fn closed(&self) {
        self.seen.closed.notified().await;
    }
}

type Answerer = dyn Fn(&Arrived) -> Reply + Send + Sync;
type Body = StreamBody<Pin<Box<dyn Stream<Item = io::Result<Frame<Bytes>>> + Send>>>;

/// Tells that a connection ended: hyper drops what it serves.
struct Guard(Arc<Seen>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.closed.notify_one();
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    seen: Arc<Seen>,
    reply: Arc<Answerer>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (seen, reply) = (Arc::clone(&seen), Arc::clone(&reply));
        async move { answer(request, seen, reply).await }
    });
    // An error is what a test asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    seen: Arc<Seen>,
    reply: Arc<Answerer>,
) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let arrived = Arrived {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: head.headers,
        body,
    };
    let reply = reply(&arrived);
    seen.arrived.lock().unwrap().push(arrived);
    seen.request.notify_one();
    match reply {
        Reply::Close => Err(io::ErrorKind::ConnectionAborted.into()),
        Reply::Never => {
            let _guard = Guard(seen);
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        Reply::Answer {
            status,
            headers,
            steps,
        } => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response
                .body(StreamBody::new(body_of(steps, seen)))
                .unwrap())
        }
    }
}

fn body_of(
    steps: Vec<Step>,
    seen: Arc<Seen>,
) -> Pin<Box<dyn Stream<Item = io::Result<Frame<Bytes>>> + Send>> {
    stream::iter(steps)
        .then(move |step| {
            let seen = Arc::clone(&seen);
            async move {
                // Each step by itself on the wire.
                tokio::task::yield_now().await;
                match step {
                    Step::Say(bytes) => Ok(Frame::data(bytes)),
                    Step::Break => Err(io::ErrorKind::ConnectionAborted.into()),
                    Step::Hang => {
                        let _guard = Guard(seen);
                        let never: Infallible = std::future::pending().await;
                        match never {}
                    }
                }
            }
        })
        .boxed()
}
