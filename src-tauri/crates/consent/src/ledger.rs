//! What the ledger says: every proposal and what became of it, in entries that name sizes, hosts and
//! keyed hashes and never a word of content or a key. How entries are chained is in [`crate::chain`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sotto_domain::{ConversationId, MessageId, Place, Timestamp};
use specta::Type;

use crate::{
    destination::{ProviderId, Server},
    hash::{KeyedHash, LedgerKey},
    id::ProposalId,
    proposal::{Estimate, NanoDollars, Proposal, Purpose, StartedBy},
};

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Entry {
    /// Its number: 1, 2, 3, … without a gap.
    pub sequence: u64,
    /// When it was written, by the computer's clock.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened. The order of fields and the names are the format on disk: they only grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Event {
    /// Something was asked to leave.
    Proposed(Box<Proposed>),
    /// The consent window showed it.
    Shown {
        /// Which proposal.
        proposal: ProposalId,
    },
    /// It was agreed to.
    Approved {
        /// Which proposal.
        proposal: ProposalId,
        /// Whose yes it was.
        by: Yes,
    },
    /// It was not agreed to.
    Denied {
        /// Which proposal.
        proposal: ProposalId,
        /// In which way.
        reason: DenyReason,
    },
    /// The yes was not used within its 30 seconds.
    Expired {
        /// Which proposal.
        proposal: ProposalId,
    },
    /// It was taken back before it left.
    Revoked {
        /// Which proposal.
        proposal: ProposalId,
        /// Why.
        reason: RevokeReason,
    },
    /// The yes is used up: what follows is an attempt to send. On disk before any byte leaves.
    Consumed {
        /// Which proposal.
        proposal: ProposalId,
    },
    /// It was sent: the server answered, also if it refused.
    Sent {
        /// Which proposal.
        proposal: ProposalId,
        /// HTTP status of the answer.
        status: u16,
    },
    /// The answer ended.
    Received(Received),
    /// It failed before a byte of it left.
    Failed {
        /// Which proposal.
        proposal: ProposalId,
        /// At what.
        reason: FailReason,
    },
    /// It may have been sent. It is not sent again.
    Unknown {
        /// Which proposal.
        proposal: ProposalId,
        /// Why nobody can tell.
        cause: UnknownCause,
    },
    /// A further connection: a part of a download, another host that a download came from.
    Connected(Connection),
    /// The person changed what may be asked.
    PolicyChanged {
        /// How.
        change: PolicyChange,
    },
}

/// What was asked to leave: how much and where, not what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Proposed {
    /// Its name.
    pub proposal: ProposalId,
    /// The proposal that it takes the place of.
    pub replaces: Option<ProposalId>,
    /// What it is for.
    pub purpose: Purpose,
    /// Who began it.
    pub started_by: StartedBy,
    /// The conversation that it belongs to.
    pub conversation: Option<ConversationId>,
    /// The messages whose text it holds.
    pub messages: Vec<MessageId>,
    /// Parts that were left out.
    pub left_out: u32,
    /// Where it goes.
    pub place: Place,
    /// Who runs the model.
    pub provider: ProviderId,
    /// The host that it goes to.
    pub host: String,
    /// The model that is asked.
    pub model: Option<String>,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// Proves, to whoever has the local key, which request it was.
    pub request_hash: KeyedHash,
    /// What it may take.
    pub estimate: Estimate,
}

/// Whose yes it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Yes {
    /// The person's, in the consent window, for this request.
    Person,
    /// The one that the person gave earlier to this server of their network.
    Standing,
    /// The person's, by pressing the offer of a file that showed host, file, size and licence. Only a
    /// fetch can be agreed to so.
    Offer,
}

/// In which way it was not agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DenyReason {
    /// The person said no.
    Person,
    /// The window was closed.
    Closed,
    /// Two minutes went by.
    NoDecision,
}

/// Why it was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// "Block cloud now", or the cloud was turned off.
    Blocked,
    /// A changed proposal took its place.
    Replaced,
    /// Whoever asked does not want it any more.
    Withdrawn,
    /// The conversation was edited after the proposal was made.
    ConversationChanged,
    /// The standing yes for its server was taken back.
    StandingYesWithdrawn,
    /// The bytes about to leave were not those that were agreed to.
    BytesChanged,
    /// The program ended.
    ProgramEnded,
}

/// What failed before a byte of a request left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FailReason {
    /// The ledger could not be written, so nothing was sent.
    LedgerNotWritten,
    /// The provider's key could not be read.
    NoKey,
    /// There is no network.
    Offline,
    /// The host's name leads nowhere, or no longer where it was agreed that it leads.
    Name,
    /// The host took no connection.
    Connection,
    /// The connection could not be encrypted, or the host could not prove who it is.
    Encryption,
    /// It was cut off.
    Cut,
    /// Anything else.
    Other,
}

