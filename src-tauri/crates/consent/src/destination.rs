//! Where words go. The place is worked out here from the address, never claimed by a caller, so
//! that no mistake elsewhere can call a provider's computer "your network".

use core::net::IpAddr;
use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sotto_domain::Place;
use specta::Type;

use crate::{
    address::{AddressError, Url, is_private},
    text::serde_as_text,
};

/// The longest name of a model, in bytes.
const LONGEST_MODEL: usize = 200;

/// Why a destination is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Words would cross the internet in the clear.
    #[error("the address is not in a private network, so it must begin with https://")]
    NotEncrypted,
    /// Not a name of a provider.
    #[error("a provider's name has 1 to 64 lower-case letters, digits, '-', '_' or '.'")]
    Provider,
    /// Not a name of a model.
    #[error("a model's name has 1 to 200 bytes and no control characters")]
    Model,
}

/// Who runs the remote model: `openai`, `anthropic`, or the name that the person gave a server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Type)]
#[specta(transparent)]
pub struct ProviderId(String);

impl ProviderId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderId {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(DestinationError::Provider)
        }
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

serde_as_text!(ProviderId);

/// A server of the person's own network, as `https://host[:port]`: what a standing yes is given to.
/// A destination in the cloud has none, so no standing yes can be kept for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Type)]
#[specta(transparent)]
pub struct Server(String);

impl FromStr for Server {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url: Url = text.parse()?;
        if url.origin() == text {
            Ok(Self(text.to_owned()))
        } else {
            Err(AddressError::Path)
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

serde_as_text!(Server);

/// How a request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Fetches, without a body.
    Get,
    /// Sends a body.
    Post,
}

impl Method {
    /// As HTTP spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Where words go: everything about it that the person is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Destination {
    place: Place,
    provider: ProviderId,
    method: Method,
    url: Url,
    /// Of `url`, once more by itself: what a person should look at.
    host: String,
    model: Option<String>,
}

impl Destination {
    /// A destination. It is `your network` only if its host is a private IP address, or a name for
    /// which `resolved` holds private addresses and no other; everything else is the cloud.
    ///
    /// # Errors
    ///
    /// If the words would cross the internet in the clear, or the model's name cannot be one.
    pub fn new(
        provider: ProviderId,
        method: Method,
        url: Url,
        resolved: &[IpAddr],
        model: Option<String>,
    ) -> Result<Self, DestinationError> {
        let private = match url.ip_address() {
            Some(address) => is_private(address),
            None => !resolved.is_empty() && resolved.iter().copied().all(is_private),
        };
        if !private && !url.is_encrypted() {
            return Err(DestinationError::NotEncrypted);
        }
        let is_name = |name: &String| {
            (1..=LONGEST_MODEL).contains(&name.len()) && !name.chars().any(char::is_control)
        };
        if !model.as_ref().is_none_or(is_name) {
            return Err(DestinationError::Model);
        }
        Ok(Self {
            place: if private {
                Place::YourNetwork
            } else {
                Place::Cloud
            },
            provider,
            method,
            host: url.host().to_owned(),
            url,
            model,
        })
    }

    /// The same, counted as the cloud: a server of the person's that says it passes this model's
    /// questions on. There is no way back.
    #[must_use]
    pub fn passed_on_to_the_cloud(mut self) -> Self {
        self.place = Place::Cloud;
        self
    }

    /// `YourNetwork` or `Cloud`; never `ThisComputer`, because that needs no consent.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Who runs the model.
    #[must_use]
    pub const fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// How the request asks.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The full address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The model, where one is asked.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The server that a standing yes can be given to; `None` for the cloud.
    #[must_use]
    pub fn server(&self) -> Option<Server> {
        (self.place == Place::YourNetwork).then(|| Server(self.url.origin().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination(url: &str, resolved: &[&str]) -> Result<Destination, DestinationError> {
        let resolved: Vec<IpAddr> = resolved.iter().map(|text| text.parse().unwrap()).collect();
        let provider = "custom".parse().unwrap();
        Destination::new(
            provider,
            Method::Post,
            url.parse().unwrap(),
            &resolved,
            Some("large".into()),
        )
    }

    #[track_caller]
    fn check(url: &str, resolved: &[&str], expected: Result<Place, DestinationError>) {
        assert_eq!(
            destination(url, resolved).map(|destination| destination.place()),
            expected,
            "{url}"
        );
    }

    #[test]
    fn the_place_comes_from_the_address() {
        check(
            "https://api.openai.com/v1",
            &["104.18.0.1"],
            Ok(Place::Cloud),
        );
        check("http://192.168.1.9:8080/v1", &[], Ok(Place::YourNetwork));
        check(
            "http://localhost:11434/",
            &["127.0.0.1", "::1"],
            Ok(Place::YourNetwork),
        );
        check(
            "https://nas.home/",
            &["192.168.1.9"],
            Ok(Place::YourNetwork),
        );
    }

    #[test]
    fn unknown_means_cloud_and_the_cloud_is_encrypted() {
        check("https://nas.home/", &[], Ok(Place::Cloud));
        check(
            "https://nas.home/",
            &["192.168.1.9", "8.8.8.8"],
            Ok(Place::Cloud),
        );
        check("https://8.8.8.8/", &["192.168.1.9"], Ok(Place::Cloud));
        for open in ["http://nas.home/", "http://8.8.8.8/", "http://localhost/"] {
            check(open, &[], Err(DestinationError::NotEncrypted));
        }
    }

    #[test]
    fn only_your_network_has_a_server_to_say_a_standing_yes_to() {
        let local = destination("http://10.0.0.2:8080/v1/chat", &[]).unwrap();
        assert_eq!(local.server().unwrap().to_string(), "http://10.0.0.2:8080");
        assert_eq!(local.passed_on_to_the_cloud().server(), None);
        assert_eq!(
            destination("https://api.openai.com/", &[])
                .unwrap()
                .server(),
            None
        );
    }

    #[test]
    fn names_are_checked_also_when_they_come_from_a_disk() {
        for wrong in ["", "Open AI", "a/b", &"a".repeat(65)] {
            assert!(wrong.parse::<ProviderId>().is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<ProviderId>("\"a b\"").is_err());
        assert!("http://10.0.0.2:8080".parse::<Server>().is_ok());
        for wrong in ["http://10.0.0.2/", "10.0.0.2", "http://10.0.0.2:80"] {
            assert!(wrong.parse::<Server>().is_err(), "{wrong}");
        }
        let unnamed = Destination::new(
            "openai".parse().unwrap(),
            Method::Get,
            "https://a.example/".parse().unwrap(),
            &[],
            Some("a\nb".into()),
        );
        assert_eq!(unnamed.unwrap_err(), DestinationError::Model);
    }
}
