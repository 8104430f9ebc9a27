//! The gate with what stands around it: the case that is shown, who waits for its verdict, the
//! connections that can be cut, and the ledger.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use sotto_consent::{
    Approval, Basis, Cleared, Effect, Gate, Granted, NotTaken, Offer, Permit, Policy, ProposalId,
    ProposeError, Request, Taken, WhyNot,
    chain::Sealed,
    ledger::{DenyReason, Event, FailReason, PolicyChange, RevokeReason},
};
use sotto_domain::{Timestamp, branch::Tree};
use sotto_history::{History, HistoryError};
use sotto_redaction::Vault;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Brake, Decision, Message, Pressed, Report, Verdict, Yes, over};
use crate::{
    cloud::{
        book::Book,
        case::{Case, Drafted, Subject},
    },
    error::{ApiError, ErrorCode, sentence},
    host::Host,
    view::{
        AppEvent,
        cloud::NotSent,
        consent::{ConsentDecision, ConsentEvent, ConsentPart, ConsentView},
    },
};

/// The setting that keeps the person's decisions.
const POLICY: &str = "consent_policy";

/// The case that waits for a decision.
struct Waiting {
    proposal: ProposalId,
    case: Arc<Case>,
    shown: Vec<ConsentPart>,
    vault: Vault,
    verdict: oneshot::Sender<Verdict>,
}

pub(super) struct Desk {
    host: Arc<dyn Host>,
    history: History,
    book: Arc<Book>,
    gate: Gate,
    /// The person's decisions as they were last read or written: what was changed since is ours.
    kept: Policy,
    waiting: Option<Waiting>,
    /// What happened and could not be written into the ledger yet, oldest first.
    owed: VecDeque<(Timestamp, Event)>,
    /// Proposals that the ledger does not know, because it could not be written.
    unknown: BTreeSet<ProposalId>,
    brake: Arc<Brake>,
}

/// The ledger could not be written, so what was to follow was not done.
struct NotWritten;

impl Desk {
    pub(super) async fn new(
        host: Arc<dyn Host>,
        history: History,
        book: Arc<Book>,
        brake: Arc<Brake>,
    ) -> Result<Self, ApiError> {
        let kept: Policy = history.setting(POLICY).await?.unwrap_or_default();
        Ok(Self {
            host,
            history,
            book,
            gate: Gate::new(kept.clone()),
            kept,
            waiting: None,
            owed: VecDeque::new(),
            unknown: BTreeSet::new(),
            brake,
        })
    }

