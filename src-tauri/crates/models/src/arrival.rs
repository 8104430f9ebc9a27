//! A model on its way: what scripts/lib/fetch.mjs writes beside the parts, read with distrust,
//! because it may be half written, left behind by a killed process or made by somebody else.

use std::{
    fs::File,
    io::Read,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;

use crate::CatalogEntry;

/// The folder of unfinished files, in the models folder.
pub(crate) const FOLDER: &str = ".partial";

/// How the lock of a file ends that `sotto-egress` fetches: its time is when somebody took it last.
pub(crate) const TAKEN: &[u8] = b".download.lock";

/// Who fetches moves `updated_at` every five seconds. Silent for longer than this, nobody does.
pub(crate) const SILENT_AFTER: Duration = Duration::from_secs(30);

/// Bytes of a progress file that are read; it has about 300.
const LONGEST_FILE: u64 = 16 * 1024;

/// Characters of a message that are shown.
const LONGEST_MESSAGE: usize = 500;

/// A model on its way to this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// File name that it will have.
    pub file: String,
    /// Its name for a person.
    pub title: String,
    /// Bytes that are here; never more than `total`.
    pub received: u64,
    /// Bytes of the whole.
    pub total: u64,
    /// How it goes.
    pub state: ArrivalState,
    /// Why it failed and what to do.
    pub message: Option<String>,
}

/// How an arrival goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArrivalState {
    /// Parts are being fetched.
    Fetching,
    /// All parts are here and are being checked.
    Verifying,
    /// Nobody is fetching; the next start goes on.
    Paused,
    /// It stopped with an error.
    Failed,
}

impl Arrival {
    /// Somebody works on it now.
    #[must_use]
    pub fn in_motion(&self) -> bool {
        matches!(self.state, ArrivalState::Fetching | ArrivalState::Verifying)
    }
}

/// What the fetch script writes. `file`, `name` and `total` are in the catalogue and not believed.
#[derive(Debug, Deserialize)]
struct Progress {
    #[serde(default)]
    received: u64,
    state: ProgressState,
    #[serde(default)]
    message: Option<String>,
    /// Milliseconds since the Unix epoch.
    #[serde(default)]
    updated_at: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ProgressState {
    Fetching,
    Verifying,
    Failed,
}

/// The arrival of `entry` in the models folder, if there is one.
pub(crate) fn read(models: &Path, entry: &CatalogEntry, now: SystemTime) -> Option<Arrival> {
    let whole = models
        .join(&entry.file)
        .metadata()
        .is_ok_and(|metadata| metadata.len() == entry.size);
    if whole {
        return None;
    }
    let path = models.join(FOLDER).join(format!("{}.json", entry.file));
    // Opening anything else, a pipe for one, could wait forever.
    if !path
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file())
    {
        return None;
    }
    let mut text = String::new();
    File::open(path)
        .ok()?
        .take(LONGEST_FILE)
        .read_to_string(&mut text)
        .ok()?;
    parse(&text, entry, now)
}

fn parse(text: &str, entry: &CatalogEntry, now: SystemTime) -> Option<Arrival> {
    let progress: Progress = serde_json::from_str(text).ok()?;
    let updated_at = UNIX_EPOCH
        .checked_add(Duration::from_millis(progress.updated_at))
        .unwrap_or(UNIX_EPOCH);
    // A moment in the future is a clock that was set back: taken for now.
    let silent = now
        .duration_since(updated_at)
        .is_ok_and(|silence| silence > SILENT_AFTER);
    let state = match progress.state {
        ProgressState::Failed => ArrivalState::Failed,
        _ if silent => ArrivalState::Paused,
        ProgressState::Fetching => ArrivalState::Fetching,
        ProgressState::Verifying => ArrivalState::Verifying,
    };
    let message = progress.message.map(|message| {
        let printable = message.chars().map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        });
        printable.take(LONGEST_MESSAGE).collect()
    });
    Some(Arrival {
        file: entry.file.clone(),
        title: entry.name.clone(),
        received: progress.received.min(entry.size),
        total: entry.size,
        state,
        message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalog, CatalogRole};

    fn entry() -> &'static CatalogEntry {
        Catalog::get().with_role(CatalogRole::Default).unwrap()
    }

    fn check(text: &str, expected: Option<(u64, ArrivalState)>) {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let arrival = parse(text, entry(), now);
        assert_eq!(
            arrival.map(|arrival| (arrival.received, arrival.state)),
            expected,
            "{text}"
        );
    }

    #[test]
    fn progress_is_read_with_distrust() {
        let fresh = 999_990_000;
        check(
            &format!(
                r#"{{"file":"x","name":"y","received":5,"total":9,"state":"fetching","message":null,"updated_at":{fresh}}}"#
            ),
            Some((5, ArrivalState::Fetching)),
        );
        check(
            &format!(r#"{{"received":5,"state":"verifying","updated_at":{fresh}}}"#),
            Some((5, ArrivalState::Verifying)),
        );
        check(
            r#"{"received":5,"state":"fetching","updated_at":999960000}"#,
            Some((5, ArrivalState::Paused)),
        );
        check(
            r#"{"received":5,"state":"verifying","updated_at":0}"#,
            Some((5, ArrivalState::Paused)),
        );
        check(
            r#"{"received":5,"state":"failed","updated_at":0}"#,
            Some((5, ArrivalState::Failed)),
        );
        check(
            r#"{"received":5,"state":"fetching","updated_at":18446744073709551615}"#,
            Some((5, ArrivalState::Fetching)),
        );
        check(
            &format!(
                r#"{{"received":18446744073709551615,"state":"fetching","updated_at":{fresh}}}"#
            ),
            Some((entry().size, ArrivalState::Fetching)),
        );
        for nonsense in [
            "",
            "{",
            "[]",
            r#"{"state":"dancing"}"#,
            r#"{"received":-1,"state":"fetching"}"#,
        ] {
            check(nonsense, None);
        }
    }

    #[test]
    fn a_message_is_one_short_line() {
        let text = format!(
            r#"{{"state":"failed","message":"no\nspace{}"}}"#,
            "x".repeat(900)
        );
        let message = parse(&text, entry(), UNIX_EPOCH).unwrap().message.unwrap();
        assert!(message.starts_with("no space") && message.chars().count() == LONGEST_MESSAGE);
    }
}
