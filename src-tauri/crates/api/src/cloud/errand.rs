//! One request to a larger model, after a yes: used up, recorded, sent, and its answer brought back as
//! the turn knows answers. It runs by itself, so that what became of it is recorded whatever happens
//! to whoever asked.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use futures_util::StreamExt;
use sotto_consent::{
    AnswerHash, PERMIT_LIVES_MILLISECONDS,
    ledger::{AnswerEnding, FailReason},
};
use sotto_domain::{
    AnswerStatistics, AnswerStream, EndReason, Failure, FailureCode, ModelEvent, Place,
};
use sotto_egress::{Egress, End, Event, Finish, ListedModel, Outcome, Sent, estimate};
use sotto_redaction::{Restorer, Vault};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    gatekeeper::{Gatekeeper, Report, Yes},
    providers::Endpoint,
};
use crate::error::sentence;

/// Pieces of an answer that wait to be read. A reader that is slower slows the connection.
const WAITING: usize = 64;

type Said = mpsc::Sender<Result<ModelEvent, Failure>>;

/// A yes, ready to be used.
pub(crate) struct Errand {
    pub(crate) gatekeeper: Gatekeeper,
    pub(crate) egress: Arc<Egress>,
    pub(crate) yes: Yes,
}

impl Errand {
    /// Sets out. The answer comes in the stream; dropping it cuts the connection.
    pub(crate) fn go(self, tasks: &TaskTracker) -> AnswerStream {
        let (sender, receiver) = mpsc::channel(WAITING);
        tasks.spawn(async move {
            if let Err(failure) = self.answer(&sender).await {
                // Nobody listens any more after a stop.
                let _ = sender.send(Err(failure)).await;
            }
        });
        Box::pin(futures_util::stream::unfold(
            receiver,
            async |mut receiver| receiver.recv().await.map(|said| (said, receiver)),
        ))
    }

    async fn answer(self, said: &Said) -> Result<(), Failure> {
        let model = self.yes.proposal.destination().model().map(str::to_owned);
        let prices = self.yes.case.endpoint.prices.clone();
        let began = Instant::now();
        let cut = CancellationToken::new();
        let (gatekeeper, proposal) = (self.gatekeeper.clone(), self.yes.proposal.id());
        // Cut, not dropped, when nobody listens any more: what became of it must be recorded.
        let sent = cut_when_unheard(self.send(&cut), said, &cut).await;
        let (Sent { mut events, .. }, vault) = sent?;
        let mut restorer = Restorer::default();
        let mut first = None;
        while let Some(event) = cut_when_unheard(events.next(), said, &cut).await {
            match event {
                Event::Text(piece) => {
                    first.get_or_insert_with(Instant::now);
                    let text = restorer.push(&vault, &piece);
                    if !text.is_empty() && said.send(Ok(ModelEvent::Text(text))).await.is_err() {
                        cut.cancel();
                    }
                }
                Event::Models(_) => {}
                Event::Ended(end) => {
                    // What a provider counted of an answer that was cut is not what it asks for.
                    let whole = end.ending == AnswerEnding::Complete && end.result.is_ok();
                    let cost = model.as_deref().filter(|_| whole).and_then(|model| {
                        estimate::cost(prices.as_deref(), model, &end.usage, SystemTime::now())
                    });
                    gatekeeper
                        .report(Report::Received(end.received(proposal, cost)))
                        .await;
                    let rest = std::mem::take(&mut restorer).finish();
                    if !rest.is_empty() {
                        let _ = said.send(Ok(ModelEvent::Text(rest))).await;
                    }
                    let statistics = statistics(&end, began, first, cost.map(|cost| cost.0));
                    let _ = said.send(ended(*end, statistics)).await;
                }
            }
        }
        Ok(())
    }

