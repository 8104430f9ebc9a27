//! Keeps the ledger: each entry goes into the history, and the seal of its end into the keyring, so
//! that whoever changes the file alone is found out.
//!
//! Entries are on disk when [`Book::write`] returns. The seal follows by itself, because a keyring may
//! be slow or ask the person something, and nothing that is decided may wait for that. It moves on
//! only from where it was: a ledger that was cut or replaced keeps the old seal, and every later look
//! at it says so.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use sotto_consent::{
    LedgerKey,
    chain::{Damage, Head, Sealed, verify},
    ledger::Event,
};
use sotto_domain::Timestamp;
use sotto_history::{History, HistoryError};
use sotto_secrets::Keychain;
use tokio::sync::watch;

use crate::{error::sentence, view::cloud::LedgerCheck};

/// The setting that holds the key of the ledger's hashes: in the encrypted history, beside the
/// entries that it protects from guessing.
const KEY: &str = "ledger_key";

/// The setting that says that a seal was kept: from then on a missing one is damage.
const SEALED: &str = "ledger_sealed";

/// How long two programs wait for each other's seal.
const TURN: Duration = Duration::from_secs(5);

/// How often a look at the ledger waits for a seal that is on its way, and how long each time.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// The ledger of one history, for one program. Others may write it too.
pub(crate) struct Book {
    history: History,
    key: [u8; 32],
    seal: Option<Seal>,
}

/// The seal, and the task that moves it.
struct Seal {
    keychain: Keychain,
    /// The newest end of the ledger that this program wrote.
    newest: watch::Sender<Head>,
    /// The end that was last dealt with, well or badly.
    done: watch::Receiver<Head>,
}

impl Book {
    pub(crate) async fn open(
        history: History,
        keychain: Option<Keychain>,
        home: &Path,
        now: Timestamp,
    ) -> Result<Self, HistoryError> {
        let fresh = hex::encode(rand_key());
        let kept = |kept: Option<String>| kept.filter(|key| is_key(key)).unwrap_or(fresh);
        let text = history.change_setting(KEY, kept).await?;
        let mut key = [0; 32];
        // What is kept was checked in the line above.
        let _ = hex::decode_to_slice(text, &mut key);
        let seal = keychain.map(|keychain| Seal::start(&history, keychain, home));
        let book = Self { history, key, seal };
        for sealed in book.history.end_abandoned_proposals(now).await? {
            book.tell_seal(&sealed);
        }
        Ok(book)
    }

    /// The key of its hashes.
    pub(crate) fn key(&self) -> LedgerKey<'_> {
        LedgerKey::new(&self.key)
    }

    /// Writes an entry. It is on disk when this returns.
    pub(crate) async fn write(&self, at: Timestamp, event: Event) -> Result<Sealed, HistoryError> {
        let sealed = self.history.append_to_ledger(at, event).await?;
        self.tell_seal(&sealed);
        Ok(sealed)
    }

    /// All entries, and whether they are what was written.
    pub(crate) async fn read(&self) -> Result<(Vec<Sealed>, LedgerCheck), HistoryError> {
        self.settled().await;
        let mut looks = 1;
        loop {
            let kept = self.kept_seal().await;
            let entries = self.history.ledger().await?;
            let (damage, check) = self.check(&entries, kept).await;
            // Another program's seal may still be on its way.
            if matches!(damage, Some(Damage::BeyondHead { .. })) && looks < LOOKS {
                looks += 1;
                tokio::time::sleep(BETWEEN_LOOKS).await;
                continue;
            }
            return Ok((entries, check));
        }
    }

    async fn check(
        &self,
        entries: &[Sealed],
        kept: Result<Option<Head>, String>,
    ) -> (Option<Damage>, LedgerCheck) {
        let kept = match kept {
            Ok(kept) => kept,
            Err(message) => return (None, LedgerCheck::Unchecked { message }),
        };
        let was_sealed = self.history.setting(SEALED).await.ok().flatten() == Some(true);
        // Nothing was ever written, so nothing can be missing.
        let is_new = entries.is_empty() && !was_sealed;
        let sealed_in_keyring = kept.is_some() || (is_new && self.seal.is_some());
        let head = match kept {
            Some(head) => head,
            None if was_sealed => {
                let message = "The keyring no longer holds the seal of this ledger, so nobody can tell whether its end is missing.";
                let message = message.to_owned();
                return (None, LedgerCheck::Unchecked { message });
            }
            // Only the links can be checked: against the end that is there.
            None => entries.last().and_then(Sealed::head).unwrap_or_default(),
        };
        match verify(entries, &head) {
            Ok(()) => {
                let entries = head.length();
                let whole = LedgerCheck::Whole {
                    entries,
                    sealed_in_keyring,
                };
                (None, whole)
            }
            Err(damage) => {
                let message = sentence(&damage);
                (Some(damage), LedgerCheck::Damaged { message })
            }
        }
    }

    async fn kept_seal(&self) -> Result<Option<Head>, String> {
        match &self.seal {
            Some(seal) => kept(&seal.keychain).await,
            None => Ok(None),
        }
    }

    fn tell_seal(&self, sealed: &Sealed) {
        if let (Some(seal), Some(head)) = (&self.seal, sealed.head()) {
            seal.newest.send_replace(head);
        }
    }

    /// Waits until the seal of what this program wrote is kept, or could not be.
    pub(crate) async fn settled(&self) {
        if let Some(Seal { newest, done, .. }) = &self.seal {
            let newest = *newest.borrow();
            // The task ends with this book and not before.
            let _ = done.clone().wait_for(|done| *done == newest).await;
        }
    }
}

