//! The whole policy as one value: what may be asked, what is shown, when a yes is taken, and what it
//! is worth. Whoever drives it does the effects in their order and reports back; nothing here waits,
//! looks at a clock or reaches anything.

use std::collections::BTreeMap;

use sotto_domain::Place;

use crate::{
    arming::{Arming, WindowFact},
    destination::Server,
    hash::{Digest, LedgerKey},
    id::ProposalId,
    ledger::{
        DenyReason, Event, FailReason, PolicyChange, Received, RevokeReason, UnknownCause, Yes,
    },
    permit::{PERMIT_LIVES_MILLISECONDS, Permit},
    policy::{Barrier, Policy},
    proposal::{Basis, Draft, FreezeError, Proposal},
    request::Request,
    restraint::{Restrained, Restraint},
    state::{IllegalMove, Move, State},
    time::Monotonic,
};

/// Milliseconds without a decision that count as no.
pub const DECIDE_WITHIN_MILLISECONDS: u64 = 120_000;

/// What to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Append this to the ledger. If that fails, do none of the effects after it, and withdraw the
    /// proposal.
    Record(Event),
    /// Show the pending proposal in the consent window; open the window if there is none.
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
    /// Keep [`Gate::policy`].
    SavePolicy,
}

/// A draft that the gate took.
#[must_use = "it holds effects, and perhaps a permit"]
pub enum Taken {
    /// The person is asked.
    Asked(Vec<Effect>),
    /// A standing yes covers it.
    Granted(Granted),
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
    server: Option<Server>,
}

