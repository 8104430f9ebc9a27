//! The core as a person uses it, through `sotto-api`: over a model that says what the test wrote,
//! over the real runtime with the starter model, and before a server that nobody here wrote.

mod actions;
mod bad_input;
mod branches;
mod gate;
mod gguf;
mod larger;
mod llama_server;
mod memory;
mod model_settings;
mod quick;
mod real_runtime;
mod stores;
mod turns;
#[cfg(unix)]
mod unwritten;
