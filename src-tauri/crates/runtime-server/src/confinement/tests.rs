//! Tries, from inside a confined runtime, everything that it must not be able to do. The test's own
//! program is started again as that runtime: a probe never stands in the one that people run.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use clap::Parser;

use crate::args::CommandLine;

const FOLDER: &str = "SOTTO_TEST_PROBE";
const FREE: &str = "SOTTO_TEST_PROBE_UNCONFINED";

/// Where the probes aim.
struct Targets {
    folder: PathBuf,
}

impl Targets {
    fn models(&self) -> PathBuf {
        self.folder.join("models")
    }
    fn secret(&self) -> PathBuf {
        self.folder.join("home/diary.txt")
    }
    fn service(&self) -> PathBuf {
        self.folder.join("bus")
    }
    fn datagrams(&self) -> PathBuf {
        self.folder.join("journal")
    }
    fn runtime(&self) -> PathBuf {
        self.folder.join("s")
    }

    /// What must be refused; `Ok` means that it was possible.
    fn forbidden(&self) -> Vec<(&'static str, io::Result<()>)> {
        let port = fs::read_to_string(self.models().join("port")).unwrap_or_default();
        vec![
            (
                "TCP",
                TcpStream::connect(format!("127.0.0.1:{port}")).map(drop),
            ),
            ("UDP", UdpSocket::bind("127.0.0.1:0").map(drop)),
            ("another port", TcpListener::bind("127.0.0.1:0").map(drop)),
            ("a service", UnixStream::connect(self.service()).map(drop)),
            (
                "a datagram",
                UnixDatagram::pair()
                    .and_then(|(one, _)| one.send_to(b"words", self.datagrams()).map(drop)),
            ),
            ("a program", Command::new("/bin/true").status().map(drop)),
            ("a file", fs::read(self.secret()).map(drop)),
            ("a folder", fs::read_dir(self.folder.join("home")).map(drop)),
            ("the system", fs::read("/etc/passwd").map(drop)),
            (
                "the parent's environment",
                fs::read(format!(
                    "/proc/{}/environ",
                    std::os::unix::process::parent_id()
                ))
                .map(drop),
            ),
            (
                "writing beside a model",
                fs::write(self.models().join("new"), "x"),
            ),
            ("writing", fs::write(self.folder.join("new"), "x")),
        ]
    }
}

/// The runtime that is probed. Without the variable it is no test.
#[test]
fn inside() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let targets = Targets {
        folder: folder.into(),
    };
    let arguments = CommandLine::parse_from([
        "sotto-runtime".into(),
        "--models".into(),
        targets.models().into_os_string(),
        "--socket".into(),
        targets.runtime().into_os_string(),
        "--lifeline".into(),
    ]);
    let probe = move |readable: &[PathBuf]| {
        let confinement = if env::var_os(FREE).is_some() {
            super::Confinement {
                files: false,
                calls: false,
            }
        } else {
            super::confine(readable)
        };
        // Another thread, as the engine is one.
        std::thread::spawn(move || {
            for (what, result) in targets.forbidden() {
                let word =
                    result.map_or_else(|error| error.kind().to_string(), |()| "possible".into());
                println!("probe {what}: {word}");
            }
            let own = fs::read(targets.models().join("port")).is_ok();
            println!("probe done: {own}");
        })
        .join()
        .unwrap();
        confinement
    };
    crate::serve(arguments.serve, probe).unwrap();
}

/// What the probes said, and what the runtime answered afterwards.
fn run(confined: bool) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let targets = Targets {
        folder: folder.path().to_owned(),
    };
    fs::create_dir(targets.models()).unwrap();
    fs::create_dir(targets.folder.join("home")).unwrap();
    fs::write(targets.secret(), "dear diary").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    fs::write(targets.models().join("port"), port.to_string()).unwrap();
    let _service = UnixListener::bind(targets.service()).unwrap();
    let _journal = UnixDatagram::bind(targets.datagrams()).unwrap();

    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "confinement::tests::inside", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if !confined {
        command.env(FREE, "1");
    }
    let mut child = command.spawn().unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains("listening ") {
            break;
        }
        said.extend(line.find("probe ").map(|at| line[at + 6..].to_owned()));
    }
    let answer = ask(&targets.runtime());
    // Its standard input ends: it goes.
    drop(child.stdin.take());
    child.wait().unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().is_ok(), !confined, "connections arrived");
    (said, answer)
}

fn ask(socket: &Path) -> String {
    let mut link = UnixStream::connect(socket).unwrap();
    link.write_all(
        b"GET /api/sotto/system HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    )
    .unwrap();
    let mut answer = String::new();
    link.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_confined_runtime_reaches_nothing_and_still_answers() {
    let (said, answer) = run(true);
    let (refused, done) = said.split_at(said.len().saturating_sub(1));
    assert_eq!(done, ["done: true"], "{said:?}");
    assert_eq!(refused.len(), 12, "{said:?}");
    for line in refused {
        assert!(line.ends_with(": permission denied"), "{line}");
    }
    assert!(
        answer.contains(r#""confinement":{"files":true,"calls":true}"#),
        "{answer}"
    );
}

/// The probes can succeed: without the confinement each one does.
#[test]
fn an_unconfined_runtime_fails_the_probes() {
    let (said, answer) = run(false);
    assert_eq!(said.len(), 13, "{said:?}");
    for line in &said[..12] {
        assert!(line.ends_with(": possible"), "{line}");
    }
    assert!(answer.contains(r#""calls":false"#), "{answer}");
}
