//! Why the runtime cannot be used, and how it is: in words that a person can act on.

use std::{io, path::PathBuf};

use sotto_domain::{Failure, FailureCode};

/// Why the runtime cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The program is not installed where it should be.
    #[error(
        "The program sotto-runtime, which runs the models, is missing. It was looked for at {}. Install Sotto again.",
        list(.looked_for)
    )]
    ExecutableMissing {
        /// Each place that was tried.
        looked_for: Vec<PathBuf>,
    },
    /// The system refused to start it.
    #[error("The program {} could not be started: {source}.", .executable.display())]
    CannotStart {
        /// The program.
        executable: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no place for its socket.
    #[error("No private folder could be made for the runtime: {source}. Tried: {}.", list(.tried))]
    NoFolder {
        /// Each place that was tried.
        tried: Vec<PathBuf>,
        /// What the system says about the last one.
        source: io::Error,
    },
    /// It ended before it could be asked.
    #[error("The runtime ended while it was starting ({how}).{}", quoted(.last_words))]
    EndedWhileStarting {
        /// Its exit code or signal.
        how: String,
        /// The last lines of its log; may be empty.
        last_words: String,
        /// The driver of a graphics card ended it.
        by_driver: bool,
    },
    /// It was ended because it did not come up.
    #[error("The runtime did not come up within {seconds} seconds and was ended.{}", quoted(.last_words))]
    TooSlow {
        /// How long it was waited for.
        seconds: u64,
        /// The last lines of its log; may be empty.
        last_words: String,
    },
    /// It ended too often to be started again unasked.
    #[error(
        "The runtime ended {starts} times within a minute and is not started again by itself. {reason}"
    )]
    EndsTooOften {
        /// How often it was started.
        starts: usize,
        /// How it ended the last time.
        reason: String,
    },
    /// The connection could not be prepared.
    #[error("The connection to the runtime could not be prepared: {0}.")]
    Connection(String),
    /// The app is closing.
    #[error("The runtime is not started any more: Sotto is closing.")]
    ShutDown,
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::new(FailureCode::Other, error.to_string())
    }
}

/// How the runtime is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuntimeStatus {
    /// Not started: nobody needed it yet, or it was shut down.
    Idle,
    /// On its way up for the first time.
    Starting,
    /// Serving.
    Ready,
    /// It died and is on its way up again.
    Restarting,
    /// It cannot be started or ended too often.
    Failed {
        /// Why, in plain sentences.
        message: String,
    },
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

fn quoted(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" It said: {words}")
    }
}
