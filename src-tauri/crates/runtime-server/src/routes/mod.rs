//! The Ollama HTTP API: one file for each group of endpoints.

mod answer;
mod chat;
mod embed;
mod generate;
mod models;
mod options;
mod request;
mod stream;
mod system;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{any, get, post};

use crate::confinement::Confinement;
use crate::engine::Engine;
use crate::error::Error;
use crate::library::{Library, ModelFile};

/// What every endpoint works with.
pub(crate) struct Runtime {
    /// Runs models.
    pub(crate) engine: Engine,
    /// Finds them.
    pub(crate) library: Library,
    /// Compute threads where a request does not say.
    pub(crate) threads: u32,
    /// What it cannot do.
    pub(crate) confinement: Confinement,
}

impl Runtime {
    /// Finds a model without blocking the network.
    async fn find(self: &Arc<Self>, name: String) -> Result<Arc<ModelFile>, Error> {
        if name.is_empty() {
            return Err(Error::BadRequest("model is required".into()));
        }
        let runtime = Arc::clone(self);
        tokio::task::spawn_blocking(move || runtime.library.find(&name))
            .await
            .map_err(|_| Error::Engine("the model folders could not be read".into()))?
    }
}

/// All endpoints.
pub(crate) fn router(runtime: Arc<Runtime>) -> Router {
    Router::new()
        .route("/", get(|| async { "Ollama is running" }))
        .route("/api/version", get(system::version))
        .route("/api/sotto/system", get(system::system))
        .route("/api/sotto/index", get(models::index))
        .route("/api/tags", get(models::tags))
        .route("/api/show", post(models::show))
        .route("/api/ps", get(models::loaded))
        .route("/api/chat", post(chat::chat))
        .route("/api/generate", post(generate::generate))
        .route("/api/embed", post(embed::embed))
        .route("/api/embeddings", post(embed::embeddings))
        .route("/api/pull", any(not_served))
        .route("/api/push", any(not_served))
        .route("/api/create", any(not_served))
        .route("/api/copy", any(not_served))
        .route("/api/delete", any(not_served))
        .route("/api/blobs/{digest}", any(not_served))
        .fallback(|| async { Error::NoSuchPath })
        .method_not_allowed_fallback(|| async { Error::NoSuchPath })
        .with_state(runtime)
}

async fn not_served(request: Request) -> Error {
    Error::NotServed(request.uri().path().to_owned())
}
