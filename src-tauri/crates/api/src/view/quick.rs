//! What crosses about the quick prompt's window.

use serde::{Deserialize, Serialize};
use sotto_domain::ConversationId;
use specta::Type;

use super::{AskRequest, ConversationView};

/// What the shell tells the quick prompt's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum QuickEvent {
    /// It is on the screen.
    Shown {
        /// What to put into it.
        with: QuickOpening,
    },
    /// Something is given along: a dropped file, the clipboard that was asked for.
    Given {
        /// What.
        context: QuickContext,
    },
    /// Something could not be given along.
    NotGiven {
        /// Why, in one sentence.
        reason: String,
    },
    /// It is off the screen again.
    Hidden,
}

/// What `sotto quick` puts into the quick prompt. Nothing of it is asked by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct QuickOpening {
    /// For the field.
    pub text: Option<String>,
    /// The action, by its name.
    pub action: Option<String>,
    /// What was piped in.
    pub context: Option<QuickContext>,
    /// The clipboard is given along, too.
    pub clipboard: bool,
}

/// The most text that is given along, in bytes: more than the context of any small model holds.
pub const MOST_CONTEXT: usize = 256 << 10;

/// Text that is given along with a question, and shown before it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuickContext {
    /// Where it is from.
    pub from: ContextSource,
    /// All of it.
    pub text: String,
}

/// Where context is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ContextSource {
    /// The clipboard, because the person asked for it.
    Clipboard,
    /// A file that was dropped.
    File {
        /// Its name.
        name: String,
    },
    /// Another command's output.
    Pipe,
}

/// A question from the quick prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuickAsk {
    /// The question.
    #[serde(flatten)]
    pub request: AskRequest,
    /// Whether a conversation that begins with it is kept nowhere.
    pub temporary: bool,
}

/// What the quick prompt goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuickConversationView {
    /// The conversation.
    #[serde(flatten)]
    pub view: ConversationView,
    /// Whether it is kept nowhere.
    pub temporary: bool,
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
