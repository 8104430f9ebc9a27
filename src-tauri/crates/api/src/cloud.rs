//! Larger models on other computers: what the person may do about them. Nothing here sends: a request
//! is a case that the gatekeeper shows the person, and only a yes makes an errand of it.

mod accounts;
mod book;
pub(crate) mod case;
pub(crate) mod errand;
pub(crate) mod gatekeeper;
mod providers;

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use sotto_consent::{Policy, ProposalId, ProviderId, Server, StartedBy, WindowFact};
use sotto_domain::{ConversationId, MessageId, Place};
use sotto_egress::{Egress, Limits, Names, Trust, estimate};
use sotto_history::History;
use sotto_redaction::Words;
use sotto_secrets::Keychain;
use tokio::sync::OnceCell;

use crate::{
    error::{ApiError, ErrorCode, sentence},
    sotto::{Inner, Sotto},
    view::{
        AppEvent,
        cloud::{
            CloudView, Decided, LargerQuestion, LargerRequest, LedgerView, NewKey, ProviderAnswer,
            ProviderEntry,
        },
        consent::{ConsentChange, ConsentDecision, ConsentView},
    },
};
use book::Book;
use case::Case;
pub(crate) use case::Subject;
use errand::Errand;
use gatekeeper::{Decision, Gatekeeper, Verdict, Yes};

/// How the rest of the world is reached.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Whom to believe.
    pub trust: Trust,
    /// Who says where a name leads.
    pub names: Names,
    /// How long is waited and how much is taken.
    pub limits: Limits,
    /// The hub that the environment names (`HF_ENDPOINT`); it goes before the person's setting.
    pub hub: Option<String>,
}

/// What stands between this computer and others. Nothing of it exists before it is needed.
pub(crate) struct Cloud {
    outside: Outside,
    gatekeeper: OnceCell<Gatekeeper>,
    egress: OnceCell<Arc<Egress>>,
}

impl Cloud {
    pub(crate) fn new(outside: Outside) -> Self {
        Self {
            outside,
            gatekeeper: OnceCell::new(),
            egress: OnceCell::new(),
        }
    }

    pub(crate) async fn egress(&self) -> Result<Arc<Egress>, ApiError> {
        let prepare = || async {
            let Outside {
                trust,
                names,
                limits,
                hub: _,
            } = self.outside.clone();
            // Reading the platform's certificates takes some milliseconds.
            let made =
                tokio::task::spawn_blocking(move || Egress::new(names, &trust, limits)).await;
            match made {
                Ok(Ok(egress)) => Ok(Arc::new(egress)),
                Ok(Err(error)) => Err(ApiError::new(ErrorCode::Other, sentence(&error))),
                Err(error) => Err(ApiError::new(ErrorCode::Other, sentence(&error))),
            }
        };
        self.egress.get_or_try_init(prepare).await.cloned()
    }

    /// The hub that the environment names.
    pub(crate) fn hub(&self) -> Option<&str> {
        self.outside.hub.as_deref()
    }
}

impl Inner {
    /// Who keeps the gate of the open history.
    ///
    /// # Errors
    /// Where nothing is kept: without a ledger nothing may leave.
    pub(crate) async fn gatekeeper(&self) -> Result<Gatekeeper, ApiError> {
        let start = || async {
            let history = self.history.kept().await?;
            let keychain = Keychain::of(&self.home)?;
            let book = Book::open(
                history.clone(),
                keychain.clone(),
                &self.home,
                self.host.now(),
            )
            .await?;
            Gatekeeper::start(Arc::clone(&self.host), history, keychain, book).await
        };
        self.cloud.gatekeeper.get_or_try_init(start).await.cloned()
    }
}

/// A yes to an answer, and the turn that it begins.
pub(crate) struct Approved {
    pub(crate) yes: Yes,
    pub(crate) gatekeeper: Gatekeeper,
    egress: Arc<Egress>,
}

