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
mod tests {
    use sotto_api::view::{
        ModelRole, RuntimeState,
        models::{LoadedView, ModelKind, ModelOwner},
    };

    use super::*;

    fn conversation(number: u64) -> ConversationId {
        ConversationId::new(
            sotto_api::Timestamp::from_milliseconds(number),
            sotto_api::random_bytes(),
        )
    }

    fn one(name: &str, title: &str, state: ModelState) -> ModelView {
        ModelView {
            name: name.to_owned(),
            title: title.to_owned(),
            role: ModelRole::Own,
            size: 0,
            parameters: String::new(),
            quantization: String::new(),
            context_length: 0,
            licence: String::new(),
            good_at: String::new(),
            weak_at: String::new(),
            state,
            kind: ModelKind::Chat,
            architecture: String::new(),
            languages: Vec::new(),
            files: Vec::new(),
            owner: ModelOwner::Sotto,
            fit: None,
            speed: None,
        }
    }

    fn models(small: ModelState, large: ModelState) -> ModelsView {
        ModelsView {
            models: vec![
                one("small", "Small 135M", small),
                one("large", "Large 1.5B", large),
            ],
            default: Some("large".to_owned()),
            arrival: None,
            folder: String::new(),
        }
    }

    fn runtime(model: Option<&str>, memory: u64, paused: bool) -> RuntimeView {
        RuntimeView {
            state: RuntimeState::Ready,
            model: model.map(str::to_owned),
            memory,
            context: 0,
            loaded: model
                .map(|name| LoadedView {
                    name: name.to_owned(),
                    memory,
                    graphics_memory: 0,
                    context: 0,
                    graphics_layers: 0,
                    layers: 0,
                    note: String::new(),
                })
                .into_iter()
                .collect(),
            limit: 0,
            paused,
        }
    }

