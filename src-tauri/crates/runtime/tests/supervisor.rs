//! What the supervisor promises, tried on real processes: a small program stands in for
//! `sotto-runtime`, so that it can crash, hang and be killed at will.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use sotto_domain::{
    ChatMessage, ChatRequest, FailureCode, LanguageModel, ModelEvent, Residence, Role,
};
use sotto_runtime_client::{Runtime, RuntimeError, RuntimeStatus, Settings, Store, Supervisor};
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};

/// Far more than anything here takes, also on a busy machine.
const LONG: Duration = Duration::from_secs(20);

struct Stage {
    folder: TempDir,
}

impl Stage {
    fn new(behaviour: &str) -> Self {
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        stage.behave(behaviour);
        stage
    }

    fn behave(&self, behaviour: &str) {
        fs::write(self.folder.path().join("behaviour"), behaviour).unwrap();
    }

    fn settings(&self) -> Settings {
        settings(self.folder.path())
    }

    fn processes(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("processes")).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    fn kill_last(&self) {
        kill(self.processes().last().unwrap());
    }

    async fn wait_until_gone(&self) {
        wait_until_gone(&PathBuf::from(
            fs::read_to_string(self.folder.path().join("socket")).unwrap(),
        ))
        .await;
    }
}

fn settings(folder: &Path) -> Settings {
    Settings {
        executable: Some(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/double/sotto-runtime.py"),
        ),
        models: vec![folder.to_owned()],
        threads: Some(3),
        context: Some(512),
        run_folder: Some(std::env::temp_dir()),
        ..Settings::default()
    }
}

fn kill(process: &str) {
    assert!(
        Command::new("kill")
            .args(["-9", process])
            .status()
            .unwrap()
            .success()
    );
}

/// A process is gone when nobody listens on its socket.
async fn wait_until_gone(socket: &Path) {
    let begun = Instant::now();
    while UnixStream::connect(socket).is_ok() {
        assert!(begun.elapsed() < LONG, "the process still listens");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn becomes(
    status: &mut watch::Receiver<RuntimeStatus>,
    expected: impl Fn(&RuntimeStatus) -> bool,
) -> RuntimeStatus {
    timeout(LONG, status.wait_for(expected))
        .await
        .expect("the status never came")
        .unwrap()
        .clone()
}

fn question() -> ChatRequest {
    ChatRequest {
        model: "Tiny".into(),
        messages: vec![ChatMessage {
            role: Role::User,
            text: "Who are you?".into(),
        }],
        ..ChatRequest::default()
    }
}

async fn answer(runtime: &Runtime) -> String {
    let mut stream = runtime.chat(question()).await.unwrap();
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        if let ModelEvent::Text(more) = event.unwrap() {
            text.push_str(&more);
        }
    }
    text
}

#[tokio::test]
async fn it_starts_when_needed_with_nothing_of_our_environment() {
    let stage = Stage::new("serves");
    let runtime = Runtime::new(stage.settings());
    assert_eq!(*runtime.status().borrow(), RuntimeStatus::Idle);
    assert!(runtime.running().await.is_none() && runtime.loaded().await.unwrap().is_empty());
    assert!(stage.processes().is_empty());

    let (first, second) = tokio::join!(runtime.models(), runtime.models());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(stage.processes().len(), 1);
    assert_eq!(*runtime.status().borrow(), RuntimeStatus::Ready);

    let seen = fs::read_to_string(stage.folder.path().join("environment")).unwrap();
    let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
    let folder = stage.folder.path().display().to_string();
    let arguments: Vec<_> = seen["arguments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    assert_eq!(
        arguments[..7],
        [
            "--models",
            &folder,
            "--threads",
            "3",
            "--ctx",
            "512",
            "--socket"
        ]
    );
    assert_eq!(arguments[8..], ["--lifeline"]);
    // LC_CTYPE is Python's own.
    let variables: Vec<_> = seen["variables"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "LC_CTYPE")
        .collect();
    assert_eq!(variables, ["GGML_NO_BACKTRACE", "RUST_LOG"]);
    // A group of its own: Ctrl-C in the terminal is not for it.
    assert_eq!(seen["group"].to_string(), stage.processes()[0]);
}

#[tokio::test]
async fn a_caller_that_stops_waiting_does_not_stop_the_start() {
    let stage = Stage::new("serves");
    let supervisor = Supervisor::new(stage.settings());
    let mut status = supervisor.status();
    assert!(
        timeout(Duration::from_millis(1), supervisor.ensure())
            .await
            .is_err()
    );
    becomes(&mut status, |status| *status == RuntimeStatus::Ready).await;
    supervisor.ensure().await.unwrap();
    assert_eq!(stage.processes().len(), 1);
}

#[tokio::test]
async fn killed_in_the_middle_of_an_answer_it_says_so_and_comes_back() {
    let stage = Stage::new("never ends");
    let runtime = Runtime::new(stage.settings());
    let mut stream = runtime.chat(question()).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(stream.next().await, Some(Ok(ModelEvent::Text(_)))));
    }
    stage.behave("serves");
    let mut status = runtime.status();
    status.mark_unchanged();
    stage.kill_last();
    let failure = loop {
        match stream.next().await.unwrap() {
            Ok(event) => assert!(matches!(event, ModelEvent::Text(_))),
            Err(failure) => break failure,
        }
    };
    assert_eq!(failure.code, FailureCode::RuntimeEnded);
    assert!(
        failure.message.contains("What was said is kept"),
        "{}",
        failure.message
    );
    assert!(stream.next().await.is_none());
    // In the background, before anybody asks.
    becomes(&mut status, |status| *status == RuntimeStatus::Restarting).await;
    becomes(&mut status, |status| *status == RuntimeStatus::Ready).await;
    assert_eq!(answer(&runtime).await, "Hello");
    assert_eq!(stage.processes().len(), 2);
}

