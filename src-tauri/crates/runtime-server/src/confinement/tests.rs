//! Tries, from inside a confined runtime, everything that it must not be able to do. The test's own
//! program is started again as that runtime: a probe never stands in the one that people run.
#![cfg(target_os = "linux")]
#![expect(
    unsafe_code,
    reason = "system calls, as somebody who took the process over makes them"
)]

use std::ffi::CString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use clap::Parser;

use crate::args::CommandLine;

const FOLDER: &str = "SOTTO_TEST_PROBE";
/// How many things are tried.
const PROBES: usize = 22;
/// Names a device that is used, where there is one.
const DEVICE: &str = "SOTTO_TEST_DEVICE";
/// How it is confined: as always, or one of the two below.
const HOW: &str = "SOTTO_TEST_PROBE_HOW";
const UNCONFINED: &str = "unconfined";
/// With what the driver of a graphics card needs.
const GRAPHICS: &str = "graphics";

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

    /// What must be refused, with sockets that were made before and with none.
    fn forbidden(&self, before: &Before) -> Vec<(&'static str, io::Result<()>)> {
        let port = fs::read_to_string(self.models().join("port")).unwrap_or_default();
        let world = format!("127.0.0.1:{port}");
        let parent = std::os::unix::process::parent_id();
        let secret = CString::new(self.secret().into_os_string().into_vec()).unwrap();
        let append = |path: PathBuf| fs::OpenOptions::new().append(true).create(true).open(path);
        vec![
            ("TCP", TcpStream::connect(&world).map(drop)),
            ("UDP", UdpSocket::bind("127.0.0.1:0").map(drop)),
            ("connecting what is there", before.udp.connect(&world)),
            (
                "sending from it",
                before.udp.send_to(b"words", &world).map(drop),
            ),
            ("a service", UnixStream::connect(self.service()).map(drop)),
            ("a known service", before.unix.connect(self.datagrams())),
            (
                "words for it",
                before.unix.send_to(b"words", self.datagrams()).map(drop),
            ),
            ("a message", before.message(&self.datagrams())),
            // SAFETY: plain numbers, and room for two descriptors.
            ("a raw pair", unsafe {
                checked(libc::socketpair(libc::AF_UNIX, libc::SOCK_RAW, 0, [0; 2].as_mut_ptr()) < 0)
            }),
            ("a program", Command::new("/bin/true").status().map(drop)),
            ("being one", Err(Command::new("/nowhere").exec())),
            ("a file", fs::read(self.secret()).map(drop)),
            ("a folder", fs::read_dir(self.folder.join("home")).map(drop)),
            ("the system", fs::read("/etc/passwd").map(drop)),
            (
                "the parent's environment",
                fs::read(format!("/proc/{parent}/environ")).map(drop),
            ),
            ("a new file", append(self.folder.join("new")).map(drop)),
            (
                "one beside a model",
                append(self.models().join("new")).map(drop),
            ),
            (
                "emptying a model",
                fs::File::create(self.models().join("port2")).map(drop),
            ),
            // SAFETY: the path ends with a zero.
            ("emptying a file", unsafe {
                checked(libc::truncate(secret.as_ptr(), 5) < 0)
            }),
            (
                "its rights",
                fs::set_permissions(self.secret(), fs::Permissions::from_mode(0o644)),
            ),
            // SAFETY: signal 0 reaches nobody; it only asks whether another one would.
            ("a signal", unsafe {
                checked(libc::kill(parent.cast_signed(), 0) < 0)
            }),
            // SAFETY: a new segment of one page, gone with its removal.
            ("shared memory", unsafe {
                let segment = libc::shmget(libc::IPC_PRIVATE, 4096, 0o600);
                libc::shmctl(segment, libc::IPC_RMID, std::ptr::null_mut());
                checked(segment < 0)
            }),
        ]
    }
}

/// Sockets that a process might hold when it is confined.
struct Before {
    udp: UdpSocket,
    unix: UnixDatagram,
}

impl Before {
    fn new() -> Self {
        Self {
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            unix: UnixDatagram::unbound().unwrap(),
        }
    }

    /// sendmsg(2) with an address in it.
    fn message(&self, path: &Path) -> io::Result<()> {
        let bytes = path.as_os_str().as_bytes();
        // SAFETY: all zeros is a valid value of both; every pointer outlives the call.
        unsafe {
            let mut address: libc::sockaddr_un = std::mem::zeroed();
            address.sun_family = u16::try_from(libc::AF_UNIX).unwrap();
            for (to, from) in address.sun_path.iter_mut().zip(bytes) {
                *to = from.cast_signed();
            }
            let mut message: libc::msghdr = std::mem::zeroed();
            message.msg_name = (&raw mut address).cast();
            message.msg_namelen = u32::try_from(size_of::<libc::sockaddr_un>()).unwrap();
            checked(libc::sendmsg(self.unix.as_raw_fd(), &raw const message, 0) < 0)
        }
    }
}

fn checked(failed: bool) -> io::Result<()> {
    if failed {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
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
    let mut arguments = vec![
        "sotto-runtime".into(),
        "--models".into(),
        targets.models().into_os_string(),
        "--socket".into(),
        targets.runtime().into_os_string(),
        "--lifeline".into(),
    ];
    // With a graphics card's driver open in it the same must hold.
    if let Some(device) = env::var_os(DEVICE) {
        arguments.extend(["--device".into(), device]);
    }
    let arguments = CommandLine::parse_from(arguments);
    let before = Before::new();
    let probe = move |readable: &[PathBuf]| {
        let confinement = match env::var(HOW).as_deref() {
            Ok(UNCONFINED) => super::Confinement {
                files: false,
                calls: false,
            },
            Ok(GRAPHICS) => super::confine_with(readable, true),
            _ => super::confine(readable),
        };
        // Another thread, as the engine is one.
        std::thread::spawn(move || {
            for (what, result) in targets.forbidden(&before) {
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
fn run(how: &str) -> (Vec<String>, String) {
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
        .env(HOW, how)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
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
    let arrived = listener.accept().is_ok();
    assert_eq!(arrived, how == UNCONFINED, "connections arrived");
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
    for how in ["confined", GRAPHICS] {
        reaches_nothing(how);
    }
}

fn reaches_nothing(how: &str) {
    let (said, answer) = run(how);
    let (refused, done) = said.split_at(said.len().saturating_sub(1));
    assert_eq!(done, ["done: true"], "{said:?}");
    assert_eq!(refused.len(), PROBES, "{said:?}");
    for line in refused {
        assert!(line.ends_with(": permission denied"), "{line}");
    }
    assert!(
        answer.contains(r#""confinement":{"files":true,"calls":true}"#),
        "{answer}"
    );
    assert_eq!(
        answer.contains(r#""used":true"#),
        env::var_os(DEVICE).is_some(),
        "{answer}"
    );
}

/// The probes can succeed: without the confinement each one does.
#[test]
fn an_unconfined_runtime_fails_the_probes() {
    let (said, answer) = run(UNCONFINED);
    assert_eq!(said.len(), PROBES + 1, "{said:?}");
    for line in &said[..PROBES] {
        // There is no such program to become; that it may be tried shows.
        let possible = line.ends_with(": possible") || line == "being one: entity not found";
        assert!(possible, "{line}");
    }
    assert!(answer.contains(r#""calls":false"#), "{answer}");
}
