//! What crosses about larger models on other computers: who runs them, and whether any may be asked.

use std::fmt;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sotto_consent::{NanoDollars, ProviderId, Server};
use sotto_domain::{ConversationId, MessageId, Place, Timestamp};
pub use sotto_egress::Protocol;
use specta::Type;

use super::{Asked, actions::ActionUse};

/// Whether a key for a provider is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum KeyState {
    /// One is in the keyring.
    Kept,
    /// None is kept. A server of the person's own often needs none.
    None,
    /// The keyring cannot be asked.
    Unknown {
        /// Why, and what to do.
        message: String,
    },
}

/// What a provider says about how long it keeps what it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Retention {
    /// In one plain sentence.
    pub text: String,
    /// Where it says so: an address, never opened by Sotto.
    pub source: String,
    /// The last day on which it is known to say so, for example `2026-11-20`.
    pub checked: String,
}

/// Somebody who runs models on another computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProviderView {
    /// Its name for the program.
    pub id: ProviderId,
    /// Its name for the person.
    pub title: String,
    /// How its server is spoken to.
    pub protocol: Protocol,
    /// The address under which its paths lie, for example `https://api.openai.com/v1`.
    pub address: String,
    /// Where words would go: worked out from the address, not claimed. A name counts as the cloud.
    pub place: Place,
    /// Sotto knows it; otherwise the person entered it.
    pub built_in: bool,
    /// Whether a key is kept.
    pub key: KeyState,
    /// Models to choose from; empty until the person asked for them or entered one.
    pub models: Vec<LargerModelView>,
    /// `None`: unknown.
    pub retention: Option<Retention>,
    /// Where a key is made, for people; empty if unknown.
    pub key_page: String,
    /// The person agreed for good that this server of their network is asked.
    pub standing_yes: Option<Server>,
}

/// A model on another computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LargerModelView {
    /// Its name.
    pub name: String,
    /// Where it answers: a server of the person's own can pass questions on to the cloud.
    pub place: Place,
}

/// All about other computers, and the switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CloudView {
    /// Cloud models may be asked for, each time with a yes. Off at a first start.
    pub on: bool,
    /// Nothing at all may leave now.
    pub blocked: bool,
    /// Why nothing can be asked for on this computer (nothing is kept, so no ledger either); empty
    /// where it can.
    pub unavailable: String,
    /// Built-in ones first, then the person's.
    pub providers: Vec<ProviderView>,
    /// The person's own words that count as confidential.
    pub own_words: Vec<String>,
}

/// A provider as the person enters or changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProviderEntry {
    /// Which one is changed; `None` adds one. Of a built-in one only `models` can be changed.
    pub id: Option<ProviderId>,
    /// Its name for the person.
    pub title: String,
    /// How its server is spoken to.
    pub protocol: Protocol,
    /// The address under which its paths lie.
    pub address: String,
    /// Models to choose from.
    pub models: Vec<String>,
}

/// A key on its way into the keyring: it goes in and never comes out. It cannot be read from a message
/// of a page either: a key takes another way.
pub struct NewKey(SecretString);

impl NewKey {
    /// The key.
    #[must_use]
    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

impl From<String> for NewKey {
    fn from(key: String) -> Self {
        Self(key.into())
    }
}

impl fmt::Debug for NewKey {
    /// Never what it is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NewKey")
    }
}

/// A question to a larger model. The person is asked before anything leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LargerRequest {
    /// What is asked.
    pub what: LargerQuestion,
    /// Who is asked.
    pub provider: ProviderId,
    /// Which of its models.
    pub model: String,
    /// Show it also where a standing yes would do: a terminal promises that.
    pub ask_anyway: bool,
}

/// What is asked of a larger model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LargerQuestion {
    /// A new question, at the end of a conversation or in a new one. It is written down when the
    /// person agrees; after a no, nothing was changed.
    New {
        /// Where; `None` begins a conversation.
        conversation: Option<ConversationId>,
        /// What is typed. It and `context` together must hold more than white space.
        text: String,
        /// As [`super::AskRequest::context`].
        #[serde(default)]
        context: Option<String>,
        /// As [`super::AskRequest::action`].
        #[serde(default)]
        action: Option<ActionUse>,
    },
    /// An answer is given once more, as a branch beside the old one.
    Again {
        /// The old answer.
        answer: MessageId,
    },
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Decided {
    /// The person agreed: the turn has begun, and the answer comes as events.
    Asked {
        /// The turn.
        asked: Box<Asked>,
    },
    /// Nothing left this computer.
    NotSent {
        /// In which way; the window says it.
        why: NotSent,
    },
}

