//! The providers that Sotto knows by name: assets/providers/catalog.toml, compiled in. Its header says
//! what each field means; a field that is not declared here fails the test.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sotto_consent::{ProviderId, Url};
use specta::Type;

use crate::protocol::{Dialect, Protocol};

const TEXT: &str = include_str!("../../../../assets/providers/catalog.toml");

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| match toml::from_str(TEXT) {
    Ok(catalog) => catalog,
    // It is part of the program, and a test reads it: this cannot be met by a person.
    Err(error) => panic!("assets/providers/catalog.toml: {error}"),
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalog {
    #[serde(rename = "provider")]
    providers: Vec<Provider>,
}

/// A provider that Sotto knows by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Never changed once published.
    pub id: ProviderId,
    /// What a person reads.
    pub title: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Below it are the addresses of the protocol.
    pub base: Url,
    /// The host where a key is made.
    pub keys: String,
    /// Its name in the price data.
    pub prices: String,
    /// How it wants the protocol written.
    #[serde(default)]
    pub dialect: Dialect,
    /// What becomes of what is sent to it.
    pub policy: Policy,
}

/// What becomes of what is sent to a provider's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Where the provider says it.
    pub page: Url,
    /// What it says about how long it is kept; `None` is unknown.
    #[serde(default)]
    pub retention: Option<Retention>,
}

/// What a provider said on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// In one plain sentence.
    pub says: String,
    /// The last day on which its page is known to have said so, as `YYYY-MM-DD`.
    pub checked: String,
}

/// The providers, in the order in which they are shown.
///
/// # Panics
///
/// If the compiled-in catalogue cannot be read, which a test rules out.
#[must_use]
pub fn providers() -> &'static [Provider] {
    &CATALOG.providers
}

/// The provider of that name.
#[must_use]
pub fn provider(id: &ProviderId) -> Option<&'static Provider> {
    providers().iter().find(|provider| provider.id == *id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::protocol::AnswerLimit;

    #[test]
    fn the_catalogue_reads_and_its_addresses_are_addresses() {
        let ids: Vec<_> = providers().iter().map(|each| each.id.as_str()).collect();
        let expected = [
            "openai",
            "anthropic",
            "gemini",
            "mistral",
            "groq",
            "openrouter",
            "deepseek",
        ];
        assert_eq!(ids, expected);
        for provider in providers() {
            let Provider { base, protocol, .. } = provider;
            assert!(base.is_encrypted() && provider.policy.page.is_encrypted());
            let asked = protocol.question_url(base).unwrap();
            assert!(asked.as_str().starts_with(base.origin()), "{asked}");
            assert!(protocol.models_url(base).is_ok());
            let keys = format!("https://{}/", provider.keys);
            assert_eq!(keys.parse::<Url>().unwrap().as_str(), keys);
        }
    }

    #[test]
    fn each_provider_has_prices() {
        for provider in providers() {
            let found = genai_prices::Calculator::bundled()
                .find_provider(Some(&provider.prices), None)
                .unwrap();
            assert!(found.is_some(), "{}", provider.prices);
        }
    }

    #[test]
    fn what_is_said_of_retention_was_read_on_a_day() {
        let days: BTreeSet<_> = providers()
            .iter()
            .filter_map(|provider| provider.policy.retention.as_ref())
            .map(|retention| retention.checked.as_str())
            .collect();
        for day in days {
            let date = format!("{day}T00:00:00Z");
            assert!(
                toml::from_str::<toml::Table>(&format!("d = {date}")).is_ok(),
                "{day}"
            );
        }
    }

    #[test]
    fn providers_are_found_and_have_their_dialects() {
        let find = |id: &str| provider(&id.parse().unwrap());
        assert_eq!(find("nobody"), None);
        let openai = find("openai").unwrap();
        assert_eq!(
            openai.dialect.answer_limit,
            AnswerLimit::MaxCompletionTokens
        );
        assert_eq!(find("gemini").unwrap().dialect, Dialect::default());
        assert!(!find("deepseek").unwrap().dialect.text_blocks);
    }
}
