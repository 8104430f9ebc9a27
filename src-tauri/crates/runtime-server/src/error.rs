//! What can go wrong for a client, with Ollama's status and text and a code that machines read.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A failure as a client sees it: `{"error": text, "code": ...}`.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Error {
    /// The request is not what the API documents.
    #[error("{0}")]
    BadRequest(String),
    /// No such model in the folders.
    #[error("model '{0}' not found")]
    ModelNotFound(String),
    /// The file is there but cannot be run.
    #[error("model '{name}' cannot be used: {reason}")]
    ModelUnusable {
        /// As the client named it.
        name: String,
        /// What the parser or llama.cpp says.
        reason: String,
    },
    /// No such adapter in the folders.
    #[error("adapter '{0}' not found")]
    AdapterNotFound(String),
    /// The adapter is there but cannot be attached.
    #[error("adapter '{name}' cannot be attached: {reason}")]
    AdapterUnusable {
        /// As the client named it.
        name: String,
        /// What the parser or llama.cpp says.
        reason: String,
    },
    /// It would take more memory than models may take, or than is free.
    #[error("{}", shortage(*.reason, *.needed, *.available, *.limit))]
    InsufficientMemory {
        /// Bytes that it takes, estimated.
        needed: u64,
        /// Bytes that it could have.
        available: u64,
        /// Bytes that all models may take.
        limit: u64,
        /// Bytes that the system could give.
        free: u64,
        /// Which of the two is too little.
        reason: Shortage,
    },
    /// The prompt is larger than the context.
    #[error("the prompt has {}{prompt_tokens} tokens, the context holds {context}", if *.at_least { "at least " } else { "" })]
    ContextExceeded {
        /// Tokens of the prompt.
        prompt_tokens: u64,
        /// The count is a lower bound: the text was too long to be worth counting.
        at_least: bool,
        /// Tokens that the context holds.
        context: u32,
    },
    /// The body is larger than is read.
    #[error("the request body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// Not served here, though Ollama has it.
    #[error("{0} is not served by this runtime")]
    NotServed(String),
    /// No such path.
    #[error("404 page not found")]
    NoSuchPath,
    /// The token is missing or wrong.
    #[error("a valid token is required")]
    Unauthorized,
    /// The request comes from a place that may not ask.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Too many requests are waiting.
    #[error("server busy, please try again. maximum pending requests exceeded")]
    Busy,
    /// The engine failed.
    #[error("{0}")]
    Engine(String),
    /// The client went away; nobody reads this.
    #[error("the request was cancelled")]
    Cancelled,
}

/// What there is too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// What models may take.
    Limit,
    /// What the system could give.
    Free,
}

impl Error {
    /// The HTTP status, Ollama's where it has one.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::ContextExceeded { .. } | Self::AdapterUnusable { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::ModelNotFound(_) | Self::AdapterNotFound(_) | Self::NoSuchPath => {
                StatusCode::NOT_FOUND
            }
            Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotServed(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::ModelUnusable { .. }
            | Self::InsufficientMemory { .. }
            | Self::Engine(_)
            | Self::Cancelled => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The extension field `code`, where a client may branch on it.
    fn code(&self) -> Option<&'static str> {
        match self {
            Self::BadRequest(_) => Some("bad_request"),
            Self::ModelNotFound(_) => Some("model_not_found"),
            Self::ModelUnusable { .. } => Some("model_unusable"),
            Self::AdapterNotFound(_) | Self::AdapterUnusable { .. } => Some("adapter_unusable"),
            Self::InsufficientMemory { .. } => Some("insufficient_memory"),
            Self::ContextExceeded { .. } => Some("context_exceeded"),
            Self::Busy => Some("busy"),
            _ => None,
        }
    }

    /// The body: Ollama's `error` and this runtime's extensions.
    pub(crate) fn body(&self) -> serde_json::Value {
        let mut body = json!({ "error": self.to_string() });
        if let Some(code) = self.code() {
            body["code"] = json!(code);
        }
        match self {
            Self::InsufficientMemory {
                needed,
                available,
                limit,
                free,
                reason,
            } => {
                body["needed"] = json!(needed);
                body["available"] = json!(available);
                body["limit"] = json!(limit);
                body["free"] = json!(free);
                body["reason"] = json!(match reason {
                    Shortage::Limit => "limit",
                    Shortage::Free => "free",
                });
            }
            Self::ContextExceeded {
                prompt_tokens,
                context,
                ..
            } => {
                body["prompt_tokens"] = json!(prompt_tokens);
                body["context"] = json!(context);
            }
            _ => {}
        }
        body
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (self.status(), axum::Json(self.body())).into_response()
    }
}

/// Ollama's sentence, and one that it has no need of because it knows no limit.
fn shortage(reason: Shortage, needed: u64, available: u64, limit: u64) -> String {
    let (needed, available) = (gibibytes(needed), gibibytes(available));
    match reason {
        Shortage::Free => {
            format!("model requires more system memory ({needed}) than is available ({available})")
        }
        Shortage::Limit => format!(
            "model requires more memory ({needed}) than it may take ({available} of a limit of {} for all models)",
            gibibytes(limit)
        ),
    }
}

fn gibibytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let value = bytes as f64 / (1u64 << 30) as f64;
    format!("{value:.1} GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_carry_both_numbers() {
        let error = Error::ContextExceeded {
            prompt_tokens: 9000,
            at_least: false,
            context: 8192,
        };
        assert_eq!(
            error.body(),
            json!({"error": "the prompt has 9000 tokens, the context holds 8192", "code": "context_exceeded",
                   "prompt_tokens": 9000, "context": 8192})
        );
        for (reason, text) in [
            (
                Shortage::Free,
                "model requires more system memory (3.0 GiB) than is available (1.0 GiB)",
            ),
            (
                Shortage::Limit,
                "model requires more memory (3.0 GiB) than it may take (1.0 GiB of a limit of 2.0 GiB for all models)",
            ),
        ] {
            let error = Error::InsufficientMemory {
                needed: 3 << 30,
                available: 1 << 30,
                limit: 2 << 30,
                free: 1 << 30,
                reason,
            };
            assert_eq!(error.body()["error"], text);
            assert_eq!(error.body()["needed"], json!(3u64 << 30));
        }
        assert_eq!(
            Error::ModelNotFound("x".into()).body()["error"],
            "model 'x' not found"
        );
    }
}
