//! Against a real Secret Service: gnome-keyring on a session bus that each case starts for itself,
//! with a home folder of its own, so that nobody's keyring is touched. The cases run in child
//! processes of this test, because the address of a bus is part of the environment.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use secrecy::ExposeSecret;
use sotto_secrets::{
    DatabaseKey, Protection, SecretsError, create_in_keyring, open_from_keyring, probe_keyring,
};

/// The variable that tells a child process which case it is.
const CASE: &str = "SOTTO_KEYRING_CASE";
/// Where a child keeps the history's key descriptor.
const HISTORY: &str = "SOTTO_KEYRING_HISTORY";

/// How the keyring is at the start of a case.
#[derive(Clone, Copy)]
enum Keyring {
    /// Unlocked, with a default collection.
    Unlocked,
    /// As it is after a log-in without a password: what is there is locked.
    AsItIs,
    /// Nobody is at the bus's address.
    NoBus,
    /// A bus on which nobody offers a keyring.
    BusWithoutService,
}

/// Runs a case of [`case`] in a child; `user` is the home of its own user.
fn run(user: &Path, history: &Path, keyring: Keyring, case: &str, more: &[(&str, &str)]) {
    let this = env::current_exe().unwrap();
    let mut child = match keyring {
        Keyring::NoBus => Command::new(&this),
        _ => {
            let mut bus = Command::new("dbus-run-session");
            if matches!(keyring, Keyring::BusWithoutService) {
                let configuration = user.join("bus.conf");
                std::fs::write(&configuration, BUS_WITHOUT_SERVICES).unwrap();
                bus.arg("--config-file").arg(configuration);
            }
            let start = match keyring {
                Keyring::Unlocked => {
                    "printf %s pw | gnome-keyring-daemon --unlock --components=secrets >&2"
                }
                Keyring::AsItIs => "gnome-keyring-daemon --start --components=secrets >&2",
                _ => "true",
            };
            bus.args([
                "--",
                "sh",
                "-c",
                &format!("{start} || exit 99; exec \"$0\" \"$@\""),
            ])
            .arg(&this);
            bus
        }
    };
    let runtime = user.join("run");
    std::fs::create_dir_all(&runtime).unwrap();
    child
        .args(["--exact", "inside_a_session", "--nocapture"])
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| name == "PATH" || name == "LLVM_PROFILE_FILE"))
        .env("HOME", user)
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("LC_ALL", "C.UTF-8")
        .env(CASE, case)
        .env(HISTORY, history)
        .envs(more.iter().copied())
        .stdin(Stdio::null());
    if matches!(keyring, Keyring::NoBus) {
        child.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    }
    let begun = Instant::now();
    let Output {
        status,
        stdout,
        stderr,
    } = child.output().unwrap_or_else(|error| {
        panic!(
            "{:?} cannot be started ({error}). These tests need a real keyring: \
             apt-get install dbus gnome-keyring",
            child.get_program()
        )
    });
    let output = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    assert_ne!(
        status.code(),
        Some(99),
        "gnome-keyring-daemon did not start: apt-get install gnome-keyring\n{output}"
    );
    assert!(status.success(), "{case}: {status}\n{output}");
    assert!(
        output.contains("case done"),
        "{case} did not run:\n{output}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{case} hung for {:?}",
        begun.elapsed()
    );
}

const BUS_WITHOUT_SERVICES: &str = r#"<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// Not a test by itself: what a child does, by the name of its case.
#[test]
fn inside_a_session() {
    let Ok(name) = env::var(CASE) else {
        return;
    };
    let history = env::var_os(HISTORY).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(case(&name, Path::new(&history)));
    println!("case done");
}

