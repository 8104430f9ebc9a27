//! The real binary on a Unix socket with the real models.
//!
//! `npm test` builds the binary, fetches the models and sets `SOTTO_TEST_MODELS`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(clippy::print_stdout, reason = "what was measured is worth reading")]

mod adapters;
mod bench;
mod estimate;
#[cfg(all(feature = "vulkan", target_os = "linux"))]
mod graphics;
mod limit;
mod socket;
mod support;
