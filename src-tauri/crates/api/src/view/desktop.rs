//! How Sotto sits in a desktop: its tray, what closing its window means, whether it starts with the
//! session.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What goes on, for who sees only a small picture of it. The last one that holds is told.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// A model on this computer answers.
    Answering,
    /// Words are on their way to another computer, or its answer is coming.
    Elsewhere,
}

/// Whether the desktop has a tray.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TrayState {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// It shows icons.
    There,
    /// Nobody shows icons.
    Missing,
}

/// What closing the chat window does where there is a tray; where there is none it always ends Sotto.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WhenClosed {
    /// The person is asked.
    #[default]
    Ask,
    /// Sotto stays in the tray.
    Stay,
    /// Sotto ends.
    End,
}

/// What the person chose about the desktop. Kept with the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DesktopChoices {
    /// What closing the window does.
    pub when_closed: WhenClosed,
    /// The person has read that there is no tray.
    pub tray_note_dismissed: bool,
}

/// Whether Sotto starts with the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum SessionStart {
    /// It does, because the person asked for it.
    On,
    /// It does not.
    Off,
    /// It cannot be said or changed here.
    Unavailable {
        /// Why, in one sentence.
        reason: String,
    },
}

/// How Sotto sits in this desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DesktopView {
    /// Whether there is a tray.
    pub tray: TrayState,
    /// What closing the window does.
    pub when_closed: WhenClosed,
    /// The person has read that there is no tray.
    pub tray_note_dismissed: bool,
    /// Whether Sotto starts with the session.
    pub session_start: SessionStart,
}
