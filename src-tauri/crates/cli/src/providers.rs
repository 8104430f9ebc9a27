//! `sotto providers` and `sotto cloud`: who can be asked, the keys that they gave, and the switches.

use std::io::{IsTerminal, Read};

use sotto_api::{
    Sotto,
    consent::ProviderId,
    domain::Place,
    view::cloud::{CloudView, KeyState, NewKey, Protocol, ProviderEntry},
};

use crate::{
    arguments::{CloudCommand, ProvidersCommand},
    exit::Exit,
    larger::visible,
    print_json, print_line,
    session::{Session, typed},
};

/// No key is longer; a file that was piped in by mistake is.
const LONGEST_KEY: u64 = 8 << 10;

pub(crate) async fn run(command: ProvidersCommand) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let done = obey(&session.sotto, command).await;
    session.sotto.shutdown().await;
    done
}

async fn obey(sotto: &Sotto, command: ProvidersCommand) -> Result<(), Exit> {
    match command {
        ProvidersCommand::List { json } => {
            let cloud = available(sotto.cloud().await?)?;
            if json {
                return print_json(&cloud.providers);
            }
            for provider in cloud.providers {
                let place = match provider.place {
                    Place::Cloud => "cloud",
                    Place::YourNetwork => "your network",
                    Place::ThisComputer => "this computer",
                };
                let key = match provider.key {
                    KeyState::Kept => "a key is kept",
                    KeyState::None => "no key",
                    KeyState::Unknown { .. } => "no keyring",
                };
                print_line(&format!(
                    "{}  {}  {}  {place}, {key}",
                    provider.id,
                    visible(&provider.title),
                    provider.address
                ))?;
            }
            Ok(())
        }
        ProvidersCommand::Key { provider, remove } => {
            let provider = id(&provider)?;
            if remove {
                sotto.remove_key(provider).await?;
            } else {
                let key = key("Key (not shown): ")?;
                sotto.keep_key(provider, key).await?;
            }
            Ok(())
        }
        ProvidersCommand::Add {
            title,
            address,
            anthropic,
        } => {
            let entry = ProviderEntry {
                id: None,
                title,
                protocol: if anthropic {
                    Protocol::Anthropic
                } else {
                    Protocol::OpenAi
                },
                address,
                models: Vec::new(),
            };
            let cloud = sotto.save_provider(entry).await?;
            match cloud.providers.last() {
                Some(added) => print_line(added.id.as_str()),
                None => Ok(()),
            }
        }
        ProvidersCommand::Remove { provider } => {
            sotto.remove_provider(id(&provider)?).await?;
            Ok(())
        }
    }
}

pub(crate) async fn switch(command: CloudCommand) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let sotto = &session.sotto;
    let done = match command {
        CloudCommand::On => sotto.turn_cloud(true).await,
        CloudCommand::Off => sotto.turn_cloud(false).await,
        CloudCommand::Block => sotto.block_cloud().await,
        CloudCommand::Unblock => sotto.unblock_cloud().await,
    };
    // The ledger's seal is kept before this ends.
    sotto.shutdown().await;
    done.map(drop).map_err(Exit::from)
}

fn available(cloud: CloudView) -> Result<CloudView, Exit> {
    if cloud.unavailable.is_empty() {
        Ok(cloud)
    } else {
        Err(Exit::NotSent(cloud.unavailable))
    }
}

fn id(text: &str) -> Result<ProviderId, Exit> {
    text.parse().map_err(|_| {
        Exit::BadInput(format!(
            "{text} is no provider: see `sotto providers list`."
        ))
    })
}

/// A key, typed unseen or piped in. Never an argument: those stand in the list of processes.
pub(crate) fn key(prompt: &str) -> Result<NewKey, Exit> {
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        return Ok(NewKey::from(typed(prompt)?));
    }
    let mut key = String::new();
    input
        .take(LONGEST_KEY)
        .read_to_string(&mut key)
        .map_err(|error| Exit::BadInput(format!("The key cannot be read: {error}.")))?;
    Ok(NewKey::from(key))
}
