//! Who can be asked: the providers that Sotto knows, and servers that the person entered.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sotto_consent::{AddressError, Destination, Method, Policy, ProviderId, Server, Url};
use sotto_domain::Place;
use sotto_egress::{Dialect, Expected, ListedModel, Protocol, catalog, is_passed_on};
use sotto_history::{History, HistoryError};
use sotto_redaction::Words;

use crate::{
    cloud::case::on_this_computer,
    error::{ApiError, ErrorCode, sentence},
    view::cloud::{KeyState, LargerModelView, ProviderEntry, ProviderView, Retention},
};

/// Where an Ollama listens unless it is told otherwise.
const OLLAMA_PORT: &str = ":11434";
/// The longest name of a provider, in characters.
const LONGEST_TITLE: usize = 60;
/// The longest path of an address, in bytes.
const LONGEST_PATH: usize = 64;
/// The setting with the person's own servers.
const OWN: &str = "providers";
/// The setting with the models of each provider.
const MODELS: &str = "provider_models";
/// The setting that says of which providers a key is in the keyring: so that showing them reads none.
const WITH_KEY: &str = "providers_with_key";
/// The setting with the person's own confidential words.
const WORDS: &str = "confidential_words";

/// A server that the person entered.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Own {
    id: ProviderId,
    title: String,
    protocol: Protocol,
    base: Url,
}

/// The models of each provider, as it listed them or as the person entered them.
type Models = BTreeMap<ProviderId, Vec<StoredModel>>;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredModel {
    name: String,
    passed_on: bool,
}

/// Where a provider's requests go.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) id: ProviderId,
    pub(crate) title: String,
    pub(crate) protocol: Protocol,
    pub(crate) base: Url,
    pub(crate) dialect: Dialect,
    /// Its name in the price data.
    pub(crate) prices: Option<String>,
    pub(crate) retention: Option<Retention>,
    key_page: String,
    pub(crate) built_in: bool,
    models: Vec<StoredModel>,
}

impl Endpoint {
    /// Whether the server says that it passes this model's questions on. Of an Ollama, a model that it
    /// was not heard to have of its own counts as passed on: its names have aliases.
    pub(crate) fn passes_on(&self, model: &str) -> bool {
        let plain = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_owned();
        let mut listed = self.models.iter();
        let listed = listed.find(|listed| plain(&listed.name) == plain(model));
        is_passed_on(model) || listed.map_or(self.is_ollama(), |listed| listed.passed_on)
    }

    /// Whether it is an Ollama, which is known by its port, whatever protocol it speaks.
    fn is_ollama(&self) -> bool {
        self.base.origin().ends_with(OLLAMA_PORT)
    }

    /// The name of its key in the keyring: a key belongs to a server, not to a name of the person's.
    pub(crate) fn key_name(&self) -> String {
        format!("{}@{}", self.id, self.base.origin())
    }

    /// Where its list of models is, and in which form. An Ollama is asked in its own way, because only
    /// there it says which models it passes on to somebody else.
    pub(crate) fn models_at(&self) -> Result<(Url, Expected), AddressError> {
        if self.is_ollama() {
            let origin = self.base.origin();
            return Ok((
                format!("{origin}/api/tags").parse()?,
                Expected::OllamaModels,
            ));
        }
        let url = self.protocol.models_url(&self.base)?;
        Ok((url, Expected::Models(self.protocol)))
    }

    /// Where words to it go, by its address.
    pub(crate) fn place(&self) -> Place {
        self.destination()
            .map_or(Place::Cloud, |destination| destination.place())
    }

    /// The server of the person's network that it is, if it is one.
    pub(crate) fn server(&self) -> Option<Server> {
        self.destination()
            .and_then(|destination| destination.server())
    }

    fn destination(&self) -> Option<Destination> {
        let resolved = on_this_computer(&self.base);
        let url = self.base.clone();
        Destination::new(self.id.clone(), Method::Get, url, &resolved, None).ok()
    }

