//! The Secret Service of a Linux desktop (gnome-keyring, KWallet, KeePassXC) through keyring's own
//! store for it. Only the Secret Service: the kernel's keyutils forget everything at a restart.
//!
//! Each operation opens a connection of its own. There are only a few in the life of a process,
//! and a keyring that was started, restarted or unlocked meanwhile is found that way.

use std::{collections::HashMap, env};

use keyring_core::{Entry, Error, api::CredentialStoreApi};
use secrecy::SecretString;
use secret_service::{
    EncryptionType, Error as ServiceError,
    blocking::{Collection, SecretService},
};
use zbus_secret_service_keyring_store::Store;

use crate::{SecretsError, entry::label};

const SERVICE: &str = "sotto";

/// Keeps a secret under a name.
pub(crate) fn store(entry: &str, secret: &str) -> Result<(), SecretsError> {
    with_default_collection(|collection| {
        // The collection of that name lives in memory by definition (Secret Service API, aliases).
        if collection.collection_path.ends_with("/collection/session") {
            return Err(SecretsError::NotPersistent {
                reason: "its default collection lasts only for this session".to_owned(),
            });
        }
        unlock(collection)
    })?;
    open(entry)?.set_password(secret).map_err(sort)
}

/// A secret by its name, or `None` if the keyring, unlocked, does not have it.
pub(crate) fn find(entry: &str) -> Result<Option<SecretString>, SecretsError> {
    let look = || match open(entry)?.get_password() {
        Ok(secret) => Ok(Some(SecretString::from(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(sort(error)),
    };
    if let Some(secret) = look()? {
        return Ok(Some(secret));
    }
    // Some services find nothing in a locked collection: only an unlocked one can lack a key.
    with_default_collection(unlock)?;
    look()
}

/// Removes a secret. One that is not there is gone already.
pub(crate) fn remove(entry: &str) -> Result<(), SecretsError> {
    match open(entry)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(sort(error)),
    }
}

/// Looks at the default collection without unlocking it.
pub(crate) fn probe() -> Result<(), SecretsError> {
    with_default_collection(|collection| {
        if collection.is_locked().map_err(sort_service)? {
            return Err(SecretsError::Locked);
        }
        Ok(())
    })
}

fn open(entry: &str) -> Result<Entry, SecretsError> {
    Store::new()
        .and_then(|store| {
            store.build(
                SERVICE,
                entry,
                Some(&HashMap::from([("label", label(entry))])),
            )
        })
        .map_err(sort)
}

fn with_default_collection<T>(
    work: impl FnOnce(&Collection<'_>) -> Result<T, SecretsError>,
) -> Result<T, SecretsError> {
    // No secret crosses this connection.
    let service = SecretService::connect(EncryptionType::Plain).map_err(sort_service)?;
    let collection = service.get_default_collection().map_err(sort_service)?;
    work(&collection)
}

fn unlock(collection: &Collection<'_>) -> Result<(), SecretsError> {
    if !collection.is_locked().map_err(sort_service)? {
        return Ok(());
    }
    collection.unlock().map_err(sort_service)?;
    if collection.is_locked().map_err(sort_service)? {
        return Err(SecretsError::Locked);
    }
    Ok(())
}

fn sort(error: Error) -> SecretsError {
    match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => {
            match inner.downcast::<ServiceError>() {
                Ok(error) => sort_service(*error),
                Err(error) => SecretsError::other("use the keyring", error),
            }
        }
        error => SecretsError::other("use the keyring", error),
    }
}

fn sort_service(error: ServiceError) -> SecretsError {
    match error {
        ServiceError::Locked => SecretsError::Locked,
        // The only request without a result is the one for the default collection.
        ServiceError::NoResult => SecretsError::NoDefaultCollection,
        // A service that cannot show its question reports it as dismissed.
        ServiceError::Prompt if !has_display() => SecretsError::Locked,
        ServiceError::Prompt => SecretsError::PromptDismissed,
        ServiceError::Unavailable | ServiceError::PromptDisconnected => no_service(&error),
        ServiceError::Zbus(ref inner) if is_absence(inner) => no_service(&error),
        ServiceError::ZbusFdo(
            zbus::fdo::Error::ServiceUnknown(_)
            | zbus::fdo::Error::NameHasNoOwner(_)
            | zbus::fdo::Error::NoReply(_)
            | zbus::fdo::Error::Disconnected(_),
        ) => no_service(&error),
        error => SecretsError::other("use the keyring", error),
    }
}

fn no_service(error: &ServiceError) -> SecretsError {
    SecretsError::NoService {
        reason: error.to_string(),
    }
}

/// Whether the bus cannot be reached, or nobody on it answers for the Secret Service.
fn is_absence(error: &zbus::Error) -> bool {
    match error {
        zbus::Error::Connection(..)
        | zbus::Error::InputOutput(_)
        | zbus::Error::Address(_)
        | zbus::Error::Handshake(_)
        | zbus::Error::InterfaceNotFound => true,
        zbus::Error::FDO(inner) => matches!(
            **inner,
            zbus::fdo::Error::ServiceUnknown(_)
                | zbus::fdo::Error::NameHasNoOwner(_)
                | zbus::fdo::Error::NoReply(_)
                | zbus::fdo::Error::Disconnected(_)
        ),
        zbus::Error::MethodError(name, ..) => {
            let name = name.as_str();
            // Starting the service failed: the names of the bus for each way in which it can.
            name.starts_with("org.freedesktop.DBus.Error.Spawn.")
                || [
                    "org.freedesktop.DBus.Error.ServiceUnknown",
                    "org.freedesktop.DBus.Error.NameHasNoOwner",
                    "org.freedesktop.DBus.Error.NoReply",
                    "org.freedesktop.DBus.Error.Disconnected",
                    "org.freedesktop.DBus.Error.UnknownMethod",
                ]
                .contains(&name)
        }
        _ => false,
    }
}

/// Whether a question could be shown.
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
