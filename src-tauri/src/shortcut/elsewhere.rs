//! The keys of the shortcuts on macOS and Windows, through Tauri's plugin. Nobody has tried it there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sotto_api::view::shortcut::{Keys, ShortcutName};
use tauri::AppHandle;
use tauri_plugin_global_shortcut::{Error, GlobalShortcutExt, Shortcut, ShortcutState};

use crate::{Webview, host::Windows};

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// The plugin does not know them.
    #[error("this system knows no such keys")]
    Unknown,
    /// The system said no: most often another program holds them. It does not say which.
    #[error("another program may hold them ({0})")]
    System(#[from] Error),
}

type Pressed = Arc<dyn Fn(ShortcutName, u32) + Send + Sync>;

/// The system's shortcuts.
pub(super) struct Server {
    app: AppHandle<Webview>,
    pressed: Pressed,
    taken: Mutex<Vec<(ShortcutName, Shortcut)>>,
}

/// Takes the keys. `pressed` is told which shortcut; the time is not known here.
pub(super) fn begin(
    app: &AppHandle<Webview>,
    windows: &Arc<Windows>,
    pressed: impl Fn(ShortcutName, u32) + Send + Sync + 'static,
) {
    let server = || {
        Arc::new(Server {
            app: app.clone(),
            pressed: Arc::new(pressed),
            taken: Mutex::default(),
        })
    };
    let shortcuts = &windows.shortcuts;
    shortcuts.take_all(shortcuts.server.get_or_init(server));
}

impl Server {
    /// Takes these keys for a shortcut instead of those that it has; `None` gives them back. Where the
    /// new ones cannot be had it keeps the old ones.
    pub(super) fn take(&self, name: ShortcutName, keys: Option<&Keys>) -> Result<(), Refused> {
        let mut taken = self.taken();
        let wanted = keys.map(shortcut).transpose()?;
        let before = taken.iter().position(|(other, _)| *other == name);
        let before = before.map(|position| (position, taken[position].1));
        if wanted == before.map(|(_, shortcut)| shortcut) {
            return Ok(());
        }
        let system = self.app.global_shortcut();
        if let Some(wanted) = wanted {
            let pressed = Arc::clone(&self.pressed);
            system.on_shortcut(wanted, move |_, _, event| {
                if event.state() == ShortcutState::Pressed {
                    pressed(name, 0);
                }
            })?;
        }
        if let Some((position, shortcut)) = before {
            taken.remove(position);
            system.unregister(shortcut)?;
        }
        taken.extend(wanted.map(|wanted| (name, wanted)));
        Ok(())
    }

    /// What is written on a key: not asked here.
    pub(super) fn written_on(&self, _: &str) -> Option<char> {
        None
    }

    fn taken(&self) -> MutexGuard<'_, Vec<(ShortcutName, Shortcut)>> {
        // Each entry is whole, whatever happened to another thread.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The plugin reads `control+shift+KeyA`, with the names of the W3C.
fn shortcut(keys: &Keys) -> Result<Shortcut, Refused> {
    let held = [
        (keys.control, "control"),
        (keys.alt, "alt"),
        (keys.shift, "shift"),
        (keys.logo, "super"),
    ];
    let held = held.into_iter().filter(|(held, _)| *held);
    let mut words: Vec<_> = held.map(|(_, word)| word).collect();
    words.push(&keys.code);
    words.join("+").parse().map_err(|_| Refused::Unknown)
}
