//! Keeps the ledger: each entry goes into the history, and the seal of its end into the keyring, so
//! that whoever changes the file alone is found out.
//!
//! The seal moves on only from where it was: a ledger that was cut or replaced keeps the old seal,
//! and every later look at it says so.

use std::{fs::File, path::PathBuf};

use sotto_consent::{
    LedgerKey,
    chain::{Head, Sealed, verify},
    ledger::Event,
};
use sotto_domain::Timestamp;
use sotto_history::{History, HistoryError};
use sotto_secrets::Keychain;

use crate::{error::sentence, view::cloud::LedgerCheck};

/// The setting that holds the key of the ledger's hashes: in the encrypted history, beside the
/// entries that it protects from guessing.
const KEY: &str = "ledger_key";

/// The ledger of one history, for one program. Others may write it too.
pub(crate) struct Book {
    history: History,
    keychain: Option<Keychain>,
    /// Held while an entry and its seal are written, so that two programs take turns.
    turn: PathBuf,
    key: [u8; 32],
}

impl Book {
    pub(crate) async fn open(
        history: History,
        keychain: Option<Keychain>,
        home: &std::path::Path,
        now: Timestamp,
    ) -> Result<Self, HistoryError> {
        let turn = home.join("ledger.lock");
        let held = take_turn(turn.clone()).await;
        let key = match read_key(&history).await? {
            Some(key) => key,
            None => {
                let key = rand_key();
                history.set_setting(KEY, &hex::encode(key)).await?;
                key
            }
        };
        let book = Self {
            history,
            keychain,
            turn,
            key,
        };
        for sealed in book.history.end_abandoned_proposals(now).await? {
            book.seal(&sealed).await;
        }
        drop(held);
        Ok(book)
    }

    /// The key of its hashes.
    pub(crate) fn key(&self) -> LedgerKey<'_> {
        LedgerKey::new(&self.key)
    }

    /// Writes an entry. It is on disk when this returns; a seal that cannot be kept is no error,
    /// because the entry stands without it.
    pub(crate) async fn write(&self, at: Timestamp, event: Event) -> Result<Sealed, HistoryError> {
        let _turn = take_turn(self.turn.clone()).await;
        let sealed = self.history.append_to_ledger(at, event).await?;
        self.seal(&sealed).await;
        Ok(sealed)
    }

    /// All entries, and whether they are what was written.
    pub(crate) async fn read(&self) -> Result<(Vec<Sealed>, LedgerCheck), HistoryError> {
        let _turn = take_turn(self.turn.clone()).await;
        let entries = self.history.ledger().await?;
        let check = self.check(&entries).await;
        Ok((entries, check))
    }

    async fn check(&self, entries: &[Sealed]) -> LedgerCheck {
        let seal = match self.kept_seal().await {
            Ok(seal) => seal,
            Err(message) => return LedgerCheck::Unchecked { message },
        };
        let sealed_in_keyring = self.keychain.is_some();
        let head = match seal {
            Some(head) => head,
            None if sealed_in_keyring && !entries.is_empty() => {
                let message = "The keyring holds no seal of this ledger, so nobody can tell whether its end is missing.";
                return LedgerCheck::Unchecked {
                    message: message.to_owned(),
                };
            }
            // Only the links can be checked: against the end that is there.
            None => entries.last().and_then(Sealed::head).unwrap_or_default(),
        };
        match verify(entries, &head) {
            Ok(()) => LedgerCheck::Whole {
                entries: head.length(),
                sealed_in_keyring,
            },
            Err(damage) => LedgerCheck::Damaged {
                message: sentence(&damage),
            },
        }
    }

    /// Moves the seal on to this entry, if the kept one is where the ledger was before.
    async fn seal(&self, sealed: &Sealed) {
        let Some(keychain) = &self.keychain else {
            return;
        };
        if let Err(reason) = self.move_seal(keychain, sealed).await {
            tracing::warn!(reason, "the ledger's seal was not kept");
        }
    }

    async fn move_seal(&self, keychain: &Keychain, sealed: &Sealed) -> Result<(), String> {
        let head = sealed.head().ok_or("the entry has no number")?;
        let follows = match self.kept_seal().await? {
            Some(kept) => {
                let there = self.history.ledger_entry(kept.length()).await;
                let there = there.map_err(|error| error.to_string())?;
                there.and_then(|entry| entry.head()) == Some(kept)
            }
            None => head.length() == 1,
        };
        if !follows {
            return Err("the ledger is not the one that was sealed before".to_owned());
        }
        let text = serde_json::to_string(&head).map_err(|error| error.to_string())?;
        keychain
            .keep_seal(text)
            .await
            .map_err(|error| error.to_string())
    }

    async fn kept_seal(&self) -> Result<Option<Head>, String> {
        let Some(keychain) = &self.keychain else {
            return Ok(None);
        };
        let kept = keychain.seal().await.map_err(|error| sentence(&error))?;
        kept.map(|text| serde_json::from_str(&text).map_err(|error| sentence(&error)))
            .transpose()
    }
}

async fn read_key(history: &History) -> Result<Option<[u8; 32]>, HistoryError> {
    let text: Option<String> = history.setting(KEY).await?;
    let mut key = [0; 32];
    Ok(text
        .filter(|text| hex::decode_to_slice(text, &mut key).is_ok())
        .map(|_| key))
}

/// Waits until no other program writes. Where the lock cannot be had the entry is written all the
/// same: the database keeps the order, and only the seal could fall behind.
async fn take_turn(path: PathBuf) -> Option<File> {
    let lock = move || {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    };
    match tokio::task::spawn_blocking(lock).await {
        Ok(Ok(file)) => Some(file),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the ledger's lock cannot be used");
            None
        }
        Err(_) => None,
    }
}

#[expect(
    clippy::expect_used,
    reason = "without randomness nothing can be kept safe"
)]
fn rand_key() -> [u8; 32] {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives randomness");
    key
}
