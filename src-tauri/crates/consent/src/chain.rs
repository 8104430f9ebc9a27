//! The ledger's chain: each entry is hashed together with the hash before it, and the last hash is
//! also kept where the ledger is not. An entry that was edited, deleted, inserted, moved or cut off
//! is found, and where.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};
use sotto_domain::Timestamp;
use specta::Type;

use crate::{
    hash::{ChainHash, Fields},
    ledger::{Entry, Event},
};

/// Where the chain ends: how many entries, and the last one's hash. Kept in the keyring too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Head {
    length: u64,
    hash: ChainHash,
}

impl Default for Head {
    /// Of a ledger without entries.
    fn default() -> Self {
        Self {
            length: 0,
            hash: ChainHash::from_bytes([0; 32]),
        }
    }
}

impl Head {
    /// Entries so far.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Makes the next entry. The chain goes on from its [`Sealed::head`] once it is stored.
    ///
    /// # Errors
    ///
    /// If the entry cannot be written as JSON, which no entry is known to do.
    pub fn seal(&self, at: Timestamp, event: Event) -> Result<Sealed, serde_json::Error> {
        let sequence = self.length + 1;
        let entry = Entry {
            sequence,
            at,
            event,
        };
        let text = serde_json::to_string(&entry)?;
        let hash = link(&self.hash, &text);
        Ok(Sealed { text, hash })
    }
}

/// An entry as it is stored: its exact text and its link. The text is never written anew, so that a
/// later version that writes entries differently still verifies old ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    text: String,
    hash: ChainHash,
}

impl Sealed {
    /// An entry as it was read from storage, to be verified.
    #[must_use]
    pub const fn from_storage(text: String, hash: ChainHash) -> Self {
        Self { text, hash }
    }

    /// The entry in JSON, to be stored as it is.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its link, to be stored beside it.
    #[must_use]
    pub const fn hash(&self) -> ChainHash {
        self.hash
    }

    /// The entry, read.
    ///
    /// # Errors
    ///
    /// If the text is no entry, or one that only a newer version knows.
    pub fn entry(&self) -> Result<Entry, serde_json::Error> {
        serde_json::from_str(&self.text)
    }

    /// The head of a chain that ends here; `None` if the text has no number.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        let length = self.sequence()?;
        let hash = self.hash;
        Some(Head { length, hash })
    }

    /// Its number, also where the rest is of a newer version.
    fn sequence(&self) -> Option<u64> {
        #[derive(Deserialize)]
        struct Numbered {
            sequence: u64,
        }
        serde_json::from_str::<Numbered>(&self.text)
            .ok()
            .map(|numbered| numbered.sequence)
    }
}

fn link(before: &ChainHash, text: &str) -> ChainHash {
    let fields = Fields::new("sotto.ledger.entry.v1")
        .field(before.as_bytes())
        .field(text.as_bytes());
    ChainHash::from_bytes(fields.finish())
}

/// What is wrong with a ledger. Numbers count entries from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "damage")]
pub enum Damage {
    /// The text is not what was hashed.
    #[error("entry {at} of the ledger was changed after it was written")]
    Altered {
        /// Where.
        at: u64,
    },
    /// Another entry stands here: some were deleted, inserted or moved.
    #[error(
        "entry {found} of the ledger stands where entry {at} should: entries were deleted, inserted or moved"
    )]
    OutOfPlace {
        /// Where.
        at: u64,
        /// Which entry stands there.
        found: u64,
    },
    /// The end is missing.
    #[error("the ledger ends before entry {at}, but {length} were written")]
    Truncated {
        /// The first that is missing.
        at: u64,
        /// How many there were.
        length: u64,
    },
    /// All fits together, but it is not what was written: entries were replaced up to here.
    #[error(
        "the ledger up to entry {at} is not the one that was written: entries were replaced, with their hashes"
    )]
    Replaced {
        /// The last entry that the head knows.
        at: u64,
    },
    /// Entries follow that the head does not know. A crash between writing an entry and writing the
    /// head leaves one such entry.
    #[error("the ledger has entries from {at} to {length} that were written without their seal")]
    BeyondHead {
        /// The first that the head does not know.
        at: u64,
        /// How many entries there are.
        length: u64,
    },
}

/// Checks entries, in the order of storage, against the head that was kept apart.
///
/// # Errors
///
/// The first damage, and at which entry.
pub fn verify<S: Borrow<Sealed>>(
    entries: impl IntoIterator<Item = S>,
    head: &Head,
) -> Result<(), Damage> {
    let mut so_far = Head::default();
    for sealed in entries {
        let sealed = sealed.borrow();
        let at = so_far.length + 1;
        match sealed.sequence() {
            Some(found) if found != at => return Err(Damage::OutOfPlace { at, found }),
            _ if sealed.hash != link(&so_far.hash, &sealed.text) => {
                return Err(Damage::Altered { at });
            }
            Some(_) => {}
            // Well linked, but no entry: somebody hashed it anew.
            None => return Err(Damage::Altered { at }),
        }
        so_far = Head {
            length: at,
            hash: sealed.hash,
        };
        if at == head.length && so_far != *head {
            return Err(Damage::Replaced { at });
        }
    }
    match so_far.length.cmp(&head.length) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(Damage::Truncated {
            at: so_far.length + 1,
            length: head.length,
        }),
        std::cmp::Ordering::Greater => Err(Damage::BeyondHead {
            at: head.length + 1,
            length: so_far.length,
        }),
    }
}

#[cfg(test)]
mod tests;