#[tokio::test]
async fn a_question_right_after_its_death_is_answered() {
    let stage = Stage::new("serves");
    let runtime = Runtime::new(stage.settings());
    assert_eq!(answer(&runtime).await, "Hello");
    stage.kill_last();
    stage.wait_until_gone().await;
    assert_eq!(answer(&runtime).await, "Hello");
    assert_eq!(stage.processes().len(), 2);
}

#[tokio::test]
async fn a_model_that_kills_it_before_its_first_word_is_suspected() {
    let stage = Stage::new("dies when asked");
    let runtime = Runtime::new(stage.settings());
    for failure in [
        runtime.chat(question()).await.err().unwrap(),
        runtime
            .load("Tiny", None, Residence::default())
            .await
            .unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::RuntimeEnded);
        assert!(
            failure.message.contains("“Tiny”") && failure.message.contains("damaged"),
            "{}",
            failure.message
        );
    }
}

#[tokio::test]
async fn after_its_card_failed_it_comes_back_without() {
    let stage = Stage::new("loses its card");
    let runtime = Runtime::new(stage.settings());
    let mut status = runtime.status();
    let failure = runtime.chat(question()).await.err().unwrap();
    assert_eq!(failure.code, FailureCode::RuntimeEnded);
    becomes(&mut status, |status| *status == RuntimeStatus::Restarting).await;
    becomes(&mut status, |status| *status == RuntimeStatus::Ready).await;
    assert_eq!(answer(&runtime).await, "Hello");
    assert_eq!(stage.processes().len(), 2);

    let stage = Stage::new("cannot open its card");
    let supervisor = Supervisor::new(stage.settings());
    supervisor.ensure().await.unwrap();
    assert_eq!(stage.processes().len(), 2);
}

