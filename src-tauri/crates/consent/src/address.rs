//! Addresses in one spelling. What the person is shown, what is hashed and what an HTTP client
//! connects to must be the same text, so every spelling that a client would rewrite is refused:
//! user names, odd numbers for an IP address, dot segments, characters that need escaping.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::{fmt, str::FromStr};

use specta::Type;

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

/// A full address: `https://host[:port]/path[?query]`, lower-case host, no default port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Type)]
#[specta(transparent)]
pub struct Url(String);

impl Url {
    /// The text that is shown, hashed and connected to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Scheme, host and port: `https://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |colon| colon + 3);
        let end = self.0[host..]
            .find('/')
            .map_or(self.0.len(), |slash| host + slash);
        &self.0[..end]
    }

    /// The host alone; an IPv6 address keeps its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let origin = self.origin();
        let authority = origin
            .find("://")
            .map_or(origin, |colon| &origin[colon + 3..]);
        match authority.rfind(':') {
            Some(colon) if !authority.ends_with(']') => &authority[..colon],
            _ => authority,
        }
    }

    /// The IP address, where the host is one.
    #[must_use]
    pub fn ip_address(&self) -> Option<IpAddr> {
        let host = self.host();
        host.trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Url {
    type Err = AddressError;

    /// Reads an address. The only liberties: a host in capitals, the default port, no path at all.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.len() > LONGEST {
            return Err(AddressError::TooLong);
        }
        let (scheme, default_port, rest) = if let Some(rest) = text.strip_prefix("https://") {
            ("https", 443, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            ("http", 80, rest)
        } else {
            return Err(AddressError::Scheme);
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(AddressError::UserInformation);
        }
        let (host, port) = split_port(authority)?;
        let host = canonical_host(&host.to_ascii_lowercase()).ok_or(AddressError::Host)?;
        let path = if path.is_empty() { "/" } else { path };
        if !is_canonical_path(path) {
            return Err(AddressError::Path);
        }
        let port = match port {
            Some(port) if port != default_port => format!(":{port}"),
            _ => String::new(),
        };
        Ok(Self(format!("{scheme}://{host}{port}{path}")))
    }
}

serde_as_text!(Url);

fn split_port(authority: &str) -> Result<(&str, Option<u16>), AddressError> {
    let Some(colon) = authority.rfind(':') else {
        return Ok((authority, None));
    };
    if authority.ends_with(']') {
        return Ok((authority, None));
    }
    let (host, digits) = (&authority[..colon], &authority[colon + 1..]);
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    match digits.parse() {
        Ok(port) if number => Ok((host, Some(port))),
        _ => Err(AddressError::Port),
    }
}

/// The one spelling of a host, or `None`.
fn canonical_host(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        // An IPv4 address in disguise has two spellings.
        return (address.to_ipv4().is_none() || address.is_loopback())
            .then(|| format!("[{address}]"));
    }
    let last = host.rsplit('.').next()?;
    // Clients read `127.1`, `0x7f000001` and `2130706433` as IP addresses: only the usual form is.
    if last.starts_with("0x") || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())) {
        let address: Ipv4Addr = host.parse().ok()?;
        return Some(address.to_string());
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    (host.len() <= 253 && host.split('.').all(is_label)).then(|| host.to_owned())
}

/// Begins with `/`, holds only characters that no client escapes, and no dot segment.
fn is_canonical_path(text: &str) -> bool {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/%".contains(&byte);
    let is_dots = |segment: &str| {
        matches!(
            segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    };
    path.starts_with('/')
        && path.bytes().all(is_plain)
        && query.bytes().all(|byte| is_plain(byte) || byte == b'?')
        && !path.split('/').any(is_dots)
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
