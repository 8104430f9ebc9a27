//! What crosses to a window or a terminal. The TypeScript types are generated from these.

pub mod actions;
pub mod cloud;
pub mod consent;
pub mod desktop;
pub mod quick;
pub mod shortcut;

use serde::{Deserialize, Serialize};
use sotto_domain::{Conversation, ConversationId, Failure, Message, MessageId, Origin, Timestamp};
use specta::Type;

use self::{actions::ActionUse, desktop::Activity};

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

/// What a model is to Sotto.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelRole {
    /// A stand-in until a real one is there. Fails most questions.
    StandIn,
    /// The one that Sotto brings.
    WorkingDefault,
    /// A file that the person put there.
    Own,
}

/// Whether a model can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ModelState {
    /// On disk.
    Available,
    /// On its way into memory.
    Loading {
        /// 0 to 100.
        percent: u8,
    },
    /// In memory.
    Loaded,
    /// Cannot be run.
    Unusable {
        /// Why, in one sentence.
        reason: String,
    },
}

/// A model on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ModelView {
    /// Its name for the program: the file's name without `.gguf`.
    pub name: String,
    /// Its name for the person.
    pub title: String,
    /// What it is to Sotto.
    pub role: ModelRole,
    /// Bytes on disk.
    pub size: u64,
    /// For example `1.5B`; empty if unknown.
    pub parameters: String,
    /// For example `Q4_K_M`; empty if unknown.
    pub quantization: String,
    /// Tokens of context it was trained for; 0 if unknown.
    pub context_length: u32,
    /// Short name of its licence; empty if unknown.
    pub licence: String,
    /// What it is good at, in one sentence; empty if unknown.
    pub good_at: String,
    /// What it cannot do, in one sentence; empty if unknown.
    pub weak_at: String,
    /// Whether it can answer.
    pub state: ModelState,
}

/// A model on its way to this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ModelArrival {
    /// Its name for the person.
    pub title: String,
    /// Bytes that are here.
    pub received: u64,
    /// Bytes of the whole.
    pub total: u64,
    /// How it goes.
    pub state: ArrivalState,
    /// Why it failed and what to do; empty otherwise.
    pub message: String,
}

/// How an arrival goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalState {
    /// Parts are being fetched.
    Fetching,
    /// All parts are here and are being checked.
    Verifying,
    /// Nobody is fetching; the next start goes on.
    Paused,
    /// It stopped with an error.
    Failed,
}

/// All models on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ModelsView {
    /// Usable ones first, then by name.
    pub models: Vec<ModelView>,
    /// The name of the model that answers unless another is chosen; `None` if there is none.
    pub default: Option<String>,
    /// The working default, while it is on its way.
    pub arrival: Option<ModelArrival>,
    /// The folder where GGUF files are looked for.
    pub folder: String,
}

/// How the runtime is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RuntimeState {
    /// Not started yet.
    Idle,
    /// On its way up, or up again after it ended.
    Starting,
    /// Serving.
    Ready,
    /// It ended too often or cannot be started.
    Failed {
        /// Why and what to do, in plain sentences.
        message: String,
    },
}

/// The runtime and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RuntimeView {
    /// How it is.
    #[serde(flatten)]
    pub state: RuntimeState,
    /// The model in memory.
    pub model: Option<String>,
    /// Bytes that the model takes; 0 if none is loaded.
    pub memory: u64,
    /// Tokens that the loaded context holds; 0 if none is loaded.
    pub context: u32,
    /// The person wants no model in memory: none is loaded until they ask a question or load one.
    pub paused: bool,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
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

impl From<sotto_models::ArrivalState> for ArrivalState {
    fn from(state: sotto_models::ArrivalState) -> Self {
        match state {
            sotto_models::ArrivalState::Fetching => Self::Fetching,
            sotto_models::ArrivalState::Verifying => Self::Verifying,
            sotto_models::ArrivalState::Paused => Self::Paused,
            sotto_models::ArrivalState::Failed => Self::Failed,
        }
    }
}
