//! What Sotto needs from this computer, whether it is there, and how to mend it.

#[cfg(target_os = "linux")]
use std::time::Duration;

use serde::Serialize;
use sotto_domain::Failure;
use sotto_runtime_client::Confinement;

use crate::{
    error::sentence,
    graphics,
    sotto::Sotto,
    view::{HistoryState, ModelState},
};

/// A desktop's portal is started by being asked, which takes a moment.
#[cfg(target_os = "linux")]
const PORTAL_ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Sotto works, with less.
    Limited,
    /// Sotto cannot work.
    Broken,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, in one word.
    pub name: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found, in one sentence.
    pub found: String,
    /// How to mend it; empty where nothing is to mend.
    pub mend: String,
}

impl Check {
    fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Good,
            found: found.into(),
            mend: String::new(),
        }
    }

    fn bad(
        name: &'static str,
        verdict: Verdict,
        found: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            name,
            verdict,
            found: found.into(),
            mend: mend.into(),
        }
    }
}

impl Sotto {
    /// Looks at everything that Sotto stands on. Starts the runtime; changes nothing.
    pub async fn examine(&self) -> Vec<Check> {
        let mut checks = vec![display(), self.folders(), keyring().await];
        checks.extend(shortcuts().await);
        checks.extend(self.history_check().await);
        checks.extend(self.runtime_checks().await);
        checks
    }

    fn folders(&self) -> Check {
        let home = self.home().display();
        match tempfile::tempfile_in(self.home()) {
            Ok(_) => Check::good("folders", format!("{home} can be written.")),
            Err(error) => Check::bad(
                "folders",
                Verdict::Broken,
                format!("{home} cannot be written: {error}."),
                "Give yourself the right to write there, free some space, or name another folder with SOTTO_HOME.",
            ),
        }
    }

    async fn history_check(&self) -> Option<Check> {
        if !self.home().join("history.db").exists() {
            return Some(Check::good(
                "history",
                "There is none yet; the first question begins it.",
            ));
        }
        Some(match self.startup().await.history {
            HistoryState::Open => self.unreadable_rows().await,
            HistoryState::NeedsPassphrase { .. } => Check::good(
                "history",
                "It is protected by a passphrase, asked once per start.",
            ),
            HistoryState::Temporary => Check::bad(
                "history",
                Verdict::Limited,
                "Nothing is kept in this session.",
                "",
            ),
            HistoryState::Unavailable { message, .. } => Check::bad(
                "history",
                Verdict::Broken,
                message,
                "Nothing was changed. Mend it and start again.",
            ),
        })
    }

