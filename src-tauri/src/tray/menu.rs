//! What the tray's menu says, worked out from what is known. Knows neither a tray nor a window, so
//! that every state can be tried without one.

use sotto_api::{
    ConversationId,
    view::{
        ModelState, ModelView, ModelsView, RuntimeView,
        desktop::Activity,
        downloads::{DownloadState, DownloadView},
    },
};

/// How many conversations are listed.
pub(crate) const MOST_CONVERSATIONS: usize = 5;

/// How many characters of a title are shown: a menu is as wide as its longest line.
const LONGEST_TITLE: usize = 44;

/// Percent by which a download's line moves: each new line is a new menu.
const DOWNLOAD_STEP: u64 = 5;

/// Sizes in decimal units, as in the window.
const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];

/// All that the menu and the icon depend on.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    /// The latest conversations, the last changed first; `None` while the history is not open.
    pub(crate) conversations: Option<Vec<(ConversationId, String)>>,
    /// The models on this computer; `None` until they are known.
    pub(crate) models: Option<ModelsView>,
    /// The runtime and what it holds; `None` until it is known.
    pub(crate) runtime: Option<RuntimeView>,
    /// What is on its way from a hub.
    pub(crate) downloads: Vec<DownloadView>,
    /// Whether everything is blocked; `None` where nothing can leave anyway.
    pub(crate) blocked: Option<bool>,
    /// What goes on.
    pub(crate) activity: Activity,
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Shows the quick prompt.
    Quick,
    /// Shows the chat window.
    Open,
    /// Shows a conversation in it.
    Conversation(ConversationId),
    /// Brings a model into memory.
    Load(String),
    /// Gives a model's memory back.
    Unload(String),
    /// Stops a download and keeps what is here.
    PauseDownload(String),
    /// Goes on with a download.
    ResumeDownload(String),
    /// Wants no model in memory.
    Pause,
    /// Ends that.
    Resume,
    /// Lets nothing leave, at once.
    Block,
    /// Lets things be asked again.
    Unblock,
    /// Shows the settings.
    Settings,
    /// Ends Sotto.
    Quit,
}

impl Action {
    /// A name that is the same as long as it does the same.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Quick => "quick".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Conversation(id) => format!("conversation {id}"),
            Self::Load(model) => format!("load {model}"),
            Self::Unload(model) => format!("unload {model}"),
            Self::PauseDownload(id) => format!("pause-download {id}"),
            Self::ResumeDownload(id) => format!("resume-download {id}"),
            Self::Pause => "pause".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::Block => "block".to_owned(),
            Self::Unblock => "unblock".to_owned(),
            Self::Settings => "settings".to_owned(),
            Self::Quit => "quit".to_owned(),
        }
    }
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Does something.
    Do(String, Action),
    /// Says something.
    Says(String),
    /// Opens further lines.
    More(String, Vec<Entry>),
    /// Parts what does not belong together.
    Line,
}

/// The menu, from top to bottom.
pub(crate) fn menu_of(state: &State) -> Vec<Entry> {
    let mut entries = vec![
        does("Quick prompt", Action::Quick),
        does("Open Sotto", Action::Open),
        Entry::More("Recent conversations".to_owned(), recent(state)),
        Entry::Line,
        Entry::More("Model".to_owned(), model(state)),
    ];
    if !state.downloads.is_empty() {
        let lines = state.downloads.iter().flat_map(download).collect();
        entries.push(Entry::More("Downloads".to_owned(), lines));
    }
    entries.extend([
        pause(state),
        Entry::Line,
        block(state),
        Entry::Line,
        does("Settings", Action::Settings),
        does("Quit", Action::Quit),
    ]);
    entries
}

fn does(words: impl Into<String>, action: Action) -> Entry {
    Entry::Do(words.into(), action)
}

fn says(words: impl Into<String>) -> Entry {
    Entry::Says(words.into())
}

fn recent(state: &State) -> Vec<Entry> {
    let entry =
        |(id, title): &(ConversationId, String)| does(short(title), Action::Conversation(*id));
    match &state.conversations {
        None => vec![says("The history is not open")],
        Some(none) if none.is_empty() => vec![says("None yet")],
        Some(some) => some.iter().take(MOST_CONVERSATIONS).map(entry).collect(),
    }
}

