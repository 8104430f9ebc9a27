//! A server on this computer that speaks OpenAI's protocol, as a vLLM or llama-server of the person's
//! own would, and remembers every request byte for byte.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, header},
    routing::{get, post},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

/// How it answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// In these pieces.
    Says(Vec<&'static str>),
    /// With the last text that it was told.
    Repeats,
    /// With a word at a time, without end.
    Endlessly,
    /// Not at all: it takes the request and is silent.
    Never,
    /// With an error of this status.
    Refuses(u16),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    /// `Authorization`, if there was one.
    pub authorization: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

#[derive(Clone)]
struct Shared {
    reply: Reply,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// The server; it ends with the test's runtime.
pub struct LargerServer {
    /// The address under which its paths lie.
    pub address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl LargerServer {
    /// Starts on a free port.
    pub async fn start(reply: Reply) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shared = Shared {
            reply,
            heard: Arc::clone(&heard),
        };
        let paths = Router::new()
            .route("/v1/chat/completions", post(answer))
            .route("/v1/models", get(models))
            .with_state(shared);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, paths).await });
        Self { address, heard }
    }

    /// All requests so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        lock(&self.heard).clone()
    }
}

fn lock(heard: &Mutex<Vec<Heard>>) -> std::sync::MutexGuard<'_, Vec<Heard>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(shared: &Shared, headers: &HeaderMap, body: &Bytes) {
    let authorization = headers.get(header::AUTHORIZATION);
    lock(&shared.heard).push(Heard {
        authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
        body: body.to_vec(),
    });
}

async fn models(State(shared): State<Shared>, headers: HeaderMap) -> Response<Body> {
    note(&shared, &headers, &Bytes::new());
    let body = json!({"object": "list", "data": [{"id": "large", "object": "model"}]});
    response(200, "application/json", Body::from(body.to_string()))
}

async fn answer(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    note(&shared, &headers, &body);
    let events = "text/event-stream";
    match shared.reply {
        Reply::Says(pieces) => {
            let said: String = pieces.iter().map(|piece| event(piece)).collect();
            response(200, events, Body::from(said + &end()))
        }
        Reply::Repeats => response(200, events, Body::from(event(&last_text(&body)) + &end())),
        Reply::Endlessly => {
            let words = stream::repeat(()).then(async |()| {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                Ok::<_, std::io::Error>(event("word "))
            });
            response(200, events, Body::from_stream(words))
        }
        Reply::Never => std::future::pending().await,
        Reply::Refuses(status) => {
            let body = json!({"error": {"message": "not today", "type": "refused"}});
            response(status, "application/json", Body::from(body.to_string()))
        }
    }
}

fn response(status: u16, content: &str, body: Body) -> Response<Body> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content)
        .body(body)
        .unwrap()
}

fn event(text: &str) -> String {
    let data =
        json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
    format!("data: {data}\n\n")
}

fn end() -> String {
    let stop = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}});
    format!("data: {stop}\n\ndata: {usage}\n\ndata: [DONE]\n\n")
}

fn last_text(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    let content = &body["messages"].as_array().unwrap().last().unwrap()["content"];
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.last().unwrap()["text"].as_str().unwrap().to_owned(),
        other => panic!("{other}"),
    }
}
