//! Secrets and where they live: the only crate that names keyring.
//!
//! A key is 32 random bytes in the keyring of the operating system, or it is derived from a
//! passphrase where there is no keyring. Which of the two stands in a small file beside the
//! history; the key itself never does. What cannot be read is never replaced: a new key would make
//! the history unreadable for good. The keys of providers and the seal of the ledger lie beside it
//! in the keyring ([`Keychain`]).

mod descriptor;
mod entry;
mod error;
mod key;
mod keychain;
mod passphrase;
mod protection;

#[cfg(any(target_os = "macos", target_os = "windows"))]
#[path = "native_keyring.rs"]
mod platform_keyring;
#[cfg(all(unix, not(target_os = "macos")))]
#[path = "secret_service_keyring.rs"]
mod platform_keyring;

pub use descriptor::Protection;
pub use error::SecretsError;
pub use key::DatabaseKey;
pub use keychain::Keychain;
pub use passphrase::Derivation;
pub use protection::{
    create_from_passphrase, create_in_keyring, open_from_keyring, open_from_passphrase,
    probe_keyring,
};