    fn known(provider: &catalog::Provider, models: &Models) -> Self {
        let retention = provider.policy.retention.as_ref().map(|said| Retention {
            text: said.says.clone(),
            source: provider.policy.page.to_string(),
            checked: said.checked.clone(),
        });
        Self {
            id: provider.id.clone(),
            title: provider.title.clone(),
            protocol: provider.protocol,
            base: provider.base.clone(),
            dialect: provider.dialect,
            prices: Some(provider.prices.clone()),
            retention,
            key_page: provider.keys.clone(),
            built_in: true,
            models: models.get(&provider.id).cloned().unwrap_or_default(),
        }
    }

    fn own(own: Own, models: &Models) -> Self {
        Self {
            models: models.get(&own.id).cloned().unwrap_or_default(),
            id: own.id,
            title: own.title,
            protocol: own.protocol,
            base: own.base,
            dialect: Dialect::default(),
            prices: None,
            retention: None,
            key_page: String::new(),
            built_in: false,
        }
    }

    /// How it is shown. `keyring` says whether there is one to keep keys in.
    pub(crate) fn view(
        self,
        policy: &Policy,
        with_key: &BTreeSet<ProviderId>,
        keyring: bool,
    ) -> ProviderView {
        let place = self.place();
        let base = self.base.origin().to_owned();
        let key = match keyring {
            true if with_key.contains(&self.id) => KeyState::Kept,
            true => KeyState::None,
            false => KeyState::Unknown {
                message: "There is no keyring here to keep a key in.".to_owned(),
            },
        };
        let standing_yes = policy
            .standing_yeses()
            .find(|server| server.to_string() == base)
            .cloned();
        let model = |listed: &StoredModel| LargerModelView {
            name: listed.name.clone(),
            place: if self.passes_on(&listed.name) {
                Place::Cloud
            } else {
                place
            },
        };
        ProviderView {
            models: self.models.iter().map(model).collect(),
            id: self.id,
            title: self.title,
            protocol: self.protocol,
            address: self.base.to_string(),
            place,
            built_in: self.built_in,
            key,
            retention: self.retention,
            key_page: self.key_page,
            standing_yes,
        }
    }
}

/// Everybody that can be asked: those that Sotto knows, then the person's own.
pub(crate) async fn all(history: &History) -> Result<Vec<Endpoint>, HistoryError> {
    let models: Models = history.setting(MODELS).await?.unwrap_or_default();
    let own: Vec<Own> = history.setting(OWN).await?.unwrap_or_default();
    let known = catalog::providers().iter();
    let known = known.map(|provider| Endpoint::known(provider, &models));
    let own = own.into_iter().map(|own| Endpoint::own(own, &models));
    Ok(known.chain(own).collect())
}

/// One of them.
pub(crate) async fn one(history: &History, id: &ProviderId) -> Result<Endpoint, ApiError> {
    let found = all(history).await?.into_iter().find(|each| each.id == *id);
    found.ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            format!("There is no provider {id}. Choose one in the settings."),
        )
    })
}

/// Adds one, or changes it.
pub(crate) async fn save(history: &History, entry: ProviderEntry) -> Result<(), ApiError> {
    let mut models: Vec<String> = Vec::new();
    for model in &entry.models {
        let model = model.trim();
        if !model.is_empty() && !models.iter().any(|known| known == model) {
            models.push(model.to_owned());
        }
    }
    let is_known = |id: &ProviderId| catalog::provider(id).is_some();
    let id = match entry.id.clone() {
        Some(id) if is_known(&id) => id,
        id => save_own(history, id, entry).await?,
    };
    let now = one(history, &id).await?;
    // What the server said of a model stays; what it said nothing about is not taken for its own.
    let listed = models.into_iter().map(|name| ListedModel {
        passed_on: now.passes_on(&name),
        id: name,
    });
    keep_models(history, &id, listed.collect()).await?;
    Ok(())
}

