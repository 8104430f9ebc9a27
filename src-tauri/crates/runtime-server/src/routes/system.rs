//! `GET /api/version`, and this runtime's own `GET /api/sotto/system`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Runtime, limits};
use crate::engine::devices::{self, Device};
use crate::engine::{backend, system_memory};

/// This runtime's version.
pub(super) async fn version() -> Json<Value> {
    Json(json!({ "version": env!("CARGO_PKG_VERSION") }))
}

/// What models run on here.
pub(super) async fn system(State(runtime): State<Arc<Runtime>>) -> Json<Value> {
    let memory = system_memory();
    let limit = runtime.engine.memory_limit();
    Json(json!({
        "backend": backend::backend_name(),
        "cpu_features": backend::cpu_features(),
        "threads": runtime.threads,
        "total_memory": memory.total,
        "available_memory": memory.available,
        "memory_limit": limits::bytes(limit),
        "memory_limit_chosen": limit.chosen,
        "llama_cpp_build": backend::llama_version(),
        "confinement": runtime.confinement,
        "devices": devices::all().iter().map(device).collect::<Vec<_>>(),
        "devices_note": devices::note(),
    }))
}

fn device(device: &Device) -> Value {
    let memory = device.memory();
    json!({
        "name": device.name,
        "description": device.description,
        "backend": device.backend,
        "kind": device.kind,
        "used": device.used,
        "total_memory": memory.total,
        "free_memory": memory.free,
    })
}
