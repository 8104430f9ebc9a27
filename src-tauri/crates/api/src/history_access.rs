//! How the history comes to be open: with the keyring, with a passphrase, or for this session
//! only. Whatever goes wrong, nothing is created beside and nothing is written over what exists.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use sotto_history::{History, HistoryError};
use sotto_secrets::{DatabaseKey, Protection, SecretsError};
use tokio::sync::Mutex;

use crate::{
    doctor::has_display,
    error::{ApiError, ErrorCode, sentence},
    host::{Host, Keyring},
    sotto::Sotto,
    view::{AppEvent, HistoryProblem, HistoryState, Startup},
};

/// The database in the data folder.
const FILE: &str = "history.db";

/// Deleted conversations can be brought back for this long, in milliseconds.
const KEPT_AFTER_DELETION: u64 = 24 * 60 * 60 * 1000;

pub(crate) struct HistoryAccess {
    home: PathBuf,
    keyring: Keyring,
    slot: Mutex<Slot>,
}

enum Slot {
    Untried,
    Closed(HistoryState),
    Open(History, HistoryState),
}

/// Why there is no open history yet.
enum Obstacle {
    Passphrase { new: bool, reason: String },
    Problem(HistoryProblem, String),
    BegunElsewhere,
}

impl HistoryAccess {
    pub(crate) fn new(home: PathBuf, keyring: Keyring) -> Self {
        Self {
            home,
            keyring,
            slot: Mutex::new(Slot::Untried),
        }
    }

    /// The open history, or the error that says that there is none.
    pub(crate) async fn get(&self) -> Result<History, ApiError> {
        match &*self.slot.lock().await {
            Slot::Open(history, _) => Ok(history.clone()),
            Slot::Untried | Slot::Closed(_) => Err(ApiError::new(
                ErrorCode::HistoryClosed,
                "The history is not open yet.",
            )),
        }
    }

    /// The open history, if it stays on disk: what leaves must be recorded.
    pub(crate) async fn kept(&self) -> Result<History, ApiError> {
        match &*self.slot.lock().await {
            Slot::Open(history, HistoryState::Open) => Ok(history.clone()),
            Slot::Open(..) => Err(ApiError::new(
                ErrorCode::HistoryClosed,
                "Nothing is kept in this session, so there would be no record of what left this computer. Larger models can be asked where the history is kept.",
            )),
            Slot::Untried | Slot::Closed(_) => Err(ApiError::new(
                ErrorCode::HistoryClosed,
                "The history is not open yet.",
            )),
        }
    }

    /// Opens at the first call; later calls say how it is.
    pub(crate) async fn open(&self, host: &dyn Host) -> HistoryState {
        let mut slot = self.slot.lock().await;
        if matches!(*slot, Slot::Untried) {
            *slot = settle(self.try_to_open(host).await);
        }
        slot.state()
    }

    async fn try_again(&self, host: &dyn Host) -> HistoryState {
        let mut slot = self.slot.lock().await;
        if !matches!(*slot, Slot::Open(..)) {
            *slot = settle(self.try_to_open(host).await);
        }
        slot.state()
    }

    async fn unlock(
        &self,
        passphrase: SecretString,
        host: &dyn Host,
    ) -> Result<HistoryState, ApiError> {
        let mut slot = self.slot.lock().await;
        if let Slot::Open(_, state) = &*slot {
            return Ok(state.clone());
        }
        let history = self.open_with_passphrase(passphrase, host).await?;
        *slot = Slot::Open(history, HistoryState::Open);
        Ok(slot.state())
    }

    async fn keep_nothing(&self) -> Result<HistoryState, ApiError> {
        let mut slot = self.slot.lock().await;
        if !matches!(*slot, Slot::Open(..)) {
            *slot = Slot::Open(History::temporary()?, HistoryState::Temporary);
        }
        Ok(slot.state())
    }

    pub(crate) async fn close(&self) {
        let mut slot = self.slot.lock().await;
        if let Slot::Open(history, _) = std::mem::replace(&mut *slot, Slot::Untried)
            && let Err(error) = history.close().await
        {
            tracing::warn!(%error, "the history was not closed cleanly; nothing written is lost");
        }
    }

