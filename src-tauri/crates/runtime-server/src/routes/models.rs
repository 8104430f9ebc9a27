//! `GET /api/tags`, `POST /api/show`, `GET /api/ps`: which models there are and which is loaded.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Runtime;
use super::request::Body;
use crate::engine::LoadState;
use crate::error::Error;
use crate::library::ModelFile;
use crate::template;

/// When a model that is kept for ever expires, for clients that want a time.
const NEVER: &str = "9999-12-31T00:00:00Z";

/// All models, and what looked like one.
pub(super) async fn tags(State(runtime): State<Arc<Runtime>>) -> Result<Json<Value>, Error> {
    let listing = tokio::task::spawn_blocking(move || runtime.library.list())
        .await
        .map_err(|_| Error::Engine("the model folders could not be read".into()))?;
    let models: Vec<Value> = listing
        .models
        .iter()
        .map(|model| {
            let mut entry = summary(model);
            entry["modified_at"] = json!(time(model.modified));
            entry["file"] = json!(model.path.to_string_lossy());
            entry["context_length"] = json!(model.metadata.context_length);
            entry["embedding"] = json!(model.metadata.embedding);
            entry
        })
        .collect();
    let unusable: Vec<Value> = listing
        .unusable
        .iter()
        .map(|file| {
            json!({"name": file.name, "file": file.path.to_string_lossy(), "size": file.size, "error": file.reason})
        })
        .collect();
    Ok(Json(json!({ "models": models, "unusable": unusable })))
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
    let abilities = template::abilities(metadata.chat_template.as_deref());
    let mut capabilities = vec![if metadata.embedding {
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
    let license = metadata
        .model_info
        .get("general.license")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Ok(Json(json!({
        "license": license,
        "modelfile": format!("FROM {}\n", model.path.display()),
        "parameters": "",
        "template": metadata.chat_template.as_deref().unwrap_or_default(),
        "details": details(&model),
        "model_info": metadata.model_info,
        "capabilities": capabilities,
        "modified_at": time(model.modified),
    })))
}

/// What is in memory.
pub(super) async fn loaded(State(runtime): State<Arc<Runtime>>) -> Json<Value> {
    let models: Vec<Value> = runtime
        .engine
        .status()
        .into_iter()
        .map(|loaded| {
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
            entry["state"] = json!(match loaded.state {
                LoadState::Loading => "loading",
                LoadState::Ready => "ready",
            });
            entry["progress"] = json!(loaded.progress());
            entry
        })
        .collect();
    Json(json!({ "models": models }))
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
