//! The proof of a yes, as types that only go forward: a [`Permit`] is made by the gate alone and
//! used up by redeeming it; what comes out can be sent only after the ledger says so.
//!
//! ```text
//! Gate::approve -> Permit --redeem(request)--> Redeemed --recorded(entry)--> Cleared -> the bytes
//! ```

use sotto_domain::Place;

use crate::{
    chain::Sealed,
    gate::{Gate, Refused},
    hash::Digest,
    id::ProposalId,
    ledger::Event,
    request::Request,
    time::Monotonic,
};

/// Milliseconds that a permit lives.
pub const PERMIT_LIVES_MILLISECONDS: u64 = 30_000;

/// The one-time proof that the bytes of one digest may leave.
///
/// It cannot be copied, printed, stored or made elsewhere, and neither can what it turns into. This
/// compiles:
///
/// ```
/// use sotto_consent::{Gate, Monotonic, Permit, Redeemed, Refused, Request};
/// fn once(permit: Permit, gate: &mut Gate, request: Request, now: Monotonic) -> Result<Redeemed, Refused> {
///     permit.redeem(gate, request, now)
/// }
/// ```
///
/// Using it twice does not:
///
/// ```compile_fail,E0382
/// use sotto_consent::{Gate, Monotonic, Permit, Redeemed, Refused, Request};
/// fn twice(permit: Permit, gate: &mut Gate, request: Request, now: Monotonic) -> Result<Redeemed, Refused> {
///     let _ = permit.redeem(gate, request.clone(), now);
///     permit.redeem(gate, request, now)
/// }
/// ```
///
/// Nor does making one (its fields and its maker are private),
///
/// ```compile_fail,E0451
/// use sotto_consent::{Digest, Permit, ProposalId};
/// use sotto_domain::Place;
/// fn forge(proposal: ProposalId, digest: Digest, place: Place) -> Permit {
///     Permit { proposal, digest, place }
/// }
/// ```
///
/// ```compile_fail,E0624
/// use sotto_consent::{Digest, Permit, ProposalId};
/// use sotto_domain::Place;
/// fn forge(proposal: ProposalId, digest: Digest, place: Place) -> Permit {
///     Permit::mint(proposal, digest, place)
/// }
/// ```
///
/// copying one,
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: Clone>() {}
/// needs::<Permit>();
/// ```
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: Copy>() {}
/// needs::<Permit>();
/// ```
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: Default>() {}
/// needs::<Permit>();
/// ```
///
/// printing one,
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: std::fmt::Debug>() {}
/// needs::<Permit>();
/// ```
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: std::fmt::Display>() {}
/// needs::<Permit>();
/// ```
///
/// storing one or reading one back,
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: serde::Serialize>() {}
/// needs::<Permit>();
/// ```
///
/// ```compile_fail,E0277
/// use sotto_consent::Permit;
/// fn needs<T: serde::de::DeserializeOwned>() {}
/// needs::<Permit>();
/// ```
///
/// or sending what was redeemed before the ledger has it:
///
/// ```compile_fail,E0599
/// use sotto_consent::{Redeemed, Request};
/// fn early(redeemed: Redeemed) -> Request {
///     redeemed.into_request()
/// }
/// ```
///
/// ```compile_fail,E0277
/// use sotto_consent::Redeemed;
/// fn needs<T: Clone>() {}
/// needs::<Redeemed>();
/// ```
///
/// ```compile_fail,E0277
/// use sotto_consent::Cleared;
/// fn needs<T: Clone>() {}
/// needs::<Cleared>();
/// ```
///
/// The examples that must not compile fail for their own reason: this one has their shape.
///
/// ```
/// use sotto_consent::{Cleared, Permit, Redeemed};
/// fn needs<T: Send>() {}
/// needs::<(Permit, Redeemed, Cleared)>();
/// ```
#[must_use = "a permit that is dropped expires unused"]
pub struct Permit {
    proposal: ProposalId,
    digest: Digest,
    place: Place,
}

impl Permit {
    pub(crate) const fn mint(proposal: ProposalId, digest: Digest, place: Place) -> Self {
        Self {
            proposal,
            digest,
            place,
        }
    }

    /// The proposal that was agreed to.
    #[must_use]
    pub const fn proposal(&self) -> ProposalId {
        self.proposal
    }

    /// Uses the permit up for this request, which is hashed here, byte for byte. What comes out
    /// holds the very bytes that were hashed.
    ///
    /// # Errors
    ///
    /// If these are not the bytes that were agreed to, if 30 seconds have passed, or if the yes was
    /// taken back. The permit is gone then too.
    pub fn redeem(
        self,
        gate: &mut Gate,
        request: Request,
        now: Monotonic,
    ) -> Result<Redeemed, Refused> {
        gate.consume(self.proposal, self.digest, &request, now)?;
        Ok(Redeemed {
            proposal: self.proposal,
            place: self.place,
            request,
        })
    }
}

/// A redeemed permit: its request may leave once the ledger says that it is about to.
#[must_use = "the yes is used up: record it and send, or report that it failed"]
pub struct Redeemed {
    proposal: ProposalId,
    place: Place,
    request: Request,
}

/// The entry given is not the one that had to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger entry given does not say that proposal {0} is consumed, so nothing is sent")]
pub struct NotRecorded(ProposalId);

impl Redeemed {
    /// What must be on disk before a byte leaves.
    #[must_use]
    pub const fn record(&self) -> Event {
        Event::Consumed {
            proposal: self.proposal,
        }
    }

    /// Clears the request to leave. Give it the entry that was stored for [`Redeemed::record`].
    ///
    /// # Errors
    ///
    /// If that entry says something else.
    pub fn recorded(self, stored: &Sealed) -> Result<Cleared, NotRecorded> {
        match stored.entry() {
            Ok(entry) if entry.event == self.record() => Ok(Cleared {
                proposal: self.proposal,
                place: self.place,
                request: self.request,
            }),
            _ => Err(NotRecorded(self.proposal)),
        }
    }
}

/// A request that may leave, now and once.
#[must_use = "the ledger says that it is about to leave"]
pub struct Cleared {
    proposal: ProposalId,
    place: Place,
    request: Request,
}

impl Cleared {
    /// The proposal, to report what became of it.
    #[must_use]
    pub const fn proposal(&self) -> ProposalId {
        self.proposal
    }

    /// The place that was agreed to. Whoever sends to `YourNetwork` must see at that moment that the
    /// host's name still leads there.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The exact bytes, to be sent as they are.
    #[must_use]
    pub fn into_request(self) -> Request {
        self.request
    }
}
