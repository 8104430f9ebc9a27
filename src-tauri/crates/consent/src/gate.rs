//! The whole policy as one value: what may be asked, what is shown, when a yes is taken, and what it
//! is worth. Whoever drives it does the effects in their order and reports back; nothing here waits,
//! looks at a clock or reaches anything.

mod journey;
mod offer;
mod outcome;
mod revocation;

use std::collections::BTreeMap;

use sotto_domain::Place;

pub use offer::{NotTaken, Offer, Offered};
pub use outcome::{
    Approval, Effect, Granted, NotGranted, ProposeError, Refused, StepError, Taken, WhyNot,
    WhyRefused,
};
use revocation::recorded_first;

use crate::{
    arming::{Arming, WindowFact},
    destination::Server,
    hash::{Digest, LedgerKey},
    id::ProposalId,
    ledger::{DenyReason, Event, PolicyChange, RevokeReason, Yes},
    permit::{PERMIT_LIVES_MILLISECONDS, Permit},
    policy::Policy,
    proposal::{Draft, Proposal},
    restraint::Restraint,
    state::{Move, State},
    time::Monotonic,
};

/// Milliseconds without a decision that count as no.
pub const DECIDE_WITHIN_MILLISECONDS: u64 = 120_000;

/// A proposal that waits for a decision.
struct Pending {
    proposal: Proposal,
    state: State,
    arming: Arming,
    decide_by: Monotonic,
}

/// A proposal that was agreed to, until its answer has ended.
struct Agreed {
    state: State,
    digest: Digest,
    target: Target,
    at: Monotonic,
}

impl Agreed {
    /// Whether its permit can still be redeemed. A clock that went back means no.
    fn is_fresh(&self, now: Monotonic) -> bool {
        now.milliseconds_since(self.at)
            .is_some_and(|age| age < PERMIT_LIVES_MILLISECONDS)
    }
}

/// What decides whether a change of policy hits a proposal.
struct Target {
    asks_cloud_model: bool,
    is_fetch: bool,
    server: Option<Server>,
}

impl Target {
    fn of(proposal: &Proposal) -> Self {
        let destination = proposal.destination();
        Self {
            asks_cloud_model: destination.place() == Place::Cloud
                && proposal.purpose().asks_model(),
            is_fetch: !proposal.purpose().asks_model(),
            server: destination.server(),
        }
    }
}

/// The gate. There is one per program; it cannot be copied:
///
/// ```compile_fail,E0277
/// fn needs<T: Clone>() {}
/// needs::<sotto_consent::Gate>();
/// ```
pub struct Gate {
    policy: Policy,
    restraint: Restraint,
    pending: Option<Pending>,
    agreed: BTreeMap<ProposalId, Agreed>,
}

