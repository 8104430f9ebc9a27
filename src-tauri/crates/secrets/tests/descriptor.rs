//! The file that says how the key is kept, and keys from a passphrase: no keyring needed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use secrecy::{ExposeSecret, SecretString};
use sotto_secrets::{
    DatabaseKey, Protection, SecretsError, create_from_passphrase, open_from_keyring,
    open_from_passphrase,
};

const NAME: &str = "history.key.toml";

fn hex(key: &DatabaseKey) -> String {
    key.to_hex().expose_secret().to_owned()
}

async fn open(home: &Path, passphrase: &str) -> String {
    let protection = Protection::read(home).unwrap().unwrap();
    let key = open_from_passphrase(&protection, passphrase.into()).await;
    hex(&key.unwrap())
}

#[tokio::test]
async fn a_passphrase_gives_the_same_key_again() {
    let folder = tempfile::tempdir().unwrap();
    // A home that does not exist yet is made, for this user only.
    let home = folder.path().join("new/home");
    assert_eq!(Protection::read(&home).unwrap(), None);
    let key = hex(&create_from_passphrase(&home, "ผ่าน ✓".into()).await.unwrap());
    assert_eq!(open(&home, "ผ่าน ✓").await, key);
    assert_ne!(open(&home, "ผ่าน").await, key);
    let text = fs::read_to_string(home.join(NAME)).unwrap();
    assert!(text.contains("protection = \"passphrase\""), "{text}");
    assert!(!text.contains(&key) && !text.contains("ผ่าน"), "{text}");
    assert_eq!(fs::read_dir(&home).unwrap().count(), 1, "no temporary file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home), 0o700);
        assert_eq!(mode(&home.join(NAME)), 0o600);
    }

    let other = folder.path().join("other");
    let other_key = hex(&create_from_passphrase(&other, "ผ่าน ✓".into())
        .await
        .unwrap());
    assert_ne!(other_key, key, "each home has its own salt");
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    create_from_passphrase(home.path(), "one".into())
        .await
        .unwrap();
    let before = fs::read(home.path().join(NAME)).unwrap();
    let again = create_from_passphrase(home.path(), "two".into()).await;
    assert!(
        matches!(again, Err(SecretsError::AlreadyExists { .. })),
        "{again:?}"
    );
    assert_eq!(fs::read(home.path().join(NAME)).unwrap(), before);
}

#[tokio::test]
async fn an_empty_passphrase_is_refused_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let refused = create_from_passphrase(home.path(), SecretString::from("")).await;
    assert!(
        matches!(refused, Err(SecretsError::EmptyPassphrase)),
        "{refused:?}"
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);

    create_from_passphrase(home.path(), "one".into())
        .await
        .unwrap();
    let protection = Protection::read(home.path()).unwrap().unwrap();
    let refused = open_from_passphrase(&protection, SecretString::from("")).await;
    assert!(
        matches!(refused, Err(SecretsError::EmptyPassphrase)),
        "{refused:?}"
    );
    assert!(open_from_keyring(&protection).await.is_err());
}

#[test]
fn a_damaged_descriptor_is_named_and_kept() {
    let salt = "00".repeat(16);
    let passphrase = |salt: &str, memory: u64, more: &str| {
        format!(
            "protection = \"passphrase\"\nsalt = \"{salt}\"\nmemory_kibibytes = {memory}\n\
             iterations = 3\nlanes = 1\n{more}"
        )
    };
    let good = [
        "protection = \"keyring\"\nentry = \"history-1\"".to_owned(),
        passphrase(&salt, 65536, ""),
    ];
    let bad = [
        String::new(),
        "\0\0\0\0".to_owned(),
        "protection = \"none\"".to_owned(),
        "protection = \"keyring\"".to_owned(),
        "protection = \"keyring\"\nentry = \"\"".to_owned(),
        passphrase(&salt[2..], 65536, ""),
        passphrase(&salt, u64::MAX >> 1, ""),
        passphrase(&salt, 1, ""),
        passphrase(&salt, 65536, "key = \"beside the database\""),
    ];
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(NAME);
    for text in good {
        fs::write(&path, &text).unwrap();
        assert!(Protection::read(home.path()).unwrap().is_some(), "{text}");
    }
    for text in bad {
        fs::write(&path, &text).unwrap();
        match Protection::read(home.path()) {
            Err(SecretsError::DescriptorDamaged { path: named, .. }) => assert_eq!(named, path),
            other => panic!("{text:?}: {other:?}"),
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

/// A folder that refuses also root.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_may_not_be_written_is_named() {
    let refused = create_from_passphrase(Path::new("/sys/kernel"), "one".into()).await;
    assert!(
        matches!(refused, Err(SecretsError::ReadOnly { .. })),
        "{refused:?}"
    );
}