fn model(state: &State) -> Vec<Entry> {
    let models = state.models.as_ref();
    let all = models.map_or(&[][..], |models| &models.models);
    let title = |name: &str| {
        let known = all.iter().find(|model| model.name == name);
        short(known.map_or(name, |model| &model.title))
    };
    let is_loading = |model: &&ModelView| matches!(model.state, ModelState::Loading { .. });
    let loading = all.iter().find(is_loading);
    let loaded = state.runtime.iter().flat_map(|runtime| &runtime.loaded);
    let loaded: Vec<_> = loaded
        .filter(|one| loading.is_none_or(|model| model.name != one.name))
        .collect();
    let mut entries: Vec<_> = loading
        .iter()
        .map(|model| says(format!("{} is being loaded", short(&model.title))))
        .collect();
    entries.extend(loaded.iter().map(|one| {
        says(format!(
            "{}: {} of memory",
            title(&one.name),
            bytes(one.memory)
        ))
    }));
    if entries.is_empty() {
        entries.push(says("No model in memory"));
    }
    if loading.is_none() {
        let default = models.and_then(|models| models.default.as_deref());
        let other = default.filter(|name| loaded.iter().all(|one| one.name != *name));
        entries.extend(other.map(|name| {
            does(
                format!("Load {}", title(name)),
                Action::Load(name.to_owned()),
            )
        }));
    }
    entries.extend(loaded.iter().map(|one| {
        does(
            format!("Unload {}", title(&one.name)),
            Action::Unload(one.name.clone()),
        )
    }));
    entries
}

/// How far a download is, and what can be done about it: nothing where another Sotto fetches the file.
fn download(download: &DownloadView) -> Vec<Entry> {
    let title = short(&download.title);
    if download.elsewhere {
        return vec![says(format!("{title}: another Sotto fetches this file"))];
    }
    let percent = (download.received * 100)
        .checked_div(download.total)
        .map(|percent| percent / DOWNLOAD_STEP * DOWNLOAD_STEP);
    let how = match (download.state, percent) {
        (DownloadState::Queued, _) => "waits for another".to_owned(),
        (DownloadState::Failed, _) => "stopped with an error".to_owned(),
        (DownloadState::Verifying, _) => "is being checked".to_owned(),
        (DownloadState::Paused, Some(percent)) => format!("paused at {percent} %"),
        (DownloadState::Paused, None) => "paused".to_owned(),
        (_, Some(percent)) => format!("{percent} % of {}", bytes(download.total)),
        (_, None) => "begins".to_owned(),
    };
    let id = download.id.clone();
    let act = match download.state {
        DownloadState::Paused | DownloadState::Failed => {
            does(format!("Go on with {title}"), Action::ResumeDownload(id))
        }
        _ => does(format!("Pause {title}"), Action::PauseDownload(id)),
    };
    vec![says(format!("{title}: {how}")), act]
}

fn pause(state: &State) -> Entry {
    if state.runtime.as_ref().is_some_and(|runtime| runtime.paused) {
        does("Resume the runtime", Action::Resume)
    } else {
        does("Pause the runtime", Action::Pause)
    }
}

fn block(state: &State) -> Entry {
    match state.blocked {
        Some(false) => does("Block cloud now", Action::Block),
        Some(true) => does("Unblock the cloud", Action::Unblock),
        None => says("Nothing can leave this computer"),
    }
}

/// A title of bearable length.
fn short(title: &str) -> String {
    let mut characters = title.chars();
    let mut short: String = characters.by_ref().take(LONGEST_TITLE).collect();
    if characters.next().is_some() {
        short.pop();
        short.push('…');
    }
    short
}

/// A size as the window says it: `1.4 GB`, `98 MB`.
#[expect(
    clippy::cast_precision_loss,
    reason = "two digits are shown of a number far below 2^53"
)]
fn bytes(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 999.5 && unit < UNITS.len() - 1 {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 9.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests;