    async fn unreadable_rows(&self) -> Check {
        let rows = match self.inner.history.get().await {
            Ok(history) => history.unreadable_rows().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        match rows.first() {
            None => Check::good("history", "It opens, and every row can be read."),
            Some(first) => Check::bad(
                "history",
                Verdict::Limited,
                format!("{} rows cannot be read; the first: {first}.", rows.len()),
                "The others are not affected. Keep a copy of the file; a newer Sotto may read them.",
            ),
        }
    }

    async fn runtime_checks(&self) -> Vec<Check> {
        let system = match self.inner.runtime.system().await {
            Ok(system) => system,
            Err(Failure { message, .. }) => {
                let mend =
                    "Build it with `cargo build -p sotto-runtime-server`, or install Sotto again.";
                return vec![Check::bad("runtime", Verdict::Broken, message, mend)];
            }
        };
        let runtime = Check::good(
            "runtime",
            format!(
                "It runs llama.cpp {} with {} threads.",
                system.llama_cpp_build, system.threads
            ),
        );
        let processor = Check::good(
            "processor",
            format!("{} with {}.", system.backend, listed(&system.cpu_features)),
        );
        let confinement = confinement(system.confinement);
        let graphics = Check::good("graphics", graphics::sentence(&system));
        let models = self.models_check().await;
        vec![runtime, confinement, processor, graphics, models]
    }

    async fn models_check(&self) -> Check {
        let view = match self.models().await {
            Ok(view) => view,
            Err(error) => {
                let mend = "Start it again; if it stays so, install Sotto again.";
                return Check::bad("models", Verdict::Broken, error.message, mend);
            }
        };
        let unusable = |state: &ModelState| matches!(state, ModelState::Unusable { .. });
        let broken: Vec<String> = view
            .models
            .iter()
            .filter(|model| unusable(&model.state))
            .map(|model| model.name.clone())
            .collect();
        let mend = format!(
            "Put a GGUF file into {}, or run `npm start`, which fetches one.",
            view.folder
        );
        match view.default {
            None => Check::bad(
                "models",
                Verdict::Broken,
                "There is none that can answer.",
                mend,
            ),
            Some(_) if !broken.is_empty() => Check::bad(
                "models",
                Verdict::Limited,
                format!(
                    "{} of {} cannot be used: {}.",
                    broken.len(),
                    view.models.len(),
                    listed(&broken)
                ),
                "Delete the damaged files and fetch them again.",
            ),
            Some(default) => Check::good(
                "models",
                format!("{} here; {default} answers.", view.models.len()),
            ),
        }
    }
}

/// Whether the system keeps the runtime from talking and reading.
fn confinement(Confinement { files, calls }: Confinement) -> Check {
    let missing = match (files, calls) {
        (true, true) => {
            return Check::good(
                "confinement",
                "The runtime can open no connection, start no program and read only models.",
            );
        }
        (false, true) => "keep the runtime from reading your files (landlock)",
        (true, false) => "keep the runtime from opening connections (seccomp)",
        (false, false) => "confine the runtime (landlock and seccomp)",
    };
    let mend = if cfg!(target_os = "linux") {
        "Use a kernel from 5.13 on with `landlock` in its list of security modules (/sys/kernel/security/lsm) and seccomp."
    } else {
        "Only Linux is known to do so; Sotto itself still opens no connection here."
    };
    Check::bad(
        "confinement",
        Verdict::Limited,
        format!("This system does not {missing}."),
        mend,
    )
}

fn listed(names: &[String]) -> String {
    names.join(", ")
}

async fn keyring() -> Check {
    match sotto_secrets::probe_keyring().await {
        Ok(()) => Check::good("keyring", "It answers and is open."),
        Err(error) => Check::bad(
            "keyring",
            Verdict::Limited,
            sentence(&error),
            "Without a keyring Sotto asks for a passphrase once per start.",
        ),
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Whether a window, or a keyring's question, can be shown.
pub(crate) fn has_display() -> bool {
    !cfg!(target_os = "linux") || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY")
}

/// Who gives the keys of the shortcuts, as far as a terminal can know that.
#[cfg(target_os = "linux")]
async fn shortcuts() -> Option<Check> {
    if !has_display() {
        return None;
    }
    if !is_set("WAYLAND_DISPLAY") {
        let found = "The X server gives their keys; the settings say whether it does.";
        return Some(Check::good("shortcuts", found));
    }
    let version = tokio::time::timeout(PORTAL_ANSWERS_WITHIN, portal_version());
    Some(match version.await {
        Ok(Ok(version)) => Check::good(
            "shortcuts",
            format!("The desktop gives their keys, by its portal (version {version})."),
        ),
        _ => Check::bad(
            "shortcuts",
            Verdict::Limited,
            "Under Wayland only the desktop gives keys, and this one has no portal for that.",
            "Bind keys to `sotto quick` and `sotto quick --clipboard` in the desktop's settings.",
        ),
    })
}

#[cfg(not(target_os = "linux"))]
async fn shortcuts() -> Option<Check> {
    None
}

#[cfg(target_os = "linux")]
async fn portal_version() -> zbus::Result<u32> {
    let bus = zbus::Connection::session().await?;
    let portal = zbus::Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.GlobalShortcuts",
    );
    portal.await?.get_property("version").await
}

fn display() -> Check {
    if has_display() {
        return Check::good("display", "There is one.");
    }
    Check::bad(
        "display",
        Verdict::Limited,
        "There is none: no window can be shown.",
        "Use `sotto chat` and `sotto ask` in the terminal, or start Sotto in a desktop session.",
    )
}
