//! The history from outside: what a person was told is kept is kept, whatever happens to the
//! process, the disk or the file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conversations;
mod crash;
#[cfg(unix)]
mod disk;
mod ledger;
mod opening;
mod schema;
mod search;
mod sessions;
mod support;
mod turns;