impl Target {
    fn of(proposal: &Proposal) -> Self {
        let destination = proposal.destination();
        Self {
            asks_cloud_model: destination.place() == Place::Cloud
                && proposal.purpose().asks_model(),
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
        let (conversation, started_by) = (draft.basis.conversation(), draft.started_by);
        if !self.policy.covers(&draft.destination) {
            if let Some(pending) = &self.pending {
                return Err(ProposeError::Busy(pending.proposal.id()));
            }
            self.restraint.check(conversation, started_by, now)?;
        }
        let proposal = Proposal::freeze(draft, id)?;
        self.restraint.asked(conversation, started_by);
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
            ..draft
        };
        let proposal = Proposal::freeze(draft, id)?;
        let arming = pending.arming.for_next();
        let mut effects = self.revoke(RevokeReason::Replaced, |id, _| id == old);
        if !self.policy.covers(proposal.destination()) {
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
        self.restraint.agreed(proposal.basis().conversation());
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
            effects.extend(policy_effects(true, PolicyChange::StandingYes { server }));
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
        let conversation = pending.proposal.basis().conversation();
        self.restraint.denied(conversation, now);
        self.pending = None;
        let record = Event::Denied {
            proposal: id,
            reason,
        };
        Ok(vec![Effect::Close(id), Effect::Record(record)])
    }

    /// Whoever asked does not want it any more: the turn was stopped, the conversation deleted, the
    /// window could not be opened. What is on its way is cut. No denial.
    #[must_use = "it says what to do"]
    pub fn withdraw(&mut self, proposal: ProposalId) -> Vec<Effect> {
        self.revoke(RevokeReason::Withdrawn, |id, _| id == proposal)
    }

    /// Blocks everything: what is on its way is cut, every yes is void, nothing may be asked.
    #[must_use = "it says what to do"]
    pub fn block(&mut self) -> Vec<Effect> {
        let changed = self.policy.set_blocked(true);
        let mut effects = self.revoke(RevokeReason::Blocked, |_, _| true);
        effects.extend(policy_effects(changed, PolicyChange::Blocked));
        effects
    }

    /// Lets things be asked again. No yes comes back.
    #[must_use = "it says what to do"]
    pub fn unblock(&mut self) -> Vec<Effect> {
        policy_effects(self.policy.set_blocked(false), PolicyChange::Unblocked)
    }

    /// Lets cloud models be asked for, each time with a yes.
    #[must_use = "it says what to do"]
    pub fn turn_cloud_on(&mut self) -> Vec<Effect> {
        policy_effects(self.policy.set_cloud(true), PolicyChange::CloudOn)
    }

    /// Lets cloud models not be asked for: as [`Gate::block`], for the cloud alone and for good.
    #[must_use = "it says what to do"]
    pub fn turn_cloud_off(&mut self) -> Vec<Effect> {
        let changed = self.policy.set_cloud(false);
        let mut effects = self.revoke(RevokeReason::Blocked, |_, target| target.asks_cloud_model);
        effects.extend(policy_effects(changed, PolicyChange::CloudOff));
        effects
    }

    /// Takes back the standing yes to a server, and what it allowed so far.
    #[must_use = "it says what to do"]
    pub fn withdraw_standing_yes(&mut self, server: &Server) -> Vec<Effect> {
        if !self.policy.withdraw(server) {
            return Vec::new();
        }
        let mut effects = self.revoke(RevokeReason::StandingYesWithdrawn, |_, target| {
            target.server.as_ref() == Some(server)
        });
        let server = server.clone();
        effects.extend(policy_effects(
            true,
            PolicyChange::StandingYesWithdrawn { server },
        ));
        effects
    }

    /// The server answered a consumed proposal.
    ///
    /// # Errors
    ///
    /// If it is not on its way, or was reported before.
    pub fn sent(&mut self, proposal: ProposalId, status: u16) -> Result<Vec<Effect>, StepError> {
        let agreed = self.agreed_of(proposal)?;
        agreed.state = agreed.state.after(Move::Send)?;
        Ok(vec![Effect::Record(Event::Sent { proposal, status })])
    }

    /// The answer of a sent proposal ended.
    ///
    /// # Errors
    ///
    /// If it was not sent, or its answer ended before.
    pub fn received(&mut self, received: Received) -> Result<Vec<Effect>, StepError> {
        let id = received.proposal;
        if self.agreed_of(id)?.state != State::Sent {
            return Err(StepError::NotKnown(id));
        }
        self.agreed.remove(&id);
        Ok(vec![Effect::Record(Event::Received(received))])
    }

    /// A consumed proposal failed before a byte of it left.
    ///
    /// # Errors
    ///
    /// If it is not on its way, or was reported before.
    pub fn failed(
        &mut self,
        proposal: ProposalId,
        reason: FailReason,
    ) -> Result<Vec<Effect>, StepError> {
        self.agreed_of(proposal)?.state.after(Move::Fail)?;
        self.agreed.remove(&proposal);
        Ok(vec![Effect::Record(Event::Failed { proposal, reason })])
    }

    /// Nobody can tell whether a consumed proposal was sent.
    ///
    /// # Errors
    ///
    /// If it is not on its way, or was reported before.
    pub fn lost(
        &mut self,
        proposal: ProposalId,
        cause: UnknownCause,
    ) -> Result<Vec<Effect>, StepError> {
        self.agreed_of(proposal)?.state.after(Move::LoseSight)?;
        self.agreed.remove(&proposal);
        Ok(vec![Effect::Record(Event::Unknown { proposal, cause })])
    }

    /// Uses up a yes; called by [`Permit::redeem`], which alone has a permit to give.
    pub(crate) fn consume(
        &mut self,
        id: ProposalId,
        digest: Digest,
        request: &Request,
        now: Monotonic,
    ) -> Result<(), Refused> {
        let refused = |why, record: Option<Event>| Refused {
            why,
            effects: record.into_iter().map(Effect::Record).collect(),
        };
        let agreed = self.agreed.get_mut(&id);
        let Some(agreed) = agreed.filter(|agreed| agreed.digest == digest) else {
            return Err(refused(WhyRefused::NotValid, None));
        };
        let Ok(consumed) = agreed.state.after(Move::Consume) else {
            return Err(refused(WhyRefused::NotValid, None));
        };
        let (why, record) = if !agreed.is_fresh(now) {
            (WhyRefused::Expired, Event::Expired { proposal: id })
        } else if request.digest() != digest {
            let reason = RevokeReason::BytesChanged;
            let proposal = id;
            (WhyRefused::OtherBytes, Event::Revoked { proposal, reason })
        } else {
            agreed.state = consumed;
            return Ok(());
        };
        self.agreed.remove(&id);
        Err(refused(why, Some(record)))
    }

    fn admit(&self, draft: &Draft, id: ProposalId) -> Result<(), ProposeError> {
        if let Some(barrier) = self
            .policy
            .refuses(draft.destination.place(), draft.purpose)
        {
            return Err(barrier.into());
        }
        let pending = self
            .pending
            .as_ref()
            .is_some_and(|pending| pending.proposal.id() == id);
        if pending || self.agreed.contains_key(&id) {
            return Err(ProposeError::SameId(id));
        }
        Ok(())
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
            && self.policy.covers(proposal.destination())
        {
            effects.push(Effect::Record(Event::Approved {
                proposal: id,
                by: Yes::Standing,
            }));
            return Taken::Granted(self.mint(proposal, state, effects, now));
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

    /// Takes back what `hits`: what is on its way is cut first, and its end is reported later.
    fn revoke(
        &mut self,
        reason: RevokeReason,
        hits: impl Fn(ProposalId, &Target) -> bool,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut records = Vec::new();
        let mut record = |proposal| {
            records.push(Effect::Record(Event::Revoked { proposal, reason }));
        };
        self.agreed.retain(|id, agreed| {
            if !hits(*id, &agreed.target) {
                return true;
            }
            if agreed.state.after(Move::Revoke).is_ok() {
                record(*id);
                return false;
            }
            effects.push(Effect::Cut(*id));
            true
        });
        let hit = |pending: &mut Pending| {
            let id = pending.proposal.id();
            hits(id, &Target::of(&pending.proposal)) && pending.state.after(Move::Revoke).is_ok()
        };
        if let Some(pending) = self.pending.take_if(hit) {
            effects.push(Effect::Close(pending.proposal.id()));
            record(pending.proposal.id());
        }
        effects.extend(records);
        effects
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
            permit: Permit::mint(proposal.id(), digest),
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

/// Keeps and records a change of policy, if there is one.
fn policy_effects(changed: bool, change: PolicyChange) -> Vec<Effect> {
    if changed {
        vec![
            Effect::SavePolicy,
            Effect::Record(Event::PolicyChanged { change }),
        ]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
