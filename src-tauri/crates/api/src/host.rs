//! What the core needs from whoever runs it: a window, a terminal or a test.

use std::{path::PathBuf, sync::Arc};

use sotto_consent::Monotonic;
use sotto_domain::Timestamp;
use sotto_models::Library;

use crate::{
    cloud::Outside,
    local_runtime::LocalRuntime,
    view::{AppEvent, consent::ConsentEvent},
};

/// A clock, randomness and somebody who listens.
pub trait Host: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Time that only goes forward, also while the computer sleeps.
    fn monotonic(&self) -> Monotonic;
    /// 80 random bits for an identifier.
    fn random(&self) -> [u8; 10];
    /// Hears what the core tells by itself. Must not block.
    fn hear(&self, event: AppEvent);
    /// Shows the person what would leave, in a window or on a terminal. Must not block.
    fn hear_consent(&self, event: ConsentEvent);
}

/// Whether the system's keyring is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    /// The keyring of the session; a passphrase only where there is none.
    OfTheSession,
    /// No keyring: always a passphrase.
    Unused,
}

/// All that the core stands on.
pub struct Surroundings {
    /// Clock, randomness, listener.
    pub host: Arc<dyn Host>,
    /// The folder of all data.
    pub home: PathBuf,
    /// Where the database key lives.
    pub keyring: Keyring,
    /// The models on this computer.
    pub library: Library,
    /// What runs them.
    pub runtime: Arc<dyn LocalRuntime>,
    /// How other computers are reached, after a yes.
    pub outside: Outside,
}
