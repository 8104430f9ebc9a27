//! What a status other than 200 means. Decided by the status and by the short words that programs read;
//! the sentence that comes with it is only shown.

use std::time::{Duration, SystemTime};

use reqwest_tls::{
    StatusCode,
    header::{HeaderMap, LOCATION, RETRY_AFTER},
};
use secrecy::SecretString;

use super::{Content, content_of};
use crate::{
    error::AnswerError,
    protocol::{ProviderError, provider_error},
    said::Said,
};

/// Longer waits are not believed.
const LONGEST_WAIT: Duration = Duration::from_hours(48);

/// What an answer says before its body.
pub(super) struct Head {
    status: StatusCode,
    wait: Option<Duration>,
    /// Scheme, host and port of a redirect.
    leads_to: Option<String>,
    is_web_page: bool,
}

impl Head {
    pub(super) fn of(response: &reqwest_tls::Response) -> Self {
        let headers = response.headers();
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let leads_to = location.and_then(|text| response.url().join(text).ok());
        Self {
            status: response.status(),
            wait: wait(headers, SystemTime::now()),
            leads_to: leads_to.map(|url| url.origin().ascii_serialization()),
            is_web_page: content_of(headers) == Content::WebPage,
        }
    }

    /// The error, given what came of the body.
    pub(super) fn error(&self, body: &[u8], key: Option<&SecretString>) -> AnswerError {
        let status = self.status.as_u16();
        let found = serde_json::from_slice(body)
            .ok()
            .and_then(|value| provider_error(&value))
            .unwrap_or_default();
        let said = Said::new(&found.message, key);
        let wait = self.wait;
        match status {
            // A page that a failing server's front sends is no portal.
            500..=599 if status != 511 => server_failed(status, wait, said),
            300..=399 => AnswerError::Redirected {
                status,
                to: self.leads_to.clone(),
            },
            _ if self.is_web_page => AnswerError::WebPage { status },
            _ if is_about_money(&found) => AnswerError::NoQuota { said },
            _ if is_about_length(&found) => AnswerError::TooLong { said },
            401 | 403 if key.is_none() => AnswerError::KeyNeeded { status, said },
            401 | 403 => AnswerError::KeyRefused { status, said },
            402 => AnswerError::NoQuota { said },
            404 => AnswerError::NotFound { said },
            413 => AnswerError::TooLong { said },
            429 => AnswerError::TooMany { wait, said },
            400..=499 => AnswerError::NotAccepted { status, said },
            _ => AnswerError::OddStatus { status, said },
        }
    }
}

fn server_failed(status: u16, wait: Option<Duration>, said: Option<Said>) -> AnswerError {
    match status {
        503 | 529 => AnswerError::Overloaded { wait, said },
        _ => AnswerError::ServerFailed { status, said },
    }
}

/// What an error within an answer of status 200 means.
pub(super) fn within(found: &ProviderError, key: Option<&SecretString>) -> AnswerError {
    let said = Said::new(&found.message, key);
    let wait = None;
    let is = |kinds: &[&str]| kinds.iter().any(|kind| found.is(kind));
    if is_about_money(found) {
        AnswerError::NoQuota { said }
    } else if is_about_length(found) {
        AnswerError::TooLong { said }
    } else if is(&["overloaded_error", "503", "529"]) {
        AnswerError::Overloaded { wait, said }
    } else if is(&["rate_limit_error", "rate_limit_exceeded", "429"]) {
        AnswerError::TooMany { wait, said }
    } else {
        AnswerError::BrokenOff { said }
    }
}

/// OpenAI says 429 for this; the word tells it from too many questions.
fn is_about_money(error: &ProviderError) -> bool {
    ["insufficient_quota", "billing_error", "402"]
        .iter()
        .any(|kind| error.is(kind))
}

/// OpenAI's word, llama.cpp's and Anthropic's.
fn is_about_length(error: &ProviderError) -> bool {
    [
        "context_length_exceeded",
        "exceed_context_size_error",
        "request_too_large",
    ]
    .iter()
    .any(|kind| error.is(kind))
}

/// How long a server asks to wait: in milliseconds (OpenAI), in seconds, or until a date (RFC 9110,
/// section 10.2.3).
fn wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str, unit: f64| {
        let number: f64 = text(name)?.parse().ok()?;
        Duration::try_from_secs_f64(number * unit).ok()
    };
    let until = || {
        let date = httpdate::parse_http_date(text(RETRY_AFTER.as_str())?).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    };
    number("retry-after-ms", 0.001)
        .or_else(|| number(RETRY_AFTER.as_str(), 1.0))
        .or_else(until)
        .filter(|wait| *wait <= LONGEST_WAIT)
}

/// How long a server asks to wait, counted from now.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    wait(headers, SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], expected: Option<u64>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let milliseconds = wait(&map, now).map(|wait| wait.as_millis() as u64);
        assert_eq!(milliseconds, expected, "{headers:?}");
    }

    #[test]
    fn waits_are_read_in_each_form() {
        check(&[], None);
        check(&[("retry-after", "20")], Some(20_000));
        check(&[("retry-after", "0.5")], Some(500));
        check(
            &[("retry-after", "7"), ("retry-after-ms", "1500")],
            Some(1_500),
        );
        // The example of RFC 9110, section 5.6.7, and ten seconds later.
        check(
            &[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")],
            Some(10_000),
        );
        check(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(0));
        check(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0));
        for odd in ["", "soon", "-5", "NaN", "inf", "1e300", "999999999"] {
            check(&[("retry-after", odd)], None);
        }
    }
}