    /// Milliseconds until the gate wants to be told the time.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let due = self.gate.next_tick()?;
        let now = self.host.monotonic();
        Some(Duration::from_millis(
            due.milliseconds_since(now).unwrap_or(0),
        ))
    }

    /// Whether something is not on disk that should be.
    fn is_behind(&self) -> bool {
        !self.owed.is_empty() || *self.gate.policy() != self.kept
    }

    /// Whether a change of the person's decisions could matter at this moment, or one of them is not
    /// written down yet.
    pub(super) fn is_busy(&self) -> bool {
        self.waiting.is_some() || self.brake.is_needed() || self.is_behind()
    }

    pub(super) async fn tick(&mut self) {
        let effects = self.gate.tick(self.host.monotonic());
        self.perform(effects).await.ok();
    }

    pub(super) async fn take(&mut self, message: Message) {
        match message {
            Message::Propose(case, drafted, reply) => {
                let taken = self.propose(case, *drafted).await;
                let _ = reply.send(taken);
            }
            Message::Accept(offer, reply) => {
                let accepted = self.accept(*offer).await;
                if let Err(Ok(pressed)) = reply.send(accepted) {
                    // Whoever pressed is gone.
                    let id = pressed.permit.proposal();
                    drop(pressed);
                    self.withdraw(id).await;
                }
            }
            Message::Case(proposal, reply) => {
                let waiting = self.waiting.as_ref();
                let waiting = waiting.filter(|waiting| waiting.proposal == proposal);
                let _ = reply.send(waiting.map(|waiting| Arc::clone(&waiting.case)));
            }
            Message::Change(proposal, drafted, reply) => {
                let changed = self.change(proposal, *drafted).await;
                let _ = reply.send(changed);
            }
            Message::Decide(decision, reply) => {
                let decided = self.decide(decision).await;
                let _ = reply.send(decided);
            }
            Message::View(reply) => {
                let _ = reply.send(self.view());
            }
            Message::Shown(proposal, now) => {
                let effects = self.gate.shown(proposal, now).unwrap_or_default();
                self.perform(effects).await.ok();
            }
            Message::Fact(fact, now) => {
                if let Some(proposal) = self.waiting.as_ref().map(|waiting| waiting.proposal) {
                    let effects = self.gate.window(proposal, fact, now).unwrap_or_default();
                    self.perform(effects).await.ok();
                }
            }
            Message::Closed(now) => {
                if let Some(proposal) = self.waiting.as_ref().map(|waiting| waiting.proposal) {
                    let effects = self.gate.deny(proposal, DenyReason::Closed, now);
                    self.perform(effects.unwrap_or_default()).await.ok();
                }
            }
            Message::Withdraw(conversation) => {
                let waiting = self.waiting.as_ref().filter(|waiting| {
                    let subject = waiting.case.subject.as_ref();
                    conversation.is_none()
                        || conversation == subject.map(|subject| subject.conversation)
                });
                if let Some(proposal) = waiting.map(|waiting| waiting.proposal) {
                    self.withdraw(proposal).await;
                }
            }
            Message::Unused(proposal) => self.withdraw(proposal).await,
            Message::Redeem {
                permit,
                request,
                cut,
                reply,
            } => {
                let redeemed = self.redeem(permit, request, cut).await;
                let _ = reply.send(redeemed);
            }
            Message::Report(report, reply) => {
                self.report(report).await;
                let _ = reply.send(());
            }
            Message::Decision(decision, reply) => {
                let decided = self.decision(decision).await;
                let _ = reply.send(decided);
            }
            Message::Policy(reply) => {
                self.look_again().await;
                let _ = reply.send(self.gate.policy().clone());
            }
        }
    }

    async fn decision(&mut self, decision: Decision) -> Result<Policy, ApiError> {
        self.look_again().await;
        let allows_more = matches!(decision, Decision::Unblock | Decision::CloudOn);
        let effects = match decision {
            Decision::Block => self.gate.block(),
            Decision::Unblock => self.gate.unblock(),
            Decision::CloudOn => self.gate.turn_cloud_on(),
            Decision::CloudOff => self.gate.turn_cloud_off(),
            Decision::WithdrawStandingYes(server) => self.gate.withdraw_standing_yes(&server),
        };
        if self.perform(effects).await.is_ok() && !self.is_behind() {
            return Ok(self.gate.policy().clone());
        }
        self.host.hear(AppEvent::CloudChanged);
        let message = if allows_more {
            "It could not be written down, so nothing was changed. Free some disk space, then do it once more."
        } else {
            "It holds in this program, but it could not be written down yet. Free some disk space, so that it holds after a restart."
        };
        Err(ApiError::new(ErrorCode::History, message))
    }

    async fn propose(
        &mut self,
        case: Arc<Case>,
        drafted: Drafted,
    ) -> Result<oneshot::Receiver<Verdict>, ApiError> {
        self.look_again().await;
        let id = ProposalId::new(self.host.now(), self.host.random());
        let now = self.host.monotonic();
        let taken = self.gate.propose(drafted.draft, id, self.book.key(), now);
        let taken = taken.map_err(|error| refused(&error))?;
        let (verdict, heard) = oneshot::channel();
        let waiting = Waiting {
            proposal: id,
            case,
            shown: drafted.shown,
            vault: drafted.vault,
            verdict,
        };
        self.await_verdict(waiting, taken).await?;
        Ok(heard)
    }

    async fn accept(&mut self, offer: Offer) -> Result<Pressed, ApiError> {
        self.look_again().await;
        let id = ProposalId::new(self.host.now(), self.host.random());
        let now = self.host.monotonic();
        let granted = self.gate.accept(offer, id, self.book.key(), now);
        let Granted {
            permit,
            proposal,
            effects,
        } = granted.map_err(|error| not_taken(&error))?;
        if let Err(NotWritten) = self.perform(effects).await {
            drop(permit);
            self.withdraw(id).await;
            return Err(ApiError::new(
                ErrorCode::History,
                "The ledger could not be written, so nothing may leave. Free some disk space, or look at the history's folder.",
            ));
        }
        let request = proposal.request().clone();
        Ok(Pressed { permit, request })
    }

    async fn change(&mut self, proposal: ProposalId, drafted: Drafted) -> Result<(), ApiError> {
        let Some(waiting) = self.waiting.take_if(|waiting| waiting.proposal == proposal) else {
            return Err(over());
        };
        let id = ProposalId::new(self.host.now(), self.host.random());
        let now = self.host.monotonic();
        let taken = self
            .gate
            .replace(proposal, drafted.draft, id, self.book.key(), now);
        match taken {
            Ok(taken) => {
                let waiting = Waiting {
                    proposal: id,
                    shown: drafted.shown,
                    vault: drafted.vault,
                    ..waiting
                };
                self.await_verdict(waiting, taken).await
            }
            Err(error) => {
                self.waiting = Some(waiting);
                Err(refused(&error))
            }
        }
    }

    /// Does what the gate said to a draft: asks the person, or passes on a standing yes.
    async fn await_verdict(&mut self, waiting: Waiting, taken: Taken) -> Result<(), ApiError> {
        let proposal = waiting.proposal;
        let done = match taken {
            Taken::Asked(effects) => {
                self.waiting = Some(waiting);
                self.perform(effects).await
            }
            Taken::Granted(granted) => self.grant(waiting, *granted).await,
        };
        if let Err(NotWritten) = done {
            self.withdraw(proposal).await;
            return Err(ApiError::new(
                ErrorCode::History,
                "The ledger could not be written, so nothing may leave. Free some disk space, or look at the history's folder.",
            ));
        }
        Ok(())
    }

    async fn grant(&mut self, waiting: Waiting, granted: Granted) -> Result<(), NotWritten> {
        let Granted {
            permit,
            proposal,
            effects,
        } = granted;
        // The permit is dropped where the ledger cannot be written.
        if let Err(error) = self.perform(effects).await {
            let _ = waiting.verdict.send(Verdict::Not(NotSent::NotUsed));
            return Err(error);
        }
        let yes = Yes {
            permit,
            proposal,
            case: waiting.case,
            vault: waiting.vault,
        };
        if let Err(Verdict::Granted(yes)) = waiting.verdict.send(Verdict::Granted(Box::new(yes))) {
            // Whoever asked is gone.
            let id = yes.proposal.id();
            drop(yes);
            let effects = self.gate.withdraw(id);
            self.perform(effects).await.ok();
        }
        Ok(())
    }

    async fn decide(&mut self, decision: ConsentDecision) -> Result<(), ApiError> {
        self.look_again().await;
        let now = self.host.monotonic();
        let is_shown = |waiting: &Waiting| waiting.proposal == decision.proposal;
        if !self.waiting.as_ref().is_some_and(is_shown) {
            return Err(over());
        }
        if !decision.yes {
            let effects = self.gate.deny(decision.proposal, DenyReason::Person, now);
            self.perform(effects.unwrap_or_default()).await.ok();
            return Ok(());
        }
        let approval = Approval {
            proposal: decision.proposal,
            digest: decision.digest,
            basis: self.basis_now().await,
            standing: decision.standing,
        };
        match self.gate.approve(approval, now) {
            Ok(granted) => {
                let Some(waiting) = self.waiting.take() else {
                    return Err(over());
                };
                if let Err(NotWritten) = self.grant(waiting, granted).await {
                    self.withdraw(decision.proposal).await;
                    return Err(ApiError::new(
                        ErrorCode::History,
                        "The ledger could not be written, so nothing was sent.",
                    ));
                }
                Ok(())
            }
            Err(not_granted) => {
                let early = not_granted.why == WhyNot::TooEarly;
                self.perform(not_granted.effects).await.ok();
                if early {
                    self.tell_approve(decision.proposal, false);
                }
                Err(ApiError::new(ErrorCode::Other, sentence(&not_granted.why)))
            }
        }
    }

    /// What the conversation is now, read as it was read for the case.
    async fn basis_now(&self) -> Basis {
        let subject = self
            .waiting
            .as_ref()
            .and_then(|waiting| waiting.case.subject.clone());
        let Some(subject) = subject else {
            return Basis::None;
        };
        match self.branch_now(&subject).await {
            Ok(Some(branch)) => Basis::of(subject.conversation, &branch),
            // Gone, on another branch, or unreadable: in any case not what was shown.
            Ok(None) | Err(_) => Basis::None,
        }
    }

    async fn branch_now(
        &self,
        subject: &Subject,
    ) -> Result<Option<Vec<sotto_domain::Message>>, ApiError> {
        let mut branch = Vec::new();
        if let Some(after) = subject.after {
            // Kept meanwhile it is the person's history that counts.
            let history = match self.history.conversation(subject.conversation).await {
                Err(HistoryError::NotFound { .. }) => &subject.history,
                _ => &self.history,
            };
            let leaf = history.conversation(subject.conversation).await?.leaf;
            let messages = history.messages(subject.conversation).await?;
            let shown = Tree::new(&messages).branch(leaf.unwrap_or(after));
            let ends = shown.iter().position(|step| step.message.id == after);
            let Some(ends) = ends else {
                return Ok(None);
            };
            // A new question stands at the end of what is there, an old one in the middle.
            if subject.question.is_some() && ends + 1 != shown.len() {
                return Ok(None);
            }
            branch.extend(
                shown
                    .into_iter()
                    .take(ends + 1)
                    .map(|step| step.message.clone()),
            );
        }
        branch.extend(subject.question.clone());
        Ok(Some(branch))
    }

    async fn redeem(
        &mut self,
        permit: Permit,
        request: Request,
        cut: CancellationToken,
    ) -> Result<Cleared, String> {
        self.look_again().await;
        let id = permit.proposal();
        let now = self.host.monotonic();
        let redeemed = match permit.redeem(&mut self.gate, request, now) {
            Ok(redeemed) => redeemed,
            Err(refused) => {
                self.perform(refused.effects.clone()).await.ok();
                return Err(sentence(&refused));
            }
        };
        let not_written = "The ledger could not be written, so nothing was sent. Free some disk space and ask again.";
        let stored = self.write(redeemed.record()).await;
        let cleared = match stored {
            Ok(sealed) => redeemed.recorded(&sealed).map_err(|error| sentence(&error)),
            Err(error) => {
                tracing::error!(%error, "the ledger was not written");
                Err(not_written.to_owned())
            }
        };
        match cleared {
            Ok(cleared) => {
                self.brake.hold(id, cut);
                Ok(cleared)
            }
            Err(message) => {
                let failed = self.gate.failed(id, FailReason::LedgerNotWritten);
                self.perform(failed.unwrap_or_default()).await.ok();
                Err(message)
            }
        }
    }

    async fn report(&mut self, report: Report) {
        let effects = match report {
            Report::Sent(proposal, status) => self.gate.sent(proposal, status),
            Report::Connected(connection) => self.gate.connected(connection),
            Report::Received(received) => {
                self.brake.release(received.proposal);
                self.gate.received(received)
            }
            Report::Failed(proposal, reason) => {
                self.brake.release(proposal);
                self.gate.failed(proposal, reason)
            }
            Report::Lost(proposal, cause) => {
                self.brake.release(proposal);
                self.gate.lost(proposal, cause)
            }
        };
        match effects {
            Ok(effects) => {
                self.perform(effects).await.ok();
            }
            Err(error) => tracing::error!(%error, "a report about a request was not understood"),
        }
    }

    async fn withdraw(&mut self, proposal: ProposalId) {
        let effects = self.gate.withdraw(proposal);
        self.perform(effects).await.ok();
    }

    /// Takes over what another program of the person's decided meanwhile. It recorded that itself.
    pub(super) async fn look_again(&mut self) {
        if *self.gate.policy() != self.kept {
            self.save_policy().await.ok();
        }
        self.write_owed().await.ok();
        let kept: Policy = match self.history.setting(POLICY).await {
            Ok(kept) => kept.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "what may be asked could not be read again");
                return;
            }
        };
        if kept == self.kept {
            return;
        }
        // What could not be written down here still holds here.
        let both = self.gate.policy().merged(&self.kept, &kept);
        self.kept = kept;
        let effects = self.gate.follow(both);
        self.perform(effects).await.ok();
        self.host.hear(AppEvent::CloudChanged);
    }

    /// Writes the person's decisions down, beside what another program of theirs decided meanwhile.
    async fn save_policy(&mut self) -> Result<(), NotWritten> {
        let (mine, base) = (self.gate.policy().clone(), self.kept.clone());
        let merge = move |kept: Option<Policy>| mine.merged(&base, &kept.unwrap_or_default());
        let saved = match self.history.change_setting(POLICY, merge).await {
            Ok(saved) => saved,
            Err(error) => {
                tracing::error!(%error, "what may be asked could not be kept");
                return Err(NotWritten);
            }
        };
        self.kept = saved.clone();
        let effects = self.gate.follow(saved);
        // Nothing in here saves again: following only takes back.
        let done = Box::pin(self.perform(effects)).await;
        self.host.hear(AppEvent::CloudChanged);
        done
    }

    /// Does what the gate says, in its order. After an entry that could not be written nothing more is
    /// shown or agreed to; what cuts, closes and keeps is done all the same.
    async fn perform(&mut self, effects: Vec<Effect>) -> Result<(), NotWritten> {
        let mut done = Ok(());
        for effect in effects {
            match effect {
                Effect::Record(event) => {
                    let verdict = verdict_of(&event);
                    if let Err(error) = self.write(event.clone()).await {
                        tracing::error!(%error, "the ledger was not written");
                        self.owe(event);
                        done = Err(NotWritten);
                    }
                    if let Some((proposal, why)) = verdict {
                        self.settle(proposal, why);
                    }
                }
                Effect::Show(_) => {
                    if let Some(view) = self.view().filter(|_| done.is_ok()) {
                        let request = Box::new(view);
                        self.host.hear_consent(ConsentEvent::Show { request });
                    }
                }
                Effect::SetApprove { proposal, enabled } => {
                    self.tell_approve(proposal, enabled && done.is_ok());
                }
                Effect::Close(_) => self.host.hear_consent(ConsentEvent::Close),
                Effect::Cut(proposal) => self.brake.cut(proposal),
                Effect::SavePolicy => {
                    // What allows more holds only once the ledger says so.
                    let holds = done.is_ok() || self.strictest() == *self.gate.policy();
                    if !holds || self.save_policy().await.is_err() {
                        done = Err(NotWritten);
                    }
                }
            }
        }
        let strictest = self.strictest();
        if done.is_err() && strictest != *self.gate.policy() {
            let effects = self.gate.follow(strictest);
            Box::pin(self.perform(effects)).await.ok();
        }
        done
    }

    /// What is decided now and was so before: a change that could not be written allows no more.
    fn strictest(&self) -> Policy {
        self.gate.policy().strictest(&self.kept)
    }

    /// Writes into the ledger, after what it is owed.
    async fn write(&mut self, event: Event) -> Result<Sealed, HistoryError> {
        self.write_owed().await?;
        self.book.write(self.host.now(), event).await
    }

    async fn write_owed(&mut self) -> Result<(), HistoryError> {
        while let Some((at, event)) = self.owed.front().cloned() {
            self.book.write(at, event).await?;
            self.owed.pop_front();
        }
        Ok(())
    }

    /// Keeps what happened until it can be written. What was refused because it could not be written
    /// did not happen.
    fn owe(&mut self, event: Event) {
        let of = match &event {
            Event::Proposed(proposed) => {
                self.unknown.insert(proposed.proposal);
                return;
            }
            Event::Shown { .. } | Event::Approved { .. } | Event::Consumed { .. } => return,
            Event::PolicyChanged { change } => match change {
                PolicyChange::Blocked
                | PolicyChange::CloudOff
                | PolicyChange::StandingYesWithdrawn { .. } => None,
                PolicyChange::Unblocked
                | PolicyChange::CloudOn
                | PolicyChange::StandingYes { .. } => return,
            },
            Event::Denied { proposal, .. }
            | Event::Expired { proposal }
            | Event::Revoked { proposal, .. }
            | Event::Sent { proposal, .. }
            | Event::Failed { proposal, .. }
            | Event::Unknown { proposal, .. } => Some(*proposal),
            Event::Received(received) => Some(received.proposal),
            Event::Connected(connection) => Some(connection.proposal),
        };
        if of.is_none_or(|proposal| !self.unknown.contains(&proposal)) {
            self.owed.push_back((self.host.now(), event));
        }
    }

    fn tell_approve(&self, proposal: ProposalId, enabled: bool) {
        self.host
            .hear_consent(ConsentEvent::Approve { proposal, enabled });
    }

    /// Tells whoever waits that nothing leaves.
    fn settle(&mut self, proposal: ProposalId, why: NotSent) {
        if let Some(waiting) = self.waiting.take_if(|waiting| waiting.proposal == proposal) {
            let _ = waiting.verdict.send(Verdict::Not(why));
        }
    }

    fn view(&self) -> Option<ConsentView> {
        let waiting = self.waiting.as_ref()?;
        let (proposal, _) = self.gate.pending()?;
        let left = self.gate.decide_by()?;
        let left = left.milliseconds_since(self.host.monotonic()).unwrap_or(0);
        Some(waiting.case.view(proposal, &waiting.shown, left))
    }
}

