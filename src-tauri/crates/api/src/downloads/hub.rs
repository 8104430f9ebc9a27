//! Which hub is asked, where it may send a request on to, and the token that it is shown. A page chooses
//! none of these: they are typed in a terminal or named by the environment.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sotto_consent::{Destination, Method, Offer, Offered, ProviderId, StartedBy, Url};
use sotto_egress::download::{DEFAULT_ENDPOINT, Hub};
use sotto_history::History;

use crate::{
    cloud::{case::on_this_computer, gatekeeper::Gatekeeper, keychain},
    error::{ApiError, ErrorCode, sentence},
    sotto::Sotto,
    view::{
        cloud::{KeyState, NewKey},
        downloads::HubView,
    },
};

/// The setting with the person's choice.
const CHOICE: &str = "model_hub";

/// The setting that says for which hubs a token is in the keyring.
const WITH_TOKEN: &str = "model_hubs_with_token";

/// What the person chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Choice {
    /// `None`: huggingface.co.
    endpoint: Option<Url>,
    /// Hosts that it may send a request on to, besides its own.
    hosts: Vec<String>,
}

impl Sotto {
    /// The hub that models come from.
    ///
    /// # Errors
    /// Where the history cannot be read, or the environment names no address.
    pub async fn model_hub(&self) -> Result<HubView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        self.hub_view(&gatekeeper).await
    }

    /// Chooses another hub, or with `None` the usual one, and the hosts that it may send a request on to.
    /// Not for a page: whoever chooses the hub chooses what is asked.
    ///
    /// # Errors
    /// What cannot be an address or a host; nothing was changed then.
    pub async fn choose_model_hub(
        &self,
        endpoint: Option<String>,
        hosts: Vec<String>,
    ) -> Result<HubView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let endpoint = endpoint.as_deref().map(address).transpose()?;
        self.keep_choice(&gatekeeper, Choice { endpoint, hosts })
            .await
    }

    /// Chooses the hosts that the hub may send a request on to, and leaves the hub itself as it is. Not for
    /// a page.
    ///
    /// # Errors
    /// What cannot be a host; nothing was changed then.
    pub async fn allow_model_hosts(&self, hosts: Vec<String>) -> Result<HubView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let Choice { endpoint, .. } = choice(&gatekeeper.history).await?;
        self.keep_choice(&gatekeeper, Choice { endpoint, hosts })
            .await
    }

    async fn keep_choice(
        &self,
        gatekeeper: &Gatekeeper,
        choice: Choice,
    ) -> Result<HubView, ApiError> {
        let endpoint = choice.endpoint.clone().map_or_else(usual, Ok)?;
        Hub::new(endpoint, &choice.hosts).map_err(|error| wrong(&error))?;
        gatekeeper.history.set_setting(CHOICE, &choice).await?;
        self.hub_view(gatekeeper).await
    }

    /// Keeps a token for the hub in the keyring. It goes in and never comes out; it is shown to that hub's
    /// own address and to no other host.
    ///
    /// # Errors
    /// Where there is no keyring, or it does not keep it.
    pub async fn keep_hub_token(&self, token: NewKey) -> Result<HubView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let hub = self.hub(&gatekeeper.history).await?;
        let name = token_name(&hub);
        // Noted first: a token that nobody knows of could not be removed.
        let history = &gatekeeper.history;
        let mut with_token = with_token(history).await?;
        with_token.insert(name.clone());
        history.set_setting(WITH_TOKEN, &with_token).await?;
        let kept = keychain(&gatekeeper)?.keep_provider_key(&name, token.into_secret());
        kept.await?;
        self.hub_view(&gatekeeper).await
    }

    /// Removes the hub's token from the keyring.
    ///
    /// # Errors
    /// Where the keyring does not answer; the token is still there then.
    pub async fn remove_hub_token(&self) -> Result<HubView, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let hub = self.hub(&gatekeeper.history).await?;
        let name = token_name(&hub);
        keychain(&gatekeeper)?.remove_provider_key(&name).await?;
        let history = &gatekeeper.history;
        let mut with_token = with_token(history).await?;
        with_token.remove(&name);
        history.set_setting(WITH_TOKEN, &with_token).await?;
        self.hub_view(&gatekeeper).await
    }

    async fn hub_view(&self, gatekeeper: &Gatekeeper) -> Result<HubView, ApiError> {
        let hub = self.hub(&gatekeeper.history).await?;
        let choice = choice(&gatekeeper.history).await?;
        let token = if gatekeeper.keychain.is_none() {
            KeyState::Unknown {
                message: "There is no keyring here to keep a token in.".to_owned(),
            }
        } else if has_token(&gatekeeper.history, &hub).await? {
            KeyState::Kept
        } else {
            KeyState::None
        };
        Ok(HubView {
            endpoint: hub.endpoint().to_string(),
            from_environment: self.inner.cloud.hub().is_some(),
            further_hosts: hub.further_hosts().to_vec(),
            added_hosts: choice.hosts,
            token,
        })
    }

    /// The hub that is asked now.
    pub(super) async fn hub(&self, history: &History) -> Result<Hub, ApiError> {
        let choice = choice(history).await?;
        let endpoint = match self.inner.cloud.hub() {
            Some(named) => address(named).map_err(|error| {
                let message = format!("HF_ENDPOINT cannot be used: {}", error.message);
                ApiError::new(ErrorCode::Other, message)
            })?,
            None => choice.endpoint.map_or_else(usual, Ok)?,
        };
        Hub::new(endpoint, &choice.hosts).map_err(|error| wrong(&error))
    }
}

/// What is agreed to by a press on a file, or on a look at what a hub has.
pub(super) fn offer(url: Url, started_by: StartedBy) -> Result<Offer, ApiError> {
    let provider: ProviderId = "model-hub".parse().map_err(|error| wrong(&error))?;
    let resolved = on_this_computer(&url);
    let destination = Destination::new(provider, Method::Get, url, &resolved, None);
    Ok(Offer {
        offered: Offered::Model,
        started_by,
        destination: destination.map_err(|error| wrong(&error))?,
    })
}

/// The name of a hub's token in the keyring: a token belongs to a server.
pub(super) fn token_name(hub: &Hub) -> String {
    format!("model-hub@{}", hub.endpoint().origin())
}

/// Whether a token of this hub is kept; without a look into the keyring, which may ask the person.
pub(super) async fn has_token(history: &History, hub: &Hub) -> Result<bool, ApiError> {
    Ok(with_token(history).await?.contains(&token_name(hub)))
}

/// The names of the tokens that are in the keyring.
async fn with_token(history: &History) -> Result<BTreeSet<String>, ApiError> {
    Ok(history.setting(WITH_TOKEN).await?.unwrap_or_default())
}

async fn choice(history: &History) -> Result<Choice, ApiError> {
    Ok(history.setting(CHOICE).await?.unwrap_or_default())
}

fn usual() -> Result<Url, ApiError> {
    address(DEFAULT_ENDPOINT)
}

/// An address as people write it, with or without a stroke at its end.
fn address(text: &str) -> Result<Url, ApiError> {
    let url: Url = text
        .trim_end_matches('/')
        .parse()
        .map_err(|error| wrong(&error))?;
    // In the clear only within the person's network: the rule of every destination.
    offer(url.clone(), StartedBy::Person)?;
    Ok(url)
}

fn wrong(error: &impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Other, sentence(error))
}
