//! What an answer says before its bytes: the hub's word about a file, which part comes, what went wrong.

use std::time::Duration;

use reqwest_tls::{
    StatusCode,
    header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap},
};
use secrecy::SecretString;

use super::error::DownloadError;
use crate::{said::Said, send::retry_after};

/// What a hub says of a file, as far as it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// SHA-256 in lower-case hexadecimal: what huggingface.co calls the ETag of what is linked.
    pub(super) sha256: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) commit: Option<String>,
}

impl Word {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        Self {
            sha256: text("x-linked-etag").and_then(|etag| {
                let hash = etag.trim_start_matches("W/").trim_matches('"');
                is_sha256(hash).then(|| hash.to_owned())
            }),
            size: text("x-linked-size").and_then(|size| size.parse().ok()),
            commit: text("x-repo-commit")
                .filter(|commit| is_commit(commit))
                .map(str::to_owned),
        }
    }

    /// Whether it is a word about this file, or none.
    ///
    /// # Errors
    ///
    /// [`DownloadError::HubDiffers`].
    pub(super) fn agrees(&self, sha256: &str, known: u64) -> Result<(), DownloadError> {
        let said = self.size.unwrap_or(known);
        let same = self.sha256.as_ref().is_none_or(|said| said == sha256);
        if same && said == known {
            Ok(())
        } else {
            Err(DownloadError::HubDiffers { known, said })
        }
    }
}

pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A commit of git.
fn is_commit(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Which part of how much comes: the first byte's place and the length of the whole (RFC 9110, section
/// 14.4). `None` where that is not said.
pub(super) fn part(headers: &HeaderMap) -> Option<(u64, u64)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, whole) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.parse().ok()?, whole.parse().ok()?))
}

/// The name of the file's state, if it is one that says that every byte is the same.
pub(super) fn strong_etag(headers: &HeaderMap) -> Option<&str> {
    let etag = headers.get(ETAG)?.to_str().ok()?;
    (etag.len() > 2 && etag.len() <= 200 && etag.starts_with('"') && etag.ends_with('"'))
        .then_some(etag)
}

pub(super) fn is_web_page(headers: &HeaderMap) -> bool {
    let content = headers
        .get(CONTENT_TYPE)
        .and_then(|content| content.to_str().ok());
    content.is_some_and(|content| {
        content
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("text/html")
    })
}

/// What a status that brings no file means, and whether it may pass by itself.
pub(super) struct Refused {
    pub(super) error: DownloadError,
    pub(super) may_pass: bool,
    /// How long the server asks to wait.
    pub(super) wait: Option<Duration>,
}

