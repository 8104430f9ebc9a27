//! Hashes, one type per meaning, so that the hash of a request cannot be stored where a keyed one
//! is meant. All are SHA-256 over a domain tag and length-prefixed fields: no two different inputs
//! have the same encoding, and no hash of one kind is one of another.

use std::{fmt, str::FromStr};

use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256};
use specta::Type;

use crate::text::serde_as_text;

/// A text that is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a hash: expected 64 lower-case hexadecimal digits")]
pub struct ParseHashError;

/// SHA-256 over a tag and fields, each with its length in front.
pub(crate) struct Fields(Sha256);

impl Fields {
    pub(crate) fn new(tag: &str) -> Self {
        Self(Sha256::new()).field(tag.as_bytes())
    }

    /// Adds a field: its length in 8 bytes, most significant first, then its bytes.
    pub(crate) fn field(mut self, bytes: &[u8]) -> Self {
        self.0.update(length(bytes));
        self.0.update(bytes);
        self
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

fn length(bytes: &[u8]) -> [u8; 8] {
    // No platform has slices longer than 2^64 bytes.
    u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes()
}

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Type)]
        #[specta(transparent)]
        pub struct $name(#[specta(type = String)] [u8; 32]);

        impl $name {
            pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseHashError;

            fn from_str(text: &str) -> Result<Self, ParseHashError> {
                parse(text).map(Self).ok_or(ParseHashError)
            }
        }

        serde_as_text!($name);
    };
}

hash!(
    /// The hash of a request: method, address and body, byte for byte. Shown to the person and
    /// never written to disk, because a short text can be guessed from it.
    Digest
);
hash!(
    /// The hash of the messages that a proposal was built from.
    Revision
);
hash!(
    /// A hash that only this computer can compute (HMAC-SHA-256, RFC 2104). The ledger keeps these:
    /// they prove what was sent to whoever has the text and the key, and tell nobody else anything.
    KeyedHash
);
hash!(
    /// A link of the ledger's chain.
    ChainHash
);

impl ChainHash {
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The local key of the ledger's hashes, borrowed from where it is kept and wiped.
#[derive(Clone, Copy)]
pub struct LedgerKey<'a>(&'a [u8; 32]);

impl<'a> LedgerKey<'a> {
    /// A view of 32 random bytes that never leave this computer.
    #[must_use]
    pub const fn new(bytes: &'a [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl KeyedHash {
    /// The keyed hash of a request.
    #[must_use]
    pub fn of_request(key: LedgerKey<'_>, digest: &Digest) -> Self {
        Self::of(key, "sotto.ledger.request.v1", &digest.0)
    }

    /// The keyed hash of an answer's bytes.
    #[must_use]
    pub fn of_answer(key: LedgerKey<'_>, bytes: &[u8]) -> Self {
        Self::of(key, ANSWER, bytes)
    }

    fn of(key: LedgerKey<'_>, tag: &str, bytes: &[u8]) -> Self {
        let mut mac = tagged(key, tag);
        mac.update(bytes);
        Self::from_bytes(mac.finalize().into_bytes().into())
    }
}

/// [`KeyedHash::of_answer`], piece by piece: an answer need not be kept to be hashed.
#[derive(Clone)]
pub struct AnswerHash(Hmac<Sha256>);

impl AnswerHash {
    /// The hash of an answer of which nothing has come yet.
    #[must_use]
    pub fn new(key: LedgerKey<'_>) -> Self {
        Self(tagged(key, ANSWER))
    }

    /// The next bytes of the answer.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The keyed hash of all bytes so far.
    #[must_use]
    pub fn finish(self) -> KeyedHash {
        KeyedHash::from_bytes(self.0.finalize().into_bytes().into())
    }
}

impl fmt::Debug for AnswerHash {
    /// Not its state: that stands for the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AnswerHash")
    }
}

const ANSWER: &str = "sotto.ledger.answer.v1";

fn tagged(key: LedgerKey<'_>, tag: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key.0);
    mac.update(&length(tag.as_bytes()));
    mac.update(tag.as_bytes());
    mac
}

/// HMAC-SHA-256 with this key.
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than a block is padded with zeros, by the standard and by this type's constructor.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    <Hmac<Sha256> as Mac>::new(&block.into())
}

/// Lower case only: a hash has one spelling.
fn parse(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (!text.bytes().any(|byte| byte.is_ascii_uppercase())).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, sections 4.2 and 4.3. Shorter keys are padded with zeros, which is what the
    /// standard does with them too.
    #[test]
    fn keyed_hashes_are_the_standard_ones() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let hash = |key, parts: &[&[u8]]| {
            let mut mac = keyed(key);
            parts.iter().for_each(|part| mac.update(part));
            KeyedHash(mac.finalize().into_bytes().into())
        };
        let found = hash(&key, &[b"Hi ", b"There"]);
        assert_eq!(
            found.to_string(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let found = hash(&key, &[b"what do ya want for nothing?"]);
        assert_eq!(
            found.to_string(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn an_answer_hashes_the_same_in_pieces() {
        let key = LedgerKey::new(&[7; 32]);
        let mut hash = AnswerHash::new(key);
        for piece in [&b"He"[..], b"", b"llo"] {
            hash.update(piece);
        }
        assert_eq!(format!("{hash:?}"), "AnswerHash");
        assert_eq!(hash.finish(), KeyedHash::of_answer(key, b"Hello"));
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let one = Fields::new("t").field(b"ab").field(b"c").finish();
        let other = Fields::new("t").field(b"a").field(b"bc").finish();
        assert_ne!(one, other);
        assert_ne!(Fields::new("t").finish(), Fields::new("u").finish());
    }

    #[test]
    fn text_form_round_trips_and_nonsense_is_refused() {
        let digest = Digest(Fields::new("t").finish());
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        for wrong in ["", "00", &"A".repeat(64), &"é".repeat(32), &"g".repeat(64)] {
            assert_eq!(wrong.parse::<Digest>(), Err(ParseHashError), "{wrong}");
        }
    }
}
