//! Measures a loaded model by itself: what the bench page shows beside the limit of the memory.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::bench::ordinary_tokens;
use super::context::{BATCH, Stopped};
use super::job::{Cancel, Prompt};
use super::loaded::{Answering, Loaded};
use super::model::Token;
use super::{process, sampler};
use crate::error::Error;
use crate::template::{Message, Thinking};

/// Tokens of the prompt that prefill is measured with, and of the answer for decode.
const PROMPT: usize = 512;
const ANSWER: usize = 128;
/// Rounds of which the median counts; fewer on a computer where they take longer than this.
const ROUNDS: usize = 3;
const LONG_ENOUGH: Duration = Duration::from_secs(30);
/// A short question, as a person asks it.
const QUESTION: &str = "What is the capital of France, and what is it known for?";

/// What happens while a model is measured.
#[derive(Debug)]
pub(crate) enum BenchEvent {
    /// Something is being measured.
    Stage {
        /// What.
        stage: Stage,
        /// How much is done, 0 to 100.
        percent: u8,
    },
    /// It is done.
    Done(Measured),
    /// It failed.
    Failed(Error),
}

/// What is being measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The speed of the memory.
    Bandwidth,
    /// The model is on its way into memory.
    Loading,
    /// A prompt is evaluated.
    Prefill,
    /// An answer is made.
    Decode,
    /// A short question is answered.
    FirstToken,
}

impl Stage {
    /// Its name for a client.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bandwidth => "bandwidth",
            Self::Loading => "loading",
            Self::Prefill => "prefill",
            Self::Decode => "decode",
            Self::FirstToken => "first_token",
        }
    }
}

/// A model as it was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// Tokens of a prompt evaluated in a second.
    pub(crate) prefill: f64,
    /// Tokens of an answer made in a second.
    pub(crate) decode: f64,
    /// From a short question to the first token of its answer.
    pub(crate) first_token: Duration,
    /// Bytes that the process took at most; 0 where the system does not say.
    pub(crate) memory: u64,
    /// Bytes that were expected.
    pub(crate) expected_memory: u64,
    /// Bytes of memory that can be read in a second.
    pub(crate) bandwidth: u64,
    /// Bytes of weights that each token of an answer reads.
    pub(crate) bytes_per_token: u64,
    /// Compute threads.
    pub(crate) threads: u32,
    /// Tokens of its context.
    pub(crate) context: u32,
    /// Layers of it are on a graphics card: the bandwidth of the computer's memory is no limit then.
    pub(crate) on_device: bool,
}

/// Where the events go.
pub(super) struct Report<'run>(pub(super) &'run UnboundedSender<BenchEvent>);

impl Report<'_> {
    pub(super) fn stage(&self, stage: Stage, percent: usize) {
        let percent = u8::try_from(percent.min(100)).unwrap_or(100);
        let _ = self.0.send(BenchEvent::Stage { stage, percent });
    }
}

/// Measures the model. Conversations that its context holds are parked, and it is empty afterwards.
pub(super) fn run(
    loaded: &mut Loaded,
    bandwidth: u64,
    cancel: &Cancel,
    report: &Report<'_>,
) -> Result<Measured, Error> {
    loaded.attach(&[])?;
    let question = Prompt::Chat {
        messages: vec![Message {
            role: "user".into(),
            content: QUESTION.into(),
            ..Message::default()
        }],
        tools: Vec::new(),
        thinking: Thinking::Unsaid,
    };
    let size = loaded.size as usize;
    let (threads, context) = (loaded.threads, loaded.size);
    let expected_memory = loaded.bytes();
    let on_device = loaded.placement().on_devices > 0;
    let bytes_per_token = loaded.file.metadata.bytes_per_token;
    let question = loaded
        .prompts
        .tokens(&loaded.model, &question, context.saturating_sub(1))?
        .tokens;
    let prompt = ordinary_tokens(&loaded.model, PROMPT.min(size.saturating_sub(ANSWER)));
    if prompt.is_empty() {
        return Err(Error::BadRequest(format!(
            "a context of {size} tokens is too small to measure with"
        )));
    }
    let Answering {
        context: evaluation,
        cache,
        ..
    } = loaded.answering()?;
    cache.set_aside(evaluation);
    evaluation.watch(std::sync::Arc::clone(&cancel.0));
    let mut bench = Bench {
        evaluation,
        memory: 0,
    };
    let (mut prefills, mut decodes, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    let started = Instant::now();
    let measured = (|| {
        // The first evaluation fetches what later ones find in the caches.
        bench.prefill(&prompt[..prompt.len().min(16)])?;
        for round in 0..ROUNDS {
            if round > 0 && started.elapsed() > LONG_ENOUGH {
                break;
            }
            let done = |part: usize| 20 + (round * 3 + part) * 80 / (ROUNDS * 3);
            report.stage(Stage::Prefill, done(0));
            let time = bench.prefill(&prompt)?;
            prefills.push(rate(prompt.len(), time));
            report.stage(Stage::Decode, done(1));
            decodes.push(rate(ANSWER, bench.decode(prompt.len())?));
            report.stage(Stage::FirstToken, done(2));
            firsts.push(bench.prefill(&question)?.as_secs_f64());
        }
        Ok::<(), Stopped>(())
    })();
    bench.evaluation.clear();
    measured.map_err(|stopped| match stopped {
        Stopped::Cancelled => Error::Cancelled,
        Stopped::Full => Error::Engine("the context is full".into()),
        Stopped::Failed(error) => error,
    })?;
    Ok(Measured {
        prefill: median(prefills),
        decode: median(decodes),
        first_token: Duration::from_secs_f64(median(firsts)),
        memory: bench.memory,
        expected_memory,
        bandwidth,
        bytes_per_token,
        threads,
        context,
        on_device,
    })
}

struct Bench<'run> {
    evaluation: &'run mut super::context::Context,
    memory: u64,
}

impl Bench<'_> {
    /// The time from an empty context to the choice of the first token after these.
    fn prefill(&mut self, tokens: &[Token]) -> Result<Duration, Stopped> {
        self.evaluation.clear();
        let started = Instant::now();
        let starts = (0..).step_by(BATCH as usize);
        for (chunk, at) in tokens.chunks(self.evaluation.batch_size()).zip(starts) {
            self.evaluation.evaluate(at, chunk, false)?;
        }
        self.next()?;
        let time = started.elapsed();
        self.look_at_memory();
        Ok(time)
    }

    /// The time for an answer after so many tokens.
    fn decode(&mut self, held: usize) -> Result<Duration, Stopped> {
        let mut token = self.next()?;
        let started = Instant::now();
        for at in 0..ANSWER {
            self.evaluation.evaluate(held + at, &[token], false)?;
            token = self.next()?;
        }
        let time = started.elapsed();
        self.look_at_memory();
        Ok(time)
    }

    fn next(&mut self) -> Result<Token, Stopped> {
        let logits = self.evaluation.logits().map_err(Stopped::Failed)?;
        Ok(sampler::greatest(logits))
    }

    fn look_at_memory(&mut self) {
        self.memory = self.memory.max(process::resident_bytes().unwrap_or(0));
    }
}

fn rate(tokens: usize, time: Duration) -> f64 {
    tokens as f64 / time.as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (values, expected) in [
            (vec![], 0.0),
            (vec![3.0], 3.0),
            (vec![3.0, 1.0, 2.0], 2.0),
            (vec![9.0, 1.0], 9.0),
        ] {
            assert_eq!(median(values.clone()), expected, "{values:?}");
        }
    }
}
