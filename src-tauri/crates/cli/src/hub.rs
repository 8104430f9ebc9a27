//! `sotto models hub`: where models are fetched from, and the token that is shown there.

use sotto_api::{
    Sotto,
    view::{cloud::KeyState, downloads::HubView},
};

use crate::{
    arguments::HubArguments, exit::Exit, print_json, print_line, providers::key, session::Session,
};

pub(crate) async fn run(arguments: HubArguments) -> Result<(), Exit> {
    let session = Session::asking().await?;
    let done = obey(&session.sotto, arguments).await;
    session.sotto.shutdown().await;
    done
}

async fn obey(sotto: &Sotto, arguments: HubArguments) -> Result<(), Exit> {
    let mut hub = sotto.model_hub().await?;
    if arguments.endpoint.is_some() || arguments.usual {
        // What one hub may send on to says nothing about another.
        let chosen = sotto.choose_model_hub(arguments.endpoint, arguments.allow);
        hub = chosen.await?;
    } else if !arguments.allow.is_empty() {
        hub = sotto.allow_model_hosts(arguments.allow).await?;
    }
    if arguments.token {
        hub = sotto.keep_hub_token(key("Token (not shown): ")?).await?;
    } else if arguments.remove_token {
        hub = sotto.remove_hub_token().await?;
    }
    if arguments.json {
        return print_json(&hub);
    }
    show(&hub)
}

fn show(hub: &HubView) -> Result<(), Exit> {
    let named = if hub.from_environment {
        "  (from HF_ENDPOINT)"
    } else {
        ""
    };
    print_line(&format!("{}{named}", hub.endpoint))?;
    for host in &hub.further_hosts {
        print_line(&format!("may send on to {host}"))?;
    }
    print_line(match &hub.token {
        KeyState::Kept => "a token is kept",
        KeyState::None => "no token",
        KeyState::Unknown { message } => message,
    })
}
