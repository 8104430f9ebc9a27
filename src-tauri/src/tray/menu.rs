//! What the tray's menu says, worked out from what is known. Knows neither a tray nor a window, so
//! that every state can be tried without one.

use sotto_api::{
    ConversationId,
    view::{ModelState, ModelView, ModelsView, RuntimeView, desktop::Activity},
};

/// How many conversations are listed.
pub(crate) const MOST_CONVERSATIONS: usize = 5;

/// How many characters of a title are shown: a menu is as wide as its longest line.
const LONGEST_TITLE: usize = 44;

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
    /// Gives the memory back.
    Unload,
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
            Self::Unload => "unload".to_owned(),
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
    vec![
        does("Quick prompt", Action::Quick),
        does("Open Sotto", Action::Open),
        Entry::More("Recent conversations".to_owned(), recent(state)),
        Entry::Line,
        Entry::More("Model".to_owned(), model(state)),
        pause(state),
        Entry::Line,
        block(state),
        Entry::Line,
        does("Settings", Action::Settings),
        does("Quit", Action::Quit),
    ]
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
    let loaded = state
        .runtime
        .as_ref()
        .filter(|_| loading.is_none())
        .and_then(|runtime| Some((runtime.model.as_deref()?, runtime.memory)));
    let mut entries = vec![match (loading, loaded) {
        (Some(model), _) => says(format!("{} is being loaded", short(&model.title))),
        (None, Some((name, memory))) => {
            says(format!("{}: {} of memory", title(name), bytes(memory)))
        }
        (None, None) => says("No model in memory"),
    }];
    if loading.is_none() {
        let default = models.and_then(|models| models.default.as_deref());
        let other = default.filter(|name| loaded.is_none_or(|(loaded, _)| loaded != *name));
        entries.extend(other.map(|name| {
            does(
                format!("Load {}", title(name)),
                Action::Load(name.to_owned()),
            )
        }));
    }
    entries.extend(loaded.map(|(name, _)| does(format!("Unload {}", title(name)), Action::Unload)));
    entries
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
        models::{ModelKind, ModelOwner},
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
            loaded: Vec::new(),
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
            activity: Activity::Idle,
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
            Action::Unload,
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
