//! One fetch after a press: its yes used up and recorded, the way gone, and what became of it recorded. It
//! runs by itself, so that this happens whatever happens to whoever pressed.

use std::{
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use secrecy::SecretString;
use sotto_consent::{
    AnswerHash, Cleared, ProposalId, StartedBy, Url,
    ledger::{Connection, FailReason, Received},
};
use sotto_egress::{
    Egress,
    download::{
        Asked, Described, DownloadError, Ended, Fate, Hub, ListedFile, Note, Order, Phase,
        Progress, Source, finish, forget,
    },
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant as Due, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    DownloadEnd,
    hub::{has_token, offer, token_name},
    offers::Plan,
    queue::{Ending, Wish},
    verified::Verified,
};
use crate::{
    cloud::gatekeeper::{Gatekeeper, Report},
    error::{ApiError, ErrorCode, sentence},
    sotto::Sotto,
    view::downloads::DownloadState,
};

/// The shortest time between two events about a download.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// After so long without a byte the rate is told once more: it is none.
const SILENT_AFTER: Duration = Duration::from_secs(3);

/// Notes for the ledger that wait to be written.
const NOTES: usize = 16;

/// A yes that is used up: the ledger says so.
pub(super) struct Agreed {
    pub(super) gatekeeper: Gatekeeper,
    pub(super) egress: Arc<Egress>,
    pub(super) proposal: ProposalId,
    pub(super) cleared: Cleared,
    pub(super) cut: CancellationToken,
}

impl Sotto {
    /// Takes a press for a yes to this address, and uses it up at once: what waits for its turn from here
    /// on can only be cut.
    pub(super) async fn agree(&self, url: Url, started_by: StartedBy) -> Result<Agreed, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let egress = self.inner.cloud.egress().await?;
        let cut = self.inner.ending.child_token();
        let pressed = gatekeeper.accept(offer(url, started_by)?).await?;
        let proposal = pressed.permit.proposal();
        let cleared = gatekeeper.redeem(pressed.permit, pressed.request, cut.clone());
        let cleared = cleared
            .await
            .map_err(|message| ApiError::new(ErrorCode::Other, message))?;
        Ok(Agreed {
            gatekeeper,
            egress,
            proposal,
            cleared,
            cut,
        })
    }

    /// Asks a hub what a file is.
    pub(super) async fn look(
        &self,
        hub: &Hub,
        source: &Source,
        started_by: StartedBy,
    ) -> Result<Described, ApiError> {
        let url = hub.file_url(source).map_err(|error| wrong(&error))?;
        let agreed = self.agree(url, started_by).await?;
        let (hub, source) = (hub.clone(), source.clone());
        // On a task of its own: what became of it is recorded also when nobody waits any more.
        let looking = self.inner.tasks.spawn(async move {
            let token = agreed.token(&hub).await?;
            let asked = Asked {
                hub: &hub,
                token: token.as_ref(),
            };
            let (notes, noted) = mpsc::channel(NOTES);
            let (gatekeeper, proposal) = (agreed.gatekeeper, agreed.proposal);
            let (cleared, cut) = (agreed.cleared, agreed.cut);
            let work = agreed.egress.describe(cleared, asked, &source, notes, cut);
            record(&gatekeeper, proposal, noted, work)
                .await
                .map_err(failed)
        });
        looking.await.map_err(|error| wrong(&error))?
    }

    /// Asks a hub for the GGUF files of a repository.
    pub(super) async fn list(
        &self,
        hub: &Hub,
        (repository, revision): (&str, &str),
        started_by: StartedBy,
    ) -> Result<Vec<ListedFile>, ApiError> {
        let url = hub.list_url(repository, revision);
        let agreed = self
            .agree(url.map_err(|error| wrong(&error))?, started_by)
            .await?;
        let hub = hub.clone();
        let (repository, revision) = (repository.to_owned(), revision.to_owned());
        let looking = self.inner.tasks.spawn(async move {
            let token = agreed.token(&hub).await?;
            let asked = Asked {
                hub: &hub,
                token: token.as_ref(),
            };
            let (notes, noted) = mpsc::channel(NOTES);
            let (gatekeeper, proposal) = (agreed.gatekeeper, agreed.proposal);
            let (cleared, cut) = (agreed.cleared, agreed.cut);
            let of = (repository.as_str(), revision.as_str());
            let work = agreed.egress.list(cleared, asked, of, notes, cut);
            record(&gatekeeper, proposal, noted, work)
                .await
                .map_err(failed)
        });
        looking.await.map_err(|error| wrong(&error))?
    }

    /// Fetches what was agreed to, when its turn comes, and says how it ended.
    pub(super) async fn fetch(self, hub: Hub, plan: Plan, agreed: Agreed, ending: Ending) {
        let id = plan.target.id.clone();
        let result = self.take_turn(hub, &plan, agreed).await;
        let end = self.settle(&plan, result).await;
        // Told before whoever waits for the end goes on.
        self.tell_downloads().await;
        tracing::debug!(id, ?end, "a download ended");
        ending.send_replace(Some(end));
    }

    async fn take_turn(
        &self,
        hub: Hub,
        plan: &Plan,
        agreed: Agreed,
    ) -> Result<PathBuf, DownloadError> {
        let turns = self.inner.downloads.turns();
        let turn = tokio::select! {
            biased;
            () = agreed.cut.cancelled() => None,
            turn = turns.acquire_owned() => turn.ok(),
        };
        let Some(_turn) = turn else {
            agreed.unused(FailReason::Cut).await;
            return Err(DownloadError::Cut);
        };
        let token = match agreed.token(&hub).await {
            Ok(token) => token,
            Err(error) => return Err(DownloadError::Token(error.message)),
        };
        let order = Order {
            hub,
            target: plan.target.clone(),
            models: self.models_folder().to_owned(),
            token,
        };
        let here = self
            .inner
            .downloads
            .change(&plan.target.id, |item| item.received);
        let (progress, followed) = watch::channel(Progress {
            phase: Phase::Connecting,
            host: order.hub.endpoint().host().to_owned(),
            received: here.unwrap_or(0),
            begun_anew: false,
        });
        let (notes, noted) = mpsc::channel(NOTES);
        let (gatekeeper, proposal) = (agreed.gatekeeper, agreed.proposal);
        let (cleared, cut) = (agreed.cleared, agreed.cut);
        let work = agreed.egress.download(cleared, order, progress, notes, cut);
        let (result, ()) = tokio::join!(
            record(&gatekeeper, proposal, noted, work),
            self.follow(&plan.target.id, followed),
        );
        result
    }

    /// Puts a file in its place that came whole before. Nothing is fetched.
    pub(super) async fn put_in_place(self, plan: Plan, cut: CancellationToken, ending: Ending) {
        self.inner.downloads.change(&plan.target.id, |item| {
            item.state = DownloadState::Verifying;
        });
        self.tell_downloads().await;
        let (models, target) = (self.models_folder().to_owned(), plan.target.clone());
        let put = tokio::task::spawn_blocking(move || finish(&models, &target, &cut)).await;
        let end = self
            .settle(&plan, put.unwrap_or(Err(DownloadError::Cut)))
            .await;
        self.tell_downloads().await;
        ending.send_replace(Some(end));
    }

    /// Shows how far it is: at most four times a second, and not at all while nothing moves.
    async fn follow(&self, id: &str, mut progress: watch::Receiver<Progress>) {
        let mut told = Due::now() - TELL_EVERY;
        loop {
            // A change that comes too early is told when it is due, with those that came meanwhile.
            let moves = self
                .inner
                .downloads
                .change(id, |item| item.rate(Instant::now()) > 0);
            tokio::select! {
                changed = progress.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(SILENT_AFTER), if moves == Some(true) => {
                    self.tell_downloads().await;
                    continue;
                }
            }
            sleep_until(told + TELL_EVERY).await;
            let now = progress.borrow_and_update().clone();
            self.inner
                .downloads
                .change(id, |item| item.follow(&now, Instant::now()));
            self.tell_downloads().await;
            told = Due::now();
        }
    }

    /// What the end of a download means for what is shown, and for what is here.
    async fn settle(&self, plan: &Plan, result: Result<PathBuf, DownloadError>) -> DownloadEnd {
        let target = &plan.target;
        let downloads = &self.inner.downloads;
        let error = match result {
            Ok(path) => {
                Verified::new(&self.inner.home).note(&path, &target.sha256);
                downloads.remove(&target.id);
                // The folder's watcher says so too, a little later.
                self.inner.look_again.notify_one();
                return DownloadEnd::Whole { path };
            }
            Err(error) => error,
        };
        let wish = downloads.change(&target.id, |item| item.wish);
        if wish == Some(Wish::Gone) {
            let (models, name) = (self.models_folder().to_owned(), target.name.clone());
            let gone = tokio::task::spawn_blocking(move || forget(&models, &name)).await;
            downloads.remove(&target.id);
            return match gone {
                Ok(Ok(())) => DownloadEnd::Cancelled,
                Ok(Err(error)) => DownloadEnd::Failed {
                    message: sentence(&error),
                },
                Err(error) => DownloadEnd::Failed {
                    message: sentence(&error),
                },
            };
        }
        let stays = matches!(
            error,
            DownloadError::DiskFull | DownloadError::NoSpace { .. }
        );
        let end = match &error {
            DownloadError::Cut => DownloadEnd::Paused {
                message: self.why_cut().await,
            },
            _ if stays => DownloadEnd::Paused {
                message: sentence(&error),
            },
            _ => DownloadEnd::Failed {
                message: sentence(&error),
            },
        };
        let (state, message) = match &end {
            // As long as that other program does, it is shown; afterwards there is nothing to say.
            DownloadEnd::Failed { .. } if matches!(error, DownloadError::Taken) => {
                (DownloadState::Paused, String::new())
            }
            DownloadEnd::Paused { message } => (DownloadState::Paused, message.clone()),
            DownloadEnd::Failed { message } => (DownloadState::Failed, message.clone()),
            DownloadEnd::Whole { .. } | DownloadEnd::Cancelled => return end,
        };
        downloads.change(&target.id, |item| {
            item.state = state;
            item.message = message;
        });
        end
    }

    /// Why something was cut that nobody paused.
    async fn why_cut(&self) -> String {
        let gatekeeper = self.inner.gatekeeper().await;
        let blocked = match gatekeeper {
            Ok(gatekeeper) => gatekeeper
                .policy()
                .await
                .is_ok_and(|policy| policy.is_blocked()),
            Err(_) => false,
        };
        if blocked {
            "Nothing may leave this computer now. What is here stays; unblock it, then go on."
                .to_owned()
        } else {
            String::new()
        }
    }
}

