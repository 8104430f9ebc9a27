//! Finds structured secrets and personal data in a text before it leaves, and takes them out and
//! puts them back again. Pure: no IO, no clock, no randomness.
//!
//! [`scan`] marks what it recognises by form: keys, card numbers, addresses of mail and the like.
//! [`Vault`] replaces what the person chose by placeholders such as `[EMAIL_1]`, and restores them
//! in the answer. What has no form is not found, and [`CANNOT_FIND`] says so to the person.
//!
//! A detector pushes candidates with a certainty; [`scan`] alone decides which of two that overlap
//! stays. Every detector is linear in the text: it looks at a bounded stretch around each hit.

mod addresses;
mod assignments;
mod boundary;
mod cards;
mod digits;
mod emails;
mod ibans;
mod ip_addresses;
mod kind;
mod national_ids;
mod phones;
mod private_keys;
mod repeats;
mod scan;
mod tokens;
mod urls;
mod vault;
mod words;

pub use kind::{Certainty, Finding, Kind};
pub use scan::{scan, scan_all};
pub use vault::{ForeignFindings, Restorer, Vault};
pub use words::{Words, WordsError};

/// What the person must know beside the findings. The consent window shows it word for word.
pub const CANNOT_FIND: &str = "Sotto finds what has a form: keys, passwords beside their name, \
card and account numbers, e-mail addresses, phone numbers, network addresses, national numbers, \
some street addresses, and your own words. It cannot find names of people, companies or places, \
most postal addresses, dates of birth, or secrets told in plain sentences. Read the text before \
you approve.";
