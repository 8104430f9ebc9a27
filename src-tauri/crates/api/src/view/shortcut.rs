//! What crosses about the shortcuts: which keys open the quick prompt, and who gives them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// One of the shortcuts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum ShortcutName {
    /// Opens the quick prompt.
    QuickPrompt,
    /// Opens it with what is in the clipboard, shown for a yes.
    QuickPromptWithClipboard,
}

/// A combination of keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct Keys {
    /// Ctrl is held.
    pub control: bool,
    /// Alt is held.
    pub alt: bool,
    /// Shift is held.
    pub shift: bool,
    /// The key with the system's sign is held: Super, Windows or Command.
    pub logo: bool,
    /// The key that is pressed with them, by its place on the keyboard: `KeyboardEvent.code` of the
    /// W3C, for example `KeyA` for the key right of Caps Lock, whatever is written on it.
    pub code: String,
}

/// Which keys a person wants for a shortcut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "choice")]
pub enum ShortcutChoice {
    /// Those that Sotto comes with.
    #[default]
    Default,
    /// None.
    Off,
    /// These.
    Keys {
        /// Which.
        keys: Keys,
    },
}

/// The shortcuts, and who gives their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShortcutsView {
    /// Who gives the keys.
    pub given: KeysGiven,
    /// The quick prompt's, then the one with the clipboard.
    pub shortcuts: Vec<ShortcutView>,
}

/// Who gives the keys of the shortcuts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum KeysGiven {
    /// It is being asked for.
    #[default]
    NotYet,
    /// The system gives what is asked for: they are chosen in Sotto.
    System,
    /// The desktop, which may give other ones than were asked for: they are changed in its settings.
    Desktop {
        /// It shows these settings when it is asked to.
        shows_settings: bool,
    },
    /// Nobody.
    Nobody {
        /// Why, in one sentence.
        reason: String,
        /// Asking once more may help.
        ask_again: bool,
    },
}

/// A shortcut as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShortcutView {
    /// Which.
    pub name: ShortcutName,
    /// What the person chose.
    pub choice: ShortcutChoice,
    /// The keys, for people: those that open it where it works, those that were wanted otherwise.
    pub keys: String,
    /// Whether they do it.
    #[serde(flatten)]
    pub state: ShortcutState,
    /// The command that does the same, to bind in the system's settings.
    pub command: String,
}

/// Whether a shortcut works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ShortcutState {
    /// It does.
    Works,
    /// The person turned it off.
    Off,
    /// The desktop knows it, and has no keys for it or does not say which.
    NoKeys,
    /// The keys cannot be had.
    Unavailable {
        /// Why, in one sentence.
        reason: String,
    },
}
