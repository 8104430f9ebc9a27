//! Reads a request's JSON: any content type, as Ollama does, and errors as its JSON.

use axum::extract::{FromRequest, Request};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Largest body that is read, in bytes.
const LARGEST_BODY: usize = 32 << 20;

/// A request's body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        let mut stream = request.into_body().into_data_stream();
        let mut bytes = Vec::new();
        let mut length = 0usize;
        while let Some(part) = stream.next().await {
            let part = part.map_err(|_| Error::BadRequest("the request body broke off".into()))?;
            length = length.saturating_add(part.len());
            if length <= LARGEST_BODY {
                bytes.extend_from_slice(&part);
            } else if length > 2 * LARGEST_BODY {
                break;
            } else {
                // Read on for a while, so that the client can read the answer.
                bytes = Vec::new();
            }
        }
        if length > LARGEST_BODY {
            return Err(Error::BodyTooLarge(LARGEST_BODY));
        }
        if bytes.is_empty() {
            return Err(Error::BadRequest("missing request body".into()));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Error::BadRequest(error.to_string()))
    }
}
