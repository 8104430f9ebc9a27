//! Everything that touches llama.cpp: the only place of the project with `unsafe`.
//!
//! Outside of here there are jobs, events and settings; tokens and pointers stay inside.
#![expect(unsafe_code, reason = "llama.cpp is a C library")]
#![deny(unsafe_op_in_unsafe_fn)]

mod adapter;
mod answer_text;
pub(crate) use answer_text::longest_beginning;
pub(crate) mod backend;
mod bandwidth;
pub(crate) mod bench;
mod context;
pub(crate) mod devices;
mod driver;
mod embed;
mod generate;
pub(crate) mod gguf;
mod grammar;
mod job;
mod loaded;
mod measure;
mod memory;
mod model;
mod pace;
mod placement;
mod prefix;
pub(crate) mod process;
mod prompt;
mod residents;
mod sampler;
mod status;
mod worker;

pub(crate) use adapter::Wanted;
pub(crate) use job::{
    Cancel, CancelOnDrop, EmbedTask, Embeddings, Event, Format, GenerateTask, Job, KeepAlive,
    LoadReport, Prompt, Sampling, Summary, Task, TokenLogprob,
};
pub(crate) use measure::{BenchEvent, Measured};
pub(crate) use memory::{Need, system_memory};
pub(crate) use status::{LoadState, LoadedStatus};
pub(crate) use worker::{Engine, EngineSettings, MemoryLimit};
