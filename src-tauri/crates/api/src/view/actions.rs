//! Actions as they cross to a window or a terminal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

/// An action and what is set of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionUse {
    /// The action's name.
    pub name: String,
    /// Values by the parameters' names; the others take their defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// All actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionsView {
    /// Those that came with the program, or what took their place, then the person's own.
    pub actions: Vec<ActionView>,
    /// The person's files that cannot be used.
    pub broken: Vec<BrokenAction>,
    /// The folder of the person's own files; it need not exist.
    pub folder: String,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionView {
    /// What is typed after `/`.
    pub name: String,
    /// Its name for the person.
    pub title: String,
    /// What it does, in a few words.
    pub description: String,
    /// What can be set, in this order.
    pub parameters: Vec<ActionParameter>,
    /// The model that it is meant for; `None` takes the one that answers anyway.
    pub model: Option<String>,
    /// In which form the answer comes.
    pub output: ActionOutput,
    /// Where it comes from.
    pub origin: ActionOrigin,
}

/// Something about an action that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionParameter {
    /// Its name for the program.
    pub name: String,
    /// Its name for the person.
    pub title: String,
    /// Its value when nothing is given; `None` must be given.
    pub default: Option<String>,
    /// The only values that it can have; empty allows any.
    pub choices: Vec<String>,
}

/// In which form an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutput {
    /// Text to be shown as it is.
    Plain,
    /// Markdown.
    Markdown,
    /// JSON by a schema; [`crate::json_as_markdown`] makes it readable.
    Json,
}

/// Where an action comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ActionOrigin {
    /// The program.
    BuiltIn,
    /// A file of the person's.
    Own {
        /// The file's name.
        file: String,
        /// It takes the place of one that came with the program.
        replaces: bool,
    },
}

/// A file of the person's that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BrokenAction {
    /// The file's name.
    pub file: String,
    /// Why, in one line.
    pub error: String,
}