    async fn try_to_open(&self, host: &dyn Host) -> Result<History, Obstacle> {
        match self.open_what_is_there(host).await {
            // Another program began at the same moment and was first: its history is ours too.
            Err(Obstacle::BegunElsewhere) => self.open_what_is_there(host).await,
            other => other,
        }
    }

    async fn open_what_is_there(&self, host: &dyn Host) -> Result<History, Obstacle> {
        if let Err(error) = std::fs::create_dir_all(&self.home) {
            let message = format!(
                "The folder {} cannot be made: {error}. Choose another one with SOTTO_HOME.",
                self.home.display()
            );
            return Err(Obstacle::Problem(HistoryProblem::ReadOnly, message));
        }
        let exists = holds_something(&self.file());
        let key = match Protection::read(&self.home)? {
            None if exists => {
                let message = format!(
                    "{} is there, but not the file beside it that says where its key is. Put history.key.toml back from your backup.",
                    self.file().display()
                );
                return Err(Obstacle::Problem(HistoryProblem::KeyMissing, message));
            }
            None => self.new_key().await?,
            Some(Protection::Passphrase(_)) => {
                let reason = "This history is protected by a passphrase.".to_owned();
                return Err(Obstacle::Passphrase { new: false, reason });
            }
            Some(protection) => sotto_secrets::open_from_keyring(&protection).await?,
        };
        Ok(self.open_file(&key, host).await?)
    }

    async fn new_key(&self) -> Result<DatabaseKey, Obstacle> {
        if self.keyring == Keyring::Unused {
            let reason = "The keyring is not used here.".to_owned();
            return Err(Obstacle::Passphrase { new: true, reason });
        }
        match sotto_secrets::create_in_keyring(&self.home).await {
            Err(error) if is_no_keyring(&error) => Err(Obstacle::Passphrase {
                new: true,
                reason: sentence(&error),
            }),
            other => Ok(other?),
        }
    }

    async fn open_with_passphrase(
        &self,
        passphrase: SecretString,
        host: &dyn Host,
    ) -> Result<History, ApiError> {
        let key = match Protection::read(&self.home)? {
            Some(protection) => {
                sotto_secrets::open_from_passphrase(&protection, passphrase).await?
            }
            None if holds_something(&self.file()) => {
                return Err(ApiError::new(
                    ErrorCode::History,
                    "The description of the key is missing.",
                ));
            }
            None => sotto_secrets::create_from_passphrase(&self.home, passphrase).await?,
        };
        match self.open_file(&key, host).await {
            Err(HistoryError::WrongKey { .. }) => Err(ApiError::new(
                ErrorCode::WrongPassphrase,
                "This is not the passphrase of this history.",
            )),
            other => Ok(other?),
        }
    }

    /// Opens what is there. Only where nothing is there, a new one is made.
    async fn open_file(&self, key: &DatabaseKey, host: &dyn Host) -> Result<History, HistoryError> {
        let file = self.file();
        let history = if holds_something(&file) {
            History::open(&file, &key.to_hex()).await?
        } else {
            History::create(&file, &key.to_hex()).await?
        };
        let long_ago = host
            .now()
            .as_milliseconds()
            .saturating_sub(KEPT_AFTER_DELETION);
        history
            .purge_deleted(sotto_domain::Timestamp::from_milliseconds(long_ago))
            .await?;
        Ok(history)
    }

    fn file(&self) -> PathBuf {
        self.home.join(FILE)
    }
}

impl Slot {
    fn state(&self) -> HistoryState {
        match self {
            Self::Open(_, state) | Self::Closed(state) => state.clone(),
            Self::Untried => HistoryState::Unavailable {
                problem: HistoryProblem::Other,
                message: "The history was not opened yet.".to_owned(),
            },
        }
    }
}

fn settle(result: Result<History, Obstacle>) -> Slot {
    match result {
        Ok(history) => Slot::Open(history, HistoryState::Open),
        Err(Obstacle::Passphrase { new, reason }) => {
            Slot::Closed(HistoryState::NeedsPassphrase { new, reason })
        }
        Err(Obstacle::Problem(problem, message)) => {
            Slot::Closed(HistoryState::Unavailable { problem, message })
        }
        Err(Obstacle::BegunElsewhere) => Slot::Closed(HistoryState::Unavailable {
            problem: HistoryProblem::Other,
            message: "Another Sotto is beginning this history. Try again.".to_owned(),
        }),
    }
}

