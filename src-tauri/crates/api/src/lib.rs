//! What a person can do with Sotto, as functions over a [`Host`]: the one door for the window, the
//! terminal and the tests. Below it lie the history, the keyring and the runtime; above it only
//! adapters.

mod actions;
mod activity;
mod catalog;
mod cloud;
mod conversations;
mod core_dumps;
mod desktop;
mod doctor;
mod driver;
mod error;
mod fit;
mod graphics;
mod history_access;
mod host;
mod local_runtime;
mod measurements;
mod memory;
mod model_settings;
mod models;
mod models_brought;
mod openings;
mod outbox;
mod prompt;
mod quick;
mod shortcuts;
mod sotto;
mod this_computer;
mod turns;
pub mod view;
mod whole_json;

pub use cloud::Outside;
pub use core_dumps::turn_off_core_dumps;
pub use doctor::{Check, Verdict};
pub use error::{ApiError, ErrorCode};
pub use host::{Host, Keyring, Surroundings};
pub use local_runtime::LocalRuntime;
pub use openings::{leave_opening, take_opening};
pub use shortcuts::ShortcutChoices;
pub use sotto::Sotto;
pub use sotto_actions::markdown as json_as_markdown;
pub use sotto_consent::{self as consent, Monotonic};
pub use sotto_domain as domain;
pub use sotto_domain::{ConversationId, MessageId, Timestamp};
pub use sotto_egress as egress;
pub use this_computer::{monotonic, now, random_bytes};
