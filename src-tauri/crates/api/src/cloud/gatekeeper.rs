//! Drives the gate: one task owns it, takes what happens in the order in which it happened, and does
//! what the gate says. Whatever the gate wants recorded is on disk before the next thing is done.

mod desk;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sotto_consent::{
    Cleared, Monotonic, Offer, Permit, Policy, Proposal, ProposalId, Request, Server, WindowFact,
    chain::Sealed,
    ledger::{Connection, FailReason, Received, UnknownCause},
};
use sotto_domain::ConversationId;
use sotto_history::History;
use sotto_redaction::Vault;
use sotto_secrets::Keychain;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    cloud::{
        book::Book,
        case::{Case, Drafted},
    },
    error::{ApiError, ErrorCode, sentence},
    host::Host,
    view::{
        cloud::{LedgerCheck, NotSent},
        consent::{ConsentChange, ConsentDecision, ConsentView},
    },
};
use desk::Desk;

/// How often the person's decisions are read again while something waits or is on its way: another
/// program of theirs may have blocked everything.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What the person said to a case.
pub(crate) enum Verdict {
    /// Yes, to this.
    Granted(Box<Yes>),
    /// Nothing leaves.
    Not(NotSent),
}

/// A yes, and what it is to.
pub(crate) struct Yes {
    pub(crate) permit: Permit,
    pub(crate) proposal: Proposal,
    pub(crate) case: Arc<Case>,
    /// What stands behind the placeholders.
    pub(crate) vault: Vault,
}

/// A press on an offer, and what it is a yes to.
pub(crate) struct Pressed {
    pub(crate) permit: Permit,
    pub(crate) request: Request,
}

/// What happened, with an answer where somebody waits for one.
enum Message {
    Propose(
        Arc<Case>,
        Box<Drafted>,
        oneshot::Sender<Result<oneshot::Receiver<Verdict>, ApiError>>,
    ),
    /// The person pressed an offer.
    Accept(Box<Offer>, oneshot::Sender<Result<Pressed, ApiError>>),
    /// What a waiting proposal was drafted from.
    Case(ProposalId, oneshot::Sender<Option<Arc<Case>>>),
    Change(
        ProposalId,
        Box<Drafted>,
        oneshot::Sender<Result<(), ApiError>>,
    ),
    Decide(ConsentDecision, oneshot::Sender<Result<(), ApiError>>),
    View(oneshot::Sender<Option<ConsentView>>),
    Shown(ProposalId, Monotonic),
    Fact(WindowFact, Monotonic),
    Closed(Monotonic),
    /// Takes back what waits; of this conversation, or whatever it is.
    Withdraw(Option<ConversationId>),
    /// A yes that nobody will use.
    Unused(ProposalId),
    Redeem {
        permit: Permit,
        request: Request,
        cut: CancellationToken,
        reply: oneshot::Sender<Result<Cleared, String>>,
    },
    Report(Report, oneshot::Sender<()>),
    Decision(Decision, oneshot::Sender<Result<Policy, ApiError>>),
    Policy(oneshot::Sender<Policy>),
}

/// What became of a request that was cleared.
pub(crate) enum Report {
    Sent(ProposalId, u16),
    Connected(Connection),
    Received(Received),
    Failed(ProposalId, FailReason),
    Lost(ProposalId, UnknownCause),
}

/// What the person decides once and for later.
pub(crate) enum Decision {
    Block,
    Unblock,
    CloudOn,
    CloudOff,
    WithdrawStandingYes(Server),
}

/// Cuts what is on its way, at once and whatever the task is doing.
#[derive(Default)]
pub(crate) struct Brake(Mutex<HashMap<ProposalId, CancellationToken>>);

impl Brake {
    fn hold(&self, proposal: ProposalId, cut: CancellationToken) {
        self.lock().insert(proposal, cut);
    }

    fn release(&self, proposal: ProposalId) {
        self.lock().remove(&proposal);
    }

    fn cut(&self, proposal: ProposalId) {
        if let Some(cut) = self.lock().get(&proposal) {
            cut.cancel();
        }
    }

    fn cut_all(&self) {
        self.lock().values().for_each(CancellationToken::cancel);
    }