impl Agreed {
    /// The hub's token, read only now that the ledger says that the yes is used.
    async fn token(&self, hub: &Hub) -> Result<Option<SecretString>, ApiError> {
        let read = async {
            let Some(keychain) = &self.gatekeeper.keychain else {
                return Ok(None);
            };
            if !has_token(&self.gatekeeper.history, hub).await? {
                return Ok(None);
            }
            Ok(keychain.provider_key(&token_name(hub)).await?)
        };
        let token: Result<_, ApiError> = read.await;
        if token.is_err() {
            self.unused(FailReason::NoKey).await;
        }
        token
    }

    /// Nobody wants it any more, and nothing left.
    pub(super) async fn not_wanted(self) {
        self.unused(FailReason::Cut).await;
    }

    /// Nothing left.
    async fn unused(&self, reason: FailReason) {
        let report = Report::Failed(self.proposal, reason);
        self.gatekeeper.report(report).await;
    }
}

/// Does the work, and writes into the ledger what happens meanwhile and how it ended.
async fn record<T>(
    gatekeeper: &Gatekeeper,
    proposal: ProposalId,
    mut noted: mpsc::Receiver<Note>,
    work: impl Future<Output = Ended<T>>,
) -> Result<T, DownloadError> {
    let mut work = pin!(work);
    let ended = loop {
        tokio::select! {
            biased;
            Some(note) = noted.recv() => write(gatekeeper, proposal, note).await,
            ended = &mut work => break ended,
        }
    };
    while let Ok(note) = noted.try_recv() {
        write(gatekeeper, proposal, note).await;
    }
    let report = match ended.fate {
        Fate::Failed(reason) => Report::Failed(proposal, reason),
        Fate::Lost(cause) => Report::Lost(proposal, cause),
        Fate::Answered => Report::Received(Received {
            proposal,
            ending: ended.ending,
            body_bytes: ended.received,
            // A model is no answer to keep a proof of: its own SHA-256 is public.
            answer_hash: AnswerHash::new(gatekeeper.book.key()).finish(),
            request_tokens: None,
            answer_tokens: None,
            cost: None,
        }),
    };
    gatekeeper.report(report).await;
    ended.result
}

async fn write(gatekeeper: &Gatekeeper, proposal: ProposalId, note: Note) {
    let report = match note {
        Note::Answered { status } => Report::Sent(proposal, status),
        Note::Connected {
            host,
            received,
            succeeded,
        } => Report::Connected(Connection {
            proposal,
            host,
            // A fetch has no body.
            sent_bytes: 0,
            received_bytes: received,
            succeeded,
        }),
    };
    gatekeeper.report(report).await;
}

fn failed(error: DownloadError) -> ApiError {
    wrong(&error)
}

fn wrong(error: &impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Other, sentence(error))
}
