//! The key as a type that cannot be printed, serialised or copied by accident.

use std::fmt;

use secrecy::{ExposeSecret, SecretBox, SecretString, zeroize::Zeroizing};

use crate::SecretsError;

/// Bytes of a key: SQLCipher's cipher is AES-256.
pub(crate) const LENGTH: usize = 32;

/// The key of the history. Wiped from memory when it is dropped.
pub struct DatabaseKey(SecretBox<[u8; LENGTH]>);

impl DatabaseKey {
    /// A new random key.
    pub(crate) fn random() -> Result<Self, SecretsError> {
        Self::fill(|bytes| {
            getrandom::fill(bytes).map_err(|error| SecretsError::other("make a key", error))
        })
    }

    /// A key whose bytes `fill` writes.
    pub(crate) fn fill<E>(
        fill: impl FnOnce(&mut [u8; LENGTH]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut bytes = Box::new([0; LENGTH]);
        let filled = fill(&mut bytes);
        // Into the box first, so that it is wiped also if filling failed half-way.
        let key = Self(SecretBox::new(bytes));
        filled.map(|()| key)
    }

    /// The inverse of [`DatabaseKey::to_hex`].
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = Box::new([0; LENGTH]);
        let decoded = hex_into(text, bytes.as_mut_slice());
        let key = Self(SecretBox::new(bytes));
        decoded.then_some(key)
    }

    /// 64 hexadecimal digits, for opening the database and nothing else.
    #[must_use]
    pub fn to_hex(&self) -> SecretString {
        let text = Zeroizing::new(hex(self.0.expose_secret()));
        SecretString::from(text.as_str())
    }

    /// Whether two keys are the same, in a time that does not depend on where they differ.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let pairs = self.0.expose_secret().iter().zip(other.0.expose_secret());
        pairs.fold(0, |difference, (one, two)| difference | (one ^ two)) == 0
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseKey([REDACTED])")
    }
}

/// Hexadecimal digits, lower case. Allocates once, so that no part of a secret is left behind.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(half.into(), 16));
        }
    }
    text
}

/// Writes the bytes that `text` spells in hexadecimal digits; false unless it spells exactly these
/// many.
pub(crate) fn hex_into(text: &str, bytes: &mut [u8]) -> bool {
    let digits = text.as_bytes();
    if digits.len() != bytes.len() * 2 {
        return false;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
            return false;
        };
        *byte = u8::try_from(high * 16 + low).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_there_and_back() {
        let key = DatabaseKey::random().unwrap();
        let text = key.to_hex();
        assert_eq!(text.expose_secret().len(), 64);
        let back = DatabaseKey::from_hex(text.expose_secret()).unwrap();
        assert!(back.is(&key));
        assert!(!DatabaseKey::random().unwrap().is(&key));
        for wrong in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert!(DatabaseKey::from_hex(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_key_does_not_print_itself() {
        let key = DatabaseKey::fill(|bytes| {
            bytes.fill(0x77);
            Ok::<_, ()>(())
        })
        .unwrap();
        let printed = format!("{key:?} {:?}", key.to_hex());
        assert!(!printed.contains("77"), "{printed}");
    }
}