    fn is_needed(&self) -> bool {
        !self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ProposalId, CancellationToken>> {
        // The map is whole between two statements, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to the task. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gatekeeper {
    messages: mpsc::UnboundedSender<Message>,
    brake: Arc<Brake>,
    pub(crate) book: Arc<Book>,
    pub(crate) history: History,
    pub(crate) keychain: Option<Keychain>,
}

impl Gatekeeper {
    /// Starts the task over an open history.
    pub(crate) async fn start(
        host: Arc<dyn Host>,
        history: History,
        keychain: Option<Keychain>,
        book: Book,
    ) -> Result<Self, ApiError> {
        let (sender, messages) = mpsc::unbounded_channel();
        let book = Arc::new(book);
        let brake = Arc::new(Brake::default());
        let desk = Desk::new(host, history.clone(), Arc::clone(&book), Arc::clone(&brake)).await?;
        tokio::spawn(keep(desk, messages));
        Ok(Self {
            messages: sender,
            brake,
            book,
            history,
            keychain,
        })
    }

    /// Asks the person; what they say comes later.
    pub(crate) async fn propose(&self, case: Case) -> Result<oneshot::Receiver<Verdict>, ApiError> {
        let case = Arc::new(case);
        let drafted = draft(Arc::clone(&case), ConsentChange::default()).await?;
        self.ask(|reply| Message::Propose(case, drafted, reply))
            .await?
    }

    /// Takes a press on an offer for the yes that it is. No window opens.
    ///
    /// # Errors
    /// [`ErrorCode::Blocked`], or where the ledger cannot be written; nothing may leave then.
    pub(crate) async fn accept(&self, offer: Offer) -> Result<Pressed, ApiError> {
        let offer = Box::new(offer);
        self.ask(|reply| Message::Accept(offer, reply)).await?
    }

    pub(crate) async fn change(
        &self,
        proposal: ProposalId,
        change: ConsentChange,
    ) -> Result<(), ApiError> {
        let case = self.ask(|reply| Message::Case(proposal, reply)).await?;
        let drafted = draft(case.ok_or_else(over)?, change).await?;
        self.ask(|reply| Message::Change(proposal, drafted, reply))
            .await?
    }

    pub(crate) async fn decide(&self, decision: ConsentDecision) -> Result<(), ApiError> {
        self.ask(|reply| Message::Decide(decision, reply)).await?
    }

    pub(crate) async fn view(&self) -> Option<ConsentView> {
        self.ask(Message::View).await.ok().flatten()
    }

    pub(crate) fn shown(&self, proposal: ProposalId, now: Monotonic) {
        self.tell(Message::Shown(proposal, now));
    }

    pub(crate) fn fact(&self, fact: WindowFact, now: Monotonic) {
        self.tell(Message::Fact(fact, now));
    }

    pub(crate) fn closed(&self, now: Monotonic) {
        self.tell(Message::Closed(now));
    }

    pub(crate) fn withdraw(&self, conversation: Option<ConversationId>) {
        self.tell(Message::Withdraw(conversation));
    }

    pub(crate) fn unused(&self, proposal: ProposalId) {
        self.tell(Message::Unused(proposal));
    }

    /// Uses a yes up for these bytes. They may leave when this returns, because the ledger says so.
    ///
    /// # Errors
    /// A sentence for the person; nothing was sent.
    pub(crate) async fn redeem(
        &self,
        permit: Permit,
        request: Request,
        cut: CancellationToken,
    ) -> Result<Cleared, String> {
        let redeemed = self.ask(|reply| Message::Redeem {
            permit,
            request,
            cut,
            reply,
        });
        redeemed.await.map_err(|error| error.message)?
    }

    /// Reports what became of a request; it is on disk when this returns.
    pub(crate) async fn report(&self, report: Report) {
        if self
            .ask(|reply| Message::Report(report, reply))
            .await
            .is_err()
        {
            tracing::error!("what became of a request could not be recorded");
        }
    }

    /// A decision once and for later. A block cuts what is on its way before anything else is done.
    pub(crate) async fn decision(&self, decision: Decision) -> Result<Policy, ApiError> {
        if matches!(decision, Decision::Block) {
            self.brake.cut_all();
        }
        self.ask(|reply| Message::Decision(decision, reply)).await?
    }

    pub(crate) async fn policy(&self) -> Result<Policy, ApiError> {
        self.ask(Message::Policy).await
    }

    /// The ledger, with what it was owed until now, where that can be written.
    pub(crate) async fn ledger(&self) -> Result<(Vec<Sealed>, LedgerCheck), ApiError> {
        // Whoever asks for the decisions has both looked after.
        self.policy().await?;
        Ok(self.book.read().await?)
    }

    fn tell(&self, message: Message) {
        // After the end there is nothing left to decide.
        let _ = self.messages.send(message);
    }

    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<T>) -> Message,
    ) -> Result<T, ApiError> {
        let (reply, answer) = oneshot::channel();
        self.tell(message(reply));
        answer.await.map_err(|_| {
            ApiError::new(
                ErrorCode::Other,
                "Sotto is ending, so nothing is sent any more.",
            )
        })
    }
}

/// Drafts a case. Counting tokens of a long text takes a while, so neither the gate's task nor a
/// thread that others wait for does it.
async fn draft(case: Arc<Case>, change: ConsentChange) -> Result<Box<Drafted>, ApiError> {
    let drafted = tokio::task::spawn_blocking(move || case.draft(&change)).await;
    drafted
        .map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))?
        .map(Box::new)
}

fn over() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This request does not wait for a decision any more.",
    )
}

/// Takes what happens until nobody is left to tell it.
async fn keep(mut desk: Desk, mut messages: mpsc::UnboundedReceiver<Message>) {
    let mut look = tokio::time::interval(LOOK_AGAIN);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let due = desk.due_in();
        tokio::select! {
            biased;
            message = messages.recv() => match message {
                Some(message) => desk.take(message).await,
                None => break,
            },
            () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => desk.tick().await,
            _ = look.tick(), if desk.is_busy() => desk.look_again().await,
        }
    }
}
