//! Where a host's name leads. The question goes to the computer's own resolver at the moment of
//! connecting, and the answer is held against the place that was agreed to: a name that was private
//! when the person said yes and is public now is not connected to.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Arc,
};

use reqwest_tls::dns::{Addrs, Name, Resolve, Resolving};
use sotto_consent::is_private;
use sotto_domain::Place;

/// Who is asked where a name leads.
#[derive(Debug, Clone, Default)]
pub enum Names {
    /// The operating system.
    #[default]
    System,
    /// A list; names that are not in it lead nowhere. For tests.
    Fixed(BTreeMap<String, Vec<IpAddr>>),
}

/// Why a name cannot be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No network, so nobody could be asked.
    #[error("there is no network, so the name could not be looked up")]
    Offline,
    /// It leads nowhere.
    #[error("the name leads nowhere")]
    Unknown,
    /// It leads out of the private network that it was agreed to be in.
    #[error("the name leads out of your network now")]
    LeavesNetwork,
}

impl Names {
    /// The addresses that a name leads to; at least one. The resolver of the network learns the name.
    ///
    /// # Errors
    ///
    /// If it leads nowhere, or there is no network.
    pub async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, NameError> {
        let found = match self {
            Self::Fixed(list) => list.get(name).cloned().unwrap_or_default(),
            Self::System => match tokio::net::lookup_host((name, 0)).await {
                Ok(addresses) => addresses.map(|address| address.ip()).collect(),
                Err(_) => return Err(nothing_found(has_route())),
            },
        };
        if found.is_empty() {
            return Err(NameError::Unknown);
        }
        Ok(found)
    }
}

const fn nothing_found(has_route: bool) -> NameError {
    if has_route {
        NameError::Unknown
    } else {
        NameError::Offline
    }
}

/// Whether this computer knows a way to any other. Connecting a UDP socket sends nothing: the system
/// only looks up the route. The addresses are those reserved for documentation (RFC 5737, RFC 3849).
fn has_route() -> bool {
    let reaches = |from: IpAddr, to: IpAddr| {
        UdpSocket::bind(SocketAddr::new(from, 0))
            .and_then(|socket| socket.connect(SocketAddr::new(to, 9)))
            .is_ok()
    };
    reaches(
        Ipv4Addr::UNSPECIFIED.into(),
        Ipv4Addr::new(192, 0, 2, 1).into(),
    ) || reaches(
        Ipv6Addr::UNSPECIFIED.into(),
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    )
}

/// Whether a failed connection says that there is no network at all.
pub(crate) fn means_offline(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown
    )
}

/// The addresses, if a connection to this place may go there.
fn admit(place: Place, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, NameError> {
    // One public address among private ones is enough: the client would pick any.
    if place == Place::Cloud || found.iter().copied().all(is_private) {
        Ok(found)
    } else {
        Err(NameError::LeavesNetwork)
    }
}

/// The resolver of one request.
pub(crate) struct Lookup {
    pub(crate) names: Arc<Names>,
    pub(crate) place: Place,
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, place) = (Arc::clone(&self.names), self.place);
        Box::pin(async move {
            let found = admit(place, names.look_up(name.as_str()).await?)?;
            // Port 0 means the port of the address that is asked.
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: Place, addresses: &[&str], expected: Option<NameError>) {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(admit(place, addresses).err(), expected);
    }

    #[test]
    fn a_name_must_still_lead_into_the_network_that_was_agreed_to() {
        let leaves = Some(NameError::LeavesNetwork);
        check(Place::YourNetwork, &["192.168.1.9", "::1"], None);
        check(Place::YourNetwork, &["8.8.8.8"], leaves);
        check(Place::YourNetwork, &["192.168.1.9", "8.8.8.8"], leaves);
        check(Place::YourNetwork, &["::ffff:8.8.8.8"], leaves);
        check(Place::ThisComputer, &["8.8.8.8"], leaves);
        check(Place::Cloud, &["8.8.8.8", "10.0.0.1"], None);
    }

    #[tokio::test]
    async fn names_are_looked_up() {
        let home = ("nas.home".to_owned(), vec![[192, 168, 1, 9].into()]);
        let empty = ("empty.home".to_owned(), Vec::new());
        let names = Names::Fixed([home, empty].into());
        let found = names.look_up("nas.home").await;
        assert_eq!(found, Ok(vec![[192, 168, 1, 9].into()]));
        for unknown in ["nas", "empty.home"] {
            assert_eq!(names.look_up(unknown).await, Err(NameError::Unknown));
        }
        let local = Names::System.look_up("localhost").await.unwrap();
        assert!(local.iter().all(IpAddr::is_loopback), "{local:?}");
    }

    #[test]
    fn without_a_route_it_is_the_network_that_is_missing() {
        assert_eq!(nothing_found(false), NameError::Offline);
        assert_eq!(nothing_found(true), NameError::Unknown);
        assert!(means_offline(&io::ErrorKind::NetworkUnreachable.into()));
        assert!(!means_offline(&io::ErrorKind::ConnectionRefused.into()));
    }
}
