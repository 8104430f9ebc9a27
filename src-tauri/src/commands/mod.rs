//! What the pages can call. Each is one line: decode, call `sotto-api`, return.
//! They are documented where they are done, in `sotto-api`.

pub(crate) mod cloud;
pub(crate) mod consent;
pub(crate) mod conversations;
pub(crate) mod desktop;
pub(crate) mod downloads;
pub(crate) mod models;
pub(crate) mod quick;
pub(crate) mod shortcuts;
pub(crate) mod startup;
pub(crate) mod turns;