async fn save_own(
    history: &History,
    id: Option<ProviderId>,
    entry: ProviderEntry,
) -> Result<ProviderId, ApiError> {
    let refuse = |message: String| ApiError::new(ErrorCode::Other, message);
    let title = entry.title.trim().to_owned();
    if title.is_empty() {
        return Err(refuse("Give the server a name.".to_owned()));
    }
    // It stands where the person is asked, above what would be sent.
    if title.chars().count() > LONGEST_TITLE || title.contains(char::is_control) {
        return Err(refuse(format!(
            "A name has at most {LONGEST_TITLE} characters, all on one line."
        )));
    }
    let address = entry.address.trim().trim_end_matches('/');
    let base: Url = address.parse().map_err(|error| refuse(sentence(&error)))?;
    // A path can say as much as a body.
    if base.as_str().len() - base.origin().len() > LONGEST_PATH {
        return Err(refuse(format!(
            "The path of an address has at most {LONGEST_PATH} characters."
        )));
    }
    let mut own: Vec<Own> = history.setting(OWN).await?.unwrap_or_default();
    let id = match id {
        Some(id) if own.iter().any(|each| each.id == id) => id,
        Some(id) => return Err(refuse(format!("There is no provider {id} to change."))),
        None => new_id(&title, &own),
    };
    // A key is for whom it was given to, and goes nowhere else because an address was changed.
    let moved = |each: &Own| each.id == id && each.base.origin() != base.origin();
    if own.iter().any(moved) && with_key(history).await?.contains(&id) {
        return Err(refuse(
            "The key was given for another server. Remove it, then change the address.".to_owned(),
        ));
    }
    // What could never be asked is refused now and not when somebody asks.
    let resolved = on_this_computer(&base);
    Destination::new(id.clone(), Method::Get, base.clone(), &resolved, None)
        .map_err(|error| refuse(sentence(&error)))?;
    // What was heard of another server's models says nothing of this one's.
    let another =
        |each: &Own| each.id == id && (each.base != base || each.protocol != entry.protocol);
    if own.iter().any(another) {
        keep_models(history, &id, Vec::new()).await?;
    }
    own.retain(|each| each.id != id);
    own.push(Own {
        id: id.clone(),
        title,
        protocol: entry.protocol,
        base,
    });
    history.set_setting(OWN, &own).await?;
    Ok(id)
}

/// A name for the program out of one for people: `My server` is `my-server`, and `my-server-2` if
/// there is one.
fn new_id(title: &str, own: &[Own]) -> ProviderId {
    let letters = title.to_lowercase();
    let words: Vec<&str> = letters
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut stem = words.join("-");
    stem.truncate(48);
    if stem.is_empty() {
        stem.push_str("server");
    }
    let is_taken =
        |id: &ProviderId| catalog::provider(id).is_some() || own.iter().any(|each| each.id == *id);
    let names = std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}-{number}")));
    names
        .filter_map(|name| name.parse().ok())
        .find(|id| !is_taken(id))
        .unwrap_or_else(|| unreachable!("one of endlessly many names is free"))
}

/// Removes one that the person entered.
pub(crate) async fn remove(history: &History, id: &ProviderId) -> Result<(), ApiError> {
    let mut own: Vec<Own> = history.setting(OWN).await?.unwrap_or_default();
    let before = own.len();
    own.retain(|each| each.id != *id);
    if own.len() == before {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("{id} is not a provider that you entered."),
        ));
    }
    history.set_setting(OWN, &own).await?;
    keep_models(history, id, Vec::new()).await?;
    Ok(())
}

