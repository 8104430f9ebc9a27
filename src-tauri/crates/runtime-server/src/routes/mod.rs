//! The Ollama HTTP API: one file for each group of endpoints.

mod answer;
mod bench;
mod chat;
mod embed;
mod generate;
mod limits;
mod models;
mod options;
mod request;
mod stream;
mod system;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{any, get, post};

use self::options::AdapterUse;
use crate::confinement::Confinement;
use crate::engine::{Engine, Wanted};
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

    /// Finds the adapters that are to be attached to a model, without blocking the network. Those
    /// that count nothing are looked for too, so that a wrong name is always said.
    async fn find_adapters(
        self: &Arc<Self>,
        model: &ModelFile,
        uses: Option<Vec<AdapterUse>>,
    ) -> Result<Vec<Wanted>, Error> {
        let uses = options::adapters(uses)?;
        if uses.is_empty() {
            return Ok(Vec::new());
        }
        let runtime = Arc::clone(self);
        let architecture = model.metadata.architecture.clone();
        let found = tokio::task::spawn_blocking(move || {
            let wanted = |one: AdapterUse| {
                let file = runtime
                    .library
                    .find_adapter(&one.name)
                    .map_err(of_adapter)?;
                if file.metadata.architecture != architecture {
                    return Err(Error::AdapterUnusable {
                        name: one.name,
                        reason: format!(
                            "it belongs to models of the architecture {}, and this one is {architecture}",
                            file.metadata.architecture
                        ),
                    });
                }
                Ok(Wanted {
                    file,
                    scale: one.scale,
                })
            };
            uses.into_iter().map(wanted).collect()
        });
        found
            .await
            .map_err(|_| Error::Engine("the model folders could not be read".into()))?
    }
}

/// What is wrong with a file, said of an adapter.
fn of_adapter(error: Error) -> Error {
    match error {
        Error::ModelNotFound(name) => Error::AdapterNotFound(name),
        Error::ModelUnusable { name, reason } => Error::AdapterUnusable { name, reason },
        other => other,
    }
}

/// All endpoints.
pub(crate) fn router(runtime: Arc<Runtime>) -> Router {
    Router::new()
        .route("/", get(|| async { "Ollama is running" }))
        .route("/api/version", get(system::version))
        .route("/api/sotto/system", get(system::system))
        .route("/api/sotto/limits", post(limits::limits))
        .route("/api/sotto/bench", post(bench::bench))
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
