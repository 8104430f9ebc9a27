//! The real binary on a Unix socket with the starter model: started, asked, and gone with its owner.
//!
//! `npm test` builds the binary, fetches the model and sets `SOTTO_TEST_MODELS`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const MODEL: &str = "SmolLM2-135M-Instruct.Q4_1";

struct Runtime {
    process: Child,
    socket: PathBuf,
    _folder: tempfile::TempDir,
}

impl Runtime {
    fn start() -> Self {
        let models = std::env::var_os("SOTTO_TEST_MODELS")
            .map(PathBuf::from)
            .filter(|folder| folder.join(format!("{MODEL}.gguf")).is_file())
            .unwrap_or_else(|| {
                panic!(
                    "SOTTO_TEST_MODELS must name a folder with {MODEL}.gguf: `npm test` provides it"
                )
            });
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("runtime.sock");
        let mut process = Command::new(env!("CARGO_BIN_EXE_sotto-runtime"))
            .args(["--lifeline", "--threads", "1", "--models"])
            .arg(models)
            .arg("--socket")
            .arg(&socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, format!("listening {}\n", socket.display()));
        Self {
            process,
            socket,
            _folder: folder,
        }
    }

    /// Sends one request and gives the status and the lines of JSON.
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Vec<Value>) {
        let (status, text) = exchange(&self.socket, method, path, &body.to_string());
        (
            status,
            text.lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                // The sizes of chunks are numbers.
                .filter(Value::is_object)
                .collect(),
        )
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn exchange(socket: &Path, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = UnixStream::connect(socket).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: sotto\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let status = response[9..12].parse().unwrap();
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    (status, body.to_owned())
}

fn chat(content: &str, extra: Value) -> Value {
    let mut request = json!({
        "model": MODEL,
        "messages": [{"role": "user", "content": content}],
        "options": {"temperature": 0, "num_predict": 8},
    });
    request
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    request
}

#[test]
fn a_question_is_answered_over_a_private_socket() {
    use std::os::unix::fs::PermissionsExt;
    let runtime = Runtime::start();
    assert_eq!(
        std::fs::metadata(&runtime.socket)
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let (status, lines) = runtime.ask("POST", "/api/chat", &chat("Say hello.", json!({})));
    assert_eq!(status, 200);
    let last = lines.last().unwrap();
    assert_eq!(last["done"], true);
    assert_eq!(last["eval_count"], 8);
    let text: String = lines
        .iter()
        .filter_map(|line| line["message"]["content"].as_str())
        .collect();
    assert!(!text.is_empty());
    // The same question again finds all but its last token evaluated.
    let (_, lines) = runtime.ask(
        "POST",
        "/api/chat",
        &chat("Say hello.", json!({"stream": false})),
    );
    assert_eq!(lines[0]["message"]["content"], json!(text));
    assert_eq!(
        lines[0]["prompt_cached_count"].as_u64().unwrap() + 1,
        lines[0]["prompt_eval_count"].as_u64().unwrap()
    );
}

#[test]
fn refusals_are_json() {
    let runtime = Runtime::start();
    for (method, path, body, status) in [
        (
            "POST",
            "/api/chat",
            json!({"model": "none", "messages": []}),
            404,
        ),
        ("POST", "/api/chat", json!({"model": 1}), 400),
        (
            "POST",
            "/api/chat",
            chat("x", json!({"options": {"num_ctx": "x"}})),
            400,
        ),
        ("POST", "/api/pull", json!({}), 501),
        ("GET", "/api/none", json!({}), 404),
        ("GET", "/api/chat", json!({}), 404),
    ] {
        let (given, lines) = runtime.ask(method, path, &body);
        assert_eq!(given, status, "{method} {path}");
        assert!(
            lines.iter().any(|line| line["error"].is_string()),
            "{method} {path}"
        );
    }
}

#[test]
fn it_ends_when_its_owner_lets_go() {
    let mut runtime = Runtime::start();
    drop(runtime.process.stdin.take());
    assert!(runtime.process.wait().unwrap().success());
}
