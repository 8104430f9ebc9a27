//! A process `sotto-runtime`, asked over its socket and looked at from outside.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// The small model, at hand everywhere.
pub(crate) const STARTER: &str = "SmolLM2-135M-Instruct.Q4_1";
/// The working default.
pub(crate) const LARGE: &str = "Qwen2.5-Coder-1.5B-Instruct.Q4_K_M";

pub(crate) struct Runtime {
    pub(crate) process: Child,
    pub(crate) socket: PathBuf,
    _folder: tempfile::TempDir,
}

/// A model's file.
pub(crate) fn file(model: &str) -> PathBuf {
    let folder = std::env::var_os("SOTTO_TEST_MODELS").map(PathBuf::from);
    let file = folder.map(|folder| folder.join(format!("{model}.gguf")));
    file.filter(|file| file.is_file()).unwrap_or_else(|| {
        panic!("SOTTO_TEST_MODELS must name a folder with {model}.gguf: `npm test` provides it")
    })
}

impl Runtime {
    /// With the models at hand and one thread.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::with_models(file(STARTER).parent().unwrap(), arguments)
    }

    pub(crate) fn with_models(models: &Path, arguments: &[&str]) -> Self {
        Self::with_variables(models, arguments, &[])
    }

    /// With these variables in its environment, too.
    pub(crate) fn with_variables(
        models: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("runtime.sock");
        let mut process = Command::new(env!("CARGO_BIN_EXE_sotto-runtime"))
            .args(["--lifeline", "--threads", "1", "--models"])
            .arg(models)
            .arg("--socket")
            .arg(&socket)
            .args(arguments)
            .envs(variables.iter().copied())
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
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Vec<Value>) {
        let mut response = String::new();
        self.send(method, path, body)
            .read_to_string(&mut response)
            .unwrap();
        let status = response[9..12].parse().unwrap();
        let (_, text) = response.split_once("\r\n\r\n").unwrap();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            // The sizes of chunks are numbers.
            .filter(Value::is_object);
        (status, lines.collect())
    }

    /// Sends one request, whose answer the caller reads or does not.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        let body = body.to_string();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: sotto\r\nConnection: close");
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        // At once: what is answered without its body is closed before that comes.
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// One whole answer of a request that must succeed.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let (status, lines) = self.ask("POST", path, body);
        assert_eq!(status, 200, "{path} {body}: {lines:?}");
        lines.last().unwrap().clone()
    }

    /// Has the model say a few words, with these fields besides.
    pub(crate) fn chat(&self, model: &str, extra: Value) -> Value {
        self.post("/api/chat", &question(model, extra))
    }

    /// The models in memory, as `/api/ps` lists them.
    pub(crate) fn loaded(&self) -> Vec<Value> {
        let (status, lines) = self.ask("GET", "/api/ps", &json!({}));
        assert_eq!(status, 200);
        lines[0]["models"].as_array().unwrap().clone()
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |model: Value| model["name"].as_str().unwrap().to_owned();
        self.loaded().into_iter().map(name).collect()
    }

    /// A line of `/proc/<pid>/status`, in bytes: `VmHWM` is the most that it took, `VmRSS` what it
    /// takes now.
    pub(crate) fn memory(&self, line: &str) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        number(&std::fs::read_to_string(path).unwrap(), line) * 1024
    }

    /// Bytes that it has read from files.
    pub(crate) fn bytes_read(&self) -> u64 {
        let path = format!("/proc/{}/io", self.process.id());
        number(&std::fs::read_to_string(path).unwrap(), "rchar")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A short question to a model, with these fields besides.
pub(crate) fn question(model: &str, extra: Value) -> Value {
    let mut request = json!({
        "model": model,
        "messages": [{"role": "user", "content": "Say hello."}],
        "options": {"temperature": 0, "num_predict": 8},
        "stream": false,
    });
    let fields = request.as_object_mut().unwrap();
    fields.extend(extra.as_object().unwrap().clone());
    request
}

fn number(text: &str, name: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
