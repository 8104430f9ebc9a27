//! This runtime's own `POST /api/sotto/bench`: measures a model, one line of JSON for each step and a
//! last one with `done` and the numbers.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::Runtime;
use super::options;
use super::request::Body;
use super::stream::nanoseconds;
use crate::engine::gguf::Kind;
use crate::engine::{BenchEvent, Cancel, Job, Measured, Task, backend, devices};
use crate::error::Error;

/// The request. `options` and `keep_alive` as in `/api/chat`.
#[derive(Debug, Deserialize)]
pub(super) struct BenchRequest {
    #[serde(default)]
    model: String,
    #[serde(default)]
    options: Option<Map<String, Value>>,
    #[serde(default)]
    keep_alive: Option<Value>,
}

/// Measures a model. Closing the connection stops it.
pub(super) async fn bench(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<BenchRequest>,
) -> Result<Response, Error> {
    let options = options::options(request.options.as_ref())?;
    let keep_alive = options::keep_alive(request.keep_alive.as_ref())?;
    let model = runtime.find(request.model).await?;
    if model.metadata.kind == Kind::Embedding {
        return Err(Error::BadRequest(format!(
            "\"{}\" makes vectors, which are not measured",
            model.name
        )));
    }
    let cancel = Cancel::default();
    let guard = cancel.on_drop();
    let (sender, mut events) = mpsc::unbounded_channel();
    runtime.engine.submit(Job {
        model,
        context: options.context,
        threads: options.threads,
        layers: options.layers,
        keep_alive,
        cancel,
        task: Task::Bench(sender),
    })?;
    // What can be refused at once is refused by status.
    let first = match events.recv().await {
        Some(BenchEvent::Failed(error)) => return Err(error),
        Some(event) => event,
        None => return Err(Error::Engine("the engine gave no answer".into())),
    };
    let lines = futures_util::stream::unfold(
        (Some(first), events, guard),
        |(first, mut events, guard)| async move {
            let event = match first {
                Some(event) => event,
                None => events.recv().await?,
            };
            let line = format!("{}\n", line(&event));
            Some((
                Ok::<_, Infallible>(Bytes::from(line)),
                (None, events, guard),
            ))
        },
    );
    Ok((
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        HttpBody::from_stream(lines),
    )
        .into_response())
}

fn line(event: &BenchEvent) -> Value {
    match event {
        BenchEvent::Stage { stage, percent } => {
            json!({"stage": stage.name(), "percent": percent, "done": false})
        }
        BenchEvent::Failed(error) => error.body(),
        BenchEvent::Done(Measured {
            prefill,
            decode,
            first_token,
            memory,
            expected_memory,
            bandwidth,
            bytes_per_token,
            threads,
            context,
            on_device,
        }) => json!({
            "done": true,
            "prefill_tokens_per_second": prefill,
            "decode_tokens_per_second": decode,
            "first_token_duration": nanoseconds(*first_token),
            "memory": memory,
            "expected_memory": expected_memory,
            "bandwidth": bandwidth,
            "bytes_per_token": bytes_per_token,
            "threads": threads,
            "context_length": context,
            "backend": if *on_device {
                devices::backends()
            } else {
                backend::backend_name()
            },
        }),
    }
}