#[tokio::test]
async fn after_three_starts_within_a_minute_it_waits_for_the_person() {
    let stage = Stage::new("ends at once");
    let supervisor = Supervisor::new(stage.settings());
    for _ in 0..2 {
        let error = supervisor.ensure().await.unwrap_err();
        assert!(
            matches!(error, RuntimeError::EndsTooOften { starts: 3, .. }),
            "{error}"
        );
        let message = error.to_string();
        assert!(
            message.contains("exit code 3") && message.contains("the library is missing"),
            "{message}"
        );
        assert_eq!(stage.processes().len(), 3);
        assert_eq!(
            *supervisor.status().borrow(),
            RuntimeStatus::Failed { message }
        );
    }
    stage.behave("serves");
    supervisor.retry().await.unwrap();
    assert_eq!(*supervisor.status().borrow(), RuntimeStatus::Ready);
    assert_eq!(stage.processes().len(), 4);
}

#[tokio::test]
async fn killed_three_times_within_a_minute_it_waits_for_the_person() {
    let stage = Stage::new("serves");
    let supervisor = Supervisor::new(stage.settings());
    let mut status = supervisor.status();
    supervisor.ensure().await.unwrap();
    for _ in 0..2 {
        status.mark_unchanged();
        stage.kill_last();
        becomes(&mut status, |status| *status == RuntimeStatus::Restarting).await;
        becomes(&mut status, |status| *status == RuntimeStatus::Ready).await;
    }
    stage.kill_last();
    let failed = becomes(&mut status, |status| {
        matches!(status, RuntimeStatus::Failed { .. })
    })
    .await;
    let RuntimeStatus::Failed { message } = failed else {
        panic!("{failed:?}")
    };
    assert!(message.contains("signal 9"), "{message}");
    assert_eq!(stage.processes().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_never_listens_is_ended_after_30_seconds() {
    let stage = Stage::new("says nothing");
    let supervisor = Supervisor::new(stage.settings());
    let error = supervisor.ensure().await.unwrap_err();
    assert!(
        matches!(error, RuntimeError::TooSlow { seconds: 30, .. }),
        "{error}"
    );
    assert!(matches!(
        *supervisor.status().borrow(),
        RuntimeStatus::Failed { .. }
    ));
}

#[tokio::test]
async fn a_missing_program_is_named_and_looked_for_again_each_time() {
    let stage = Stage::new("serves");
    let missing = stage.folder.path().join("nothing-here");
    let supervisor = Supervisor::new(Settings {
        executable: Some(missing.clone()),
        ..stage.settings()
    });
    for _ in 0..5 {
        let error = supervisor.ensure().await.unwrap_err();
        assert!(
            matches!(error, RuntimeError::ExecutableMissing { .. }),
            "{error}"
        );
        assert!(
            error.to_string().contains(&missing.display().to_string()),
            "{error}"
        );
    }
    std::os::unix::fs::symlink(stage.settings().executable.unwrap(), &missing).unwrap();
    supervisor.ensure().await.unwrap();
}

#[tokio::test]
async fn a_shutdown_ends_it_for_good() {
    let stage = Stage::new("serves");
    let supervisor = Supervisor::new(stage.settings());
    supervisor.ensure().await.unwrap();
    let begun = Instant::now();
    supervisor.shutdown().await;
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "it was killed though it ends by itself"
    );
    stage.wait_until_gone().await;
    assert_eq!(*supervisor.status().borrow(), RuntimeStatus::Idle);
    assert!(matches!(
        supervisor.ensure().await,
        Err(RuntimeError::ShutDown)
    ));
    assert_eq!(stage.processes().len(), 1);
}

#[tokio::test]
async fn a_process_that_does_not_end_is_killed() {
    let stage = Stage::new("does not end");
    let supervisor = Supervisor::new(stage.settings());
    supervisor.ensure().await.unwrap();
    let begun = Instant::now();
    supervisor.shutdown().await;
    assert!(begun.elapsed() >= Duration::from_secs(2));
    stage.wait_until_gone().await;
}

#[tokio::test]
async fn dropped_it_leaves_nothing_behind() {
    let stage = Stage::new("serves");
    let folder = tempfile::tempdir().unwrap();
    let supervisor = Supervisor::new(Settings {
        run_folder: Some(folder.path().to_owned()),
        ..stage.settings()
    });
    supervisor.ensure().await.unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let other = supervisor.clone();
    drop(supervisor);
    other.ensure().await.unwrap().models().await.unwrap();
    drop(other);
    stage.wait_until_gone().await;
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// Set for the process of [`a_parent`].
const PARENT: &str = "SOTTO_TEST_PARENT";

/// Not a test by itself: the process that the next test kills.
#[tokio::test]
async fn a_parent() {
    let Some(folder) = std::env::var_os(PARENT) else {
        return;
    };
    let supervisor = Supervisor::new(Settings {
        run_folder: Some(PathBuf::from(&folder)),
        ..settings(Path::new(&folder))
    });
    supervisor.ensure().await.unwrap();
    println!("\nthe runtime is up");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn it_goes_when_its_parent_is_killed_and_the_next_start_tidies_up() {
    let stage = Stage::new("serves");
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_parent", "--nocapture"])
        .env(PARENT, stage.folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    assert!(
        lines
            .map(Result::unwrap)
            .any(|line| line == "the runtime is up")
    );
    let socket = PathBuf::from(fs::read_to_string(stage.folder.path().join("socket")).unwrap());
    assert!(UnixStream::connect(&socket).is_ok());
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until_gone(&socket).await;
    assert!(
        socket.exists(),
        "this test shows nothing unless the killed one left something"
    );
    let next = Supervisor::new(Settings {
        run_folder: Some(stage.folder.path().to_owned()),
        ..stage.settings()
    });
    next.ensure().await.unwrap();
    assert!(!socket.parent().unwrap().exists());
}

#[tokio::test]
async fn it_is_renewed_when_nothing_is_answered_and_that_is_no_end_of_its_own() {
    let stage = Stage::new("never ends");
    let runtime = Runtime::new(stage.settings());
    // Nothing runs: nothing to renew.
    runtime.renew().await.unwrap();
    assert!(stage.processes().is_empty());

    let mut stream = runtime.chat(question()).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(ModelEvent::Text(_)))));
    stage.behave("serves");
    let renewing = runtime.renew();
    tokio::pin!(renewing);
    for _ in 0..20 {
        let said = tokio::select! {
            said = stream.next() => said,
            renewed = &mut renewing => panic!("renewed in the middle of an answer: {renewed:?}"),
        };
        assert!(matches!(said, Some(Ok(ModelEvent::Text(_)))), "{said:?}");
    }
    drop(stream);
    timeout(LONG, renewing).await.unwrap().unwrap();
    assert_eq!(stage.processes().len(), 2);
    // More often than a process may end in a minute.
    for _ in 0..3 {
        runtime.renew().await.unwrap();
    }
    assert_eq!(stage.processes().len(), 5);
    assert_eq!(answer(&runtime).await, "Hello");
    assert_eq!(*runtime.status().borrow(), RuntimeStatus::Ready);
}

#[tokio::test]
async fn stores_and_an_index_that_is_there_are_handed_over() {
    let stage = Stage::new("serves");
    let index = stage.folder.path().join("index.json");
    let store = Store {
        kind: "ollama",
        folder: stage.folder.path().join("store"),
    };
    let runtime = Runtime::new(Settings {
        stores: vec![store],
        index: Some(index.clone()),
        ..stage.settings()
    });
    runtime.models().await.unwrap();
    let arguments = || {
        let seen = fs::read_to_string(stage.folder.path().join("environment")).unwrap();
        let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
        seen["arguments"].to_string()
    };
    let store = format!(
        r#""--store","ollama={}""#,
        stage.folder.path().join("store").display()
    );
    assert!(arguments().contains(&store), "{}", arguments());
    assert!(!arguments().contains("--index"));
    // The double says that there is something new to keep.
    assert_eq!(fs::read_to_string(&index).unwrap(), r#"{"entries": []}"#);
    runtime.renew().await.unwrap();
    assert!(arguments().contains("--index"), "{}", arguments());
}
