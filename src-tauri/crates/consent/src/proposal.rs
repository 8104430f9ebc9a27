//! What is asked to leave, frozen: the bytes, what the person is shown of them, and which state of
//! the conversation they were built from. A proposal is never changed; a change is a new one.

use std::fmt;

use serde::{Deserialize, Serialize};
use sotto_domain::{ConversationId, Message, MessageId, Role};
use specta::Type;

use crate::{
    destination::{Destination, Method},
    disclosure::{self, DisclosureError},
    hash::{Digest, Fields, Revision},
    id::{PartId, ProposalId},
    request::Request,
};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A model answers.
    Answer,
    /// A provider is asked which models it has.
    ModelList,
    /// A key is tried.
    KeyTest,
    /// A model is fetched.
    Download,
    /// It is asked whether a newer Sotto exists.
    UpdateCheck,
}

impl Purpose {
    /// Whether it is about a provider's models; otherwise it fetches a file and says nothing.
    #[must_use]
    pub const fn asks_model(self) -> bool {
        match self {
            Self::Answer | Self::ModelList | Self::KeyTest => true,
            Self::Download | Self::UpdateCheck => false,
        }
    }
}

/// Who began it. A program that keeps asking is held back; a person is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StartedBy {
    /// The person, just now and for this request.
    Person,
    /// Anything else.
    Program,
}

/// What a proposal was built from. It is compared again when the person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Messages of a conversation.
    Conversation {
        /// Which conversation.
        conversation: ConversationId,
        /// The state of the messages.
        revision: Revision,
    },
    /// No conversation: a key test, a download.
    None,
}

impl Basis {
    /// The basis that these messages are, in this order: the branch that the request was built
    /// from, each with its name, role and text. For the comparison, read the same branch again.
    pub fn of<'a>(
        conversation: ConversationId,
        messages: impl IntoIterator<Item = &'a Message>,
    ) -> Self {
        let mut fields =
            Fields::new("sotto.consent.revision.v1").field(conversation.to_string().as_bytes());
        for message in messages {
            fields = fields
                .field(message.id.to_string().as_bytes())
                .field(message.role.as_str().as_bytes())
                .field(message.text.as_bytes());
        }
        Self::Conversation {
            conversation,
            revision: Revision::from_bytes(fields.finish()),
        }
    }

    /// The conversation, where there is one.
    #[must_use]
    pub const fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Conversation { conversation, .. } => Some(*conversation),
            Self::None => None,
        }
    }
}

/// One piece of what is asked to leave, as it is shown: each can be left out by itself.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
pub struct Part {
    /// Its name within the proposal.
    pub id: PartId,
    /// In whose name it is said.
    pub role: Role,
    /// The exact text; for a part that goes, a string of the body, whole.
    pub text: String,
    /// The message that it comes from; `None` for a system prompt or an attachment.
    pub message: Option<MessageId>,
    /// Shown, but not in the body.
    pub left_out: bool,
}

impl fmt::Debug for Part {
    /// Says how much, never what.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, bytes) = (self.id, self.text.len());
        write!(
            formatter,
            "Part({id}, {bytes} bytes, left out: {})",
            self.left_out
        )
    }
}

/// Money, in billionths of a US dollar: a token costs a few hundred of them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct NanoDollars(pub u64);

/// What a request may take. What is unknown is said to be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct Estimate {
    /// Fewest tokens of the request.
    pub fewest_tokens: u32,
    /// Most tokens of the request.
    pub most_tokens: u32,
    /// Most that request and answer can cost; `None` where the price is unknown.
    pub most_cost: Option<NanoDollars>,
}

/// What somebody wants to send, before it is checked and frozen.
#[derive(Clone)]
pub struct Draft {
    /// What it is for.
    pub purpose: Purpose,
    /// Who began it.
    pub started_by: StartedBy,
    /// The person wants to see it even where a standing yes would do.
    pub ask_anyway: bool,
    /// It would begin the conversation that it belongs to. After a denial such proposals rest
    /// together, because each has a conversation of its own.
    pub begins_conversation: bool,
    /// What it was built from.
    pub basis: Basis,
    /// Where it goes.
    pub destination: Destination,
    /// What it says, in the order of the body, with what was left out in its place.
    pub parts: Vec<Part>,
    /// The exact body; empty for a fetch.
    pub body: Vec<u8>,
    /// What it may take.
    pub estimate: Estimate,
}