/// Keeps which models a provider has.
pub(crate) async fn keep_models(
    history: &History,
    id: &ProviderId,
    listed: Vec<ListedModel>,
) -> Result<(), HistoryError> {
    let stored = listed.into_iter().map(|model| StoredModel {
        name: model.id,
        passed_on: model.passed_on,
    });
    let (id, stored) = (id.clone(), stored.collect());
    let keep = move |models: Option<Models>| {
        let mut models = models.unwrap_or_default();
        models.insert(id, stored);
        models.retain(|_, models| !models.is_empty());
        models
    };
    history.change_setting(MODELS, keep).await.map(drop)
}

/// The providers of which a key is kept.
pub(crate) async fn with_key(history: &History) -> Result<BTreeSet<ProviderId>, HistoryError> {
    Ok(history.setting(WITH_KEY).await?.unwrap_or_default())
}

/// Notes whether a key is kept.
pub(crate) async fn note_key(
    history: &History,
    id: &ProviderId,
    kept: bool,
) -> Result<(), HistoryError> {
    let id = id.clone();
    let note = move |ids: Option<BTreeSet<ProviderId>>| {
        let mut ids = ids.unwrap_or_default();
        if kept {
            ids.insert(id);
        } else {
            ids.remove(&id);
        }
        ids
    };
    history.change_setting(WITH_KEY, note).await.map(drop)
}

/// The person's own confidential words, as they entered them.
pub(crate) async fn own_words(history: &History) -> Result<Vec<String>, HistoryError> {
    Ok(history.setting(WORDS).await?.unwrap_or_default())
}

/// Replaces them.
pub(crate) async fn set_own_words(history: &History, words: &[String]) -> Result<(), ApiError> {
    // What cannot be searched for is refused now.
    Words::new(words).map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))?;
    history.set_setting(WORDS, &words).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(base: &str) -> Endpoint {
        let own = Own {
            id: "own".parse().unwrap(),
            title: "Own".to_owned(),
            protocol: Protocol::OpenAi,
            base: base.parse().unwrap(),
        };
        let passed_on = StoredModel {
            name: "deepseek".to_owned(),
            passed_on: true,
        };
        let its_own = StoredModel {
            name: "qwen3:4b".to_owned(),
            passed_on: false,
        };
        let models = vec![passed_on, its_own];
        Endpoint::own(own.clone(), &Models::from([(own.id, models)]))
    }

    #[test]
    fn an_ollama_says_itself_what_it_passes_on() {
        let (url, expected) = own("http://127.0.0.1:11434/v1").models_at().unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:11434/api/tags");
        assert_eq!(expected, Expected::OllamaModels);
        let (url, expected) = own("http://127.0.0.1:8080/v1").models_at().unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:8080/v1/models");
        assert_eq!(expected, Expected::Models(Protocol::OpenAi));
    }

    #[test]
    fn a_model_that_is_passed_on_is_in_the_cloud_wherever_its_server_is() {
        let ollama = own("http://127.0.0.1:11434/v1");
        assert_eq!(ollama.place(), Place::YourNetwork);
        assert!(ollama.passes_on("deepseek"));
        assert!(ollama.passes_on("gpt-oss:120b-cloud"));
        assert!(
            ollama.passes_on("deepseek:latest"),
            "another name of the same"
        );
        assert!(!ollama.passes_on("qwen3:4b"));
        assert!(ollama.passes_on("never-heard-of"));
        let shown = ollama.view(&Policy::default(), &BTreeSet::new(), true);
        assert_eq!(shown.models[0].place, Place::Cloud);
    }

    #[test]
    fn a_new_server_gets_a_name_that_nobody_has() {
        let mut taken = Vec::new();
        for (title, expected) in [
            ("My Server!", "my-server"),
            ("my server", "my-server-2"),
            ("OpenAI", "openai-2"),
            ("在家", "server"),
        ] {
            let id = new_id(title, &taken);
            assert_eq!(id.as_str(), expected);
            taken.push(Own {
                id,
                title: title.to_owned(),
                protocol: Protocol::OpenAi,
                base: "http://127.0.0.1/".parse().unwrap(),
            });
        }
    }
}
