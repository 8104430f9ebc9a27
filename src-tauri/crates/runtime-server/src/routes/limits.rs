//! This runtime's own `POST /api/sotto/limits`: how much memory models may take, changed while it runs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Runtime;
use super::request::Body;
use crate::engine::MemoryLimit;
use crate::error::Error;

/// The request.
#[derive(Debug, Deserialize)]
pub(super) struct LimitsRequest {
    /// Bytes that all models in memory may take; null: what is usual on this computer.
    memory: Option<u64>,
}

/// Changes the limit. Answers when it holds: what was not used for longest was unloaded.
pub(super) async fn limits(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<LimitsRequest>,
) -> Result<Json<Value>, Error> {
    if request.memory == Some(0) {
        return Err(Error::BadRequest(
            "memory must be a positive number of bytes, or null".into(),
        ));
    }
    runtime.engine.set_memory_limit(request.memory).await?;
    Ok(Json(
        json!({ "memory": bytes(runtime.engine.memory_limit()) }),
    ))
}

/// The limit for a client; null where the computer's memory is unknown.
pub(super) fn bytes(limit: MemoryLimit) -> Option<u64> {
    (limit.bytes < u64::MAX).then_some(limit.bytes)
}
