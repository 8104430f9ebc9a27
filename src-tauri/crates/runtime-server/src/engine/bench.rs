//! The reference for the API's speed: the same llama.cpp, threads and tokens, in a bare loop.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Instant;

use serde_json::{Value, json};

use super::context::{BATCH, Context, ContextSettings, Stopped};
use super::model::{Model, Offload, Token};
use super::sampler;
use crate::error::Error;

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bench {
    /// Tokens to evaluate first.
    pub(crate) prompt_tokens: u32,
    /// Tokens to decode greedily after them.
    pub(crate) predict: u32,
    /// Compute threads.
    pub(crate) threads: u32,
    /// Context size in tokens.
    pub(crate) context: u32,
}

/// Measures once, after a warm-up, and gives tokens per second.
pub(crate) fn run(path: &Path, bench: Bench) -> Result<Value, Error> {
    let progress = Arc::new(AtomicU32::new(0));
    let model = Arc::new(Model::load("model", path, &Offload::default(), &progress)?);
    let mut context = Context::new(
        &model,
        ContextSettings {
            size: bench.context.max(bench.prompt_tokens + bench.predict),
            threads: bench.threads,
            embeddings: false,
            whole: false,
        },
    )?;
    let failed = |stopped: Stopped| match stopped {
        Stopped::Failed(error) => error,
        other => Error::Engine(format!("{other:?}")),
    };
    let prompt = ordinary_tokens(&model, bench.prompt_tokens as usize);
    context
        .evaluate(0, &prompt[..prompt.len().min(16)], false)
        .map_err(failed)?;
    context.logits()?;
    context.clear();

    let started = Instant::now();
    for (chunk, at) in prompt
        .chunks(BATCH as usize)
        .zip((0..).step_by(BATCH as usize))
    {
        context.evaluate(at, chunk, false).map_err(failed)?;
    }
    let mut token = sampler::greatest(context.logits()?);
    let prefill = started.elapsed();

    let started = Instant::now();
    for at in 0..bench.predict as usize {
        context
            .evaluate(prompt.len() + at, &[token], false)
            .map_err(failed)?;
        token = sampler::greatest(context.logits()?);
    }
    let decode = started.elapsed();
    Ok(json!({
        "prompt_tokens": prompt.len(),
        "predicted": bench.predict,
        "threads": bench.threads,
        "prefill_tokens_per_second": prompt.len() as f64 / prefill.as_secs_f64(),
        "decode_tokens_per_second": f64::from(bench.predict) / decode.as_secs_f64(),
    }))
}

/// So many tokens, or a few less: any ordinary ones will do, and these are spread over the vocabulary.
pub(super) fn ordinary_tokens(model: &Model, count: usize) -> Vec<Token> {
    let words = model.token_count().max(1);
    (0..count)
        .filter_map(|at| Token::try_from((at * 7919 + 1000) % words).ok())
        .filter(|token| !model.is_control(*token))
        .collect()
}