impl Approved {
    /// What the answer's message says about who wrote it: `provider/model`.
    pub(crate) fn model(&self) -> String {
        let destination = self.yes.proposal.destination();
        let model = destination.model().unwrap_or_default();
        format!("{}/{model}", destination.provider())
    }

    pub(crate) fn place(&self) -> Place {
        self.yes.proposal.destination().place()
    }

    pub(crate) fn errand(self) -> Errand {
        Errand {
            gatekeeper: self.gatekeeper,
            egress: self.egress,
            yes: self.yes,
        }
    }
}

impl Sotto {
    /// All providers and switches.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn cloud(&self) -> Result<CloudView, ApiError> {
        let gatekeeper = match self.inner.gatekeeper().await {
            Ok(gatekeeper) => gatekeeper,
            Err(error) => {
                return Ok(CloudView {
                    on: false,
                    blocked: false,
                    unavailable: error.message,
                    providers: Vec::new(),
                    own_words: Vec::new(),
                });
            }
        };
        let policy = gatekeeper.policy().await?;
        self.view_of(&gatekeeper, &policy).await
    }

    async fn view_of(
        &self,
        gatekeeper: &Gatekeeper,
        policy: &Policy,
    ) -> Result<CloudView, ApiError> {
        let history = &gatekeeper.history;
        let with_key = providers::with_key(history).await?;
        let keyring = gatekeeper.keychain.is_some();
        let endpoints = providers::all(history).await?.into_iter();
        Ok(CloudView {
            on: policy.cloud_is_on(),
            blocked: policy.is_blocked(),
            unavailable: String::new(),
            providers: endpoints
                .map(|endpoint| endpoint.view(policy, &with_key, keyring))
                .collect(),
            own_words: providers::own_words(history).await?,
        })
    }

    async fn decision(&self, decision: Decision) -> Result<CloudView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let policy = gatekeeper.decision(decision).await?;
        self.view_of(&gatekeeper, &policy).await
    }

    /// Lets cloud models be asked for, each time with a yes; or not any more: then what is on its
    /// way is cut.
    ///
    /// # Errors
    /// Where nothing is kept.
    pub async fn turn_cloud(&self, on: bool) -> Result<CloudView, ApiError> {
        self.decision(if on {
            Decision::CloudOn
        } else {
            Decision::CloudOff
        })
        .await
    }

    /// "Block cloud now": every yes is void, what is on its way is cut, nothing may be asked.
    ///
    /// # Errors
    /// Where nothing is kept.
    pub async fn block_cloud(&self) -> Result<CloudView, ApiError> {
        self.decision(Decision::Block).await
    }

    /// Lets things be asked again.
    ///
    /// # Errors
    /// Where nothing is kept.
    pub async fn unblock_cloud(&self) -> Result<CloudView, ApiError> {
        self.decision(Decision::Unblock).await
    }

    /// Takes back a standing yes.
    ///
    /// # Errors
    /// Where nothing is kept.
    pub async fn withdraw_standing_yes(&self, server: Server) -> Result<CloudView, ApiError> {
        self.decision(Decision::WithdrawStandingYes(server)).await
    }

    /// Adds or changes a provider.
    ///
    /// # Errors
    /// An address or name that cannot be one; nothing was changed then.
    pub async fn save_provider(&self, entry: ProviderEntry) -> Result<CloudView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        providers::save(&gatekeeper.history, entry).await?;
        self.inner.hear(AppEvent::CloudChanged);
        self.cloud().await
    }

    /// Removes a provider that the person entered, and its key.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for one that Sotto knows.
    pub async fn remove_provider(&self, provider: ProviderId) -> Result<CloudView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        // The key first: one without its provider could not be removed any more.
        forget_key(&gatekeeper, &provider).await?;
        providers::remove(&gatekeeper.history, &provider).await?;
        self.cloud().await
    }

    /// Keeps a key in the keyring. An empty one changes nothing and is an error.
    ///
    /// # Errors
    /// Where there is no keyring, or it does not keep it.
    pub async fn keep_key(&self, provider: ProviderId, key: NewKey) -> Result<CloudView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let endpoint = providers::one(&gatekeeper.history, &provider).await?;
        let keychain = keychain(&gatekeeper)?;
        // A yes that was given once for a server was given without this key.
        if let Some(server) = endpoint.server() {
            gatekeeper
                .decision(Decision::WithdrawStandingYes(server))
                .await?;
        }
        // Noted first: a key that nobody knows of could not be removed.
        providers::note_key(&gatekeeper.history, &provider, true).await?;
        let name = endpoint.key_name();
        let kept = keychain.keep_provider_key(&name, key.into_secret());
        if let Err(error) = kept.await {
            if keychain
                .provider_key(&name)
                .await
                .is_ok_and(|key| key.is_none())
            {
                providers::note_key(&gatekeeper.history, &provider, false).await?;
            }
            return Err(error.into());
        }
        self.cloud().await
    }

    /// Removes a key from the keyring.
    ///
    /// # Errors
    /// Where the keyring does not answer; the key is still there then.
    pub async fn remove_key(&self, provider: ProviderId) -> Result<CloudView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        forget_key(&gatekeeper, &provider).await?;
        self.cloud().await
    }

    /// Replaces the person's own confidential words.
    ///
    /// # Errors
    /// A list that is too long.
    pub async fn set_own_words(&self, words: Vec<String>) -> Result<CloudView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        providers::set_own_words(&gatekeeper.history, &words).await?;
        self.cloud().await
    }

    /// Asks a provider for its models, which also tries the key. Itself asks for a yes.
    ///
    /// # Errors
    /// Where it may not be asked.
    pub async fn test_provider(
        &self,
        provider: ProviderId,
        started_by: StartedBy,
    ) -> Result<ProviderAnswer, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let endpoint = providers::one(&gatekeeper.history, &provider).await?;
        let with_key = key_goes(&gatekeeper.history, &endpoint).await?;
        let case = Case::models(endpoint, with_key, started_by, SystemTime::now())?;
        let yes = match verdict(&gatekeeper, case).await? {
            Verdict::Granted(yes) => *yes,
            Verdict::Not(why) => return Ok(ProviderAnswer::NotSent { why }),
        };
        let place = yes.proposal.destination().place();
        let errand = Errand {
            egress: self.inner.cloud.egress().await?,
            gatekeeper: gatekeeper.clone(),
            yes,
        };
        // On a task of its own: what became of it is recorded also when nobody waits any more.
        let cut = self.inner.ending.child_token();
        let _ongoing = self.inner.begin(place, cut.clone());
        let asked = self.inner.tasks.spawn(errand.models(cut)).await;
        match asked.unwrap_or_else(|error| Err(sentence(&error))) {
            Ok(models) => {
                providers::keep_models(&gatekeeper.history, &provider, models).await?;
                Ok(ProviderAnswer::Works {
                    cloud: Box::new(self.cloud().await?),
                })
            }
            Err(message) => Ok(ProviderAnswer::Failed { message }),
        }
    }

    /// Asks a larger model; resolves when the person has decided.
    ///
    /// # Errors
    /// [`ErrorCode::CloudOff`], [`ErrorCode::Blocked`], [`ErrorCode::NoKey`],
    /// [`ErrorCode::EmptyQuestion`], [`ErrorCode::Answering`], [`ErrorCode::NotFound`]; nothing left
    /// this computer then, and nothing was changed.
    pub async fn ask_larger(
        &self,
        request: LargerRequest,
        started_by: StartedBy,
    ) -> Result<Decided, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let endpoint = providers::one(&gatekeeper.history, &request.provider).await?;
        let with_key = key_goes(&gatekeeper.history, &endpoint).await?;
        // What the quick prompt keeps nowhere is asked about, too; the ledger is written all the same.
        let again = match &request.what {
            LargerQuestion::Again { answer } => Some(*answer),
            LargerQuestion::New { .. } => None,
        };
        let history = self.history_holding(&gatekeeper, again).await?;
        let larger = self.larger(&history, request.what).await?;
        let words = providers::own_words(&gatekeeper.history).await?;
        let words =
            Words::new(words).map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))?;
        let (model, ask_anyway) = (request.model, request.ask_anyway);
        let (subject, branch) = (larger.subject.clone(), larger.branch.clone());
        // Searching a long conversation takes some time: not on a thread that others wait for.
        let case = tokio::task::spawn_blocking(move || {
            let asked = case::Asked {
                model: &model,
                subject,
                branch: &branch,
                ask_anyway,
                with_key,
                started_by,
            };
            Case::answer(endpoint, asked, &words, SystemTime::now())
        })
        .await
        .map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))??;
        let egress = self.inner.cloud.egress().await?;
        let yes = match verdict(&gatekeeper, case).await? {
            Verdict::Granted(yes) => *yes,
            Verdict::Not(why) => return Ok(Decided::NotSent { why }),
        };
        let proposal = yes.proposal.id();
        let approved = Approved {
            yes,
            gatekeeper: gatekeeper.clone(),
            egress,
        };
        // It may have been kept while the person decided.
        let begun = match self.history_holding(&gatekeeper, again).await {
            Ok(history) => self.begin_larger(history, larger, approved).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(asked) => Ok(Decided::Asked {
                asked: Box::new(asked),
            }),
            Err(error) => {
                gatekeeper.unused(proposal);
                Err(error)
            }
        }
    }

    /// The history that holds an answer, or where a new question goes.
    async fn history_holding(
        &self,
        gatekeeper: &Gatekeeper,
        answer: Option<MessageId>,
    ) -> Result<History, ApiError> {
        match answer {
            Some(answer) => self.history_of(answer).await,
            None => Ok(gatekeeper.history.clone()),
        }
    }

    /// Takes back what waits for a decision. Not a denial.
    pub fn withdraw_larger(&self) {
        self.withdraw_larger_of(None);
    }

    /// The same, for what belongs to a conversation that goes.
    pub(crate) fn withdraw_larger_of(&self, conversation: Option<ConversationId>) {
        if let Some(gatekeeper) = self.inner.cloud.gatekeeper.get() {
            gatekeeper.withdraw(conversation);
        }
    }

    /// Waits until what was written into the ledger is sealed; not for long.
    pub(crate) async fn seal_ledger(&self) {
        if let Some(gatekeeper) = self.inner.cloud.gatekeeper.get() {
            gatekeeper.book.settled().await;
        }
    }

    /// The ledger, for people.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn ledger(&self) -> Result<LedgerView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let (entries, check) = gatekeeper.ledger().await?;
        let conversations = gatekeeper.history.conversations().await?.into_iter();
        let titles: HashMap<_, _> = conversations
            .map(|conversation| (conversation.id, conversation.title))
            .collect();
        let rows = accounts::rows(&entries, &titles);
        Ok(LedgerView {
            months: accounts::months(&rows, &jiff::tz::TimeZone::system()),
            rows,
            check,
            prices_as_of: estimate::PRICES_AS_OF.to_owned(),
        })
    }

    /// The ledger's entries as they stand, oldest first: JSON, one text each.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn ledger_entries(&self) -> Result<Vec<String>, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let (entries, _) = gatekeeper.ledger().await?;
        Ok(entries
            .iter()
            .map(|entry| entry.text().to_owned())
            .collect())
    }

    /// Writes the whole ledger as JSON lines into a new file, and says where.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub async fn export_ledger(&self) -> Result<String, ApiError> {
        let entries = self.ledger_entries().await?;
        let mut text = entries.join("\n");
        text.push('\n');
        let now = self.inner.host.now().as_milliseconds();
        let file = self.inner.home.join(format!("ledger-{now}.jsonl"));
        let failed = |error: std::io::Error| {
            let message = format!("{} could not be written: {error}.", file.display());
            ApiError::new(ErrorCode::Other, message)
        };
        tokio::fs::write(&file, text).await.map_err(failed)?;
        Ok(file.display().to_string())
    }

    /// What waits for a decision, for a consent window that was just loaded.
    pub async fn consent_view(&self) -> Option<ConsentView> {
        self.inner.cloud.gatekeeper.get()?.view().await
    }

    /// The consent window has painted it.
    pub fn consent_shown(&self, proposal: ProposalId) {
        if let Some(gatekeeper) = self.inner.cloud.gatekeeper.get() {
            gatekeeper.shown(proposal, self.inner.host.monotonic());
        }
    }

    /// Something happened to the consent window, as the core saw it. Never from a page.
    pub fn consent_fact(&self, fact: WindowFact) {
        if let Some(gatekeeper) = self.inner.cloud.gatekeeper.get() {
            gatekeeper.fact(fact, self.inner.host.monotonic());
        }
    }

    /// The consent window was closed: a no.
    pub fn consent_closed(&self) {
        if let Some(gatekeeper) = self.inner.cloud.gatekeeper.get() {
            gatekeeper.closed(self.inner.host.monotonic());
        }
    }

    /// The person decides.
    ///
    /// # Errors
    /// Why a yes was not taken; nothing was sent then.
    pub async fn consent_decide(&self, decision: ConsentDecision) -> Result<(), ApiError> {
        self.inner.gatekeeper().await?.decide(decision).await
    }

    /// The person leaves parts out or replaces findings: a new proposal, shown as an event.
    ///
    /// # Errors
    /// Where nothing would be left to ask; what is shown stays then.
    pub async fn consent_change(
        &self,
        proposal: ProposalId,
        change: ConsentChange,
    ) -> Result<(), ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        gatekeeper.change(proposal, change).await
    }
}

