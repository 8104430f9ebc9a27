//! One process `sotto-runtime`: started with nothing of this program's environment, held by a
//! pipe that ends with this program however it ends, and listened to.

use std::{
    collections::VecDeque,
    ffi::OsString,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use crate::{RuntimeError, Settings, find_executable};

/// How long a start may take.
pub(crate) const LONGEST_START: Duration = Duration::from_secs(30);

/// How long a process may take to end by itself once its lifeline is closed.
const LONGEST_END: Duration = Duration::from_secs(2);

/// The exit status of a runtime that the driver of a graphics card ended.
const DRIVER_FAILED: i32 = 71;

/// How many lines of its log are kept for an error message.
const LAST_LINES: usize = 20;

/// Bytes of a line that are read at once; a longer one counts as several.
const LONGEST_LINE: u64 = 8 * 1024;

/// A process that serves.
pub(crate) struct Process {
    child: Child,
    /// The process ends when this pipe does, so also when this program is killed.
    lifeline: ChildStdin,
    last_lines: LastLines,
}

impl Process {
    /// Starts the program and waits until it serves on `socket`.
    ///
    /// `without_devices`: it uses no graphics card, for this reason.
    pub(crate) async fn start(
        settings: &Settings,
        socket: &PathBuf,
        without_devices: Option<&str>,
    ) -> Result<Self, RuntimeError> {
        let executable = match &settings.executable {
            Some(chosen) => std::path::absolute(chosen).unwrap_or_else(|_| chosen.clone()),
            None => find_executable()?,
        };
        if !executable.is_file() {
            return Err(RuntimeError::ExecutableMissing {
                looked_for: vec![executable],
            });
        }
        let cannot_start = |source| RuntimeError::CannotStart {
            executable: executable.clone(),
            source,
        };
        let mut child = command(settings, &executable, socket, without_devices)
            .spawn()
            .map_err(cannot_start)?;
        let (Some(lifeline), Some(output), Some(log)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(cannot_start(std::io::Error::other(
                "its standard streams are missing",
            )));
        };
        let last_lines = LastLines::default();
        let logged = tokio::spawn(forward(log, last_lines.clone()));
        let mut output = BufReader::new(output);
        match timeout(LONGEST_START, listening(&mut output)).await {
            Ok(true) => {
                // It says no more, but a full pipe would stop it if it did.
                tokio::spawn(async move { while read_line(&mut output).await.is_some() {} });
                Ok(Self {
                    child,
                    lifeline,
                    last_lines,
                })
            }
            Ok(false) => {
                drop(lifeline);
                let status = end(&mut child).await;
                let how = status.map_or_else(|| "it closed its output".to_owned(), describe);
                // What it said last may still be in the pipe.
                let _ = timeout(Duration::from_millis(500), logged).await;
                Err(RuntimeError::EndedWhileStarting {
                    how,
                    last_words: last_lines.joined(),
                    by_driver: status.is_some_and(by_driver),
                })
            }
            Err(_) => {
                let _ = child.kill().await;
                Err(RuntimeError::TooSlow {
                    seconds: LONGEST_START.as_secs(),
                    last_words: last_lines.joined(),
                })
            }
        }
    }

    /// Its process number, for the log.
    pub(crate) fn number(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it ends by itself. May be dropped and called again.
    pub(crate) async fn ended(&mut self) -> End {
        let status = self.child.wait().await;
        let by_driver = status.as_ref().is_ok_and(|status| by_driver(*status));
        let how = status.map_or_else(|error| error.to_string(), describe);
        let how = match self.last_lines.last() {
            Some(line) => format!("The last time it ended with {how}, and it said: {line}"),
            None => format!("The last time it ended with {how}."),
        };
        End { how, by_driver }
    }

    /// Asks it to end, and ends it if it does not.
    pub(crate) async fn stop(self) {
        let Self {
            mut child,
            lifeline,
            ..
        } = self;
        drop(lifeline);
        end(&mut child).await;
    }
}

/// How a process ended by itself.
pub(crate) struct End {
    /// For a person.
    pub(crate) how: String,
    /// The driver of a graphics card ended it.
    pub(crate) by_driver: bool,
}

/// Waits for a process whose lifeline is closed; kills it if it stays. `None`: it had to be killed.
async fn end(child: &mut Child) -> Option<ExitStatus> {
    match timeout(LONGEST_END, child.wait()).await {
        Ok(status) => status.ok(),
        Err(_) => {
            tracing::warn!("the runtime did not end by itself and is killed");
            let _ = child.kill().await;
            None
        }
    }
}

fn command(
    settings: &Settings,
    executable: &PathBuf,
    socket: &PathBuf,
    without_devices: Option<&str>,
) -> Command {
    let mut command = Command::new(executable);
    for folder in &settings.models {
        command
            .arg("--models")
            .arg(std::path::absolute(folder).unwrap_or_else(|_| folder.clone()));
    }
    for store in &settings.stores {
        let mut argument = OsString::from(store.kind);
        argument.push("=");
        argument.push(std::path::absolute(&store.folder).unwrap_or_else(|_| store.folder.clone()));
        command.arg("--store").arg(argument);
    }
    if let Some(index) = settings.index.as_ref().filter(|index| index.exists()) {
        command
            .arg("--index")
            .arg(std::path::absolute(index).unwrap_or_else(|_| index.clone()));
    }
    if let Some(threads) = settings.threads {
        command.arg("--threads").arg(threads.to_string());
    }
    if let Some(context) = settings.context {
        command.arg("--ctx").arg(context.to_string());
    }
    if let Some(memory) = settings.memory {
        command.arg("--memory").arg(memory.to_string());
    }
    if let Some(reason) = without_devices {
        command.arg("--without-devices").arg(reason);
    }
    command.arg("--socket").arg(socket).arg("--lifeline");
    // Nothing of this program's environment: no preloaded libraries, no proxies, no keys.
    command.env_clear().env("RUST_LOG", log_level());
    // Without this an abort in llama.cpp starts a debugger on the dying process.
    command.env("GGML_NO_BACKTRACE", "1");
    #[cfg(windows)]
    {
        // Sockets and pipes do not work without it.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        command.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
    }
    // A group of its own: Ctrl-C in a terminal is for this program, which then decides.
    #[cfg(unix)]
    command.process_group(0).current_dir("/");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The level of its log follows this program's, so that one setting opens both.
fn log_level() -> &'static str {
    if tracing::enabled!(target: "sotto_runtime", tracing::Level::TRACE) {
        "trace"
    } else if tracing::enabled!(target: "sotto_runtime", tracing::Level::DEBUG) {
        "debug"
    } else {
        "info"
    }
}

/// Reads until the process says that it listens; false if it closed its output instead.
async fn listening(output: &mut BufReader<impl AsyncRead + Unpin>) -> bool {
    while let Some(line) = read_line(output).await {
        if line.starts_with("listening ") {
            return true;
        }
        tracing::debug!(target: "sotto_runtime", "{line}");
    }
    false
}

async fn forward(log: impl AsyncRead + Unpin, last_lines: LastLines) {
    let mut log = BufReader::new(log);
    while let Some(line) = read_line(&mut log).await {
        tracing::debug!(target: "sotto_runtime", "{line}");
        last_lines.push(line);
    }
}

/// The next line without its end; `None` when there is no more.
async fn read_line(reader: &mut BufReader<impl AsyncRead + Unpin>) -> Option<String> {
    let mut line = Vec::new();
    match reader.take(LONGEST_LINE).read_until(b'\n', &mut line).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&line).trim_end().to_owned()),
    }
}

fn by_driver(status: ExitStatus) -> bool {
    status.code() == Some(DRIVER_FAILED)
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => "an unknown exit code".to_owned(),
    }
}

/// The end of the log, shared with the task that reads it.
#[derive(Debug, Clone, Default)]
struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LAST_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    fn last(&self) -> Option<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().rev().find(|line| !line.is_empty()).cloned()
    }

    fn joined(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
