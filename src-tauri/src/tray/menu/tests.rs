//! Each state of the tray's menu, as it reads.

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
        .map(|line| &line[4..])
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
