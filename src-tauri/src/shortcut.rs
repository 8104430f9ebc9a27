//! The shortcuts that open the quick prompt: whose keys they are, whether they work, and how a person
//! changes them. Under X11 the keys are taken from the server, under Wayland the desktop is asked for
//! them, on macOS and Windows Tauri's plugin takes them. Where nobody gives any, `sotto quick` is
//! bound in the system's settings, and the settings say so.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod portal;
#[cfg(target_os = "linux")]
mod trigger;
#[cfg(target_os = "linux")]
mod x11;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use sotto_api::{
    ApiError, ErrorCode, Host, ShortcutChoices, Sotto,
    view::{
        AppEvent,
        shortcut::{
            KeysGiven, ShortcutChoice, ShortcutName, ShortcutState, ShortcutView, ShortcutsView,
        },
    },
};
use tauri::AppHandle;
#[cfg(target_os = "linux")]
use tauri::utils::config::Color;
use tokio::sync::Notify;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;
use system::Server;

use crate::{Webview, host::Windows};

/// How long the shortcuts wait for the history, which knows what the person chose. After that those
/// that Sotto comes with are taken: the keyring may be asking the person something.
const SOON: Duration = Duration::from_secs(3);

/// The shortcuts of this program.
#[derive(Default)]
pub(crate) struct Shortcuts {
    known: Mutex<Known>,
    /// Who gives keys that are asked for, and, under X11, tells of the focus.
    server: OnceLock<Arc<Server>>,
    /// The desktop that gives keys, where it is one.
    #[cfg(target_os = "linux")]
    desktop: OnceLock<tokio::sync::mpsc::Sender<portal::Order>>,
    /// One change after the other.
    changing: tokio::sync::Mutex<()>,
    /// The history may be open now.
    look_again: Notify,
}

#[derive(Default)]
struct Known {
    choices: ShortcutChoices,
    /// The choices are the person's.
    chosen: bool,
    given: KeysGiven,
    /// The keys for people, and whether they do it.
    states: BTreeMap<ShortcutName, (String, ShortcutState)>,
}

impl Shortcuts {
    /// What they are now.
    pub(crate) fn view(&self) -> ShortcutsView {
        let known = self.known();
        let one = |name: ShortcutName| {
            let asked_for = || {
                let keys = known.choices.keys(name).map(|keys| keys.words());
                let reason = "It is being asked for.".to_owned();
                (
                    keys.unwrap_or_default(),
                    ShortcutState::Unavailable { reason },
                )
            };
            let (keys, state) = known.states.get(&name).cloned().unwrap_or_else(asked_for);
            ShortcutView {
                name,
                choice: known.choices.of(name).clone(),
                keys,
                state,
                command: name.command().to_owned(),
            }
        };
        ShortcutsView {
            given: known.given.clone(),
            shortcuts: ShortcutName::ALL.map(one).to_vec(),
        }
    }

    /// Hears what the core tells by itself: a conversation that changes is one of an open history.
    pub(crate) fn hear(&self, event: &AppEvent) {
        if matches!(event, AppEvent::ConversationsChanged) && !self.known().chosen {
            self.look_again();
        }
    }

    /// The history has been opened, or could not be.
    pub(crate) fn look_again(&self) {
        self.look_again.notify_one();
    }

    /// Whether a window of the X server has the focus; `None` where there is no such server.
    #[cfg(target_os = "linux")]
    pub(crate) fn has_focus(&self, window: u32) -> Option<bool> {
        self.server.get()?.has_focus(window).ok()
    }

    /// Has the X server paint a window by itself when it comes back: as it looks now, or blank.
    #[cfg(target_os = "linux")]
    pub(crate) fn paint_at_return(&self, window: u32, as_now: bool, paper: Color) {
        let painted = self.server.get().map(|server| {
            let Color(red, green, blue, _) = paper;
            let paper = u32::from_be_bytes([u8::MAX, red, green, blue]);
            server.paint_at_return(window, as_now, paper)
        });
        if let Some(Err(error)) = painted {
            tracing::debug!(%error, "the first frame comes with GTK's drawing");
        }
    }

