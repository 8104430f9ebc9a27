//! The client against a server that speaks the protocol of `sotto-runtime` over a real socket.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    convert::Infallible,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use sotto_domain::{
    AdapterUse, ChatMessage, ChatRequest, EndReason, Failure, FailureCode, LanguageModel, Manner,
    ModelEvent, Residence, Role,
};
use sotto_runtime_client::Client;
use tempfile::TempDir;
use tokio::{
    net::UnixListener,
    sync::{Notify, oneshot},
    time::timeout,
};

const LONG: Duration = Duration::from_secs(20);

type Respond = Arc<dyn Fn() -> Response + Send + Sync>;
type Asked = Arc<Mutex<Vec<Value>>>;

struct Server {
    client: Client,
    asked: Asked,
    _folder: TempDir,
}

impl Server {
    fn last(&self) -> Value {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

/// Serves one answer to every `POST /api/chat`.
fn serve(respond: impl Fn() -> Response + Send + Sync + 'static) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let asked = Asked::default();
    let respond: Respond = Arc::new(respond);
    let chat = |State((asked, respond)): State<(Asked, Respond)>, Json(body): Json<Value>| async move {
        asked.lock().unwrap().push(body);
        respond()
    };
    let redirect = |path: &'static str| (StatusCode::FOUND, [("location", path)]);
    let router = Router::new()
        .route("/api/chat", post(chat))
        .route(
            "/api/ps",
            get(|| async {
                Json(json!({"models": [{"name": "m", "state": "loading", "progress": 0.5}]}))
            }),
        )
        .route(
            "/api/sotto/system",
            get(move || async move { redirect("/api/ps") }),
        )
        .with_state((Arc::clone(&asked), respond));
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server {
        client: Client::new(&socket).unwrap(),
        asked,
        _folder: folder,
    }
}

fn ndjson(chunks: Vec<Bytes>) -> Response {
    Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, Infallible>))).into_response()
}

fn said(text: &str) -> String {
    format!(
        "{}\n",
        json!({"model": "m", "message": {"role": "assistant", "content": text}, "done": false})
    )
}

const END: &str = "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"length\",\"eval_count\":2}\n";

fn question() -> ChatRequest {
    let message = |role, text: &str| ChatMessage {
        role,
        text: text.into(),
    };
    ChatRequest {
        model: "Tiny".into(),
        messages: vec![
            message(Role::System, "Be brief."),
            message(Role::User, "Grüße?"),
        ],
        ..ChatRequest::default()
    }
}

async fn events(client: &Client) -> Vec<Result<ModelEvent, Failure>> {
    let answer = client.chat(question()).await.unwrap();
    timeout(LONG, answer.collect()).await.unwrap()
}

