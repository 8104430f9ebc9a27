//! Who may send what, where, and on whose yes: pure rules, free of IO. Nothing here reads a clock,
//! makes a random number or waits; time and randomness come in as arguments.
//!
//! One value, the [`Gate`], holds the policy. What is to leave comes as a [`Draft`] and is frozen
//! into a [`Proposal`]; the consent window shows it; the gate arms, takes the person's yes and mints
//! one [`Permit`]. Whoever sends redeems it for exactly the bytes that were agreed to:
//!
//! ```text
//! Draft --Gate::propose--> Proposal --shown, armed, Gate::approve--> Permit
//!       --Permit::redeem(request)--> Redeemed --recorded(entry on disk)--> Cleared --into_request--> bytes
//!       --Gate::sent | failed | lost--> and, once sent, Gate::received
//! ```
//!
//! A file is fetched on a shorter way. Nothing is said there, so there is no text to show in a window:
//! the person presses an [`Offer`] that shows host, file, size and licence, and [`Gate::accept`] mints
//! the permit. What asks a model cannot go that way, because an offer has no room for it.
//!
//! Each step returns [`Effect`]s: what to write to the ledger and what to do, in this order. The
//! ledger's entries are chained ([`chain`]).

mod address;
mod arming;
pub mod chain;
mod destination;
mod disclosure;
mod gate;
mod hash;
mod id;
pub mod ledger;
mod permit;
mod policy;
mod proposal;
mod request;
mod restraint;
mod state;
mod text;
mod time;

#[cfg(test)]
mod testing;

pub use address::{AddressError, Url, is_private};
pub use arming::{ARM_AFTER_MILLISECONDS, Input, WindowFact};
pub use destination::{Destination, DestinationError, Method, ProviderId, Server};
pub use disclosure::DisclosureError;
pub use gate::{
    Approval, DECIDE_WITHIN_MILLISECONDS, Effect, Gate, Granted, NotGranted, NotTaken, Offer,
    Offered, ProposeError, Refused, StepError, Taken, WhyNot, WhyRefused,
};
pub use hash::{AnswerHash, ChainHash, Digest, KeyedHash, LedgerKey, ParseHashError, Revision};
pub use id::{PartId, ProposalId};
pub use permit::{Cleared, NotRecorded, PERMIT_LIVES_MILLISECONDS, Permit, Redeemed};
pub use policy::{Barrier, Policy};
pub use proposal::{
    Basis, Draft, Estimate, FreezeError, NanoDollars, Part, Proposal, ProposalView, Purpose,
    StartedBy,
};
pub use request::Request;
pub use restraint::{DENIALS_UNTIL_SILENCE, REST_AFTER_DENIAL_MILLISECONDS, Restrained};
pub use state::{IllegalMove, Move, State};
pub use time::Monotonic;
