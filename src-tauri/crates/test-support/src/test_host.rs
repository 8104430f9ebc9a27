//! A host for tests, and a whole world around it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sotto_api::{
    Host, Keyring, LocalRuntime, Monotonic, Outside, Sotto, Surroundings, Timestamp,
    view::{AppEvent, HistoryState, consent::ConsentEvent},
};
use sotto_domain::Message;
use sotto_models::{Catalog, Library};
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};

/// A clock that moves one millisecond at each look, randomness that counts, and a list of events.
pub struct TestHost {
    milliseconds: AtomicU64,
    events: mpsc::UnboundedSender<AppEvent>,
    consent: mpsc::UnboundedSender<ConsentEvent>,
}

impl Host for TestHost {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.milliseconds.fetch_add(1, Ordering::Relaxed))
    }

    fn monotonic(&self) -> Monotonic {
        sotto_api::monotonic()
    }

    fn random(&self) -> [u8; 10] {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.milliseconds.load(Ordering::Relaxed).to_be_bytes());
        random
    }

    fn hear(&self, event: AppEvent) {
        let _ = self.events.send(event);
    }

    fn hear_consent(&self, event: ConsentEvent) {
        let _ = self.consent.send(event);
    }
}

/// Where a world lives.
#[derive(Clone)]
enum Home {
    /// Gone with the last world in it.
    Own(Arc<TempDir>),
    /// Somebody else's.
    Given(Arc<Path>),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Given(folder) => folder,
        }
    }
}

/// What is not on this computer, or not in this home.
#[derive(Clone)]
pub struct Elsewhere {
    /// How other computers are reached.
    pub outside: Outside,
    /// The models that are known by name.
    pub catalog: &'static Catalog,
}

impl Default for Elsewhere {
    fn default() -> Self {
        Self {
            outside: Outside::default(),
            catalog: Catalog::get(),
        }
    }
}

/// A core in a home of its own.
pub struct World {
    /// The core.
    pub sotto: Sotto,
    home: Home,
    elsewhere: Elsewhere,
    host: Arc<TestHost>,
    events: Mutex<mpsc::UnboundedReceiver<AppEvent>>,
    proposals: Mutex<mpsc::UnboundedReceiver<ConsentEvent>>,
}

/// The passphrase of every test's history.
const PASSPHRASE: &str = "correct horse";

impl World {
    /// A new home with an open, encrypted history.
    pub async fn new(runtime: Arc<dyn LocalRuntime>) -> Self {
        Self::reaching(Elsewhere::default(), runtime).await
    }

    /// The same, where other computers are what a test says.
    pub async fn reaching(elsewhere: Elsewhere, runtime: Arc<dyn LocalRuntime>) -> Self {
        let home = Home::Own(Arc::new(tempfile::tempdir().unwrap()));
        Self::in_home(home, runtime, elsewhere).await
    }

    /// A home that somebody else keeps: one that two programs share, one after the other.
    pub async fn at(home: &Path, runtime: Arc<dyn LocalRuntime>) -> Self {
        Self::in_home(Home::Given(home.into()), runtime, Elsewhere::default()).await
    }

    /// The same, where other computers are what a test says.
    pub async fn reaching_at(
        home: &Path,
        elsewhere: Elsewhere,
        runtime: Arc<dyn LocalRuntime>,
    ) -> Self {
        Self::in_home(Home::Given(home.into()), runtime, elsewhere).await
    }

    /// A new home that keeps its secrets in the session's keyring, so that providers' keys can be
    /// kept, and reaches other computers as a test says.
    pub async fn with_keyring(runtime: Arc<dyn LocalRuntime>, outside: Outside) -> Self {
        let elsewhere = Elsewhere {
            outside,
            ..Elsewhere::default()
        };
        Self::with_keyring_reaching(elsewhere, runtime).await
    }

    /// The same, with a catalogue of the test's.
    pub async fn with_keyring_reaching(
        elsewhere: Elsewhere,
        runtime: Arc<dyn LocalRuntime>,
    ) -> Self {
        let home = Home::Own(Arc::new(tempfile::tempdir().unwrap()));
        let world = Self::unopened(home, runtime, Keyring::OfTheSession, elsewhere);
        let startup = world.sotto.startup().await;
        assert_eq!(
            startup.history,
            HistoryState::Open,
            "it wants an open keyring: run it as `npm test` does, in scripts/session.mjs"
        );
        world
    }

    /// The same home once more, as after a restart.
    pub async fn again(&self, runtime: Arc<dyn LocalRuntime>) -> Self {
        Self::in_home(self.home.clone(), runtime, self.elsewhere.clone()).await
    }

    /// The folder of all data.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A core whose history has not been opened.
    #[must_use]
    pub fn closed(home: Arc<TempDir>, runtime: Arc<dyn LocalRuntime>) -> Self {
        let elsewhere = Elsewhere::default();
        Self::unopened(Home::Own(home), runtime, Keyring::Unused, elsewhere)
    }

    fn unopened(
        home: Home,
        runtime: Arc<dyn LocalRuntime>,
        keyring: Keyring,
        elsewhere: Elsewhere,
    ) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let (consent, proposals) = mpsc::unbounded_channel();
        let start = 1_700_000_000_000;
        let host = Arc::new(TestHost {
            milliseconds: AtomicU64::new(start),
            events: sender,
            consent,
        });
        let library = Library::new(home.path()).unwrap();
        let library = library.with_catalog(elsewhere.catalog);
        let surroundings = Surroundings {
            host: Arc::clone(&host) as Arc<dyn Host>,
            home: home.path().to_owned(),
            keyring,
            library,
            runtime,
            outside: elsewhere.outside.clone(),
        };
        Self {
            sotto: Sotto::new(surroundings),
            home,
            elsewhere,
            host,
            events: Mutex::new(events),
            proposals: Mutex::new(proposals),
        }
    }

    async fn in_home(home: Home, runtime: Arc<dyn LocalRuntime>, elsewhere: Elsewhere) -> Self {
        let world = Self::unopened(home, runtime, Keyring::Unused, elsewhere);
        let startup = world.sotto.startup().await;
        assert!(
            matches!(startup.history, HistoryState::NeedsPassphrase { .. }),
            "{startup:?}"
        );
        let startup = world.sotto.unlock(PASSPHRASE.to_owned()).await.unwrap();
        assert_eq!(startup.history, HistoryState::Open);
        world.sotto.models().await.unwrap();
        world
    }

    /// Lets that much time go by on the world's clock.
    pub fn pass(&self, time: Duration) {
        let milliseconds = u64::try_from(time.as_millis()).unwrap();
        let clock = &self.host.milliseconds;
        clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// The next event.
    pub async fn next_event(&self) -> AppEvent {
        self.events.lock().await.recv().await.unwrap()
    }

    /// The next thing that the person is asked.
    pub async fn next_proposal(&self) -> ConsentEvent {
        self.proposals.lock().await.recv().await.unwrap()
    }

    /// Waits for the end of the answer in flight; returns it and the text that was told.
    pub async fn end_of_answer(&self) -> (Message, String) {
        let mut told = String::new();
        loop {
            match self.next_event().await {
                AppEvent::AnswerText { text, .. } => told.push_str(&text),
                AppEvent::AnswerEnded { answer } => return (answer, told),
                _ => {}
            }
        }
    }
}