    /// The menu as it reads; what does something with its name, further lines indented.
    fn read(entries: &[Entry]) -> String {
        let line = |entry: &Entry| match entry {
            Entry::Do(words, action) => {
                format!("{words} [{}]", action.id().split(' ').next().unwrap())
            }
            Entry::Says(words) => words.clone(),
            Entry::More(words, entries) => {
                format!("{words}\n  {}", read(entries).replace('\n', "\n  "))
            }
            Entry::Line => "--".to_owned(),
        };
        entries.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn check(state: &State, expected: &str) {
        let lines: Vec<_> = expected
            .trim_matches('\n')
            .lines()
            .map(|line| &line[8..])
            .collect();
        assert_eq!(read(&menu_of(state)), lines.join("\n"));
    }

    #[test]
    fn before_anything_is_known_it_can_be_opened_and_ended() {
        check(
            &State::default(),
            "
        Quick prompt [quick]
        Open Sotto [open]
        Recent conversations
          The history is not open
        --
        Model
          No model in memory
        Pause the runtime [pause]
        --
        Nothing can leave this computer
        --
        Settings [settings]
        Quit [quit]",
        );
    }

    #[test]
    fn it_lists_conversations_the_model_and_its_memory() {
        let titled = |number: u64| (conversation(number), format!("Question {number}"));
        let state = State {
            conversations: Some((1..=7).map(titled).collect()),
            models: Some(models(ModelState::Available, ModelState::Loaded)),
            runtime: Some(runtime(Some("large"), 1_386_000_000, false)),
            blocked: Some(false),
            ..State::default()
        };
        check(
            &state,
            "
        Quick prompt [quick]
        Open Sotto [open]
        Recent conversations
          Question 1 [conversation]
          Question 2 [conversation]
          Question 3 [conversation]
          Question 4 [conversation]
          Question 5 [conversation]
        --
        Model
          Large 1.5B: 1.4 GB of memory
          Unload Large 1.5B [unload]
        Pause the runtime [pause]
        --
        Block cloud now [block]
        --
        Settings [settings]
        Quit [quit]",
        );
    }

    fn lines_of(models: ModelsView, runtime: RuntimeView) -> String {
        let state = State {
            models: Some(models),
            runtime: Some(runtime),
            ..State::default()
        };
        read(&model(&state))
    }

    #[test]
    fn another_model_than_the_default_can_be_replaced() {
        let models = models(ModelState::Loaded, ModelState::Available);
        assert_eq!(
            lines_of(models, runtime(Some("small"), 98_400_000, false)),
            "Small 135M: 98 MB of memory\nLoad Large 1.5B [load]\nUnload Small 135M [unload]"
        );
    }

    #[test]
    fn each_model_in_memory_can_be_unloaded() {
        let models = models(ModelState::Loaded, ModelState::Loaded);
        let mut both = runtime(Some("small"), 98_400_000, false);
        let large = runtime(Some("large"), 1_386_000_000, false);
        both.loaded.extend(large.loaded);
        assert_eq!(
            lines_of(models, both),
            "Small 135M: 98 MB of memory\nLarge 1.5B: 1.4 GB of memory\n\
             Unload Small 135M [unload]\nUnload Large 1.5B [unload]"
        );
    }

    fn four(state: DownloadState, received: u64, total: u64) -> DownloadView {
        DownloadView {
            id: "four".to_owned(),
            title: "Four 4B".to_owned(),
            host: String::new(),
            file: String::new(),
            received,
            total,
            state,
            rate: 0,
            seconds_left: None,
            elsewhere: false,
            message: String::new(),
        }
    }

    fn menu_with(download: DownloadView) -> String {
        read(&menu_of(&State {
            downloads: vec![download],
            ..State::default()
        }))
    }

    #[test]
    fn a_download_says_how_far_it_is_and_can_be_paused() {
        let check = |state, received, total, expected: &str| {
            let menu = menu_with(four(state, received, total));
            assert!(menu.contains(expected), "{menu}");
        };
        let (pause, go_on) = (
            "Pause Four 4B [pause-download]",
            "Go on with Four 4B [resume-download]",
        );
        use DownloadState::{Connecting, Failed, Fetching, Paused, Queued, Verifying};
        for (state, received, total, how, act) in [
            (Queued, 0, 0, "waits for another", pause),
            (Connecting, 0, 0, "begins", pause),
            (Fetching, 1_129, 2_600_000_000, "0 % of 2.6 GB", pause),
            (
                Fetching,
                1_129_000_000,
                2_600_000_000,
                "40 % of 2.6 GB",
                pause,
            ),
            (Verifying, 2_600, 2_600, "is being checked", pause),
            (Paused, 500, 1_000, "paused at 50 %", go_on),
            (Failed, 500, 1_000, "stopped with an error", go_on),
        ] {
            let expected = format!("Downloads\n  Four 4B: {how}\n  {act}\n");
            check(state, received, total, &expected);
        }
    }

    #[test]
    fn what_another_sotto_fetches_is_said_and_can_only_be_stopped_there() {
        for state in [DownloadState::Fetching, DownloadState::Failed] {
            let menu = menu_with(DownloadView {
                elsewhere: true,
                ..four(state, 500, 1_000)
            });
            let expected = "Downloads\n  Four 4B: another Sotto fetches this file\n";
            assert!(menu.contains(expected), "{menu}");
            for action in ["pause-download", "resume-download"] {
                assert!(!menu.contains(action), "{menu}");
            }
        }
    }

    #[test]
    fn while_a_model_is_being_loaded_nothing_else_is_offered() {
        let models = models(ModelState::Available, ModelState::Loading { percent: 40 });
        assert_eq!(
            lines_of(models, runtime(Some("large"), 5, false)),
            "Large 1.5B is being loaded"
        );
    }

    #[test]
    fn where_there_is_no_model_none_can_be_loaded() {
        let none = ModelsView {
            models: Vec::new(),
            default: None,
            arrival: None,
            folder: String::new(),
        };
        assert_eq!(
            lines_of(none, runtime(None, 0, false)),
            "No model in memory"
        );
    }

    #[test]
    fn what_is_paused_can_be_resumed_and_what_is_blocked_unblocked() {
        let state = State {
            runtime: Some(runtime(None, 0, true)),
            blocked: Some(true),
            ..State::default()
        };
        let menu = read(&menu_of(&state));
        assert!(menu.contains("Resume the runtime [resume]"), "{menu}");
        assert!(menu.contains("Unblock the cloud [unblock]"), "{menu}");
        assert!(
            !menu.contains("[pause]") && !menu.contains("[block]"),
            "{menu}"
        );
    }

    #[test]
    fn entries_that_do_different_things_have_different_names() {
        let id = conversation(1);
        let actions = [
            Action::Quick,
            Action::Open,
            Action::Conversation(id),
            Action::Conversation(conversation(2)),
            Action::Load("a".to_owned()),
            Action::Load("b".to_owned()),
            Action::Unload("a".to_owned()),
            Action::Unload("b".to_owned()),
            Action::PauseDownload("a".to_owned()),
            Action::ResumeDownload("a".to_owned()),
            Action::Pause,
            Action::Resume,
            Action::Block,
            Action::Unblock,
            Action::Settings,
            Action::Quit,
        ];
        let ids: std::collections::BTreeSet<_> = actions.iter().map(Action::id).collect();
        assert_eq!(ids.len(), actions.len());
        assert_eq!(Action::Conversation(id).id(), Action::Conversation(id).id());
    }

    #[test]
    fn long_titles_are_cut_between_characters() {
        assert_eq!(short("Grüße"), "Grüße");
        assert_eq!(short(&"ü".repeat(44)), "ü".repeat(44));
        assert_eq!(short(&"ü".repeat(45)), format!("{}…", "ü".repeat(43)));
    }

    #[test]
    fn sizes_read_as_in_the_window() {
        let check = |count: u64, expected: &str| assert_eq!(bytes(count), expected);
        check(0, "0 bytes");
        check(98_362_432, "98 MB");
        check(1_386_000_000, "1.4 GB");
        check(9_960_000_000, "10 GB");
        check(999_600, "1.0 MB");
    }
}
