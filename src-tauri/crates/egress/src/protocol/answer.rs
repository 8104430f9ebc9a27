//! What answers say, whichever protocol they come in.

use serde::Serialize;
use serde_json::Value;
use specta::Type;

use crate::said::Said;

/// Tokens, as the provider counted them. What it did not say is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Of the whole request, whether read from a cache, written to one or neither.
    pub request_tokens: Option<u32>,
    /// Of these, read from a cache.
    pub cached_tokens: Option<u32>,
    /// Of these, written to a cache.
    pub cache_written_tokens: Option<u32>,
    /// Of the answer, reasoning included.
    pub answer_tokens: Option<u32>,
}

impl Usage {
    /// Takes what a later report says; what that does not say stays.
    pub(crate) fn update(&mut self, later: Self) {
        self.request_tokens = later.request_tokens.or(self.request_tokens);
        self.cached_tokens = later.cached_tokens.or(self.cached_tokens);
        self.cache_written_tokens = later.cache_written_tokens.or(self.cache_written_tokens);
        self.answer_tokens = later.answer_tokens.or(self.answer_tokens);
    }
}

/// Why an answer that came whole ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The model had no more to say.
    Complete,
    /// The limit of tokens was reached.
    Length,
    /// The model, or a filter of the provider's, refused to answer, or to go on.
    Refused {
        /// In its own words, where it gave any.
        said: Option<Said>,
    },
    /// Anything else, or nothing was said about it.
    Other,
}

/// A model that a server offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListedModel {
    /// Its name.
    pub id: String,
    /// The server says that it passes questions to this model on to somebody else.
    pub passed_on: bool,
}

/// One thing that an answer says.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    /// More of the answer.
    Text(String),
    /// More of a refusal.
    Refusal(String),
    /// How many tokens.
    Usage(Usage),
    /// Why it ends.
    Finish(Reason),
    /// The last event.
    End,
    /// It failed.
    Error(ProviderError),
}

/// [`Finish`], before the words of a refusal are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Complete,
    Length,
    Refused,
    Other,
}

/// An error as providers write it. The words are as they came: not to be printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct ProviderError {
    /// `type` or `code` or `status`: short words that programs read.
    pub(crate) kinds: Vec<String>,
    pub(crate) message: String,
}

impl std::fmt::Debug for ProviderError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ProviderError({} bytes)", self.message.len())
    }
}

impl ProviderError {
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kinds.iter().any(|found| found == kind)
    }
}

/// Finds the error in a body. There is no common form: `{"error": {…}}` (OpenAI, Anthropic), the same
/// in a list (Gemini), `{"error": "…"}` (Ollama), `{"message": "…"}` (Mistral), `{"detail": …}` (servers
/// in Python). Numbers that stand for the HTTP status are kinds too.
pub(crate) fn provider_error(body: &Value) -> Option<ProviderError> {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").filter(|error| !error.is_null());
    let found = error.or_else(|| {
        let fields = ["message", "detail"];
        fields
            .iter()
            .any(|field| body.get(field).is_some())
            .then_some(body)
    })?;
    if let Some(message) = found.as_str() {
        return Some(ProviderError {
            kinds: Vec::new(),
            message: message.to_owned(),
        });
    }
    let kinds = ["type", "code", "status"]
        .iter()
        .filter_map(|field| match found.get(field)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
    let detail = || found.get("detail").map(text_of).unwrap_or_default();
    Some(ProviderError {
        kinds: kinds.collect(),
        message: found.get("message").map_or_else(detail, text_of),
    })
}

/// A text, or the texts in a list or a tree, one after the other.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text_of).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => ["msg", "message", "detail"]
            .iter()
            .find_map(|field| fields.get(*field))
            .map(text_of)
            .unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(body: &Value, kinds: &[&str], message: &str) {
        let found = provider_error(body).unwrap();
        assert_eq!(
            (found.kinds.as_slice(), found.message.as_str()),
            (
                kinds
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .as_slice(),
                message
            )
        );
    }

    #[test]
    fn each_way_to_write_an_error_is_read() {
        check(
            &json!({"error": {"message": "No", "type": "requests", "param": null, "code": "rate_limit_exceeded"}}),
            &["requests", "rate_limit_exceeded"],
            "No",
        );
        check(
            &json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
            &["overloaded_error"],
            "Overloaded",
        );
        check(
            &json!([{"error": {"code": 400, "message": "Bad", "status": "INVALID_ARGUMENT"}}]),
            &["400", "INVALID_ARGUMENT"],
            "Bad",
        );
        check(&json!({"error": "model not found"}), &[], "model not found");
        check(
            &json!({"message": "Unauthorized", "request_id": "1"}),
            &[],
            "Unauthorized",
        );
        check(&json!({"detail": "Not Found"}), &[], "Not Found");
        check(
            &json!({"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "too long"}]}),
            &[],
            "field required too long",
        );
        for nothing in [
            json!({}),
            json!([]),
            json!(null),
            json!({"error": null}),
            json!("x"),
        ] {
            assert_eq!(provider_error(&nothing), None, "{nothing}");
        }
    }
}
