//! What becomes of a yes: its permit is redeemed, and whoever sends reports how it ended.

use super::{Effect, Gate, Refused, StepError, WhyRefused};
use crate::{
    hash::Digest,
    id::ProposalId,
    ledger::{Connection, Event, FailReason, Received, RevokeReason, UnknownCause},
    request::Request,
    state::{Move, State},
    time::Monotonic,
};

impl Gate {
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

    /// A further connection of a fetch that was answered ended: the next part of its file, or the
    /// other host that it was sent on to.
    ///
    /// # Errors
    ///
    /// If the proposal was not answered, ended before, or asks a model: that is one connection.
    pub fn connected(&mut self, connection: Connection) -> Result<Vec<Effect>, StepError> {
        let id = connection.proposal;
        let agreed = self.agreed_of(id)?;
        if agreed.state != State::Sent || !agreed.target.is_fetch {
            return Err(StepError::NotKnown(id));
        }
        Ok(vec![Effect::Record(Event::Connected(connection))])
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
}
