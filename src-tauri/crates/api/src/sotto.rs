//! The core itself: what it stands on and what is going on in it.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use sotto_domain::{ConversationId, MessageId};
use sotto_models::Library;
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    activity::Activities,
    cloud::Cloud,
    history_access::HistoryAccess,
    host::{Host, Surroundings},
    local_runtime::LocalRuntime,
    measurements::Measurements,
    quick::QuickConversation,
    view::{AppEvent, Startup},
};

/// How long answers in flight may take to be written when the program ends.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The core. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Sotto {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) home: PathBuf,
    pub(crate) library: Library,
    pub(crate) runtime: Arc<dyn LocalRuntime>,
    pub(crate) history: HistoryAccess,
    pub(crate) turns: Arc<TurnsInFlight>,
    /// What the quick prompt is about.
    pub(crate) quick: QuickConversation,
    /// The names of usable models, as last seen; `None` until the runtime was asked.
    pub(crate) installed: watch::Sender<Option<Vec<String>>>,
    /// Files for which the runtime was started anew already, because they came into reach after its start.
    pub(crate) reached: Mutex<HashSet<String>>,
    /// Somebody wants the models to be looked at again.
    pub(crate) look_again: Notify,
    /// What is in memory, or for how long, may be another thing now.
    pub(crate) memory_moved: Notify,
    /// The person wants no model in memory.
    pub(crate) paused: AtomicBool,
    /// How fast models are here.
    pub(crate) measurements: Measurements,
    /// What is being answered.
    pub(crate) activities: Activities,
    /// Other computers, and what stands before them.
    pub(crate) cloud: Cloud,
    pub(crate) tasks: TaskTracker,
    pub(crate) ending: CancellationToken,
}

impl Sotto {
    /// A core that has not opened anything yet.
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        let Surroundings {
            host,
            home,
            keyring,
            library,
            runtime,
            outside,
        } = surroundings;
        Self {
            inner: Arc::new(Inner {
                history: HistoryAccess::new(home.clone(), keyring),
                measurements: Measurements::new(&home),
                host,
                home,
                library,
                runtime,
                turns: Arc::default(),
                quick: QuickConversation::default(),
                installed: watch::Sender::new(None),
                reached: Mutex::default(),
                look_again: Notify::new(),
                memory_moved: Notify::new(),
                paused: AtomicBool::new(false),
                activities: Activities::default(),
                cloud: Cloud::new(outside),
                tasks: TaskTracker::new(),
                ending: CancellationToken::new(),
            }),
        }
    }

    /// What a window shows first. Opens the history at the first call.
    pub async fn startup(&self) -> Startup {
        Startup {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            history: self.inner.history.open(&*self.inner.host).await,
        }
    }

    /// Stops what is being answered, writes it, closes the history and ends the runtime.
    pub async fn shutdown(&self) {
        self.inner.ending.cancel();
        self.inner.turns.stop_all();
        self.inner.tasks.close();
        if tokio::time::timeout(LAST_WORDS, self.inner.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("an answer in flight could not be written in time");
        }
        if tokio::time::timeout(LAST_WORDS, self.seal_ledger())
            .await
            .is_err()
        {
            tracing::warn!("the ledger's seal could not be kept in time; its entries are");
        }
        // Whoever is opening it may be waiting for the keyring's question: the end does not.
        if tokio::time::timeout(LAST_WORDS, self.inner.history.close())
            .await
            .is_err()
        {
            tracing::warn!("the history could not be closed in time; nothing written is lost");
        }
        self.inner.runtime.shutdown().await;
    }
}

impl Inner {
    pub(crate) fn hear(&self, event: AppEvent) {
        self.host.hear(event);
    }

    pub(crate) fn new_message_id(&self) -> MessageId {
        MessageId::new(self.host.now(), self.host.random())
    }
}

/// The turns that are being answered: at most one in a conversation.
#[derive(Default)]
pub(crate) struct TurnsInFlight(Mutex<HashMap<ConversationId, CancellationToken>>);

/// A conversation's place, free again when this is dropped.
pub(crate) struct Reservation {
    turns: Arc<TurnsInFlight>,
    conversation: ConversationId,
    /// Cancelled when the person stops the answer.
    pub(crate) stop: CancellationToken,
}

impl TurnsInFlight {
    /// Takes the conversation's place; `None` if it is taken.
    pub(crate) fn reserve(self: &Arc<Self>, conversation: ConversationId) -> Option<Reservation> {
        let mut turns = self.lock();
        if turns.contains_key(&conversation) {
            return None;
        }
        let stop = CancellationToken::new();
        turns.insert(conversation, stop.clone());
        Some(Reservation {
            turns: Arc::clone(self),
            conversation,
            stop,
        })
    }

    pub(crate) fn stop(&self, id: ConversationId) {
        if let Some(stop) = self.lock().get(&id) {
            stop.cancel();
        }
    }

    pub(crate) fn contains(&self, id: ConversationId) -> bool {
        self.lock().contains_key(&id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn stop_all(&self) {
        self.lock().values().for_each(CancellationToken::cancel);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, CancellationToken>> {
        // The map is whole between two statements, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.turns.lock().remove(&self.conversation);
    }
}
