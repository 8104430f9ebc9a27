//! Surroundings for tests: a host whose clock and randomness are given, a language model that says
//! what it is told to say, and a home that is gone afterwards.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod fake_language_model;
mod hub_double;
mod larger_server;
mod test_host;

pub use fake_language_model::{FakeLanguageModel, Said};
pub use hub_double::{CHUNK, Fault, Fetched, HubDouble, HubFile, sha256};
pub use larger_server::{Heard, LargerServer, Reply};
pub use test_host::{Elsewhere, TestHost, World};
