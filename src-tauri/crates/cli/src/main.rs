//! `sotto`: the same engine, history and models as the window, from a terminal or a script.
#![expect(clippy::print_stderr, reason = "a terminal program speaks by printing")]

mod actions;
mod arguments;
mod ask;
mod bench;
mod chat;
mod doctor;
mod exit;
mod history;
mod larger;
mod ledger;
mod models;
mod piped;
mod providers;
mod quick;
mod session;

use std::process::ExitCode;

use arguments::{Arguments, Command, HistoryCommand, LedgerCommand, ModelsCommand};
use clap::Parser;
use exit::Exit;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    sotto_api::turn_off_core_dumps();
    let done = match Arguments::parse().command {
        Command::Ask(arguments) => ask::run(arguments).await,
        Command::Actions(arguments) => actions::run(arguments).await,
        Command::Chat(arguments) => chat::run(arguments).await,
        Command::Quick(arguments) => quick::run(arguments).await,
        Command::History(HistoryCommand::List { json }) => history::list(json).await,
        Command::History(HistoryCommand::Show { id, json }) => history::show(&id, json).await,
        Command::History(HistoryCommand::Export { json: _, id }) => {
            history::export(id.as_deref()).await
        }
        Command::Models(ModelsCommand::List { json }) => models::list(json).await,
        Command::Models(ModelsCommand::Bench { name, json }) => bench::run(name, json).await,
        Command::Models(ModelsCommand::Show { name, json }) => models::show(&name, json).await,
        Command::Models(ModelsCommand::Catalog { language, json }) => {
            models::catalog(language.as_deref(), json).await
        }
        Command::Models(ModelsCommand::Import { path, json }) => models::import(path, json).await,
        Command::Models(ModelsCommand::Rm { name, json }) => models::remove(name, json).await,
        Command::Providers(command) => providers::run(command).await,
        Command::Cloud(command) => providers::switch(command).await,
        Command::Ledger(LedgerCommand::List { json }) => ledger::list(json).await,
        Command::Ledger(LedgerCommand::Verify { json }) => ledger::verify(json).await,
        Command::Doctor { json } => doctor::run(json).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => {
            exit.explain();
            exit.code()
        }
    }
}

/// Prints a value as JSON, for programs.
fn print_json(value: &impl serde::Serialize) -> Result<(), Exit> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Exit::Failed(error.to_string()))?;
    print_line(&text)
}

/// Prints a line. Unlike `println!` it does not panic where nobody reads any more.
fn print_line(line: &str) -> Result<(), Exit> {
    session::print_now(&format!("{line}\n")).map_err(Exit::from)
}
