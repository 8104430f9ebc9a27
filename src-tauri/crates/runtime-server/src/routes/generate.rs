//! `POST /api/generate`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Runtime;
use super::answer::Parts;
use super::chat::{check_messages, load_or_unload};
use super::options::{self, Common};
use super::request::Body;
use super::stream::{Answer, Shape, Statistics, json_bytes, nanoseconds, now};
use crate::engine::{Cancel, GenerateTask, Job, Prompt, Summary, Task};
use crate::error::Error;
use crate::template::{self, Message, Thinking};

/// The request. `context` (an old way to go on) is not read.
#[derive(Debug, Deserialize)]
pub(super) struct GenerateRequest {
    #[serde(default)]
    model: String,
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default)]
    suffix: Option<String>,
    #[serde(default)]
    system: Option<String>,
    #[serde(default)]
    template: Option<String>,
    #[serde(default)]
    raw: Option<bool>,
    #[serde(default)]
    images: Option<Vec<String>>,
    #[serde(flatten)]
    common: Common,
}

/// Continues or answers a prompt.
pub(super) async fn generate(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<GenerateRequest>,
) -> Result<Response, Error> {
    let GenerateRequest {
        model: name,
        prompt,
        suffix,
        system,
        template,
        raw,
        images,
        common,
    } = request;
    let options = options::options(common.options.as_ref())?;
    let keep_alive = options::keep_alive(common.keep_alive.as_ref())?;
    let log_probabilities = common.log_probabilities()?;
    let model = runtime.find(name.clone()).await?;
    for (field, given) in [("suffix", suffix), ("template", template)] {
        if given.is_some_and(|text| !text.is_empty()) {
            return Err(Error::NotServed(format!("the field `{field}`")));
        }
    }
    let cancel = Cancel::default();
    let job = |task| Job {
        model: Arc::clone(&model),
        context: options.context,
        threads: options.threads,
        layers: options.layers,
        keep_alive,
        cancel: cancel.clone(),
        task,
    };
    let prompt = prompt.unwrap_or_default();
    if prompt.is_empty() {
        let (reason, report) = load_or_unload(&runtime, keep_alive, job).await?;
        let body = json!({
            "model": name, "created_at": now(), "response": "",
            "done": true, "done_reason": reason, "total_duration": nanoseconds(report.total),
        });
        return Ok(axum::Json(body).into_response());
    }
    let raw = raw.unwrap_or(false);
    let thinking = options::thinking(common.think.as_ref(), &model)?;
    let says = |role: &str, content: String| Message {
        role: role.into(),
        content,
        ..Message::default()
    };
    let mut messages: Vec<Message> = system
        .filter(|text| !text.is_empty())
        .map(|text| says("system", text))
        .into_iter()
        .collect();
    messages.push(Message {
        images,
        ..says("user", prompt.clone())
    });
    check_messages(&messages, &model)?;
    let task = GenerateTask {
        adapters: runtime.find_adapters(&model, common.adapters).await?,
        prompt: if raw {
            Prompt::Raw(prompt)
        } else {
            Prompt::Chat {
                messages,
                tools: Vec::new(),
                thinking,
            }
        },
        limit: options.limit,
        sampling: options.sampling.clone(),
        format: options::format(common.format)?,
        stop: options.stop.clone(),
        log_probabilities,
        truncate: common.truncate.unwrap_or(false),
    };
    let (sender, events) = mpsc::unbounded_channel();
    let guard = cancel.on_drop();
    runtime
        .engine
        .submit(job(Task::Generate(Box::new(task), sender)))?;
    let thinking =
        !raw && thinking != Thinking::Off && template::abilities(model.chat_template()).thinking;
    Answer {
        events,
        guard,
        thinking,
        tools: false,
        shape: GenerateShape { model: name },
    }
    .respond(common.stream.unwrap_or(true))
    .await
}

struct GenerateShape {
    model: String,
}

#[derive(Serialize)]
struct Line<'line> {
    model: &'line str,
    created_at: String,
    response: &'line str,
    #[serde(skip_serializing_if = "str::is_empty")]
    thinking: &'line str,
    done: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logprobs: Vec<Value>,
}

#[derive(Serialize)]
struct LastLine<'line> {
    model: &'line str,
    created_at: String,
    response: &'line str,
    #[serde(skip_serializing_if = "str::is_empty")]
    thinking: &'line str,
    #[serde(flatten)]
    statistics: Statistics,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logprobs: Vec<Value>,
}

impl Shape for GenerateShape {
    fn part(&self, parts: Parts, logprobs: Vec<Value>) -> Vec<u8> {
        json_bytes(&Line {
            model: &self.model,
            created_at: now(),
            response: &parts.content,
            thinking: &parts.thinking,
            done: false,
            logprobs,
        })
    }

    fn end(&self, parts: Parts, logprobs: Vec<Value>, summary: &Summary) -> Vec<u8> {
        json_bytes(&LastLine {
            model: &self.model,
            created_at: now(),
            response: &parts.content,
            thinking: &parts.thinking,
            statistics: summary.into(),
            logprobs,
        })
    }
}
