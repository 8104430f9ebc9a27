//! The client and the supervisor of the process `sotto-runtime`: the only crate of the app that
//! speaks the Ollama API. [`Runtime`] is what the rest of the program uses: a [`LanguageModel`]
//! that starts the process when it is first asked and again when it died.
//!
//! [`LanguageModel`]: sotto_domain::LanguageModel

mod answer;
mod bench;
mod client;
mod error;
mod executable;
mod failure;
mod index;
mod process;
mod protocol;
mod run_folder;
mod runtime;
mod supervisor;

pub use client::Client;
pub use error::{RuntimeError, RuntimeStatus};
pub use executable::{EXECUTABLE_VARIABLE, find_executable};
pub use protocol::{
    BenchStep, Confinement, Device, DeviceKind, InstalledModel, LoadedModel, Measured, MemoryNeed,
    ModelKind, ModelList, System, UnusableModel,
};
pub use runtime::Runtime;
pub use supervisor::{Settings, Store, Supervisor};
