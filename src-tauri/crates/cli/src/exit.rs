//! How the program ends: each way with its own exit code, which scripts may rely on.

use std::process::ExitCode;

use sotto_api::{ApiError, ErrorCode};

/// An end that is not success.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The answer failed, or a check did.
    Failed(String),
    /// The command line asks for what there is not.
    WrongUse(String),
    /// No model is on this computer.
    NoModel(String),
    /// The history cannot be opened.
    NoHistory(String),
    /// Nothing was sent: nobody said yes, or it may not be asked.
    NotSent(String),
    /// The input cannot be used.
    BadInput(String),
    /// The person pressed Ctrl-C.
    Stopped,
    /// Whoever read the output went away.
    NobodyReads,
}

impl Exit {
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::WrongUse(_) => 2,
            Self::NoModel(_) => 3,
            Self::NoHistory(_) => 4,
            Self::NotSent(_) => 5,
            Self::BadInput(_) => 65,
            Self::Stopped => 130,
            Self::NobodyReads => 141,
        })
    }

    /// Says why, on standard error.
    pub(crate) fn explain(&self) {
        match self {
            Self::Failed(why)
            | Self::WrongUse(why)
            | Self::NoModel(why)
            | Self::NoHistory(why)
            | Self::NotSent(why)
            | Self::BadInput(why) => {
                if !why.is_empty() {
                    eprintln!("sotto: {why}");
                }
            }
            Self::Stopped => eprintln!("sotto: stopped"),
            Self::NobodyReads => {}
        }
    }
}

impl From<ApiError> for Exit {
    fn from(error: ApiError) -> Self {
        match error.code {
            ErrorCode::NoModel => Self::NoModel(error.message),
            ErrorCode::HistoryClosed | ErrorCode::History | ErrorCode::WrongPassphrase => {
                Self::NoHistory(error.message)
            }
            ErrorCode::CloudOff | ErrorCode::Blocked | ErrorCode::NoKey => {
                Self::NotSent(error.message)
            }
            ErrorCode::UnknownAction | ErrorCode::WrongParameter => Self::WrongUse(error.message),
            ErrorCode::EmptyQuestion => Self::BadInput(error.message),
            ErrorCode::Answering | ErrorCode::NotFound | ErrorCode::Other => {
                Self::Failed(error.message)
            }
        }
    }
}

/// Standard output that cannot be written.
impl From<std::io::Error> for Exit {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Failed(format!("The output could not be written: {error}.")),
        }
    }
}