/// Asks the person, and waits for what they say.
async fn verdict(gatekeeper: &Gatekeeper, case: Case) -> Result<Verdict, ApiError> {
    let ending = || {
        ApiError::new(
            ErrorCode::Other,
            "Sotto is ending, so nothing is sent any more.",
        )
    };
    gatekeeper.propose(case).await?.await.map_err(|_| ending())
}

/// Whether a key goes along. A provider that Sotto knows wants one: said before the person reads what
/// would be sent.
async fn key_goes(history: &History, endpoint: &providers::Endpoint) -> Result<bool, ApiError> {
    let with_key = providers::with_key(history).await?.contains(&endpoint.id);
    if endpoint.built_in && !with_key {
        return Err(ApiError::new(
            ErrorCode::NoKey,
            format!("{} needs a key. Enter one in the settings.", endpoint.title),
        ));
    }
    Ok(with_key)
}

/// Removes the key of a provider, if there is one.
async fn forget_key(gatekeeper: &Gatekeeper, provider: &ProviderId) -> Result<(), ApiError> {
    let history = &gatekeeper.history;
    if !providers::with_key(history).await?.contains(provider) {
        return Ok(());
    }
    let endpoint = providers::one(history, provider).await?;
    let keychain = keychain(gatekeeper)?;
    keychain.remove_provider_key(&endpoint.key_name()).await?;
    providers::note_key(history, provider, false).await?;
    Ok(())
}

pub(crate) fn keychain(gatekeeper: &Gatekeeper) -> Result<&Keychain, ApiError> {
    gatekeeper.keychain.as_ref().ok_or_else(|| {
        ApiError::new(
            ErrorCode::Other,
            "There is no keyring here to keep a key in. Set one up (gnome-keyring, KWallet or KeePassXC) and begin a new history with it.",
        )
    })
}
