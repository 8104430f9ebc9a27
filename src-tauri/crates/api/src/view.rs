//! What crosses to a window or a terminal. The TypeScript types are generated from these.

pub mod actions;
pub mod cloud;
pub mod consent;
pub mod desktop;
pub mod downloads;
pub mod models;
pub mod quick;
pub mod shortcut;

use serde::{Deserialize, Serialize};
use sotto_domain::{Conversation, ConversationId, Failure, Message, MessageId, Origin, Timestamp};
use specta::Type;

pub use self::models::{
    ArrivalState, ModelArrival, ModelRole, ModelState, ModelView, ModelsView, RuntimeState,
    RuntimeView,
};
use self::{actions::ActionUse, desktop::Activity, downloads::DownloadView, models::BenchProgress};

/// What a window shows first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Startup {
    /// The program's version.
    pub version: String,
    /// Whether the history can be used.
    pub history: HistoryState,
}

/// Whether the history can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum HistoryState {
    /// Open, encrypted, kept.
    Open,
    /// There is no keyring here: a passphrase takes its place.
    NeedsPassphrase {
        /// No history exists yet: this passphrase will protect a new one.
        new: bool,
        /// Why the keyring is not used, in one sentence.
        reason: String,
    },
    /// Nothing is kept, and the person was told.
    Temporary,
    /// It exists but cannot be opened now. Nothing was changed.
    Unavailable {
        /// What the window can act on.
        problem: HistoryProblem,
        /// What happened and what to do, in plain sentences.
        message: String,
    },
}

/// Why the history cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum HistoryProblem {
    /// The keyring that holds the key is not running.
    KeyringMissing,
    /// The keyring has no default collection.
    KeyringWithoutCollection,
    /// The keyring is locked. Unlocking and trying again helps.
    KeyringLocked,
    /// The person closed the keyring's question. Trying again asks again.
    KeyringDismissed,
    /// The keyring answers, but the key is not in it.
    KeyMissing,
    /// A newer Sotto wrote this history.
    NewerVersion,
    /// The file is damaged or not a history, or the key is another one's.
    Damaged,
    /// The folder or file may not be written.
    ReadOnly,
    /// The disk is full.
    DiskFull,
    /// Anything else: the message says it.
    Other,
}

/// A row of the list of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConversationSummary {
    /// Its name for the program.
    pub id: ConversationId,
    /// Its name for the person.
    pub title: String,
    /// Where it was begun.
    pub origin: Origin,
    /// When a message was last added or changed.
    pub updated_at: Timestamp,
    /// An answer is being written now.
    pub answering: bool,
}

/// A message of the shown branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShownMessage {
    /// The message.
    #[serde(flatten)]
    pub message: Message,
    /// All messages with the same parent, oldest first, this one among them.
    pub alternatives: Vec<MessageId>,
    /// Hosts that this message's text was sent to, or may have been sent to; mostly none.
    pub left_to: Vec<String>,
}

/// A conversation as it is shown: the branch to its current leaf, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConversationView {
    /// Title and settings.
    pub conversation: Conversation,
    /// The branch, oldest first.
    pub messages: Vec<ShownMessage>,
}

/// A turn that has begun. The branch shown is what it was up to `after`, then `added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Asked {
    /// Title and settings; new if none was named.
    pub conversation: Conversation,
    /// The last message of the branch that stays; `None` when nothing stays.
    pub after: Option<MessageId>,
    /// The question, if it is new, and the empty answer, which is the last one.
    pub added: Vec<ShownMessage>,
}

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AskRequest {
    /// Where it is asked; `None` begins a conversation.
    pub conversation: Option<ConversationId>,
    /// What is typed. It and `context` together must hold more than white space.
    pub text: String,
    /// The model for this conversation from now on; `None` takes the action's, or keeps what is
    /// chosen.
    pub model: Option<String>,
    /// A text that is given along, such as a file: the question is about it. With an action, it is
    /// what the action works on, and `text` is what is wanted besides; without it, the action works
    /// on `text`.
    #[serde(default)]
    pub context: Option<String>,
    /// What is done with the text; `None` asks what is typed.
    #[serde(default)]
    pub action: Option<ActionUse>,
}

/// How to answer again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AnswerAgain {
    /// Another model, for this answer and from now on.
    pub model: Option<String>,
    /// Tokens of context from now on.
    pub context: Option<u32>,
    /// Leave out the oldest messages where all do not fit.
    pub drop_oldest: bool,
}

/// A place in the history where the words searched for stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SearchHit {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// Where it was begun.
    pub origin: Origin,
    /// The message; `None` if the title was found.
    pub message: Option<MessageId>,
    /// Text around the find, on one line.
    pub excerpt: String,
    /// When the conversation last changed.
    pub updated_at: Timestamp,
}

/// What the core tells by itself, on one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum AppEvent {
    /// An answer grew.
    AnswerText {
        /// Its conversation.
        conversation: ConversationId,
        /// The answer.
        answer: MessageId,
        /// What was added.
        text: String,
    },
    /// An answer is over.
    AnswerEnded {
        /// The whole answer.
        answer: Message,
    },
    /// Something could not be written. Nothing that was written before is lost.
    NotSaved {
        /// The conversation.
        conversation: ConversationId,
        /// Why.
        failure: Failure,
    },
    /// What could not be written before is written now.
    SavedAfterAll {
        /// The conversation.
        conversation: ConversationId,
    },
    /// The list of conversations is another one.
    ConversationsChanged,
    /// Models came, went, loaded or unloaded.
    ModelsChanged {
        /// All of them now.
        models: ModelsView,
    },
    /// The runtime changed.
    RuntimeChanged {
        /// How it is now.
        runtime: RuntimeView,
    },
    /// Downloads came, went on or ended.
    DownloadsChanged {
        /// All of them now.
        downloads: Vec<DownloadView>,
    },
    /// A model file that the person dropped onto the window can be asked now.
    ModelAdded {
        /// Its name for the program.
        model: String,
    },
    /// A model is being measured.
    BenchProgressed {
        /// How far it is.
        progress: BenchProgress,
    },
    /// What may be asked of other computers changed, also by another program: read it again.
    CloudChanged,
    /// The quick prompt hands over to the chat window.
    TakeOver {
        /// What.
        what: quick::QuickHandover,
    },
    /// Something is being answered, or nothing any more.
    ActivityChanged {
        /// What goes on now.
        activity: Activity,
    },
    /// How Sotto sits in the desktop changed: read it again.
    DesktopChanged,
    /// The person chose a conversation outside of the window.
    OpenConversation {
        /// Which one.
        conversation: ConversationId,
    },
    /// The person asked for the settings outside of the window.
    OpenSettings,
    /// The window is to be closed, and the person has not said yet what that means.
    CloseAsked,
    /// What the person did outside of the window failed.
    Failed {
        /// What happened and what to do, in plain sentences.
        message: String,
    },
    /// A second start asked for this window, or the system changed what a window must know.
    CameForward,
}
