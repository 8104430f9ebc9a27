//! A press on the offer of a file is the yes to fetching it. The offer showed host, file, size and
//! licence; nothing of the person's goes along, so there is no text to read and no window to arm.

use super::{Effect, Gate, Granted};
use crate::{
    destination::{Destination, Method},
    hash::LedgerKey,
    id::ProposalId,
    ledger::{Event, Yes},
    policy::Barrier,
    proposal::{Basis, Draft, Estimate, FreezeError, Proposal, Purpose, StartedBy},
    state::{IllegalMove, Move, State},
    time::Monotonic,
};

/// What can be offered: what says nothing. There is no word here for asking a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Offered {
    /// A model's file, or what a hub says of it.
    Model,
    /// Whether a newer Sotto exists.
    Update,
}

impl Offered {
    pub(super) const fn purpose(self) -> Purpose {
        match self {
            Self::Model => Purpose::Download,
            Self::Update => Purpose::UpdateCheck,
        }
    }
}

/// An offer that somebody pressed. It has no text, no body and no conversation, so no permit to say
/// anything can come of it:
///
/// ```compile_fail,E0560
/// # use sotto_consent::{Destination, Offer, Offered, StartedBy};
/// fn talkative(destination: Destination) -> Offer {
///     Offer { offered: Offered::Model, started_by: StartedBy::Person, destination, body: vec![1] }
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use sotto_consent::{Destination, Offer, Purpose, StartedBy};
/// fn asking(destination: Destination) -> Offer {
///     Offer { offered: Purpose::Answer, started_by: StartedBy::Person, destination }
/// }
/// ```
///
/// This one has their shape and compiles:
///
/// ```
/// # use sotto_consent::{Destination, Offer, Offered, StartedBy};
/// fn fetching(destination: Destination) -> Offer {
///     Offer { offered: Offered::Model, started_by: StartedBy::Person, destination }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it offers.
    pub offered: Offered,
    /// Whose press it was.
    pub started_by: StartedBy,
    /// Where it comes from: the host that is asked first.
    pub destination: Destination,
}

/// Why a press on an offer makes no permit. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Nothing may leave.
    #[error(transparent)]
    Barrier(#[from] Barrier),
    /// No person pressed it.
    #[error("a file is fetched only when a person asks for it, and nobody did")]
    NotThePerson,
    /// It names a model to be asked.
    #[error("what asks a model is shown in the consent window, not offered")]
    AsksModel,
    /// It is no fetch.
    #[error(transparent)]
    Freeze(#[from] FreezeError),
    /// A proposal of this name exists.
    #[error("proposal {0} exists already; a new one needs a new name")]
    SameId(ProposalId),
    /// The table of states has no such move.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
}

impl Gate {
    /// The person pressed an offer: a permit for exactly the GET request to its destination. A
    /// proposal that waits in the consent window is not disturbed.
    ///
    /// # Errors
    ///
    /// If everything is blocked, if no person pressed it, or if it is no fetch.
    pub fn accept(
        &mut self,
        offer: Offer,
        id: ProposalId,
        key: LedgerKey<'_>,
        now: Monotonic,
    ) -> Result<Granted, NotTaken> {
        let purpose = offer.offered.purpose();
        let place = offer.destination.place();
        if let Some(barrier) = self.policy.refuses(place, purpose) {
            return Err(barrier.into());
        }
        if offer.started_by != StartedBy::Person {
            return Err(NotTaken::NotThePerson);
        }
        if purpose.asks_model() || offer.destination.model().is_some() {
            return Err(NotTaken::AsksModel);
        }
        if offer.destination.method() != Method::Get {
            return Err(FreezeError::NotAFetch.into());
        }
        if self.knows(id) {
            return Err(NotTaken::SameId(id));
        }
        let draft = Draft {
            purpose,
            started_by: offer.started_by,
            ask_anyway: false,
            begins_conversation: false,
            basis: Basis::None,
            destination: offer.destination,
            parts: Vec::new(),
            body: Vec::new(),
            estimate: Estimate::default(),
        };
        let proposal = Proposal::freeze(draft, id)?;
        let state = State::Frozen.after(Move::AgreeOffer)?;
        let effects = vec![
            Effect::Record(Event::proposed(&proposal, None, key)),
            Effect::Record(Event::Approved {
                proposal: id,
                by: Yes::Offer,
            }),
        ];
        Ok(self.mint(proposal, state, effects, now))
    }
}