#[tokio::test]
async fn characters_arrive_whole_however_the_bytes_are_cut() {
    let text = format!("{}{}{END}", said("Grüß "), said("dich 🦉"));
    let server = serve(move || ndjson(text.bytes().map(|byte| Bytes::from(vec![byte])).collect()));
    let events = events(&server.client).await;
    assert_eq!(events[0], Ok(ModelEvent::Text("Grüß ".into())));
    assert_eq!(events[1], Ok(ModelEvent::Text("dich 🦉".into())));
    assert!(
        matches!(&events[2], Ok(ModelEvent::Ended { reason: EndReason::Length, statistics }) if statistics.answer_tokens == 2)
    );
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn several_lines_in_one_piece_are_several_events() {
    let server = serve(|| {
        ndjson(vec![Bytes::from(format!(
            "{}{}{}{END}",
            said("a"),
            said(""),
            said("b")
        ))])
    });
    assert_eq!(events(&server.client).await.len(), 3);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
    let whole = said("Hel");
    let half = said("lo")[..10].to_owned();
    let endings: [Vec<Result<Bytes, std::io::Error>>; 3] = [
        vec![],
        vec![Ok(Bytes::from(half))],
        vec![Err(std::io::Error::other("broken"))],
    ];
    for ending in endings {
        let ending = Mutex::new(Some(stream::iter(ending)));
        let whole = Bytes::from(whole.clone());
        let heard = Arc::new(Notify::new());
        let may_end = Arc::clone(&heard);
        let server = serve(move || {
            let first = stream::iter([Ok(whole.clone())]);
            let may_end = Arc::clone(&may_end);
            let wait =
                stream::once(async move { may_end.notified().await }).filter_map(async |()| None);
            let ending = ending.lock().unwrap().take().unwrap();
            Body::from_stream(first.chain(wait).chain(ending)).into_response()
        });
        let mut answer = server.client.chat(question()).await.unwrap();
        assert_eq!(
            answer.next().await,
            Some(Ok(ModelEvent::Text("Hel".into())))
        );
        heard.notify_one();
        let failure = answer.next().await.unwrap().unwrap_err();
        assert_eq!(failure.code, FailureCode::RuntimeEnded, "{failure}");
        assert!(
            failure.message.contains("What was said is kept"),
            "{failure}"
        );
        assert_eq!(answer.next().await, None);
    }
}

#[tokio::test]
async fn an_error_inside_the_answer_is_not_swallowed() {
    let line =
        json!({"error": "no memory", "code": "insufficient_memory", "needed": 2, "available": 1});
    let server = serve(move || ndjson(vec![Bytes::from(format!("{}{line}\n", said("a")))]));
    let events = events(&server.client).await;
    assert_eq!(
        events[1].as_ref().unwrap_err().code,
        FailureCode::InsufficientMemory {
            needed: 2,
            available: 1
        }
    );
}

#[tokio::test]
async fn errors_known_before_the_first_word_come_at_once() {
    let check = async |status: StatusCode, body: &str, code: FailureCode| {
        let body = body.to_owned();
        let server = serve(move || (status, body.clone()).into_response());
        let failure = server.client.chat(question()).await.err().unwrap();
        assert_eq!(failure.code, code, "{failure}");
        assert_eq!(
            server
                .client
                .load("Tiny", None, Residence::default())
                .await
                .unwrap_err()
                .code,
            code
        );
    };
    let exceeded = r#"{"error":"e","code":"context_exceeded","prompt_tokens":9,"context":8}"#;
    check(
        StatusCode::BAD_REQUEST,
        exceeded,
        FailureCode::ContextExceeded {
            prompt_tokens: 9,
            context: 8,
        },
    )
    .await;
    check(
        StatusCode::NOT_FOUND,
        r#"{"error":"e","code":"model_not_found"}"#,
        FailureCode::ModelNotFound,
    )
    .await;
    check(
        StatusCode::INTERNAL_SERVER_ERROR,
        r#"{"error":"e","code":"model_unusable"}"#,
        FailureCode::ModelUnusable,
    )
    .await;
    check(
        StatusCode::SERVICE_UNAVAILABLE,
        "<html>",
        FailureCode::Other,
    )
    .await;
}

#[tokio::test]
async fn what_the_person_decided_reaches_the_runtime() {
    let server = serve(|| ndjson(vec![Bytes::from_static(END.as_bytes())]));
    let _ = server.client.chat(question()).await.unwrap();
    assert_eq!(
        server.last(),
        json!({"model": "Tiny", "stream": true, "truncate": false, "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße?"}]})
    );
    let _ = server
        .client
        .chat(ChatRequest {
            context: Some(4_096),
            drop_oldest: true,
            ..question()
        })
        .await
        .unwrap();
    assert_eq!(
        (&server.last()["truncate"], &server.last()["options"]),
        (&json!(true), &json!({"num_ctx": 4_096}))
    );
    let schema = json!({"type": "object", "required": ["b", "a"]});
    let _ = server
        .client
        .chat(ChatRequest {
            manner: Manner {
                schema: Some(schema.clone()),
                temperature: Some(0.0),
                repeat_penalty: Some(1.0),
                top_k: Some(20),
                top_p: Some(0.5),
                min_p: Some(0.25),
                seed: Some(7),
            },
            adapters: vec![AdapterUse {
                name: "pirate".into(),
                scale: 0.5,
            }],
            residence: Residence {
                keep_alive: Some(-1),
                graphics_layers: Some(12),
            },
            ..question()
        })
        .await
        .unwrap();
    assert_eq!(
        (&server.last()["format"], &server.last()["options"]),
        (
            &schema,
            &json!({"temperature": 0.0, "repeat_penalty": 1.0, "top_k": 20, "top_p": 0.5, "min_p": 0.25,
                "seed": 7, "num_gpu": 12})
        )
    );
    assert_eq!(
        (&server.last()["adapters"], &server.last()["keep_alive"]),
        (&json!([{"name": "pirate", "scale": 0.5}]), &json!(-1))
    );
    let residence = Residence {
        keep_alive: Some(90),
        graphics_layers: None,
    };
    server
        .client
        .load("Tiny", Some(256), residence)
        .await
        .unwrap();
    assert_eq!(
        server.last(),
        json!({"model": "Tiny", "stream": false, "truncate": false, "messages": [], "options": {"num_ctx": 256}, "keep_alive": 90})
    );
    server.client.unload("Tiny").await.unwrap();
    assert_eq!(server.last()["keep_alive"], json!(0));
    // On the wire this would be a load.
    assert!(
        server
            .client
            .chat(ChatRequest {
                messages: vec![],
                ..question()
            })
            .await
            .is_err()
    );
    assert_eq!(server.last()["keep_alive"], json!(0));
}

