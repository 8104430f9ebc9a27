//! Addresses in one spelling. What the person is shown, what is hashed and what an HTTP client
//! connects to must be the same text, so every spelling that a client would rewrite is refused:
//! user names, odd numbers for an IP address, dot segments, characters that need escaping.

use core::net::IpAddr;
use std::{fmt, str::FromStr};

use specta::Type;
use url::{Host, Position};

use crate::text::serde_as_text;

/// The longest address, in bytes. Signed download addresses reach about 2,000.
const LONGEST: usize = 8_000;

/// Why an address is refused. The address itself is not repeated: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither https nor http.
    #[error("the address must begin with https:// or http://")]
    Scheme,
    /// A user name or password stands in it.
    #[error("the address holds a user name or password; keys are kept apart from addresses")]
    UserInformation,
    /// The host is no name and no IP address in its usual spelling.
    #[error("the host is neither a name (in ASCII; others as xn--…) nor an IP address")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// The path or query has a part that a client would rewrite.
    #[error("the path holds a character or a part (such as ..) that must be escaped or left out")]
    Path,
    /// Longer than 8,000 bytes.
    #[error("the address is longer than 8,000 bytes")]
    TooLong,
}

/// A full address: `https://host[:port]/path[?query]`, lower-case host, no default port. Read by the
/// parser of the HTTP client itself, so that what is shown is what it connects to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Type)]
#[specta(transparent)]
pub struct Url(#[specta(type = String)] url::Url);

impl Url {
    /// The text that is shown, hashed and connected to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Scheme, host and port: `https://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0[..Position::BeforePath]
    }

    /// The host alone; an IPv6 address keeps its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterHost]
    }

    /// The IP address, where the host is one.
    #[must_use]
    pub fn ip_address(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Url {
    type Err = AddressError;

    /// Reads an address. The only liberties: a host in capitals, an IPv6 address written longer, the
    /// default port, no path at all.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        if !["https://", "http://"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
        {
            return Err(AddressError::Scheme);
        }
        let read = url::Url::parse(text).map_err(|error| match error {
            url::ParseError::InvalidPort => AddressError::Port,
            _ => AddressError::Host,
        })?;
        // What was written must be what was read, part by part from the end.
        let tail = &read[Position::BeforePath..];
        let head = match text.strip_suffix(tail) {
            Some(head) => head,
            None if tail == "/" => text,
            None => return Err(AddressError::Path),
        };
        let authority = head.split_once("://").map_or(head, |(_, rest)| rest);
        if authority.starts_with('/') {
            return Err(AddressError::Host);
        }
        if authority.contains(['/', '?', '#', '\\']) || !is_plain(&read) {
            return Err(AddressError::Path);
        }
        if authority.contains('@') {
            return Err(AddressError::UserInformation);
        }
        let port = read.port_or_known_default().ok_or(AddressError::Port)?;
        let host = authority
            .strip_suffix(&format!(":{port}"))
            .unwrap_or(authority);
        if port == 0 || (host.contains(':') && !host.ends_with(']')) {
            return Err(AddressError::Port);
        }
        if is_usual(host, read.host()) {
            Ok(Self(read))
        } else {
            Err(AddressError::Host)
        }
    }
}

serde_as_text!(Url);

/// Whether a host was written in its usual spelling. Clients read `127.1`, `0x7f000001` and
/// `2130706433` as IP addresses, and an IPv4 address within an IPv6 one has two spellings.
fn is_usual(written: &str, read: Option<Host<&str>>) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    match read {
        Some(Host::Domain(name)) => {
            written.eq_ignore_ascii_case(name) && name.len() <= 253 && name.split('.').all(is_label)
        }
        Some(Host::Ipv4(address)) => written == address.to_string(),
        Some(Host::Ipv6(address)) => address.to_ipv4().is_none() || address.is_loopback(),
        None => false,
    }
}

