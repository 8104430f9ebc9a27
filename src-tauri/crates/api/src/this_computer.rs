//! The real surroundings: this computer's folders, its keyring and the bundled runtime.

use std::sync::Arc;

use sotto_consent::Monotonic;
use sotto_models::{Library, Whereabouts};
use sotto_runtime_client::{Runtime, Settings, Store};

use crate::{
    cloud::Outside,
    error::{ApiError, ErrorCode, sentence},
    host::{Host, Keyring, Surroundings},
    sotto::Sotto,
};

impl Sotto {
    /// A core over this computer's own folders, keyring and runtime. Nothing is started or opened
    /// before it is needed.
    ///
    /// # Errors
    /// [`ErrorCode::Other`] where there is no place for data.
    pub fn on_this_computer(host: Arc<dyn Host>) -> Result<Self, ApiError> {
        let other =
            |error: &dyn std::fmt::Display| ApiError::new(ErrorCode::Other, sentence(&error));
        let home = sotto_models::data_home().map_err(|error| other(&error))?;
        // The history will meet the same obstacle, and the window shows it.
        let library = Library::new(&home).unwrap_or_else(|error| {
            tracing::warn!("{}", sentence(&error));
            Library::without_folder(&home)
        });
        let stores = Whereabouts::of_this_computer().map(|here| here.stores());
        let library = library.with_stores(stores.unwrap_or_default());
        let settings = Settings {
            models: library.folders(),
            stores: library.stores().iter().map(handed_over).collect(),
            index: Some(home.join(INDEX)),
            ..Settings::default()
        };
        let runtime = Arc::new(Runtime::new(settings));
        Ok(Self::new(Surroundings {
            host,
            home,
            keyring: Keyring::OfTheSession,
            library,
            runtime,
            outside: Outside {
                hub: std::env::var("HF_ENDPOINT")
                    .ok()
                    .filter(|named| !named.trim().is_empty()),
                ..Outside::default()
            },
        }))
    }
}

/// What the runtime read of model files, in the data home.
const INDEX: &str = "models-index.json";

fn handed_over(store: &sotto_models::Store) -> Store {
    Store {
        kind: store.kind.word(),
        folder: store.folder.clone(),
    }
}

/// 80 random bits from the operating system, for [`Host::random`].
///
/// # Panics
/// If the operating system has no randomness: nothing could be encrypted then either.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "without randomness nothing can be kept safe"
)]
pub fn random_bytes() -> [u8; 10] {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// Time that only goes forward, also while the computer sleeps, for [`Host::monotonic`].
#[must_use]
pub fn monotonic() -> Monotonic {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let milliseconds = {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000
            + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
    };
    // macOS counts sleep in no clock of std's, Windows does.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let milliseconds = {
        static BEGAN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        let began = *BEGAN.get_or_init(std::time::Instant::now);
        u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
    };
    Monotonic::from_milliseconds(milliseconds)
}

/// The time now, for [`Host::now`].
#[must_use]
pub fn now() -> sotto_domain::Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    sotto_domain::Timestamp::from_milliseconds(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
