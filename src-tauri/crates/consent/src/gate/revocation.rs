//! What the person takes back: a block, the cloud turned off, a standing yes withdrawn. What is not
//! yet on its way becomes void; what is, is cut.

use std::collections::BTreeSet;

use super::{Effect, Gate, Pending, Target};
use crate::{
    destination::Server,
    id::ProposalId,
    ledger::{Event, PolicyChange, RevokeReason},
    policy::Policy,
    state::Move,
};

impl Gate {
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
        let revoked = self.revoke(RevokeReason::Blocked, |_, _| true);
        kept_first(changed, PolicyChange::Blocked, revoked)
    }

    /// Lets things be asked again. No yes comes back.
    #[must_use = "it says what to do"]
    pub fn unblock(&mut self) -> Vec<Effect> {
        recorded_first(self.policy.set_blocked(false), PolicyChange::Unblocked)
    }

    /// Lets cloud models be asked for, each time with a yes.
    #[must_use = "it says what to do"]
    pub fn turn_cloud_on(&mut self) -> Vec<Effect> {
        recorded_first(self.policy.set_cloud(true), PolicyChange::CloudOn)
    }

    /// Lets cloud models not be asked for: as [`Gate::block`], for the cloud alone and for good.
    #[must_use = "it says what to do"]
    pub fn turn_cloud_off(&mut self) -> Vec<Effect> {
        let changed = self.policy.set_cloud(false);
        let revoked = self.revoke(RevokeReason::Blocked, |_, target| target.asks_cloud_model);
        kept_first(changed, PolicyChange::CloudOff, revoked)
    }

    /// Takes back the standing yes to a server, and what it allowed so far.
    #[must_use = "it says what to do"]
    pub fn withdraw_standing_yes(&mut self, server: &Server) -> Vec<Effect> {
        if !self.policy.withdraw(server) {
            return Vec::new();
        }
        let revoked = self.revoke(RevokeReason::StandingYesWithdrawn, |_, target| {
            target.server.as_ref() == Some(server)
        });
        let server = server.clone();
        kept_first(true, PolicyChange::StandingYesWithdrawn { server }, revoked)
    }

    /// Follows what the person decided elsewhere, in another program over the same history: what they
    /// took back there is taken back here. Nothing is kept or recorded once more.
    #[must_use = "it says what to do"]
    pub fn follow(&mut self, kept: Policy) -> Vec<Effect> {
        let mut effects = Vec::new();
        let before = std::mem::replace(&mut self.policy, kept);
        if self.policy.is_blocked() && !before.is_blocked() {
            effects.extend(self.revoke(RevokeReason::Blocked, |_, _| true));
        }
        if before.cloud_is_on() && !self.policy.cloud_is_on() {
            effects.extend(self.revoke(RevokeReason::Blocked, |_, target| target.asks_cloud_model));
        }
        let kept: BTreeSet<Server> = self.policy.standing_yeses().cloned().collect();
        let taken_back = before
            .standing_yeses()
            .filter(|server| !kept.contains(server));
        for server in taken_back {
            let hits = |_, target: &Target| target.server.as_ref() == Some(server);
            effects.extend(self.revoke(RevokeReason::StandingYesWithdrawn, hits));
        }
        effects
    }

    /// Takes back what `hits`: what is on its way is cut first, and its end is reported later.
    pub(super) fn revoke(
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
}

/// A change that allows less, and what it takes back. It is kept before anything else is done: what
/// fails later must not lose it.
fn kept_first(changed: bool, change: PolicyChange, revoked: Vec<Effect>) -> Vec<Effect> {
    let mut effects = Vec::new();
    effects.extend(changed.then_some(Effect::SavePolicy));
    effects.extend(revoked);
    effects.extend(changed.then_some(Effect::Record(Event::PolicyChanged { change })));
    effects
}

/// A change that allows more. The ledger says so before it holds.
pub(super) fn recorded_first(changed: bool, change: PolicyChange) -> Vec<Effect> {
    if changed {
        vec![
            Effect::Record(Event::PolicyChanged { change }),
            Effect::SavePolicy,
        ]
    } else {
        Vec::new()
    }
}
