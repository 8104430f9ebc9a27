//! The keychain of macOS and the credential manager of Windows, through `keyring`.

use keyring::{Entry, Error};
use secrecy::SecretString;

use crate::SecretsError;

const SERVICE: &str = "sotto";

/// Keeps a secret under a name.
pub(crate) fn store(entry: &str, secret: &str) -> Result<(), SecretsError> {
    open(entry)?.set_password(secret).map_err(sort)
}

/// A secret by its name, or `None`.
pub(crate) fn find(entry: &str) -> Result<Option<SecretString>, SecretsError> {
    match open(entry)?.get_password() {
        Ok(secret) => Ok(Some(SecretString::from(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(sort(error)),
    }
}

/// Removes a secret. One that is not there is gone already.
pub(crate) fn remove(entry: &str) -> Result<(), SecretsError> {
    match open(entry)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(sort(error)),
    }
}

/// Looks for an entry that does not exist.
pub(crate) fn probe() -> Result<(), SecretsError> {
    find("probe").map(|_| ())
}

fn open(entry: &str) -> Result<Entry, SecretsError> {
    Entry::new(SERVICE, entry).map_err(sort)
}

fn sort(error: Error) -> SecretsError {
    match error {
        Error::NoStorageAccess(_) => SecretsError::Locked,
        Error::NoDefaultStore => SecretsError::NoService {
            reason: error.to_string(),
        },
        error => SecretsError::other("use the keyring", error),
    }
}
