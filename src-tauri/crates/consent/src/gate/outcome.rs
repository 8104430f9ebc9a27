//! What the gate is told and what it answers: effects to do, yeses and refusals.

use crate::{
    hash::Digest,
    id::ProposalId,
    ledger::Event,
    permit::Permit,
    policy::Barrier,
    proposal::{Basis, FreezeError, Proposal},
    restraint::Restrained,
    state::IllegalMove,
};

/// What to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Append this to the ledger. If that fails, do none of the effects after it that show something
    /// or let it be agreed to, drop the permit if there is one, and withdraw the proposal. What cuts,
    /// closes or keeps is done all the same.
    Record(Event),
    /// Show the pending proposal in the consent window, with Approve disabled and the focus on
    /// Deny; open the window if there is none.
    Show(ProposalId),
    /// Let the Approve button be pressed, or not.
    SetApprove {
        /// Of which proposal.
        proposal: ProposalId,
        /// Whether a yes is taken now.
        enabled: bool,
    },
    /// Close the consent window of this proposal.
    Close(ProposalId),
    /// Drop the connection on which this proposal is sent or answered.
    Cut(ProposalId),
    /// Keep [`Gate::policy`](super::Gate::policy).
    SavePolicy,
}

/// A draft that the gate took.
#[must_use = "it holds effects, and perhaps a permit"]
pub enum Taken {
    /// The person is asked.
    Asked(Vec<Effect>),
    /// A standing yes covers it.
    Granted(Box<Granted>),
}

/// A yes, and what it is a yes to.
#[must_use = "it holds effects and a permit"]
pub struct Granted {
    /// The proof of the yes.
    pub permit: Permit,
    /// What was agreed to, with the bytes to send.
    pub proposal: Proposal,
    /// What to do before anything is sent.
    pub effects: Vec<Effect>,
}

/// Why the gate did not take a draft. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// Nothing may go to that place.
    #[error(transparent)]
    Barrier(#[from] Barrier),
    /// Another proposal waits for a decision.
    #[error("proposal {0} waits for a decision; only one is shown at a time")]
    Busy(ProposalId),
    /// The conversation was denied too recently or too often.
    #[error(transparent)]
    Restrained(#[from] Restrained),
    /// The draft does not hold what it shows.
    #[error(transparent)]
    Freeze(#[from] FreezeError),
    /// A proposal of this name exists.
    #[error("proposal {0} exists already; a new one needs a new name")]
    SameId(ProposalId),
    /// The proposal to be replaced is not the pending one, or of another conversation.
    #[error("proposal {0} is not the one that waits for a decision in this conversation")]
    NotPending(ProposalId),
}

/// A report about a proposal that does not fit what is known of it. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// No such proposal is pending or on its way.
    #[error("proposal {0} is not known: it ended, or never was")]
    NotKnown(ProposalId),
    /// Its state has no such move.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
}

/// The person's yes, as the consent window reports it.
#[derive(Debug, Clone, Copy)]
pub struct Approval {
    /// The proposal that the window shows.
    pub proposal: ProposalId,
    /// The digest that the window shows.
    pub digest: Digest,
    /// What the conversation is now: the same messages, read again ([`Basis::of`]).
    pub basis: Basis,
    /// Do not ask again for this server of the person's network.
    pub standing: bool,
}

/// Why a yes was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// It is not a yes to the pending proposal.
    #[error("this proposal does not wait for a decision")]
    NotPending,
    /// It is a yes to other bytes.
    #[error("the yes was given to other bytes than those that would be sent")]
    OtherDigest,
    /// The window was not in plain sight for a whole second. The second begins anew.
    #[error("the yes came before the proposal was in plain sight for a second")]
    TooEarly,
    /// Two minutes have passed.
    #[error("the yes came after two minutes")]
    TooLate,
    /// The conversation was edited in between. The proposal is taken back.
    #[error("the conversation was edited after this was shown; ask again")]
    ConversationChanged,
    /// A standing yes was asked for a destination in the cloud.
    #[error("the cloud needs a yes each time")]
    NoStandingYes,
}

/// A yes that was not taken, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotGranted {
    /// Why.
    pub why: WhyNot,
    /// What to do; mostly nothing.
    pub effects: Vec<Effect>,
}

impl From<WhyNot> for NotGranted {
    fn from(why: WhyNot) -> Self {
        let effects = Vec::new();
        Self { why, effects }
    }
}

/// Why a permit was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyRefused {
    /// The yes was taken back, used or given elsewhere.
    #[error("the yes does not hold: it was taken back, used or given elsewhere")]
    NotValid,
    /// Its 30 seconds are over.
    #[error("the yes was not used within 30 seconds")]
    Expired,
    /// The bytes are not those that were agreed to.
    #[error("the bytes about to leave are not those that were agreed to")]
    OtherBytes,
}

/// A permit that was refused; it is gone. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}; nothing was sent")]
pub struct Refused {
    /// Why.
    pub why: WhyRefused,
    /// What to do.
    pub effects: Vec<Effect>,
}