impl Seal {
    fn start(history: &History, keychain: Keychain, home: &Path) -> Self {
        let (newest, mut wanted) = watch::channel(Head::default());
        let (finished, done) = watch::channel(Head::default());
        let mover = Mover {
            history: history.clone(),
            keychain: keychain.clone(),
            turn: home.join("ledger.lock"),
        };
        tokio::spawn(async move {
            while wanted.changed().await.is_ok() {
                // Only the newest counts: the others lie below it.
                let head = *wanted.borrow_and_update();
                if let Err(reason) = mover.move_to(head).await {
                    tracing::warn!(reason, "the ledger's seal was not kept");
                }
                finished.send_replace(head);
            }
        });
        Self {
            keychain,
            newest,
            done,
        }
    }
}

/// Moves the seal.
struct Mover {
    history: History,
    keychain: Keychain,
    /// Held while the seal is read and written, so that two programs take turns.
    turn: PathBuf,
}

impl Mover {
    async fn move_to(&self, head: Head) -> Result<(), String> {
        let _turn = take_turn(&self.turn).await?;
        let said = |error: HistoryError| error.to_string();
        match kept(&self.keychain).await? {
            // Another program was faster.
            Some(kept) if kept.length() >= head.length() => return Ok(()),
            Some(kept) => {
                let there = self
                    .history
                    .ledger_entry(kept.length())
                    .await
                    .map_err(said)?;
                if there.and_then(|entry| entry.head()) != Some(kept) {
                    return Err("the ledger is not the one that was sealed before".to_owned());
                }
            }
            None => {
                if self.history.setting(SEALED).await.map_err(said)? == Some(true) {
                    return Err("the seal that was kept is gone".to_owned());
                }
            }
        }
        let text = serde_json::to_string(&head).map_err(|error| error.to_string())?;
        let stored = self.keychain.keep_seal(text).await;
        stored.map_err(|error| error.to_string())?;
        self.history.set_setting(SEALED, &true).await.map_err(said)
    }
}

async fn kept(keychain: &Keychain) -> Result<Option<Head>, String> {
    let kept = keychain.seal().await.map_err(|error| sentence(&error))?;
    kept.map(|text| serde_json::from_str(&text).map_err(|error| sentence(&error)))
        .transpose()
}

/// Waits until no other program moves the seal; not for long.
async fn take_turn(path: &Path) -> Result<File, String> {
    let path = path.to_owned();
    let open = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    let file = open.map_err(|error| error.to_string())?;
    let take = async {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(Duration::from_millis(20)).await
                }
                Err(TryLockError::Error(error)) => return Err(error.to_string()),
            }
        }
    };
    match tokio::time::timeout(TURN, take).await {
        Ok(taken) => taken?,
        Err(_) => return Err("another program holds the ledger's lock".to_owned()),
    }
    Ok(file)
}

fn is_key(text: &str) -> bool {
    hex::decode(text).is_ok_and(|key| key.len() == 32)
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