/// Tells when the server notices that nobody reads any more.
struct Noticed(Option<oneshot::Sender<()>>);

impl Drop for Noticed {
    fn drop(&mut self) {
        let _ = self.0.take().unwrap().send(());
    }
}

/// A server whose answer never ends, and when it is no longer read.
fn endless(first: Option<String>) -> (Server, oneshot::Receiver<()>) {
    let (sender, noticed) = oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let server = serve(move || {
        let guard = Noticed(sender.lock().unwrap().take());
        let first = stream::iter(first.clone().map(Ok::<_, Infallible>));
        let rest = stream::pending::<Result<String, Infallible>>().map(move |item| {
            let _ = &guard;
            item
        });
        Body::from_stream(first.chain(rest)).into_response()
    });
    (server, noticed)
}

#[tokio::test]
async fn a_dropped_answer_stops_the_runtime() {
    let (server, noticed) = endless(Some(said("a")));
    let mut answer = server.client.chat(question()).await.unwrap();
    assert!(answer.next().await.unwrap().is_ok());
    drop(answer);
    timeout(LONG, noticed)
        .await
        .expect("the connection stayed open")
        .unwrap();
}

#[tokio::test]
async fn a_question_that_is_no_longer_waited_for_stops_the_runtime() {
    let (server, noticed) = endless(None);
    // The head of the response comes with the first word, which never comes.
    assert!(
        timeout(Duration::from_millis(300), async {
            server.client.chat(question()).await.unwrap().next().await
        })
        .await
        .is_err()
    );
    timeout(LONG, noticed)
        .await
        .expect("the connection stayed open")
        .unwrap();
}

#[tokio::test]
async fn nothing_but_the_socket_is_reached() {
    let server = serve(|| ndjson(vec![]));
    assert_eq!(server.client.loaded().await.unwrap()[0].percent(), 50);
    // A redirect is not followed.
    assert!(server.client.system().await.is_err());
    let nobody = Client::new(Path::new("/nowhere/socket")).unwrap();
    assert_eq!(
        nobody.models().await.unwrap_err().code,
        FailureCode::RuntimeEnded
    );
}

#[test]
fn proxies_of_the_environment_are_ignored() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "characters_arrive_whole_however_the_bytes_are_cut",
    ]);
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env(name, "http://127.0.0.1:9");
    }
    let output = command.env_remove("NO_PROXY").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}