/// Whether this computer has no keyring that can be used. One that waits to be unlocked is there,
/// but not where nobody could unlock it: without a screen.
fn is_no_keyring(error: &SecretsError) -> bool {
    match error {
        SecretsError::NoService { .. } | SecretsError::NotPersistent { .. } => true,
        SecretsError::Locked | SecretsError::NoDefaultCollection => !has_display(),
        _ => false,
    }
}

fn holds_something(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.len() > 0)
}

impl From<SecretsError> for Obstacle {
    fn from(error: SecretsError) -> Self {
        let problem = match &error {
            SecretsError::AlreadyExists { .. } => return Self::BegunElsewhere,
            SecretsError::NoService { .. } => HistoryProblem::KeyringMissing,
            SecretsError::NoDefaultCollection => HistoryProblem::KeyringWithoutCollection,
            SecretsError::Locked | SecretsError::NoAnswer { .. } => HistoryProblem::KeyringLocked,
            SecretsError::PromptDismissed => HistoryProblem::KeyringDismissed,
            SecretsError::KeyMissing { .. } => HistoryProblem::KeyMissing,
            SecretsError::DescriptorDamaged { .. } => HistoryProblem::Damaged,
            SecretsError::ReadOnly { .. } => HistoryProblem::ReadOnly,
            SecretsError::DiskFull { .. } => HistoryProblem::DiskFull,
            _ => HistoryProblem::Other,
        };
        Self::Problem(problem, sentence(&error))
    }
}

impl From<HistoryError> for Obstacle {
    fn from(error: HistoryError) -> Self {
        let problem = match &error {
            HistoryError::AlreadyExists { .. } => return Self::BegunElsewhere,
            HistoryError::WrongKey { .. } | HistoryError::Damaged { .. } => HistoryProblem::Damaged,
            HistoryError::NewerVersion { .. } => HistoryProblem::NewerVersion,
            HistoryError::ReadOnly { .. } => HistoryProblem::ReadOnly,
            HistoryError::DiskFull { .. } => HistoryProblem::DiskFull,
            _ => HistoryProblem::Other,
        };
        Self::Problem(problem, sentence(&error))
    }
}

impl From<SecretsError> for ApiError {
    fn from(error: SecretsError) -> Self {
        Self::new(ErrorCode::History, sentence(&error))
    }
}

impl From<HistoryError> for ApiError {
    fn from(error: HistoryError) -> Self {
        let code = match error {
            HistoryError::NotFound { .. } => ErrorCode::NotFound,
            _ => ErrorCode::History,
        };
        Self::new(code, sentence(&error))
    }
}

impl Sotto {
    /// Opens the history with a passphrase, or makes a new one that it protects.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`]; [`ErrorCode::History`] where the file cannot be opened.
    pub async fn unlock(&self, passphrase: String) -> Result<Startup, ApiError> {
        let passphrase = SecretString::from(passphrase);
        self.inner
            .history
            .unlock(passphrase, &*self.inner.host)
            .await?;
        // The person's default model is a setting, and settings could not be read until now.
        self.inner.look_again.notify_one();
        self.inner.hear(AppEvent::ConversationsChanged);
        Ok(self.startup().await)
    }

    /// Tries to open the history once more.
    pub async fn retry_history(&self) -> Startup {
        self.inner.history.try_again(&*self.inner.host).await;
        self.inner.look_again.notify_one();
        self.inner.hear(AppEvent::ConversationsChanged);
        self.startup().await
    }

    /// Goes on without a history: what is said is forgotten at the end.
    ///
    /// # Errors
    /// [`ErrorCode::History`] if not even memory can be had.
    pub async fn keep_nothing(&self) -> Result<Startup, ApiError> {
        self.inner.history.keep_nothing().await?;
        self.inner.hear(AppEvent::ConversationsChanged);
        Ok(self.startup().await)
    }
}
