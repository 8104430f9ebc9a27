//! The real binary on a Unix socket, and what the tests ask it over HTTP.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The starter model: `npm test` fetches it and sets `SOTTO_TEST_MODELS`.
pub const MODEL: &str = "SmolLM2-135M-Instruct.Q4_1";

/// A runtime that ends with the test.
pub struct Runtime {
    pub process: Child,
    pub socket: PathBuf,
    _folder: tempfile::TempDir,
}

impl Runtime {
    pub fn start() -> Self {
        Self::start_with(|command| command.args(["--threads", "1"]))
    }

    /// With further arguments and variables.
    pub fn start_with(more: impl FnOnce(&mut Command) -> &mut Command) -> Self {
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_sotto-runtime"));
        command
            .args([
                "--lifeline".as_ref(),
                "--models".as_ref(),
                models.as_os_str(),
            ])
            .args([OsStr::new("--socket"), socket.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = more(&mut command).spawn().unwrap();
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
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Vec<Value>) {
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

/// One request on a connection of its own: the status and the body as it came.
pub fn exchange(socket: &Path, method: &str, path: &str, body: &str) -> (u16, String) {
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
