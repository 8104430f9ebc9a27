//! Egress through its public interface alone: real connections to doubles on this computer that speak
//! the providers' protocols behind a certificate authority of one test run, and a real gate in front.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod answers;
mod asking;
mod authority;
mod connections;
mod conversations;
mod cuts;
mod double;
mod downloads;
mod failures;
mod proxies;
mod quiet;