impl Gate {
    /// A gate with the decisions that were kept; [`Policy::default`] where none were, or where they
    /// cannot be read.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            restraint: Restraint::default(),
            pending: None,
            agreed: BTreeMap::new(),
        }
    }

    /// The person's decisions, to be kept.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The proposal that waits for a decision, and how far it has come.
    #[must_use]
    pub fn pending(&self) -> Option<(&Proposal, State)> {
        self.pending
            .as_ref()
            .map(|pending| (&pending.proposal, pending.state))
    }

    /// Until when the pending proposal can be decided.
    #[must_use]
    pub fn decide_by(&self) -> Option<Monotonic> {
        self.pending.as_ref().map(|pending| pending.decide_by)
    }

    /// When [`Gate::tick`] has something to do, if nothing happens before.
    #[must_use]
    pub fn next_tick(&self) -> Option<Monotonic> {
        let pending = self.pending.iter().flat_map(|pending| {
            let due = pending.arming.due();
            [Some(pending.decide_by), due].into_iter().flatten()
        });
        let unused = self
            .agreed
            .values()
            .filter(|agreed| agreed.state == State::Minted);
        pending
            .chain(unused.map(|agreed| agreed.at.plus(PERMIT_LIVES_MILLISECONDS)))
            .min()
    }

    /// Takes a draft: freezes it and asks the person, unless a standing yes covers it.
    ///
    /// # Errors
    ///
    /// If it may not be asked, or not now, or if it shows something else than it sends.
    pub fn propose(
        &mut self,
        draft: Draft,
        id: ProposalId,
        key: LedgerKey<'_>,
        now: Monotonic,
    ) -> Result<Taken, ProposeError> {
        self.admit(&draft, id)?;
        let (rests_with, started_by) = (draft.rests_with(), draft.started_by);
        if draft.ask_anyway || !self.policy.covers(&draft.destination) {
            if let Some(pending) = &self.pending {
                return Err(ProposeError::Busy(pending.proposal.id()));
            }
            self.restraint.check(rests_with, started_by, now)?;
        }
        let proposal = Proposal::freeze(draft, id)?;
        self.restraint.asked(rests_with, started_by);
        let record = Effect::Record(Event::proposed(&proposal, None, key));
        Ok(self.take(proposal, vec![record], Arming::new(), now))
    }

    /// Takes a changed draft in place of the pending proposal: a part left out, a finding replaced.
    /// It is a new proposal, and must be in plain sight for a second of its own. Counts as begun by
    /// whoever began the old one.
    ///
    /// # Errors
    ///
    /// As [`Gate::propose`], or if `old` is not pending in this conversation. The old one stays.
    pub fn replace(
        &mut self,
        old: ProposalId,
        draft: Draft,
        id: ProposalId,
        key: LedgerKey<'_>,
        now: Monotonic,
    ) -> Result<Taken, ProposeError> {
        self.admit(&draft, id)?;
        let not_pending = ProposeError::NotPending(old);
        let pending = self.pending_of(old).map_err(|_| not_pending)?;
        let before = &pending.proposal;
        if before.basis().conversation() != draft.basis.conversation() {
            return Err(not_pending);
        }
        let draft = Draft {
            started_by: before.started_by(),
            ask_anyway: before.ask_anyway(),
            ..draft
        };
        let proposal = Proposal::freeze(draft, id)?;
        let arming = pending.arming.for_next();
        let mut effects = self.revoke(RevokeReason::Replaced, |id, _| id == old);
        if !self.is_covered(&proposal) {
            // The window stays for the one that comes.
            effects.retain(|effect| *effect != Effect::Close(old));
        }
        effects.push(Effect::Record(Event::proposed(&proposal, Some(old), key)));
        Ok(self.take(proposal, effects, arming, now))
    }

    /// The window shows the proposal.
    ///
    /// # Errors
    ///
    /// If it is not pending, or was shown before.
    pub fn shown(&mut self, id: ProposalId, now: Monotonic) -> Result<Vec<Effect>, StepError> {
        let pending = self.pending_of(id)?;
        pending.state = pending.state.after(Move::Show)?;
        pending.arming.shown(now);
        pending.decide_by = now.plus(DECIDE_WITHIN_MILLISECONDS);
        Ok(vec![Effect::Record(Event::Shown { proposal: id })])
    }

    /// Something happened to the window of the proposal.
    ///
    /// # Errors
    ///
    /// If it is not pending.
    pub fn window(
        &mut self,
        id: ProposalId,
        fact: WindowFact,
        now: Monotonic,
    ) -> Result<Vec<Effect>, StepError> {
        let pending = self.pending_of(id)?;
        pending.arming.step(fact, now);
        if pending.state == State::Armed && !pending.arming.is_armed() {
            pending.state = pending.state.after(Move::Disarm)?;
            return Ok(vec![Effect::SetApprove {
                proposal: id,
                enabled: false,
            }]);
        }
        Ok(Vec::new())
    }

    /// Time passed: arms, denies what nobody decided, expires what nobody used.
    #[must_use = "it says what to do"]
    pub fn tick(&mut self, now: Monotonic) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(pending) = &mut self.pending {
            let id = pending.proposal.id();
            if now >= pending.decide_by {
                effects.extend(
                    self.deny(id, DenyReason::NoDecision, now)
                        .unwrap_or_default(),
                );
            } else {
                pending.arming.tick(now);
                if pending.arming.is_armed()
                    && let Ok(armed) = pending.state.after(Move::Arm)
                {
                    pending.state = armed;
                    effects.push(Effect::SetApprove {
                        proposal: id,
                        enabled: true,
                    });
                }
            }
        }
        self.agreed.retain(|id, agreed| {
            let expired = !agreed.is_fresh(now) && agreed.state.after(Move::Expire).is_ok();
            if expired {
                effects.push(Effect::Record(Event::Expired { proposal: *id }));
            }
            !expired
        });
        effects
    }

    /// The person says yes.
    ///
    /// # Errors
    ///
    /// If it is a yes to something else, comes too early or too late, or if the conversation was
    /// edited in between. A yes that comes too early begins the second anew; an edited conversation
    /// takes the proposal back; otherwise nothing changed.
    pub fn approve(&mut self, yes: Approval, now: Monotonic) -> Result<Granted, NotGranted> {
        let Ok(pending) = self.pending_of(yes.proposal) else {
            return Err(WhyNot::NotPending.into());
        };
        if yes.digest != pending.proposal.request().digest() {
            return Err(WhyNot::OtherDigest.into());
        }
        if now >= pending.decide_by {
            return Err(WhyNot::TooLate.into());
        }
        let Ok(state) = pending.state.after(Move::Agree) else {
            pending.arming.restart(now);
            return Err(WhyNot::TooEarly.into());
        };
        if yes.basis != *pending.proposal.basis() {
            let effects = self.revoke(RevokeReason::ConversationChanged, |id, _| {
                id == yes.proposal
            });
            let why = WhyNot::ConversationChanged;
            return Err(NotGranted { why, effects });
        }
        let server = pending.proposal.destination().server();
        let standing = match server {
            None if yes.standing => return Err(WhyNot::NoStandingYes.into()),
            server => server.filter(|_| yes.standing),
        };
        let Some(Pending { proposal, .. }) = self.pending.take() else {
            return Err(WhyNot::NotPending.into());
        };
        self.restraint.agreed(proposal.rests_with());
        let mut effects = vec![
            Effect::Record(Event::Approved {
                proposal: proposal.id(),
                by: Yes::Person,
            }),
            Effect::Close(proposal.id()),
        ];
        if let Some(server) = standing
            && self.policy.keep(server.clone())
        {
            effects.extend(recorded_first(true, PolicyChange::StandingYes { server }));
        }
        Ok(self.mint(proposal, state, effects, now))
    }

    /// The person says no, or closes the window.
    ///
    /// # Errors
    ///
    /// If the proposal is not pending.
    pub fn deny(
        &mut self,
        id: ProposalId,
        reason: DenyReason,
        now: Monotonic,
    ) -> Result<Vec<Effect>, StepError> {
        let pending = self.pending_of(id)?;
        pending.state.after(Move::Deny)?;
        let rests_with = pending.proposal.rests_with();
        self.restraint.denied(rests_with, now);
        self.pending = None;
        let record = Event::Denied {
            proposal: id,
            reason,
        };
        Ok(vec![Effect::Close(id), Effect::Record(record)])
    }

    fn admit(&self, draft: &Draft, id: ProposalId) -> Result<(), ProposeError> {
        if let Some(barrier) = self
            .policy
            .refuses(draft.destination.place(), draft.purpose)
        {
            return Err(barrier.into());
        }
        if self.knows(id) {
            return Err(ProposeError::SameId(id));
        }
        Ok(())
    }

    /// Whether a proposal of this name waits or was agreed to.
    fn knows(&self, id: ProposalId) -> bool {
        let pending = self
            .pending
            .as_ref()
            .is_some_and(|pending| pending.proposal.id() == id);
        pending || self.agreed.contains_key(&id)
    }

    /// Asks for a frozen proposal, or grants it by a standing yes.
    fn take(
        &mut self,
        proposal: Proposal,
        mut effects: Vec<Effect>,
        arming: Arming,
        now: Monotonic,
    ) -> Taken {
        let id = proposal.id();
        let standing = State::Frozen.after(Move::AgreeStanding);
        if let Ok(state) = standing
            && self.is_covered(&proposal)
        {
            effects.push(Effect::Record(Event::Approved {
                proposal: id,
                by: Yes::Standing,
            }));
            return Taken::Granted(Box::new(self.mint(proposal, state, effects, now)));
        }
        effects.push(Effect::Show(id));
        self.pending = Some(Pending {
            proposal,
            state: State::Frozen,
            arming,
            decide_by: now.plus(DECIDE_WITHIN_MILLISECONDS),
        });
        Taken::Asked(effects)
    }

    /// Whether a standing yes is enough.
    fn is_covered(&self, proposal: &Proposal) -> bool {
        !proposal.ask_anyway() && self.policy.covers(proposal.destination())
    }

    /// The one place where a permit is made.
    fn mint(
        &mut self,
        proposal: Proposal,
        state: State,
        effects: Vec<Effect>,
        now: Monotonic,
    ) -> Granted {
        let digest = proposal.request().digest();
        let agreed = Agreed {
            state,
            digest,
            target: Target::of(&proposal),
            at: now,
        };
        self.agreed.insert(proposal.id(), agreed);
        Granted {
            permit: Permit::mint(proposal.id(), digest, proposal.destination().place()),
            proposal,
            effects,
        }
    }

    fn pending_of(&mut self, id: ProposalId) -> Result<&mut Pending, StepError> {
        self.pending
            .as_mut()
            .filter(|pending| pending.proposal.id() == id)
            .ok_or(StepError::NotKnown(id))
    }

    fn agreed_of(&mut self, id: ProposalId) -> Result<&mut Agreed, StepError> {
        self.agreed.get_mut(&id).ok_or(StepError::NotKnown(id))
    }
}

#[cfg(test)]
mod tests;