    /// Takes other keys, and keeps that they were chosen.
    async fn choose(
        &self,
        sotto: &Sotto,
        name: ShortcutName,
        choice: ShortcutChoice,
    ) -> Result<(), ApiError> {
        let _one = self.changing.lock().await;
        let Some(server) = self.server.get() else {
            return Err(other("The keys are not chosen in Sotto on this desktop."));
        };
        let before = sotto.shortcut_choices().await?;
        let after = before.with(name, choice)?;
        let state = self.take(server, &after, name);
        if let (_, ShortcutState::Unavailable { reason }) = state {
            return Err(other(reason));
        }
        if let Err(error) = sotto.keep_shortcut_choices(&after).await {
            self.take(server, &before, name);
            return Err(error);
        }
        let mut known = self.known();
        known.choices = after;
        known.chosen = true;
        known.states.insert(name, state);
        Ok(())
    }

    /// Asks the desktop once more, or has it show its settings for the keys that it gives.
    pub(crate) async fn ask_desktop(&self) {
        #[cfg(target_os = "linux")]
        if let Some(desktop) = self.desktop.get() {
            let order = match self.known().given {
                KeysGiven::Desktop { .. } => portal::Order::ShowSettings,
                _ => portal::Order::AskAgain,
            };
            // Whoever listens no more has told why.
            let _ = desktop.send(order).await;
        }
    }

    /// Takes the keys of one shortcut.
    fn take(
        &self,
        server: &Server,
        choices: &ShortcutChoices,
        name: ShortcutName,
    ) -> (String, ShortcutState) {
        let Some(keys) = choices.keys(name) else {
            return match server.take(name, None) {
                Ok(()) => (String::new(), ShortcutState::Off),
                Err(refused) => unavailable(String::new(), &refused.to_string()),
            };
        };
        let words = match server.written_on(&keys.code) {
            Some(letter) => keys.words_with(&letter.to_string()),
            None => keys.words(),
        };
        match server.take(name, Some(&keys)) {
            Ok(()) => (words, ShortcutState::Works),
            Err(refused) => {
                let reason = format!("{words} cannot be had: {refused}.");
                unavailable(words, &reason)
            }
        }
    }

    fn take_all(&self, server: &Server) {
        let choices = self.known().choices.clone();
        let states = ShortcutName::ALL.map(|name| (name, self.take(server, &choices, name)));
        for (name, (_, state)) in &states {
            if let ShortcutState::Unavailable { reason } = state {
                tracing::warn!(
                    ?name,
                    reason,
                    "a shortcut does nothing; bind `{}`",
                    name.command()
                );
            }
        }
        let mut known = self.known();
        known.given = KeysGiven::System;
        known.states = BTreeMap::from(states);
    }

    async fn read_choices(&self, sotto: &Sotto) -> bool {
        let Ok(choices) = sotto.shortcut_choices().await else {
            return false;
        };
        let mut known = self.known();
        known.chosen = true;
        known.choices = choices;
        true
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Each field is whole between two statements, so a panic elsewhere does not spoil them.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes or asks for the keys; from now on they show and hide the quick prompt. Returns when the
/// person's choice is in force.
pub(crate) async fn attend(app: AppHandle<Webview>, sotto: Sotto, windows: Arc<Windows>) {
    let shortcuts = &windows.shortcuts;
    let opened = tokio::time::timeout(SOON, shortcuts.look_again.notified()).await;
    let mut chosen = opened.is_ok() && shortcuts.read_choices(&sotto).await;
    let pressed = {
        let windows = Arc::clone(&windows);
        move |name, time| {
            let clipboard = name == ShortcutName::QuickPromptWithClipboard;
            windows.quick.toggle(time, clipboard);
        }
    };
    system::begin(&app, &windows, pressed);
    windows.hear(AppEvent::DesktopChanged);
    // A history that opens late says which keys were chosen; a desktop is asked only once.
    while !chosen {
        shortcuts.look_again.notified().await;
        let _one = shortcuts.changing.lock().await;
        chosen = shortcuts.read_choices(&sotto).await;
        if let Some(server) = shortcuts.server.get().filter(|_| chosen) {
            shortcuts.take_all(server);
            windows.hear(AppEvent::DesktopChanged);
        }
    }
}

/// Takes other keys at once. Where they cannot be had, or the choice cannot be kept, the old ones stay
/// in force.
///
/// # Errors
/// Says why.
pub(crate) async fn choose(
    sotto: &Sotto,
    windows: &Windows,
    name: ShortcutName,
    choice: ShortcutChoice,
) -> Result<(), ApiError> {
    windows.shortcuts.choose(sotto, name, choice).await?;
    windows.hear(AppEvent::DesktopChanged);
    Ok(())
}

fn unavailable(keys: String, reason: &str) -> (String, ShortcutState) {
    let reason = reason.to_owned();
    (keys, ShortcutState::Unavailable { reason })
}

fn other(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::Other, message)
}
