//! The only code that can reach another machine. It sends what [`sotto_consent`] cleared and nothing
//! else: a request leaves as the bytes that were agreed to, once, on a connection of its own, and what
//! became of it comes back as what the gate wants reported.
//!
//! ```text
//! Protocol::body(question) -> the body of a Draft -> the gate's yes -> Cleared
//! Egress::send(cleared, ...) -> Outcome::Failed | Lost | Sent { status, events }
//! ```
//!
//! [`download`] fetches files from a hub, over as many connections as they need.
//! [`catalog`] lists the providers that Sotto knows, [`estimate`] says beforehand how many tokens and
//! how much money, [`Expected::OllamaModels`] tells which models of an Ollama are somebody else's.

pub mod catalog;
pub mod download;
mod error;
pub mod estimate;
mod names;
mod ollama;
mod protocol;
mod said;
mod send;
mod tls;

pub use error::{AnswerError, SendError};
pub use names::{NameError, Names};
pub use ollama::is_passed_on;
pub use protocol::{
    AnswerLimit, BodyError, Dialect, Finish, ListedModel, Protocol, Question, Usage,
};
pub use said::Said;
pub use send::{Egress, End, Event, Events, Expected, Limits, Outcome, Sent};
pub use tls::{Trust, TrustError};