/// Whether path and query hold only characters that no client escapes, and whole escapes.
fn is_plain(read: &url::Url) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/%".contains(&byte);
    let (path, query) = (read.path(), read.query().unwrap_or(""));
    read.fragment().is_none()
        && path.bytes().all(is_plain)
        && query.bytes().all(|byte| is_plain(byte) || byte == b'?')
        && [path, query].into_iter().all(escapes_are_whole)
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Whether an address can only be on this computer or in a private network: loopback, RFC 1918,
/// link-local and unique local addresses. Shared ranges (100.64.0.0/10) are a provider's as often
/// as the person's, so they do not count.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_private(IpAddr::V4(address)),
            None => {
                address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, AddressError>) {
        let found = text.parse::<Url>();
        assert_eq!(
            found.as_ref().map(Url::as_str),
            expected.as_ref().copied(),
            "{text}"
        );
    }

    #[test]
    fn addresses_have_one_spelling() {
        check(
            "https://api.example.com/v1/chat",
            Ok("https://api.example.com/v1/chat"),
        );
        check(
            "https://API.Example.com:443",
            Ok("https://api.example.com/"),
        );
        check(
            "http://localhost:11434/api",
            Ok("http://localhost:11434/api"),
        );
        check(
            "http://192.168.1.5:80/a?b=c%20d?",
            Ok("http://192.168.1.5/a?b=c%20d?"),
        );
        check("http://[FE80:0::1]:8080/", Ok("http://[fe80::1]:8080/"));
        check("http://3090box:8080/", Ok("http://3090box:8080/"));
        check(
            "https://xn--bcher-kva.example/",
            Ok("https://xn--bcher-kva.example/"),
        );
    }

    #[test]
    fn addresses_that_a_client_would_rewrite_are_refused() {
        use AddressError::{Host, Path, Port, Scheme, TooLong, UserInformation};
        for (text, why) in [
            ("ftp://a/", Scheme),
            ("HTTPS://a/", Scheme),
            ("https:/a", Scheme),
            ("https://api.openai.com@evil.example/", UserInformation),
            ("https://user:key@a.example/", UserInformation),
            ("https:///v1", Host),
            ("https://a..b/", Host),
            ("https://a.example./", Host),
            ("https://bücher.example/", Host),
            ("https://a b/", Host),
            ("https://-a.example/", Host),
            ("http://2130706433/", Host),
            ("http://0x7f000001/", Host),
            ("http://127.1/", Host),
            ("http://010.0.0.1/", Host),
            ("http://1.2.3.4.5/", Host),
            ("http://[::ffff:8.8.8.8]/", Host),
            ("http://[fe80::1%25eth0]/", Host),
            ("http://[::1", Host),
            ("https://a:0/", Port),
            ("https://a:/", Port),
            ("https://a:080/", Port),
            ("https://a:65536/", Port),
            ("https://a:+1/", Port),
            ("https://a/../b", Path),
            ("https://a/x/%2E%2e/b", Path),
            ("https://a/.", Path),
            ("https://a\\b/", Path),
            ("https://a#b", Path),
            ("https://a?b", Path),
            ("https://a/ b", Path),
            ("https://a/b#c", Path),
            ("https://a/%2", Path),
            ("https://a/%zz", Path),
            ("https://a/'", Path),
            ("https://a/é", Path),
            ("https://a/\n", Path),
        ] {
            check(text, Err(why));
        }
        check(&format!("https://a/{}", "a".repeat(LONGEST)), Err(TooLong));
    }

    #[test]
    fn an_address_knows_its_parts() {
        let url: Url = "http://[::1]:8080/v1/chat?a=b:c".parse().unwrap();
        assert_eq!(url.origin(), "http://[::1]:8080");
        assert_eq!(url.host(), "[::1]");
        assert_eq!(url.ip_address(), Some("::1".parse().unwrap()));
        assert!(!url.is_encrypted());
        let url: Url = "https://a.example:8443/x".parse().unwrap();
        assert_eq!(
            (url.origin(), url.host()),
            ("https://a.example:8443", "a.example")
        );
        assert_eq!(url.ip_address(), None);
    }

    #[test]
    fn private_addresses() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in [
            "8.8.8.8",
            "0.0.0.0",
            "172.32.0.1",
            "100.64.0.1",
            "::",
            "2001:db8::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }
}
