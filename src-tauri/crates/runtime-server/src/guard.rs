//! Who may ask over TCP: only those with the token, through a loopback name, and never a web page.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use subtle::ConstantTimeEq;

use crate::error::Error;

/// What a request over TCP must show.
#[derive(Debug)]
pub(crate) struct Guard {
    token: Vec<u8>,
    hosts: [String; 2],
}

impl Guard {
    /// For a server at this address.
    pub(crate) fn new(token: String, address: std::net::SocketAddr) -> Self {
        Self {
            token: token.into_bytes(),
            hosts: [address.to_string(), format!("localhost:{}", address.port())],
        }
    }

    fn check(&self, headers: &HeaderMap) -> Result<(), Error> {
        if headers.contains_key(header::ORIGIN) {
            return Err(Error::Forbidden("requests from web pages are refused"));
        }
        let mut hosts = headers.get_all(header::HOST).iter();
        let known = match (hosts.next(), hosts.next()) {
            (Some(host), None) => self
                .hosts
                .iter()
                .any(|known| known.as_bytes() == host.as_bytes()),
            _ => false,
        };
        if !known {
            return Err(Error::Forbidden("this Host is not served"));
        }
        let mut tokens = headers.get_all(header::AUTHORIZATION).iter();
        match (tokens.next(), tokens.next()) {
            (Some(value), None) => {
                let given = value
                    .as_bytes()
                    .strip_prefix(b"Bearer ")
                    .unwrap_or_default();
                if bool::from(given.ct_eq(&self.token)) {
                    Ok(())
                } else {
                    Err(Error::Unauthorized)
                }
            }
            _ => Err(Error::Unauthorized),
        }
    }
}

/// The middleware.
pub(crate) async fn check(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    match guard.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn only_the_token_through_a_loopback_name_passes() {
        let guard = Guard::new("secret".into(), "127.0.0.1:11500".parse().unwrap());
        for (headers, expected) in [
            (
                &[
                    ("host", "127.0.0.1:11500"),
                    ("authorization", "Bearer secret"),
                ][..],
                200,
            ),
            (
                &[
                    ("host", "localhost:11500"),
                    ("authorization", "Bearer secret"),
                ],
                200,
            ),
            (&[("host", "127.0.0.1:11500")], 401),
            (
                &[
                    ("host", "127.0.0.1:11500"),
                    ("authorization", "Bearer secre"),
                ],
                401,
            ),
            (
                &[
                    ("host", "127.0.0.1:11500"),
                    ("authorization", "Bearer secret2"),
                ],
                401,
            ),
            (
                &[("host", "127.0.0.1:11500"), ("authorization", "Bearer ")],
                401,
            ),
            (
                &[("host", "127.0.0.1:11500"), ("authorization", "secret")],
                401,
            ),
            (
                &[
                    ("host", "127.0.0.1:11500"),
                    ("authorization", "Bearer secret"),
                    ("authorization", "x"),
                ],
                401,
            ),
            (
                &[("host", "evil.example"), ("authorization", "Bearer secret")],
                403,
            ),
            (
                &[("host", "127.0.0.1"), ("authorization", "Bearer secret")],
                403,
            ),
            (
                &[
                    ("host", "127.0.0.1:11500"),
                    ("host", "evil"),
                    ("authorization", "Bearer secret"),
                ],
                403,
            ),
            (&[("authorization", "Bearer secret")], 403),
            (
                &[
                    ("host", "127.0.0.1:11500"),
                    ("authorization", "Bearer secret"),
                    ("origin", "null"),
                ],
                403,
            ),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            let status = guard
                .check(&map)
                .map_or_else(|error| error.status().as_u16(), |()| 200);
            assert_eq!(status, expected, "{headers:?}");
        }
    }
}