async fn case(name: &str, history: &Path) {
    let expect_new = async |expected: fn(&SecretsError) -> bool| {
        let found = create_in_keyring(history).await.map(|_| ());
        assert!(found.as_ref().is_err_and(expected), "create: {found:?}");
        assert_eq!(
            Protection::read(history).unwrap(),
            None,
            "nothing is left behind"
        );
        let found = probe_keyring().await;
        assert!(found.as_ref().is_err_and(expected), "probe: {found:?}");
    };
    let expect_existing = async |expected: fn(&SecretsError) -> bool| {
        let found = open(history).await.map(|_| ());
        assert!(found.as_ref().is_err_and(expected), "open: {found:?}");
    };
    match name {
        "create" => {
            probe_keyring().await.unwrap();
            let key = create_in_keyring(history).await.unwrap();
            assert_eq!(hex(&open(history).await.unwrap()), hex(&key));
            std::fs::write(history.join("expected"), hex(&key)).unwrap();
            let text = std::fs::read_to_string(history.join("history.key.toml")).unwrap();
            assert!(text.contains("protection = \"keyring\""), "{text}");
            assert!(!text.contains(&hex(&key)));
            let again = create_in_keyring(history).await.map(|_| ());
            assert!(
                matches!(again, Err(SecretsError::AlreadyExists { .. })),
                "{again:?}"
            );
        }
        "reopen" => {
            let expected = std::fs::read_to_string(history.join("expected")).unwrap();
            assert_eq!(hex(&open(history).await.unwrap()), expected);
        }
        "two homes" => {
            let other = history.join("other");
            let one = create_in_keyring(history).await.unwrap();
            let two = create_in_keyring(&other).await.unwrap();
            assert_ne!(hex(&one), hex(&two));
            assert_eq!(hex(&open(history).await.unwrap()), hex(&one));
            assert_eq!(hex(&open(&other).await.unwrap()), hex(&two));
        }
        "new: no service" => {
            expect_new(|error| matches!(error, SecretsError::NoService { .. })).await
        }
        "existing: no service" => {
            expect_existing(|error| matches!(error, SecretsError::NoService { .. })).await;
        }
        "new: no default collection" => {
            expect_new(|error| matches!(error, SecretsError::NoDefaultCollection)).await;
        }
        "new: locked" => expect_new(|error| matches!(error, SecretsError::Locked)).await,
        "existing: locked" => {
            expect_existing(|error| matches!(error, SecretsError::Locked)).await;
        }
        "existing: dismissed" => {
            expect_existing(|error| matches!(error, SecretsError::PromptDismissed)).await;
        }
        "existing: missing" => {
            expect_existing(|error| matches!(error, SecretsError::KeyMissing { .. })).await;
        }
        // A keyring that comes up later must be found: trying again is what the errors advise.
        "unlocked later" => {
            expect_existing(|error| matches!(error, SecretsError::Locked)).await;
            let unlocked = Command::new("sh")
                .args([
                    "-c",
                    "printf %s pw | gnome-keyring-daemon --replace --unlock --components=secrets",
                ])
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(unlocked.success());
            let expected = std::fs::read_to_string(history.join("expected")).unwrap();
            assert_eq!(hex(&open(history).await.unwrap()), expected);
        }
        other => panic!("no case {other}"),
    }
}

async fn open(history: &Path) -> Result<DatabaseKey, SecretsError> {
    let protection = Protection::read(history)?.expect("a descriptor");
    open_from_keyring(&protection).await
}

fn hex(key: &DatabaseKey) -> String {
    key.to_hex().expose_secret().to_owned()
}

/// A user and a history whose key is in that user's keyring.
fn user_with_a_key() -> (tempfile::TempDir, std::path::PathBuf) {
    let user = tempfile::tempdir().unwrap();
    let history = user.path().join("sotto");
    run(user.path(), &history, Keyring::Unlocked, "create", &[]);
    (user, history)
}

#[test]
fn a_key_is_there_again_in_the_next_session() {
    let (user, history) = user_with_a_key();
    run(user.path(), &history, Keyring::Unlocked, "reopen", &[]);
}

#[test]
fn two_homes_have_two_keys() {
    let user = tempfile::tempdir().unwrap();
    let history = user.path().join("sotto");
    run(user.path(), &history, Keyring::Unlocked, "two homes", &[]);
}

#[test]
fn without_a_bus_or_a_service() {
    let (user, history) = user_with_a_key();
    let new = user.path().join("new");
    for keyring in [Keyring::NoBus, Keyring::BusWithoutService] {
        run(user.path(), &new, keyring, "new: no service", &[]);
        run(user.path(), &history, keyring, "existing: no service", &[]);
    }
}

#[test]
fn without_a_default_collection() {
    let user = tempfile::tempdir().unwrap();
    let history = user.path().join("sotto");
    run(
        user.path(),
        &history,
        Keyring::AsItIs,
        "new: no default collection",
        &[],
    );
}

#[test]
fn a_locked_keyring_is_an_error_and_not_a_wait() {
    let (user, history) = user_with_a_key();
    run(
        user.path(),
        &history,
        Keyring::AsItIs,
        "existing: locked",
        &[],
    );
    run(
        user.path(),
        &user.path().join("new"),
        Keyring::AsItIs,
        "new: locked",
        &[],
    );
    run(
        user.path(),
        &history,
        Keyring::AsItIs,
        "unlocked later",
        &[],
    );
}

#[test]
fn a_question_that_is_not_answered() {
    let (user, history) = user_with_a_key();
    let display = [("DISPLAY", ":no-such-display")];
    run(
        user.path(),
        &history,
        Keyring::AsItIs,
        "existing: dismissed",
        &display,
    );
}

#[test]
fn a_keyring_without_the_key() {
    let (_user, history) = user_with_a_key();
    let other = tempfile::tempdir().unwrap();
    run(
        other.path(),
        &history,
        Keyring::Unlocked,
        "existing: missing",
        &[],
    );
}
