//! The shortcut that opens the quick prompt, and whether it works. Under X11 the keys are taken from
//! the server. Under Wayland a program must ask the desktop for them (the GlobalShortcuts portal),
//! which is not done yet, and on macOS and Windows nobody has tried it: there `sotto quick` is bound in
//! the system's settings, and the settings say so.

#[cfg(target_os = "linux")]
mod x11;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sotto_api::view::quick::{ShortcutState, ShortcutView};
use tauri::{AppHandle, Manager};

use crate::Webview;
#[cfg(target_os = "linux")]
use crate::host::Windows;

/// The keys, for people.
const KEYS: &str = "Ctrl+Shift+Space";
/// What does the same, for desktops to bind.
const COMMAND: &str = "sotto quick";

/// The shortcut of this program.
#[derive(Default)]
pub(crate) struct Shortcut(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// `None` while it is being registered.
    state: Option<ShortcutState>,
    /// Who tells of the keys, and of the focus.
    #[cfg(target_os = "linux")]
    server: Option<Arc<x11::Server>>,
}

impl Shortcut {
    /// Whether it works, and what to bind otherwise.
    pub(crate) fn view(&self) -> ShortcutView {
        let trying = || ShortcutState::Unavailable {
            reason: "It is being registered.".to_owned(),
        };
        ShortcutView {
            keys: KEYS.to_owned(),
            state: self.parts().state.clone().unwrap_or_else(trying),
            command: COMMAND.to_owned(),
        }
    }

    /// Whether a window of the X server has the focus; `None` where there is no such server.
    #[cfg(target_os = "linux")]
    pub(crate) fn has_focus(&self, window: u32) -> Option<bool> {
        let server = self.parts().server.clone()?;
        server.has_focus(window).ok()
    }

    fn parts(&self) -> MutexGuard<'_, Inner> {
        // Its parts are whole by themselves, whatever happened to another thread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the keys; from now on they show and hide the quick prompt.
pub(crate) fn register(app: &AppHandle<Webview>) {
    let state = take(app);
    if state != ShortcutState::Works {
        tracing::warn!(?state, "the shortcut {KEYS} does nothing; bind `{COMMAND}`");
    }
    app.state::<Shortcut>().parts().state = Some(state);
}

#[cfg(target_os = "linux")]
fn take(app: &AppHandle<Webview>) -> ShortcutState {
    if std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty()) {
        return ShortcutState::Unavailable {
            reason: "Under Wayland a program cannot take keys by itself.".to_owned(),
        };
    }
    let pressed = {
        let app = app.clone();
        move |time| app.state::<Arc<Windows>>().quick.toggle(time, false)
    };
    let taken = x11::Server::connect().and_then(|server| {
        let server = Arc::new(server);
        app.state::<Shortcut>().parts().server = Some(Arc::clone(&server));
        server.take(pressed)
    });
    match taken {
        Ok(()) => ShortcutState::Works,
        Err(x11::Refused::Taken) => ShortcutState::Taken,
        Err(refused) => ShortcutState::Unavailable {
            reason: format!("The keys cannot be had: {refused}."),
        },
    }
}

#[cfg(not(target_os = "linux"))]
fn take(_: &AppHandle<Webview>) -> ShortcutState {
    ShortcutState::Unavailable {
        reason: "It is not registered on this system yet.".to_owned(),
    }
}
