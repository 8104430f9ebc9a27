//! `sotto-runtime`: runs GGUF models through llama.cpp and serves the Ollama HTTP API.
//!
//! A process of its own, because llama.cpp can abort on a bad file or when memory runs out, and
//! because an unloaded model's memory must really go back.

mod args;
mod confinement;
mod engine;
mod error;
mod guard;
mod library;
mod listen;
mod routes;
mod template;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use args::{BenchArguments, CommandLine, ServeArguments, Tool};
use confinement::Confinement;
use engine::{Engine, EngineSettings};
use library::{Index, Library, Place};
use routes::Runtime;

fn main() -> ExitCode {
    engine::process::prepare();
    let command_line = CommandLine::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_env_filter(
            EnvFilter::try_from_env("SOTTO_RUNTIME_LOG")
                .unwrap_or_else(|_| EnvFilter::new("info,llama=error")),
        )
        .init();
    let result = match command_line.tool {
        Some(Tool::BenchLoop(arguments)) => bench(&arguments),
        None => serve(command_line.serve, confinement::confine),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until the process is ended. `confine` gives up what only the start needs; it is called
/// before a second thread runs and before a model is opened.
fn serve(
    arguments: ServeArguments,
    confine: impl FnOnce(&[PathBuf]) -> Confinement,
) -> Result<(), Box<dyn std::error::Error>> {
    confinement::no_core_dumps();
    let listener = listen::Listener::bind(&arguments)?;
    engine::devices::start(&arguments.devices, arguments.without_devices.as_deref())?;
    let threads = arguments.threads.unwrap_or_else(default_threads);
    let index = arguments.index.as_deref().map(Index::read);
    let folders = arguments.models.into_iter().map(Place::folder);
    let library = Library::new(
        folders.chain(arguments.stores).collect(),
        index.unwrap_or_default(),
    );
    template::time_zone();
    let confinement = confine(&library.readable());
    if arguments.lifeline {
        confinement::die_with_parent()?;
    }
    let runtime = Arc::new(Runtime {
        engine: Engine::start(EngineSettings {
            context: arguments.context,
            threads,
            memory: arguments.memory,
        })?,
        library,
        threads,
        confinement,
    });
    // One thread for the network: the others belong to the model.
    let network = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = network.block_on(listener.serve(runtime));
    // A model folder that does not answer (a network share) must not hold up the end.
    network.shutdown_background();
    result?;
    Ok(())
}

fn bench(arguments: &BenchArguments) -> Result<(), Box<dyn std::error::Error>> {
    let result = engine::bench::run(
        &arguments.model,
        engine::bench::Bench {
            prompt_tokens: arguments.prompt_tokens.max(1),
            predict: arguments.predict,
            threads: arguments.threads.unwrap_or_else(default_threads),
            context: arguments.context,
        },
    )?;
    listen::announce(&result.to_string())?;
    Ok(())
}

/// One thread for each physical core that this process may use.
fn default_threads() -> u32 {
    let allowed = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cores = sysinfo::System::physical_core_count().unwrap_or(allowed);
    u32::try_from(allowed.min(cores)).unwrap_or(1).max(1)
}