/// Reads a refusal. Whether the hub itself gave it decides what 401, 403 and 404 mean: elsewhere they say
/// that a signed address is over.
pub(super) fn refused(
    status: StatusCode,
    headers: &HeaderMap,
    host: String,
    by_hub: bool,
    token: Option<&SecretString>,
) -> Refused {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let said = || Said::new(text("x-error-message").unwrap_or_default(), token);
    let code = text("x-error-code").unwrap_or_default();
    let wait = retry_after(headers);
    let status_number = status.as_u16();
    let never = |error| Refused {
        error,
        may_pass: false,
        wait: None,
    };
    let passing = |error| Refused {
        error,
        may_pass: true,
        wait,
    };
    match status_number {
        429 => passing(DownloadError::TooMany { host, wait }),
        500..=599 => passing(DownloadError::ServerFailed {
            host,
            status: status_number,
        }),
        _ if is_web_page(headers) => never(DownloadError::WebPage { host }),
        401 | 403 | 404 | 410 if !by_hub => passing(DownloadError::Refused {
            host,
            status: status_number,
        }),
        _ if code == "GatedRepo" => never(DownloadError::Gated { said: said() }),
        // The hub says 401 also for what is not there, so that nobody learns which names are taken.
        401 | 403 if token.is_some() && code != "RepoNotFound" => {
            never(DownloadError::TokenRefused { said: said() })
        }
        401 | 403 | 404 | 410 => never(DownloadError::NotFound { said: said() }),
        _ => never(DownloadError::Odd {
            host,
            status: status_number,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = lines.iter().map(|(name, value)| {
            let name: reqwest_tls::header::HeaderName = name.parse().unwrap();
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn the_word_of_a_hub_is_read_and_held_against_what_is_known() {
        let quoted = format!("\"{HASH}\"");
        let commit = "0".repeat(40);
        let word = Word::of(&headers(&[
            ("x-linked-etag", &quoted),
            ("x-linked-size", "98362432"),
            ("x-repo-commit", &commit),
        ]));
        assert_eq!(word.sha256.as_deref(), Some(HASH));
        assert_eq!(
            (word.size, word.commit.as_deref()),
            (Some(98_362_432), Some(commit.as_str()))
        );
        assert_eq!(word.agrees(HASH, 98_362_432), Ok(()));
        let differs = |known, said| Err(DownloadError::HubDiffers { known, said });
        assert_eq!(word.agrees(HASH, 5), differs(5, 98_362_432));
        assert_eq!(
            word.agrees(&"0".repeat(64), 98_362_432),
            differs(98_362_432, 98_362_432)
        );
        // Of a small file the hub names git's hash, which is no SHA-256.
        let small = Word::of(&headers(&[(
            "x-linked-etag",
            "\"d6ceb92ce9e3c83ab146dc8e92a93517ac1cc66f\"",
        )]));
        assert_eq!(small, Word::default());
        assert_eq!(small.agrees(HASH, 5), Ok(()));
    }

    #[test]
    fn a_part_says_where_it_begins_and_how_long_the_whole_is() {
        let check = |text: &str, expected| {
            assert_eq!(
                part(&headers(&[("content-range", text)])),
                expected,
                "{text}"
            );
        };
        check("bytes 5-9/10", Some((5, 10)));
        check("bytes 0-0/98362432", Some((0, 98_362_432)));
        for odd in [
            "",
            "bytes */10",
            "bytes 5-9/*",
            "items 5-9/10",
            "bytes -5/10",
            "bytes 5/10",
        ] {
            check(odd, None);
        }
        assert_eq!(part(&HeaderMap::new()), None);
    }

    #[test]
    fn a_weak_tag_proves_nothing() {
        let check = |text: &str, expected| {
            assert_eq!(strong_etag(&headers(&[("etag", text)])), expected);
        };
        check("\"abc\"", Some("\"abc\""));
        for weak in ["W/\"abc\"", "abc", "\"\"", "\""] {
            check(weak, None);
        }
    }

    #[track_caller]
    fn check(
        status: u16,
        lines: &[(&'static str, &str)],
        by_hub: bool,
        token: bool,
        expected: &str,
        passes: bool,
    ) {
        let token = token.then(|| SecretString::from("hf_secret"));
        let host = "hub.example".to_owned();
        let status = StatusCode::from_u16(status).unwrap();
        let refused = refused(status, &headers(lines), host, by_hub, token.as_ref());
        let printed = format!("{:?}", refused.error);
        assert!(printed.starts_with(expected), "{printed}");
        assert_eq!(refused.may_pass, passes, "{printed}");
        assert!(token.is_none() || !refused.error.to_string().contains("hf_secret"));
    }

    #[test]
    fn refusals_are_told_apart() {
        let gated = [
            ("x-error-code", "GatedRepo"),
            ("x-error-message", "Access to model hf_secret is restricted"),
        ];
        check(401, &gated, true, false, "Gated", false);
        check(403, &gated, true, true, "Gated", false);
        let missing = [("x-error-code", "RepoNotFound")];
        check(401, &missing, true, true, "NotFound", false);
        check(401, &[], true, false, "NotFound", false);
        check(401, &[], true, true, "TokenRefused", false);
        check(
            404,
            &[("x-error-code", "EntryNotFound")],
            true,
            false,
            "NotFound",
            false,
        );
        check(403, &[], false, false, "Refused", true);
        check(429, &[("retry-after", "7")], true, false, "TooMany", true);
        check(503, &[], false, false, "ServerFailed", true);
        check(
            200,
            &[("content-type", "text/html; charset=utf-8")],
            true,
            false,
            "WebPage",
            false,
        );
        check(418, &[], true, false, "Odd", false);
    }
}
