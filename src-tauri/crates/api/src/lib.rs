//! What a person can do with Sotto, as functions over a Host.
mod error;
pub mod view;
pub use error::{ApiError, ErrorCode};
