//! Making and opening keys. A keyring may ask the person something, so its calls run on a thread of
//! their own and are given up after a while; a thread that still waits then ends with the process.

use std::{path::Path, thread, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;

use crate::{
    DatabaseKey, Derivation, Protection, SecretsError, descriptor::NewDescriptor, entry, key::hex,
    platform_keyring,
};

/// How long a person may take to answer the keyring's question.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Makes a random key, keeps it in the keyring, reads it back, and then writes down in `home` where
/// it is. The keyring may ask the person to unlock it.
///
/// # Errors
/// One for each thing that a person can mend; nothing is left behind then.
pub async fn create_in_keyring(home: &Path) -> Result<DatabaseKey, SecretsError> {
    let home = home.to_owned();
    in_thread(PATIENCE, move || {
        let descriptor = NewDescriptor::begin(&home)?;
        let entry = random_entry()?;
        let key = DatabaseKey::random()?;
        let created = keep(&entry, &key).and_then(|()| {
            descriptor.finish(&Protection::Keyring {
                entry: entry.clone(),
            })
        });
        if created.is_err() {
            // An entry that nothing points to is useless; the error to report is the first one.
            let _ = platform_keyring::remove(&entry);
        }
        created.map(|()| key)
    })
    .await
}

/// Makes a key from a passphrase and writes down in `home` how.
///
/// # Errors
/// [`SecretsError::EmptyPassphrase`], or why `home` could not be written.
pub async fn create_from_passphrase(
    home: &Path,
    passphrase: SecretString,
) -> Result<DatabaseKey, SecretsError> {
    let home = home.to_owned();
    in_thread(PATIENCE, move || {
        let descriptor = NewDescriptor::begin(&home)?;
        let derivation = Derivation::new()?;
        let key = derivation.derive(&passphrase)?;
        descriptor.finish(&Protection::Passphrase(derivation))?;
        Ok(key)
    })
    .await
}

/// Takes the key out of the keyring, which may ask the person to unlock it.
///
/// # Errors
/// [`SecretsError::KeyMissing`] if the keyring answers but does not have it; others say why the
/// keyring does not answer.
pub async fn open_from_keyring(protection: &Protection) -> Result<DatabaseKey, SecretsError> {
    let Protection::Keyring { entry } = protection else {
        return Err(SecretsError::other(
            "take the key from the keyring",
            "this history is protected by a passphrase",
        ));
    };
    let name = entry.clone();
    in_thread(PATIENCE, move || take(&name)).await
}

/// Derives the key again. A wrong passphrase gives a wrong key, which the history then refuses.
///
/// # Errors
/// [`SecretsError::EmptyPassphrase`], or parameters that cannot be used.
pub async fn open_from_passphrase(
    protection: &Protection,
    passphrase: SecretString,
) -> Result<DatabaseKey, SecretsError> {
    let Protection::Passphrase(derivation) = protection else {
        return Err(SecretsError::other(
            "derive the key from the passphrase",
            "this history is protected by the keyring",
        ));
    };
    let derivation = derivation.clone();
    in_thread(PATIENCE, move || derivation.derive(&passphrase)).await
}

/// Finds out whether a key could be kept in the keyring now. Changes nothing and asks nobody.
///
/// # Errors
/// What stands in the way.
pub async fn probe_keyring() -> Result<(), SecretsError> {
    in_thread(Duration::from_secs(10), platform_keyring::probe).await
}

/// Stores a key and makes sure that it stays.
fn keep(entry: &str, key: &DatabaseKey) -> Result<(), SecretsError> {
    let text = key.to_hex();
    platform_keyring::store(entry, text.expose_secret())?;
    match platform_keyring::find(entry)? {
        Some(found)
            if DatabaseKey::from_hex(found.expose_secret()).is_some_and(|found| found.is(key)) =>
        {
            Ok(())
        }
        Some(_) => Err(SecretsError::NotPersistent {
            reason: "another value was read back".to_owned(),
        }),
        None => Err(SecretsError::NotPersistent {
            reason: "what was stored could not be read back".to_owned(),
        }),
    }
}

fn take(entry: &str) -> Result<DatabaseKey, SecretsError> {
    let found = platform_keyring::find(entry)?.ok_or_else(|| SecretsError::KeyMissing {
        entry: entry.to_owned(),
    })?;
    DatabaseKey::from_hex(found.expose_secret()).ok_or_else(|| {
        SecretsError::other(
            "read the key from the keyring",
            format!("the entry {entry} does not hold 64 hexadecimal digits"),
        )
    })
}

fn random_entry() -> Result<String, SecretsError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| SecretsError::other("name the key", error))?;
    Ok(format!("{}{}", entry::HISTORY, hex(&bytes)))
}

/// Not `spawn_blocking`: the end of the async runtime would wait for a question that nobody
/// answers.
pub(crate) async fn in_thread<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, SecretsError> + Send + 'static,
) -> Result<T, SecretsError> {
    let action = "ask for the key";
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new()
        .name("sotto-secrets".to_owned())
        .spawn(move || {
            // Nobody listens any more once the patience is over.
            let _ = sender.send(work());
        })
        .map_err(|error| SecretsError::other(action, error))?;
    match tokio::time::timeout(patience, receiver).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(SecretsError::other(action, "the keyring's client failed")),
        Err(_) => Err(SecretsError::NoAnswer {
            seconds: patience.as_secs(),
        }),
    }
}
