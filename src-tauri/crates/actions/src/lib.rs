//! Actions: what a person picks after `/`, each a prompt file that says what it asks, with which
//! parameters, of which model, and in which form the answer comes. Read, checked and made into the
//! exact prompt here; files are opened by whoever has them. No IO.

mod action;
mod actions;
mod error;
mod file;
mod marks;
mod table;
mod template;

pub use action::{Action, Output, Parameter};
pub use actions::{Actions, Broken, Listed, Source};
pub use error::{ActionError, UseError};
pub use marks::question_about;
pub use table::markdown;
