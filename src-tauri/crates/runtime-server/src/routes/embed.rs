//! `POST /api/embed` and the older `POST /api/embeddings`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::Runtime;
use super::options;
use super::request::Body;
use super::stream::nanoseconds;
use crate::engine::{Cancel, EmbedTask, Embeddings, Job, Task};
use crate::error::Error;

/// The request. `truncate` cuts the end of a text that does not fit; unlike in Ollama it is off by default.
#[derive(Debug, Deserialize)]
pub(super) struct EmbedRequest {
    #[serde(default)]
    model: String,
    #[serde(default)]
    input: Option<Input>,
    #[serde(default)]
    truncate: Option<bool>,
    #[serde(default)]
    dimensions: Option<usize>,
    #[serde(default)]
    options: Option<Map<String, Value>>,
    #[serde(default)]
    keep_alive: Option<Value>,
}

/// The older request, for one text.
#[derive(Debug, Deserialize)]
pub(super) struct EmbeddingsRequest {
    #[serde(default)]
    model: String,
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default)]
    options: Option<Map<String, Value>>,
    #[serde(default)]
    keep_alive: Option<Value>,
}

/// One text or several.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "invalid input type; must be a string or an array of strings"
)]
enum Input {
    One(String),
    Many(Vec<String>),
}

/// Embeds texts.
pub(super) async fn embed(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<EmbedRequest>,
) -> Result<Response, Error> {
    let name = request.model.clone();
    let embedded = run(&runtime, request).await?;
    Ok(axum::Json(json!({
        "model": name,
        "embeddings": embedded.vectors,
        "total_duration": nanoseconds(embedded.total),
        "load_duration": nanoseconds(embedded.load),
        "prompt_eval_count": embedded.tokens,
    }))
    .into_response())
}

/// Embeds one text.
pub(super) async fn embeddings(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<EmbeddingsRequest>,
) -> Result<Response, Error> {
    let EmbeddingsRequest {
        model,
        prompt,
        options,
        keep_alive,
    } = request;
    let input = prompt.filter(|text| !text.is_empty()).map(Input::One);
    let request = EmbedRequest {
        model,
        input,
        truncate: None,
        dimensions: None,
        options,
        keep_alive,
    };
    let embedded = run(&runtime, request).await?;
    let vector = embedded.vectors.into_iter().next().unwrap_or_default();
    Ok(axum::Json(json!({ "embedding": vector })).into_response())
}

async fn run(runtime: &Arc<Runtime>, request: EmbedRequest) -> Result<Embeddings, Error> {
    let options = options::options(request.options.as_ref())?;
    let keep_alive = options::keep_alive(request.keep_alive.as_ref())?;
    let model = runtime.find(request.model).await?;
    let inputs = match request.input {
        None => Vec::new(),
        Some(Input::One(text)) => vec![text],
        Some(Input::Many(texts)) => texts,
    };
    let cancel = Cancel::default();
    let guard = cancel.on_drop();
    let (reply, embedded) = oneshot::channel();
    let task = EmbedTask {
        inputs,
        truncate: request.truncate.unwrap_or(false),
        dimensions: request.dimensions,
    };
    runtime.engine.submit(Job {
        model,
        context: options.context,
        threads: options.threads,
        layers: options.layers,
        keep_alive,
        cancel,
        task: Task::Embed(task, reply),
    })?;
    let embedded = embedded
        .await
        .map_err(|_| Error::Engine("the engine gave no answer".into()))?;
    drop(guard);
    embedded
}
