//! What crosses about the quick prompt's window and its shortcut.

use serde::{Deserialize, Serialize};
use sotto_domain::ConversationId;
use specta::Type;

/// What the shell tells the quick prompt's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum QuickEvent {
    /// It is on the screen.
    Shown {
        /// What to put into its field: from `sotto quick TEXT`.
        text: Option<String>,
    },
    /// It is off the screen again.
    Hidden,
}

/// The size of the quick prompt's page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
pub struct QuickSize {
    /// How wide the page is now, in its own pixels: larger text makes this smaller.
    pub width: f64,
    /// How high it wants to be, in the same pixels.
    pub height: f64,
}

/// What the chat window takes over from the quick prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuickHandover {
    /// The conversation; `None` before the first question.
    pub conversation: Option<ConversationId>,
    /// What stands in the field and was not asked.
    pub draft: String,
}

/// The shortcut that opens the quick prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShortcutView {
    /// The keys, for example `Ctrl+Shift+Space`.
    pub keys: String,
    /// Whether they do it.
    #[serde(flatten)]
    pub state: ShortcutState,
    /// The command that does the same, to bind in the system's settings.
    pub command: String,
}

/// Whether the shortcut works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ShortcutState {
    /// It does.
    Works,
    /// Another program holds these keys. X11 does not say which.
    Taken,
    /// It cannot be had here.
    Unavailable {
        /// Why, in one sentence.
        reason: String,
    },
}
