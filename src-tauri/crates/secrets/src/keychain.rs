//! What a history keeps in the keyring beside its own key: the keys of providers, and the seal of the
//! ledger. Each is read when it is used and never held.

use std::{path::Path, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Protection, SecretsError, entry, platform_keyring,
    protection::{PATIENCE, in_thread},
};

/// How long the seal may take: nobody is asked for it, because the database key was there before.
const SEAL_PATIENCE: Duration = Duration::from_secs(10);

/// The secrets of one history.
#[derive(Debug, Clone)]
pub struct Keychain {
    digits: String,
}

impl Keychain {
    /// The secrets of the history in `home`; `None` where its key is not in a keyring, because
    /// then there is none to keep them in.
    ///
    /// # Errors
    /// [`SecretsError::DescriptorDamaged`].
    pub fn of(home: &Path) -> Result<Option<Self>, SecretsError> {
        Ok(match Protection::read(home)? {
            Some(Protection::Keyring { entry }) => Some(Self {
                digits: entry
                    .strip_prefix(entry::HISTORY)
                    .unwrap_or(&entry)
                    .to_owned(),
            }),
            Some(Protection::Passphrase(_)) | None => None,
        })
    }

    /// The key of a provider, if one is kept. The keyring may ask the person to unlock it.
    ///
    /// # Errors
    /// Why the keyring does not answer.
    pub async fn provider_key(&self, provider: &str) -> Result<Option<SecretString>, SecretsError> {
        let entry = self.provider(provider);
        in_thread(PATIENCE, move || platform_keyring::find(&entry)).await
    }

    /// Keeps the key of a provider in place of the one before.
    ///
    /// # Errors
    /// [`SecretsError::EmptyKey`]: an empty one replaces nothing; otherwise why the keyring does not
    /// keep it.
    pub async fn keep_provider_key(
        &self,
        provider: &str,
        key: SecretString,
    ) -> Result<(), SecretsError> {
        if key.expose_secret().trim().is_empty() {
            return Err(SecretsError::EmptyKey);
        }
        let entry = self.provider(provider);
        in_thread(PATIENCE, move || {
            platform_keyring::store(&entry, key.expose_secret().trim())
        })
        .await
    }

    /// Forgets the key of a provider.
    ///
    /// # Errors
    /// Why the keyring does not answer.
    pub async fn remove_provider_key(&self, provider: &str) -> Result<(), SecretsError> {
        let entry = self.provider(provider);
        in_thread(PATIENCE, move || platform_keyring::remove(&entry)).await
    }

    /// The seal of the ledger as it was last kept.
    ///
    /// # Errors
    /// Why the keyring does not answer.
    pub async fn seal(&self) -> Result<Option<String>, SecretsError> {
        let entry = self.ledger();
        let seal = in_thread(SEAL_PATIENCE, move || platform_keyring::find(&entry)).await?;
        Ok(seal.map(|seal| seal.expose_secret().to_owned()))
    }

    /// Keeps the seal of the ledger.
    ///
    /// # Errors
    /// Why the keyring does not keep it.
    pub async fn keep_seal(&self, seal: String) -> Result<(), SecretsError> {
        let entry = self.ledger();
        in_thread(SEAL_PATIENCE, move || {
            platform_keyring::store(&entry, &seal)
        })
        .await
    }

    fn provider(&self, provider: &str) -> String {
        format!("{}{}-{provider}", entry::PROVIDER, self.digits)
    }

    fn ledger(&self) -> String {
        format!("{}{}", entry::LEDGER, self.digits)
    }
}
