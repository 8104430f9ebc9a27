//! The real `sotto models pull` against a double of the hub: killed in the middle and run again, it goes on
//! where it was. In a session with a keyring, as `npm test` gives it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use sotto_test_support::{CHUNK, HubDouble, HubFile};

const MODEL: &str = "owner/starter-GGUF/starter.gguf";

struct Terminal {
    home: tempfile::TempDir,
    endpoint: String,
}

impl Terminal {
    fn new(hub: &HubDouble) -> Self {
        let terminal = Self {
            home: tempfile::tempdir().unwrap(),
            endpoint: hub.endpoint.clone(),
        };
        let allowed = terminal.run(&["models", "hub", "--allow", &hub.cdn]);
        assert!(allowed.status.success(), "{}", said(&allowed));
        terminal
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sotto"));
        command
            .args(arguments)
            .env("SOTTO_HOME", self.home.path())
            .env("HF_ENDPOINT", &self.endpoint)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn start(&self) -> Child {
        let mut command = self.command(&["models", "pull", "--yes", MODEL]);
        command.stderr(Stdio::null()).spawn().unwrap()
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("models/starter.gguf")
    }

    fn here(&self) -> u64 {
        let partial = self
            .home
            .path()
            .join("models/.partial/starter.gguf.download");
        partial.metadata().map_or(0, |found| found.len())
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn starter() -> Vec<u8> {
    let folder = std::env::var_os("SOTTO_TEST_MODELS");
    let folder = folder.expect("SOTTO_TEST_MODELS is not set: run `npm test`, which sets it");
    std::fs::read(Path::new(&folder).join("SmolLM2-135M-Instruct.Q4_1.gguf")).unwrap()
}

async fn hub(bytes: &[u8]) -> HubDouble {
    let file = HubFile::new("owner/starter-GGUF", "starter.gguf", bytes.to_vec());
    HubDouble::start(vec![file]).await
}

/// Waits until so much is here.
async fn until(terminal: &Terminal, bytes: u64) {
    let began = Instant::now();
    while terminal.here() < bytes {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{} bytes",
            terminal.here()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn ended(mut child: Child) -> std::process::ExitStatus {
    tokio::task::spawn_blocking(move || child.wait().unwrap())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_goes_on_where_it_was() {
    let bytes = starter();
    let hub = hub(&bytes).await;
    let terminal = Terminal::new(&hub);
    hub.sends_at(Some(60 << 20));
    for megabytes in [20, 50, 80] {
        let mut child = terminal.start();
        until(&terminal, megabytes << 20).await;
        // SIGKILL: nothing is said, written or closed.
        child.kill().unwrap();
        ended(child).await;
        assert!(!terminal.path().exists());
    }
    let here = terminal.here();
    hub.sends_at(None);
    let last = terminal.run(&["models", "pull", "--yes", "--json", MODEL]);
    assert!(last.status.success(), "{}", said(&last));
    assert!(std::fs::read(terminal.path()).unwrap() == bytes);
    let last_part = hub.fetched().pop().unwrap();
    assert_eq!(
        last_part.sent.start, here,
        "what was here was not fetched again"
    );
    // What was on the wire when it was killed came twice, and no more.
    let twice = hub.sent_bytes() - bytes.len() as u64;
    println!("{twice} bytes came twice over three kills");
    assert!(twice <= 3 * 16 * CHUNK as u64, "{twice}");
    let printed: serde_json::Value = serde_json::from_slice(&last.stdout).unwrap();
    assert_eq!(printed[0]["size"], bytes.len());
    assert_eq!(printed[0]["already_here"], false);
    // Once more: nothing is fetched, and the ledger is as it was written.
    let fetched = hub.fetched().len();
    let again = terminal.run(&["models", "pull", "--yes", MODEL]);
    assert!(again.status.success(), "{}", said(&again));
    assert_eq!(hub.fetched().len(), fetched);
    let ledger = terminal.run(&["ledger", "verify"]);
    assert!(ledger.status.success(), "{}", said(&ledger));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_keeps_what_is_here_and_says_how_to_go_on() {
    let bytes = vec![7; 4 << 20];
    let hub = hub(&bytes).await;
    let terminal = Terminal::new(&hub);
    hub.sends_at(Some(1 << 20));
    let mut command = terminal.command(&["models", "pull", "--yes", MODEL]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    until(&terminal, 300_000).await;
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(
        said(&output).contains("goes on from here"),
        "{}",
        said(&output)
    );
    assert!(
        said(&output).contains("from     127.0.0.1"),
        "{}",
        said(&output)
    );
    assert!(terminal.here() >= 300_000 && !terminal.path().exists());
    // Blocked, nothing is asked: exit code 5.
    let blocked = terminal.run(&["cloud", "block"]);
    assert!(blocked.status.success(), "{}", said(&blocked));
    let connections = hub.connections();
    let refused = terminal.run(&["models", "pull", "--yes", MODEL]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert_eq!(hub.connections(), connections);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_yes_nothing_is_fetched_and_each_way_has_its_code() {
    let hub = hub(b"tiny").await;
    let terminal = Terminal::new(&hub);
    let check = |arguments: &[&str], code: i32, words: &str| {
        let output = terminal.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
    };
    check(&["models", "pull", "no/such/file.bin"], 2, "OWNER/NAME");
    check(
        &["models", "pull", "unknown-model"],
        1,
        "no model unknown-model",
    );
    check(&["models", "pull", "owner/none"], 1, "no such file");
    // No terminal to say yes on: setsid takes it away.
    let mut command = Command::new("setsid");
    command
        .args([
            "--wait",
            env!("CARGO_BIN_EXE_sotto"),
            "models",
            "pull",
            MODEL,
        ])
        .env("SOTTO_HOME", terminal.home.path())
        .env("HF_ENDPOINT", &terminal.endpoint)
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("--yes"), "{}", said(&output));
    assert_eq!(hub.fetched(), []);
}
