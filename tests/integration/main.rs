//! The core as a person uses it, through `sotto-api`: over a model that says what the test wrote,
//! and over the real runtime with the starter model.

mod bad_input;
mod branches;
mod larger;
mod real_runtime;
mod turns;