/// What an entry means to whoever waits for a yes.
fn verdict_of(event: &Event) -> Option<(ProposalId, NotSent)> {
    Some(match event {
        Event::Denied { proposal, reason } => (
            *proposal,
            match reason {
                DenyReason::Person | DenyReason::Closed => NotSent::Denied,
                DenyReason::NoDecision => NotSent::NoDecision,
            },
        ),
        Event::Revoked { proposal, reason } => (
            *proposal,
            match reason {
                RevokeReason::Blocked | RevokeReason::StandingYesWithdrawn => NotSent::Blocked,
                RevokeReason::ConversationChanged => NotSent::ConversationChanged,
                RevokeReason::Withdrawn | RevokeReason::Replaced | RevokeReason::ProgramEnded => {
                    NotSent::Withdrawn
                }
                RevokeReason::BytesChanged => NotSent::NotUsed,
            },
        ),
        _ => return None,
    })
}

fn not_taken(error: &NotTaken) -> ApiError {
    let code = match error {
        NotTaken::Barrier(sotto_consent::Barrier::Blocked) => ErrorCode::Blocked,
        _ => ErrorCode::Other,
    };
    ApiError::new(code, sentence(error))
}

fn refused(error: &ProposeError) -> ApiError {
    let code = match error {
        ProposeError::Barrier(sotto_consent::Barrier::Blocked) => ErrorCode::Blocked,
        ProposeError::Barrier(sotto_consent::Barrier::CloudOff) => ErrorCode::CloudOff,
        _ => ErrorCode::Other,
    };
    ApiError::new(code, sentence(error))
}
