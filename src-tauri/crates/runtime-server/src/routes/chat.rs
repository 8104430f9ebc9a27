//! `POST /api/chat`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::Runtime;
use super::answer::Parts;
use super::options::{self, Common};
use super::request::Body;
use super::stream::{Answer, Shape, Statistics, json_bytes, nanoseconds, now};
use crate::engine::gguf::Kind;
use crate::engine::{Cancel, GenerateTask, Job, KeepAlive, LoadReport, Prompt, Summary, Task};
use crate::error::Error;
use crate::library::ModelFile;
use crate::template::{self, Message};

/// The request.
#[derive(Debug, Deserialize)]
pub(super) struct ChatRequest {
    #[serde(default)]
    model: String,
    #[serde(default)]
    messages: Option<Vec<Message>>,
    #[serde(default)]
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    common: Common,
}

/// Answers a conversation.
pub(super) async fn chat(
    State(runtime): State<Arc<Runtime>>,
    Body(request): Body<ChatRequest>,
) -> Result<Response, Error> {
    let ChatRequest {
        model: name,
        messages,
        tools,
        common,
    } = request;
    let options = options::options(common.options.as_ref())?;
    let keep_alive = options::keep_alive(common.keep_alive.as_ref())?;
    let log_probabilities = common.log_probabilities()?;
    let model = runtime.find(name.clone()).await?;
    let messages = messages.unwrap_or_default();
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
    if messages.is_empty() {
        let (reason, report) = load_or_unload(&runtime, keep_alive, job).await?;
        let body = json!({
            "model": name, "created_at": now(), "message": {"role": "assistant", "content": ""},
            "done": true, "done_reason": reason, "total_duration": nanoseconds(report.total),
        });
        return Ok(axum::Json(body).into_response());
    }
    check_messages(&messages, &model)?;
    let abilities = template::abilities(model.chat_template());
    let tools = tools.unwrap_or_default();
    if !tools.is_empty() && !abilities.tools {
        return Err(Error::BadRequest(format!("{name} does not support tools")));
    }
    let thinking = options::thinking(common.think.as_ref(), &model)?;
    let has_tools = !tools.is_empty();
    let task = GenerateTask {
        adapters: runtime.find_adapters(&model, common.adapters).await?,
        prompt: Prompt::Chat {
            messages,
            tools,
            thinking,
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
    let thinking = abilities.thinking && thinking != template::Thinking::Off;
    Answer {
        events,
        guard,
        thinking,
        tools: has_tools,
        shape: ChatShape { model: name },
    }
    .respond(common.stream.unwrap_or(true))
    .await
}

/// Refuses what the model cannot read.
pub(super) fn check_messages(messages: &[Message], model: &ModelFile) -> Result<(), Error> {
    if model.metadata.kind == Kind::Embedding {
        return Err(Error::BadRequest(format!(
            "\"{}\" does not support chat",
            model.name
        )));
    }
    for message in messages {
        if !["system", "user", "assistant", "tool"].contains(&message.role.as_str()) {
            return Err(Error::BadRequest(format!(
                "invalid role {:?}; must be system, user, assistant or tool",
                message.role
            )));
        }
        if message
            .images
            .as_ref()
            .is_some_and(|images| !images.is_empty())
        {
            return Err(Error::BadRequest(format!(
                "\"{}\" does not support images",
                model.name
            )));
        }
    }
    Ok(())
}

/// A request without a prompt: load the model, or unload it when it shall be kept for no time.
pub(super) async fn load_or_unload(
    runtime: &Runtime,
    keep_alive: KeepAlive,
    job: impl Fn(Task) -> Job,
) -> Result<(&'static str, LoadReport), Error> {
    let (reply, report) = oneshot::channel();
    let (reason, task) = match keep_alive {
        KeepAlive::For(time) if time.is_zero() => ("unload", Task::Unload(reply)),
        _ => ("load", Task::Load(reply)),
    };
    runtime.engine.submit(job(task))?;
    let report = report
        .await
        .map_err(|_| Error::Engine("the engine gave no answer".into()))??;
    Ok((reason, report))
}

struct ChatShape {
    model: String,
}

#[derive(Serialize)]
struct Line<'line> {
    model: &'line str,
    created_at: String,
    message: Spoken<'line>,
    done: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logprobs: Vec<Value>,
}

#[derive(Serialize)]
struct LastLine<'line> {
    model: &'line str,
    created_at: String,
    message: Spoken<'line>,
    #[serde(flatten)]
    statistics: Statistics,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logprobs: Vec<Value>,
}

#[derive(Serialize)]
struct Spoken<'line> {
    role: &'static str,
    content: &'line str,
    #[serde(skip_serializing_if = "str::is_empty")]
    thinking: &'line str,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    tool_calls: &'line [Value],
}

impl<'line> From<&'line Parts> for Spoken<'line> {
    fn from(parts: &'line Parts) -> Self {
        Self {
            role: "assistant",
            content: &parts.content,
            thinking: &parts.thinking,
            tool_calls: &parts.calls,
        }
    }
}

impl Shape for ChatShape {
    fn part(&self, parts: Parts, logprobs: Vec<Value>) -> Vec<u8> {
        json_bytes(&Line {
            model: &self.model,
            created_at: now(),
            message: (&parts).into(),
            done: false,
            logprobs,
        })
    }

    fn end(&self, parts: Parts, logprobs: Vec<Value>, summary: &Summary) -> Vec<u8> {
        let statistics = summary.into();
        json_bytes(&LastLine {
            model: &self.model,
            created_at: now(),
            message: (&parts).into(),
            statistics,
            logprobs,
        })
    }
}
