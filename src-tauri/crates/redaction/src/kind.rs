//! What can be found, and how sure a finding is.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a stretch of text looks like. The order breaks ties: the earlier kind says more.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of the words that the person listed.
    OwnWord,
    /// A private key in PEM, OpenSSH or PGP armour.
    PrivateKey,
    /// A JSON Web Token.
    Jwt,
    /// An API key or access token.
    Token,
    /// A password inside a URL.
    UrlPassword,
    /// A value that its name calls a password or a secret.
    Password,
    /// The number of a payment card.
    PaymentCard,
    /// An International Bank Account Number.
    Iban,
    /// A number that a state gives to a person.
    NationalId,
    /// An e-mail address.
    Email,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// A telephone number.
    Phone,
    /// A postal address, or the part of one that has a form.
    Address,
}

impl Kind {
    /// Every kind, in the order of the type.
    pub const ALL: [Self; 13] = [
        Self::OwnWord,
        Self::PrivateKey,
        Self::Jwt,
        Self::Token,
        Self::UrlPassword,
        Self::Password,
        Self::PaymentCard,
        Self::Iban,
        Self::NationalId,
        Self::Email,
        Self::IpAddress,
        Self::Phone,
        Self::Address,
    ];

    /// A password says nothing by its form, only by what stands around it.
    pub(crate) const fn is_password(self) -> bool {
        matches!(self, Self::Password | Self::UrlPassword)
    }

    /// The word inside a placeholder: capital ASCII letters only, and a word that tells a model what
    /// stood there, so that its sentence still makes sense.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OwnWord => "WORD",
            Self::PrivateKey => "KEY",
            Self::Jwt | Self::Token => "TOKEN",
            Self::UrlPassword | Self::Password => "PASSWORD",
            Self::PaymentCard => "CARD",
            Self::Iban => "IBAN",
            Self::NationalId => "ID",
            Self::Email => "EMAIL",
            Self::IpAddress => "IP",
            Self::Phone => "PHONE",
            Self::Address => "ADDRESS",
        }
    }
}

/// How sure a finding is. The order is that of trust.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Only its form speaks for it, and other things have that form too.
    Possible,
    /// Its form is rare, or a word beside it says what it is.
    Likely,
    /// Its form is its own, or its check digits are right.
    Certain,
}

/// A stretch of the text that looks confidential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: bytes of the text, both ends on character boundaries, never empty.
    pub range: Range<usize>,
    /// What it looks like.
    pub kind: Kind,
    /// How sure that is.
    pub certainty: Certainty,
    /// The same for people, more exactly: "GitHub token".
    pub name: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_capital_letters() {
        for kind in Kind::ALL {
            let label = kind.label();
            assert!(!label.is_empty(), "{kind:?}");
            assert!(
                label.bytes().all(|byte| byte.is_ascii_uppercase()),
                "{label}"
            );
        }
    }
}
