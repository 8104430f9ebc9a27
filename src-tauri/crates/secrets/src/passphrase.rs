//! A key from a passphrase, for a computer without a keyring: Argon2id (RFC 9106), which makes each
//! guess cost memory as well as time.

use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    DatabaseKey, SecretsError,
    key::{LENGTH, hex, hex_into},
};

/// Bytes of a salt.
const SALT: usize = 16;

/// The second recommendation of RFC 9106, section 4, with one lane: above every choice of OWASP's
/// list (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>), and
/// about 0.2 s on a small computer.
const MEMORY_KIBIBYTES: u32 = 64 * 1024;
const ITERATIONS: u32 = 3;
const LANES: u32 = 1;

/// What, beside the passphrase, the key is made of. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derivation {
    /// 16 random bytes in hexadecimal digits.
    salt: String,
    /// Memory per guess, in KiB.
    memory_kibibytes: u32,
    /// Passes over that memory.
    iterations: u32,
    /// Lanes that can be computed at once.
    lanes: u32,
}

impl Derivation {
    /// A new one with a random salt.
    pub(crate) fn new() -> Result<Self, SecretsError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|error| SecretsError::other("make a salt", error))?;
        Ok(Self {
            salt: hex(&salt),
            memory_kibibytes: MEMORY_KIBIBYTES,
            iterations: ITERATIONS,
            lanes: LANES,
        })
    }

    /// Why it cannot be used, if so. The upper limits keep a damaged file from taking all memory
    /// or all day.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if !hex_into(&self.salt, &mut [0; SALT]) {
            Some("the salt is not 32 hexadecimal digits")
        } else if !(1..=16).contains(&self.lanes) {
            Some("lanes must be 1 to 16")
        } else if !(8 * 1024..=2 * 1024 * 1024).contains(&self.memory_kibibytes) {
            Some("memory_kibibytes must be 8192 to 2097152")
        } else if !(1..=100).contains(&self.iterations) {
            Some("iterations must be 1 to 100")
        } else {
            None
        }
    }

    /// Computes the key. Takes a moment and blocks.
    pub(crate) fn derive(&self, passphrase: &SecretString) -> Result<DatabaseKey, SecretsError> {
        let action = "derive the key from the passphrase";
        if passphrase.expose_secret().is_empty() {
            return Err(SecretsError::EmptyPassphrase);
        }
        if let Some(problem) = self.problem() {
            return Err(SecretsError::other(action, problem));
        }
        let mut salt = [0; SALT];
        hex_into(&self.salt, &mut salt);
        let parameters = Params::new(
            self.memory_kibibytes,
            self.iterations,
            self.lanes,
            Some(LENGTH),
        )
        .map_err(|error| SecretsError::other(action, error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        DatabaseKey::fill(|bytes| {
            argon2
                .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, bytes)
                .map_err(|error| SecretsError::other(action, error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with the reference implementation, through the Python package argon2-cffi:
    /// `hash_secret_raw(b"correct horse", b"0123456789abcdef", 3, 65536, 1, 32, Type.ID, 19)`.
    #[test]
    fn the_key_is_the_one_that_argon2id_gives() {
        let derivation = Derivation {
            salt: hex(b"0123456789abcdef"),
            memory_kibibytes: MEMORY_KIBIBYTES,
            iterations: ITERATIONS,
            lanes: LANES,
        };
        let key = derivation
            .derive(&SecretString::from("correct horse"))
            .unwrap();
        assert_eq!(
            key.to_hex().expose_secret(),
            "92599c67f23f1d9dce9b6f0cfb5a9b18ce110336de00799947472465edd9e49a"
        );
    }

    #[test]
    fn absurd_parameters_are_refused() {
        let good = Derivation::new().unwrap();
        assert_eq!(good.problem(), None);
        for bad in [
            Derivation {
                salt: "00".into(),
                ..good.clone()
            },
            Derivation {
                lanes: 0,
                ..good.clone()
            },
            Derivation {
                memory_kibibytes: u32::MAX,
                ..good.clone()
            },
            Derivation {
                memory_kibibytes: 8,
                ..good.clone()
            },
            Derivation {
                iterations: 0,
                ..good.clone()
            },
            Derivation {
                iterations: u32::MAX,
                ..good.clone()
            },
        ] {
            assert!(bad.problem().is_some(), "{bad:?}");
            assert!(bad.derive(&SecretString::from("x")).is_err());
        }
    }
}