/// Why nobody can tell whether it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UnknownCause {
    /// The connection broke before the server answered.
    ConnectionLost,
    /// The server did not answer in time.
    NoAnswer,
    /// It was cut off while it was being sent.
    Cut,
    /// The program ended while it was being sent.
    ProgramEnded,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AnswerEnding {
    /// Whole.
    Complete,
    /// The person stopped it, or blocked the cloud.
    Cut,
    /// The connection broke half-way.
    Broken,
    /// It was not what the protocol says.
    Malformed,
    /// It was over the limit.
    TooLarge,
}

/// An answer: how much and what it cost, not what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Received {
    /// The proposal that it answers.
    pub proposal: ProposalId,
    /// How it ended.
    pub ending: AnswerEnding,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// Proves, to whoever has the local key, which answer it was.
    pub answer_hash: KeyedHash,
    /// Tokens of the request, as the provider counted.
    pub request_tokens: Option<u32>,
    /// Tokens of the answer, as the provider counted.
    pub answer_tokens: Option<u32>,
    /// What it cost by the known prices; `None` where they are unknown.
    pub cost: Option<NanoDollars>,
}

/// A further connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Connection {
    /// The proposal that it belongs to.
    pub proposal: ProposalId,
    /// The host.
    pub host: String,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// Whether it did what it was for.
    pub succeeded: bool,
}

/// What the person changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum PolicyChange {
    /// Nothing may leave any more.
    Blocked,
    /// It may be asked again.
    Unblocked,
    /// Cloud models may be asked for.
    CloudOn,
    /// Cloud models may not be asked for.
    CloudOff,
    /// A server of the person's network needs no more questions.
    StandingYes {
        /// Which.
        server: Server,
    },
    /// It needs questions again.
    StandingYesWithdrawn {
        /// Which.
        server: Server,
    },
}

impl Event {
    /// The proposal that it is about.
    #[must_use]
    pub fn proposal(&self) -> Option<ProposalId> {
        match self {
            Self::Proposed(proposed) => Some(proposed.proposal),
            Self::Received(received) => Some(received.proposal),
            Self::Connected(connection) => Some(connection.proposal),
            Self::Shown { proposal }
            | Self::Approved { proposal, .. }
            | Self::Denied { proposal, .. }
            | Self::Expired { proposal }
            | Self::Revoked { proposal, .. }
            | Self::Consumed { proposal }
            | Self::Sent { proposal, .. }
            | Self::Failed { proposal, .. }
            | Self::Unknown { proposal, .. } => Some(*proposal),
            Self::PolicyChanged { .. } => None,
        }
    }

    pub(crate) fn proposed(
        proposal: &Proposal,
        replaces: Option<ProposalId>,
        key: LedgerKey<'_>,
    ) -> Self {
        let destination = proposal.destination();
        let going = || proposal.parts().iter().filter(|part| !part.left_out);
        let left_out = proposal.parts().len() - going().count();
        Self::Proposed(Box::new(Proposed {
            proposal: proposal.id(),
            replaces,
            purpose: proposal.purpose(),
            started_by: proposal.started_by(),
            conversation: proposal.basis().conversation(),
            messages: going().filter_map(|part| part.message).collect(),
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
            place: destination.place(),
            provider: destination.provider().clone(),
            host: destination.host().to_owned(),
            model: destination.model().map(str::to_owned),
            body_bytes: proposal.request().body().len() as u64,
            request_hash: KeyedHash::of_request(key, &proposal.request().digest()),
            estimate: proposal.estimate(),
        }))
    }
}

/// What a start must write before anything else, given all entries in order: what was consumed and
/// has no end may have been sent; what was waiting when the program ended is taken back. Proposals
/// of programs that are `still_running` are theirs.
pub fn unfinished<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    still_running: impl Fn(ProposalId) -> bool,
) -> Vec<Event> {
    let mut open = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Proposed(proposed) => {
                open.insert(proposed.proposal, false);
            }
            Event::Consumed { proposal } => {
                open.insert(*proposal, true);
            }
            Event::Denied { proposal, .. }
            | Event::Expired { proposal }
            | Event::Revoked { proposal, .. }
            | Event::Sent { proposal, .. }
            | Event::Failed { proposal, .. }
            | Event::Unknown { proposal, .. } => {
                open.remove(proposal);
            }
            Event::Shown { .. }
            | Event::Approved { .. }
            | Event::Received(_)
            | Event::Connected(_)
            | Event::PolicyChanged { .. } => {}
        }
    }
    let ended = open.into_iter().filter(|(id, _)| !still_running(*id));
    let event = |(proposal, consumed)| {
        if consumed {
            Event::Unknown {
                proposal,
                cause: UnknownCause::ProgramEnded,
            }
        } else {
            Event::Revoked {
                proposal,
                reason: RevokeReason::ProgramEnded,
            }
        }
    };
    ended.map(event).collect()
}

#[cfg(test)]
mod tests;
