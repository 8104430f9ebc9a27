//! `GET /api/tags`, `POST /api/show`, `GET /api/ps`: which models there are and which is loaded. And
//! this runtime's own `GET /api/sotto/index`.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Runtime;
use super::request::Body;
use crate::engine::gguf::Kind;
use crate::engine::{LoadState, LoadedStatus, Need};
use crate::error::Error;
use crate::library::{Index, ModelFile};
use crate::template;

/// When a model that is kept for ever expires, for clients that want a time.
const NEVER: &str = "9999-12-31T00:00:00Z";

/// All models, adapters, and what looked like one.
pub(super) async fn tags(State(runtime): State<Arc<Runtime>>) -> Result<Json<Value>, Error> {
    let looking = Arc::clone(&runtime);
    let listing = tokio::task::spawn_blocking(move || looking.library.list())
        .await
        .map_err(|_| Error::Engine("the model folders could not be read".into()))?;
    let all = |models: &[Arc<ModelFile>]| models.iter().map(|model| tag(model)).collect::<Vec<_>>();
    let unusable: Vec<Value> = listing
        .unusable
        .iter()
        .map(|file| {
            json!({
                "name": file.name,
                "file": file.parts.first().map(|part| part.to_string_lossy()),
                "files": paths(&file.parts),
                "size": file.size,
                "owner": file.owner.word(),
                "linked": file.linked,
                "error": file.reason,
                "out_of_reach": file.out_of_reach,
            })
        })
        .collect();
    Ok(Json(json!({
        "models": all(&listing.models),
        // Apart, because other clients take everything in `models` for something to ask.
        "adapters": all(&listing.adapters),
        "unusable": unusable,
        "headers_read": runtime.library.headers_read(),
        "index_moved": runtime.library.index_moved(),
    })))
}

/// What was read of all files, for the next start.
pub(super) async fn index(State(runtime): State<Arc<Runtime>>) -> Json<Index> {
    Json(runtime.library.index())
}

fn tag(model: &ModelFile) -> Value {
    let metadata = &model.metadata;
    let mut entry = summary(model);
    entry["modified_at"] = json!(time(model.modified));
    entry["file"] = json!(model.path.to_string_lossy());
    entry["files"] = json!(paths(&model.parts));
    entry["owner"] = json!(model.owner.word());
    entry["linked"] = json!(model.linked);
    entry["kind"] = json!(metadata.kind);
    entry["context_length"] = json!(metadata.context_length);
    // What is looked at before a model is loaded, so that who shows whether it fits comes to the same.
    let need = Need::of(metadata);
    entry["memory"] = json!({
        "weights": need.weights,
        "cache_bytes_per_token": need.per_token,
        "working": need.working,
    });
    entry["bytes_per_token"] = json!(metadata.bytes_per_token);
    entry
}

fn paths(parts: &[PathBuf]) -> Vec<Cow<'_, str>> {
    parts.iter().map(|part| part.to_string_lossy()).collect()
}

/// Which model to show; older clients say `name`.
#[derive(Debug, Deserialize)]
pub(super) struct ShowRequest {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

/// One model in detail.
pub(super) async fn show(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<ShowRequest>,
) -> Result<Json<Value>, Error> {
    let name = request
        .model
        .filter(|name| !name.is_empty())
        .or(request.name)
        .unwrap_or_default();
    let model = runtime.find(name).await?;
    let metadata = &model.metadata;
    let abilities = template::abilities(model.chat_template());
    let mut capabilities = vec![if metadata.kind == Kind::Embedding {
        "embedding"
    } else {
        "completion"
    }];
    if abilities.tools {
        capabilities.push("tools");
    }
    if abilities.thinking {
        capabilities.push("thinking");
    }
    let license = model
        .model_info()
        .and_then(|info| info.get("general.license"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    Ok(Json(json!({
        "license": license,
        "modelfile": format!("FROM {}\n", model.path.display()),
        "parameters": "",
        "template": model.chat_template().unwrap_or_default(),
        "details": details(&model),
        "model_info": model.model_info(),
        "capabilities": capabilities,
        "modified_at": time(model.modified),
    })))
}

/// What is in memory, the model that was used last first.
pub(super) async fn loaded(State(runtime): State<Arc<Runtime>>) -> Json<Value> {
    let models: Vec<Value> = runtime.engine.status().iter().map(process).collect();
    Json(json!({ "models": models }))
}

fn process(loaded: &LoadedStatus) -> Value {
    let mut entry = summary(&loaded.model);
    entry["size"] = json!(loaded.bytes);
    let placement = &loaded.placement;
    entry["size_vram"] = json!(placement.device_bytes);
    entry["layers"] = json!(placement.layers);
    entry["layers_vram"] = json!(placement.on_devices);
    entry["note"] = json!(placement.note);
    entry["expires_at"] = json!(
        loaded
            .expires
            .map_or_else(|| NEVER.to_owned(), |time| time.to_string())
    );
    entry["context_length"] = json!(loaded.context);
    // Said only where the context is smaller than it would be with more memory.
    if let Some(wanted) = loaded.context_wanted {
        entry["context_wanted"] = json!(wanted);
    }
    entry["state"] = json!(match loaded.state {
        LoadState::Loading => "loading",
        LoadState::Ready => "ready",
    });
    entry["progress"] = json!(loaded.progress());
    entry
}

fn summary(model: &ModelFile) -> Value {
    json!({
        "name": model.name,
        "model": model.name,
        "size": model.size,
        "digest": model.digest,
        "details": details(model),
    })
}

fn details(model: &ModelFile) -> Value {
    let metadata = &model.metadata;
    json!({
        "parent_model": "",
        "format": "gguf",
        "family": metadata.architecture,
        "families": [metadata.architecture],
        "parameter_size": parameter_size(metadata.parameter_count),
        "quantization_level": metadata.quantization,
    })
}

/// As Ollama writes it: `134.52M`, `1.5B`.
fn parameter_size(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
    let count = count as f64;
    if count >= 1e9 {
        format!("{:.1}B", count / 1e9)
    } else if count >= 1e6 {
        format!("{:.2}M", count / 1e6)
    } else {
        format!("{:.2}K", count / 1e3)
    }
}

fn time(time: SystemTime) -> String {
    Timestamp::try_from(time).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_in_ollama() {
        for (count, expected) in [
            (134_515_008, "134.52M"),
            (1_543_714_304, "1.5B"),
            (5_000, "5.00K"),
        ] {
            assert_eq!(parameter_size(count), expected);
        }
    }
}