    /// Uses the yes up and sends. Whatever becomes of it is recorded before this returns.
    async fn send(self, cut: &CancellationToken) -> Result<(Sent, Vault), Failure> {
        let Self {
            gatekeeper,
            egress,
            yes,
        } = self;
        let agreed = Instant::now();
        let id = yes.proposal.id();
        let expected = yes.case.expected();
        let endpoint = &yes.case.endpoint;
        let place = yes.proposal.destination().place();
        let request = yes.proposal.request().clone();
        let cleared = gatekeeper
            .redeem(yes.permit, request, cut.clone())
            .await
            .map_err(failure)?;
        // Read only now that the ledger says that it is used.
        let key = match &gatekeeper.keychain {
            Some(keychain) => keychain.provider_key(&endpoint.key_name()).await,
            None => Ok(None),
        };
        let key = match key {
            Ok(None) if place == Place::Cloud && needs_key(endpoint) => {
                gatekeeper
                    .report(Report::Failed(id, FailReason::NoKey))
                    .await;
                return Err(failure(format!(
                    "No key for {} is in the keyring, so nothing was sent. Enter it in the settings.",
                    endpoint.title
                )));
            }
            Ok(key) => key,
            Err(error) => {
                gatekeeper
                    .report(Report::Failed(id, FailReason::NoKey))
                    .await;
                return Err(failure(format!("{} Nothing was sent.", sentence(&error))));
            }
        };
        // A keyring may have asked the person something first, and they may have blocked meanwhile, here
        // or in another program: looked at once more, now that nothing is left to wait for.
        let late = agreed.elapsed() > Duration::from_millis(PERMIT_LIVES_MILLISECONDS);
        if gatekeeper.policy().await.is_err() || late {
            gatekeeper.report(Report::Failed(id, FailReason::Cut)).await;
            return Err(failure(
                "The yes is older than 30 seconds, because the keyring took so long. Nothing was sent; ask again.",
            ));
        }
        let hash = AnswerHash::new(gatekeeper.book.key());
        match egress.send(cleared, expected, key, hash, cut.clone()).await {
            Outcome::Sent(sent) => {
                gatekeeper.report(Report::Sent(id, sent.status)).await;
                Ok((sent, yes.vault))
            }
            Outcome::Failed { reason, error } => {
                gatekeeper.report(Report::Failed(id, reason)).await;
                Err(failure(error.to_string()))
            }
            Outcome::Lost { cause, error } => {
                gatekeeper.report(Report::Lost(id, cause)).await;
                Err(failure(error.to_string()))
            }
        }
    }

    /// Asks for a provider's models instead of an answer.
    ///
    /// # Errors
    /// What went wrong, for the person.
    pub(crate) async fn models(self, cut: CancellationToken) -> Result<Vec<ListedModel>, String> {
        let (gatekeeper, proposal) = (self.gatekeeper.clone(), self.yes.proposal.id());
        let sent = self.send(&cut).await;
        let (mut sent, _) = sent.map_err(|failure| failure.message)?;
        let mut models = Vec::new();
        while let Some(event) = sent.events.next().await {
            match event {
                Event::Text(_) => {}
                Event::Models(listed) => models = listed,
                Event::Ended(end) => {
                    let received = end.received(proposal, None);
                    gatekeeper.report(Report::Received(received)).await;
                    end.result.map_err(|error| error.to_string())?;
                }
            }
        }
        Ok(models)
    }
}

/// Waits for something, and cuts the connection as soon as nobody listens to the answer.
async fn cut_when_unheard<T>(
    work: impl Future<Output = T>,
    said: &Said,
    cut: &CancellationToken,
) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = said.closed(), if !cut.is_cancelled() => cut.cancel(),
        }
    }
}

/// Whether a provider cannot be asked without a key: those that Sotto knows all want one.
fn needs_key(endpoint: &Endpoint) -> bool {
    endpoint.built_in
}

/// How an answer ended, as the turn knows it.
fn ended(end: End, statistics: AnswerStatistics) -> Result<ModelEvent, Failure> {
    let reason = match end.result {
        Ok(Finish::Complete | Finish::Other) => EndReason::Finished,
        Ok(Finish::Length) => EndReason::Length,
        Ok(Finish::Refused { said }) => {
            let words = said.map(|said| format!(" It says: {said}"));
            return Err(failure(format!(
                "The model, or its provider, refused to answer.{}",
                words.unwrap_or_default()
            )));
        }
        Err(error) => return Err(failure(error.to_string())),
    };
    Ok(ModelEvent::Ended { reason, statistics })
}

fn statistics(
    end: &End,
    began: Instant,
    first: Option<Instant>,
    nano_dollars: Option<u64>,
) -> AnswerStatistics {
    let milliseconds =
        |from: Instant, to: Instant| u32::try_from((to - from).as_millis()).unwrap_or(u32::MAX);
    let now = Instant::now();
    let first = first.unwrap_or(now);
    AnswerStatistics {
        prompt_tokens: end.usage.request_tokens.unwrap_or(0),
        cached_tokens: end.usage.cached_tokens.unwrap_or(0),
        answer_tokens: end.usage.answer_tokens.unwrap_or(0),
        // Sending, and the provider's prefill.
        prefill_milliseconds: milliseconds(began, first),
        decode_milliseconds: milliseconds(first, now),
        nano_dollars,
        ..AnswerStatistics::default()
    }
}

fn failure(message: impl Into<String>) -> Failure {
    Failure::new(FailureCode::Other, message)
}
