//! Who gives keys on Linux: the X server, or under Wayland the desktop, through its portal.

use std::sync::Arc;

use sotto_api::{
    Host,
    view::{
        AppEvent,
        shortcut::{KeysGiven, ShortcutName, ShortcutState},
    },
};
use tauri::AppHandle;
use tokio::sync::mpsc;
use zbus::Connection;

pub(super) use super::x11::Server;
use super::{
    Shortcuts,
    portal::{self, News, Refused, Wanted},
    trigger,
};
use crate::{Webview, host::Windows};

/// Takes the keys, or begins to ask for them. `pressed` is told which shortcut, and the X server's
/// time of the press; 0 under Wayland.
pub(super) fn begin(
    app: &AppHandle<Webview>,
    windows: &Arc<Windows>,
    pressed: impl Fn(ShortcutName, u32) + Send + Sync + 'static,
) {
    let shortcuts = &windows.shortcuts;
    if std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty()) {
        let application = app.config().identifier.clone();
        let asking = ask_desktop(application, Arc::clone(windows), pressed);
        tauri::async_runtime::spawn(asking);
        return;
    }
    let server = Server::connect().and_then(|server| {
        let server = Arc::new(server);
        server.listen(pressed)?;
        Ok(server)
    });
    match server {
        Ok(server) => shortcuts.take_all(shortcuts.server.get_or_init(|| server)),
        Err(refused) => {
            let reason = format!("The keys cannot be had: {refused}.");
            shortcuts.nobody_gives(reason, false);
        }
    }
}

async fn ask_desktop(
    application: String,
    windows: Arc<Windows>,
    pressed: impl Fn(ShortcutName, u32) + Send + Sync + 'static,
) {
    let choices = windows.shortcuts.known().choices.clone();
    let wanted = ShortcutName::ALL.map(|name| Wanted {
        id: id(name),
        description: name.does(),
        trigger: choices.keys(name).as_ref().and_then(trigger::of),
    });
    let (orders, taken) = mpsc::channel(4);
    let _ = windows.shortcuts.desktop.set(orders);
    let telling = Arc::clone(&windows);
    let tell = move |news| {
        telling.shortcuts.hear_desktop(news);
        telling.hear(AppEvent::DesktopChanged);
    };
    let pressed = move |pressed_id: &str| {
        let mut names = ShortcutName::ALL.into_iter();
        if let Some(name) = names.find(|name| id(*name) == pressed_id) {
            pressed(name, 0);
        }
    };
    let asked = tauri::async_runtime::spawn(async move {
        let bus = Connection::session().await?;
        portal::attend(&bus, &application, &wanted, tell, pressed, taken).await
    });
    let reason = match asked.await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => format!("The session bus cannot be used: {error}."),
        // Its library asserts what the protocol promises.
        Err(_) => "The desktop’s portal for shortcuts does not keep to its protocol.".to_owned(),
    };
    windows.shortcuts.nobody_gives(reason, false);
    windows.hear(AppEvent::DesktopChanged);
}

impl Shortcuts {
    fn nobody_gives(&self, reason: String, ask_again: bool) {
        tracing::warn!(reason, "there are no shortcuts; bind `sotto quick`");
        let mut known = self.known();
        let state = ShortcutState::Unavailable {
            reason: reason.clone(),
        };
        known.states = ShortcutName::ALL
            .map(|name| (name, (String::new(), state.clone())))
            .into();
        known.given = KeysGiven::Nobody { reason, ask_again };
    }

    fn hear_desktop(&self, news: News) {
        let (mut triggers, shows_settings) = match news {
            News::Granted {
                triggers,
                shows_settings,
            } => (triggers, shows_settings),
            News::Refused(refused) => {
                let ask_again = !matches!(refused, Refused::Absent);
                return self.nobody_gives(format!("{refused}."), ask_again);
            }
        };
        let mut known = self.known();
        known.given = KeysGiven::Desktop { shows_settings };
        known.states = ShortcutName::ALL
            .map(|name| {
                let keys = triggers.remove(id(name)).unwrap_or_default();
                let state = if keys.is_empty() {
                    ShortcutState::NoKeys
                } else {
                    ShortcutState::Works
                };
                (name, (keys, state))
            })
            .into();
    }
}

/// The name towards the desktop, which remembers it from one session to the next.
fn id(name: ShortcutName) -> &'static str {
    match name {
        ShortcutName::QuickPrompt => "quick-prompt",
        ShortcutName::QuickPromptWithClipboard => "quick-prompt-with-clipboard",
    }
}