impl fmt::Debug for Draft {
    /// Says how much and where, never what.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, bytes, host) = (self.parts.len(), self.body.len(), self.destination.host());
        write!(formatter, "Draft({parts} parts, {bytes} bytes, to {host})")
    }
}

impl Draft {
    /// With which others it rests after a denial.
    pub(crate) const fn rests_with(&self) -> Option<ConversationId> {
        rests_with(&self.basis, self.begins_conversation)
    }
}

/// The conversation whose denials count; `None` for all that has none yet.
const fn rests_with(basis: &Basis, begins_conversation: bool) -> Option<ConversationId> {
    if begins_conversation {
        None
    } else {
        basis.conversation()
    }
}

/// Why a draft cannot be a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FreezeError {
    /// What is shown is not what would be sent.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// Two parts have one name.
    #[error("two parts have the number {0}")]
    SamePart(PartId),
    /// A model is asked nothing.
    #[error("every part is left out, so there is nothing to ask")]
    NothingToAsk,
    /// A fetch has a body.
    #[error("a GET request has no body")]
    BodyOfGet,
    /// A download or a check for updates would say something.
    #[error("a download or a check for updates must be a GET request")]
    NotAFetch,
}

/// What is asked to leave. Made only by a [`Gate`](crate::Gate), and the same for ever.
#[derive(Debug)]
pub struct Proposal {
    id: ProposalId,
    purpose: Purpose,
    started_by: StartedBy,
    ask_anyway: bool,
    begins_conversation: bool,
    basis: Basis,
    destination: Destination,
    parts: Vec<Part>,
    request: Request,
    estimate: Estimate,
}

impl Proposal {
    pub(crate) fn freeze(draft: Draft, id: ProposalId) -> Result<Self, FreezeError> {
        let mut numbers: Vec<_> = draft.parts.iter().map(|part| part.id).collect();
        numbers.sort_unstable();
        if let Some(pair) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(FreezeError::SamePart(pair[0]));
        }
        if draft.purpose == Purpose::Answer && draft.parts.iter().all(|part| part.left_out) {
            return Err(FreezeError::NothingToAsk);
        }
        let method = draft.destination.method();
        if method == Method::Get && !draft.body.is_empty() {
            return Err(FreezeError::BodyOfGet);
        }
        if method != Method::Get && !draft.purpose.asks_model() {
            return Err(FreezeError::NotAFetch);
        }
        disclosure::check(&draft.body, &draft.parts, draft.destination.model())?;
        Ok(Self {
            id,
            purpose: draft.purpose,
            started_by: draft.started_by,
            ask_anyway: draft.ask_anyway,
            begins_conversation: draft.begins_conversation,
            basis: draft.basis,
            request: Request::new(method, draft.destination.url().clone(), draft.body),
            destination: draft.destination,
            parts: draft.parts,
            estimate: draft.estimate,
        })
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> ProposalId {
        self.id
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Who began it.
    #[must_use]
    pub const fn started_by(&self) -> StartedBy {
        self.started_by
    }

    /// Whether a standing yes is not enough.
    #[must_use]
    pub(crate) const fn ask_anyway(&self) -> bool {
        self.ask_anyway
    }

    /// With which others it rests after a denial.
    #[must_use]
    pub(crate) const fn rests_with(&self) -> Option<ConversationId> {
        rests_with(&self.basis, self.begins_conversation)
    }

    /// What it was built from.
    #[must_use]
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// Where it goes.
    #[must_use]
    pub const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// What it says, part by part.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The exact bytes.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// What it may take.
    #[must_use]
    pub const fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// What the consent window shows.
    #[must_use]
    pub fn view(&self) -> ProposalView {
        ProposalView {
            id: self.id,
            digest: self.request.digest(),
            purpose: self.purpose,
            conversation: self.basis.conversation(),
            destination: self.destination.clone(),
            parts: self.parts.clone(),
            body_bytes: self.request.body().len() as u64,
            estimate: self.estimate,
        }
    }
}

/// A proposal as the consent window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ProposalView {
    /// Its name; the decision repeats it.
    pub id: ProposalId,
    /// The hash of what leaves; the decision repeats it.
    pub digest: Digest,
    /// What it is for.
    pub purpose: Purpose,
    /// The conversation that it belongs to.
    pub conversation: Option<ConversationId>,
    /// Where it goes.
    pub destination: Destination,
    /// What it says, in order, with what is left out in its place.
    pub parts: Vec<Part>,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// What it may take.
    pub estimate: Estimate,
}