/// Why nothing left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// The person said no, or closed the window.
    Denied,
    /// Two minutes went by.
    NoDecision,
    /// The cloud was blocked or turned off meanwhile.
    Blocked,
    /// The conversation was changed meanwhile.
    ConversationChanged,
    /// Whoever asked took it back.
    Withdrawn,
    /// The yes could not be used: its time was over, or what it needs could not be written.
    NotUsed,
}

/// What asking a provider for its models told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum ProviderAnswer {
    /// It answered, and the key was taken. Its models are in the [`CloudView`].
    Works {
        /// All providers now.
        cloud: Box<CloudView>,
    },
    /// It answered with a refusal, or could not be reached.
    Failed {
        /// What happened and what to do.
        message: String,
    },
    /// Nothing left this computer.
    NotSent {
        /// In which way.
        why: NotSent,
    },
}

/// What an answer of a larger model cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MonthTotal {
    /// For example `2026-11`, by this computer's calendar.
    pub month: String,
    /// Who was asked.
    pub provider: ProviderId,
    /// Requests that left or may have left.
    pub requests: u32,
    /// Bytes that were sent.
    pub sent_bytes: u64,
    /// Tokens sent and received, where the provider counted.
    pub tokens: u64,
    /// What they cost, where prices are known.
    pub cost: NanoDollars,
    /// Requests whose cost is unknown.
    pub unknown_cost: u32,
}

/// How far a request came, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LedgerState {
    /// Not decided yet.
    Waiting,
    /// Agreed to, and on its way.
    OnItsWay,
    /// Sent, and answered.
    Sent,
    /// It failed before a byte of it left.
    Failed,
    /// It may have been sent; nobody can tell. It was not sent again.
    MayHaveBeenSent,
    /// The person said no, or did not decide.
    Denied,
    /// Taken back, or not used in time: nothing left.
    Revoked,
}

/// A request and what became of it, or a change of what may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LedgerRow {
    /// A request.
    Request(Box<LedgerRequest>),
    /// A further connection of a request that was agreed to.
    Connection {
        /// When.
        at: Timestamp,
        /// The host.
        host: String,
        /// Bytes received.
        received_bytes: u64,
        /// Whether it did what it was for.
        succeeded: bool,
    },
    /// A change of what may be asked.
    Change {
        /// When.
        at: Timestamp,
        /// What, in a sentence.
        text: String,
    },
}

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LedgerRequest {
    /// When it was asked for.
    pub at: Timestamp,
    /// What it was for.
    pub purpose: sotto_consent::Purpose,
    /// Where it went or would have gone.
    pub place: Place,
    /// Who runs the model.
    pub provider: ProviderId,
    /// The host.
    pub host: String,
    /// The model that was asked.
    pub model: Option<String>,
    /// The conversation, and its title where it still exists.
    pub conversation: Option<ConversationId>,
    /// Its title; empty if it is gone or there is none.
    pub conversation_title: String,
    /// How far it came.
    pub state: LedgerState,
    /// A standing yes, not one given in the window.
    pub standing: bool,
    /// Messages and other parts that went.
    pub parts: u32,
    /// Parts that the person left out.
    pub left_out: u32,
    /// Bytes of the request.
    pub body_bytes: u64,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// Bytes of the answer.
    pub received_bytes: u64,
    /// Tokens of request and answer, as the provider counted.
    pub tokens: Option<u64>,
    /// What it cost; `None` where that is unknown.
    pub cost: Option<NanoDollars>,
    /// What went wrong, in a few words; empty if nothing did.
    pub trouble: String,
}

/// Whether the ledger is what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "check")]
pub enum LedgerCheck {
    /// Every entry is there and unchanged.
    Whole {
        /// How many.
        entries: u64,
        /// Its end was compared with the keyring's; otherwise only its links were.
        sealed_in_keyring: bool,
    },
    /// It is not what was written.
    Damaged {
        /// What is wrong, and at which entry.
        message: String,
    },
    /// It cannot be checked now.
    Unchecked {
        /// Why.
        message: String,
    },
}

/// What left this computer, and what was asked for and did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LedgerView {
    /// The newest first.
    pub rows: Vec<LedgerRow>,
    /// The newest month first.
    pub months: Vec<MonthTotal>,
    /// Whether it is what was written.
    pub check: LedgerCheck,
    /// Date of the prices that costs are computed with.
    pub prices_as_of: String,
}
