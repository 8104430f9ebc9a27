//! What the pages can call. Each is one line: decode, call `sotto-api`, return.
#![expect(missing_docs, reason = "each command is documented where it is done, in sotto-api")]

pub(crate) mod conversations;
pub(crate) mod models;
pub(crate) mod startup;
pub(crate) mod turns;
