//! The bytes that leave: method, address and body, with the hash that a yes is given to.

use std::{fmt, sync::Arc};

use crate::{
    address::Url,
    destination::Method,
    hash::{Digest, Fields},
};

/// A request, byte for byte. Anyone can make one; only one whose digest was agreed to is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    method: Method,
    url: Url,
    body: Arc<[u8]>,
}

impl Request {
    /// A request of these bytes.
    pub fn new(method: Method, url: Url, body: impl Into<Arc<[u8]>>) -> Self {
        Self {
            method,
            url,
            body: body.into(),
        }
    }

    /// How it asks.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The body; empty for a fetch.
    #[must_use]
    pub const fn body(&self) -> &Arc<[u8]> {
        &self.body
    }

    /// SHA-256 of method, address and body. Computed from the bytes on each call and never kept
    /// beside them, so that it cannot be the hash of something else.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let fields = Fields::new("sotto.consent.request.v1")
            .field(self.method.as_str().as_bytes())
            .field(self.url.as_str().as_bytes())
            .field(&self.body);
        Digest::from_bytes(fields.finish())
    }
}

impl fmt::Debug for Request {
    /// Says how much, never what: the body is the person's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, host) = (self.method.as_str(), self.url.host());
        write!(
            formatter,
            "Request({method} {host}, {} bytes)",
            self.body.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, url: &str, body: &[u8]) -> Request {
        Request::new(method, url.parse().unwrap(), body)
    }

    /// The encoding is fixed: a digest that was shown must mean the same tomorrow. The value was
    /// computed apart, with Python's hashlib.
    #[test]
    fn the_digest_is_the_documented_one() {
        let request = request(Method::Post, "https://a.example/v1", b"{}");
        assert_eq!(
            request.digest().to_string(),
            "6b408a9598da55cdeb374c6ea664ec488d93c806ddac055f798694bca29e413e"
        );
    }

    #[test]
    fn each_part_counts() {
        let one = request(Method::Post, "https://a.example/", b"a");
        for other in [
            request(Method::Get, "https://a.example/", b"a"),
            request(Method::Post, "https://b.example/", b"a"),
            request(Method::Post, "https://a.example/", b"b"),
            request(Method::Post, "https://a.example/a", b""),
        ] {
            assert_ne!(one.digest(), other.digest());
        }
    }

    #[test]
    fn it_does_not_print_what_it_holds() {
        let printed = format!(
            "{:?}",
            request(Method::Post, "https://a.example/", b"secret")
        );
        assert_eq!(printed, "Request(POST a.example, 6 bytes)");
    }
}
