//! How fast models are on this computer: measured when a person asks for it, and noted from each
//! answer. Kept in a file of its own that holds names and numbers, and nothing of what was said.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sotto_domain::AnswerStatistics;
use sotto_runtime_client::{BenchStep, Measured};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    error::{ApiError, ErrorCode},
    sotto::Sotto,
    view::{
        AppEvent,
        models::{BenchProgress, Measurement, SpeedView},
    },
};

/// The file in the home.
const FILE: &str = "measurements.json";

/// So many measurements of each model are kept, the newest ones.
const KEPT: usize = 5;

/// A shorter answer says little about the speed.
const ENOUGH_TOKENS: u32 = 32;

/// How much an answer counts beside those before it.
const WEIGHT: f64 = 0.3;

/// What was measured, and what is being measured.
pub(crate) struct Measurements {
    file: PathBuf,
    /// Taken while the file is changed.
    kept: Mutex<Option<Kept>>,
    running: std::sync::Mutex<Option<CancellationToken>>,
}

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// The newest first.
    measurements: Vec<Measurement>,
    /// Tokens in a second of ordinary answers, by model.
    speeds: BTreeMap<String, f64>,
}

impl Measurements {
    pub(crate) fn new(home: &Path) -> Self {
        Self {
            file: home.join(FILE),
            kept: Mutex::default(),
            running: std::sync::Mutex::default(),
        }
    }

    /// Bytes of memory that can be read in a second, as it was measured last.
    pub(crate) async fn bandwidth(&self) -> Option<u64> {
        let kept = self.read().await;
        kept.measurements.first().map(|newest| newest.bandwidth)
    }

    /// Notes how fast an ordinary answer was made.
    pub(crate) async fn note(&self, model: &str, statistics: AnswerStatistics) {
        if statistics.answer_tokens < ENOUGH_TOKENS || statistics.decode_milliseconds == 0 {
            return;
        }
        let seconds = f64::from(statistics.decode_milliseconds) / 1000.0;
        let speed = f64::from(statistics.answer_tokens) / seconds;
        self.change(|kept| {
            let noted = kept.speeds.entry(model.to_owned()).or_insert(speed);
            *noted += (speed - *noted) * WEIGHT;
        })
        .await;
    }

    async fn keep(&self, measurement: Measurement) {
        self.change(|kept| kept.add(measurement)).await;
    }

    /// All that is known now.
    pub(crate) async fn read(&self) -> Kept {
        let mut slot = self.kept.lock().await;
        slot.get_or_insert_with(|| read(&self.file)).clone()
    }

    /// Changes what the file holds now: another program may have written to it.
    async fn change(&self, change: impl FnOnce(&mut Kept)) {
        let mut slot = self.kept.lock().await;
        let mut kept = read(&self.file);
        change(&mut kept);
        *slot = Some(kept.clone());
        let file = self.file.clone();
        let written = tokio::task::spawn_blocking(move || write(&file, &kept)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "what was measured cannot be kept");
        }
    }
}

impl Kept {
    fn add(&mut self, measurement: Measurement) {
        let model = measurement.model.clone();
        self.speeds.insert(model.clone(), measurement.decode);
        self.measurements.insert(0, measurement);
        let mut left = KEPT;
        self.measurements.retain(|one| {
            let keep = one.model != model || left > 0;
            left = left.saturating_sub(usize::from(one.model == model));
            keep
        });
    }

    /// How fast a model answers: as measured, or at most as the memory's speed allows.
    pub(crate) fn speed(&self, model: &str, bytes_per_token: u64) -> Option<SpeedView> {
        if let Some(speed) = self.speeds.get(model) {
            return Some(SpeedView {
                tokens_per_second: *speed,
                measured: true,
            });
        }
        let bandwidth = self.measurements.first()?.bandwidth;
        (bytes_per_token > 0).then(|| SpeedView {
            tokens_per_second: bandwidth as f64 / bytes_per_token as f64,
            measured: false,
        })
    }
}

/// A file that is not there, or that somebody broke, holds nothing.
fn read(file: &Path) -> Kept {
    let Ok(text) = std::fs::read(file) else {
        return Kept::default();
    };
    serde_json::from_slice(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, file = %file.display(), "what was measured cannot be read");
        Kept::default()
    })
}

/// Whole or not at all.
fn write(file: &Path, kept: &Kept) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&serde_json::to_vec_pretty(kept)?)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

impl Sotto {
    /// Measures a model on this computer, alone in memory, and keeps the result. Tells how far it is.
    /// A question that is asked meanwhile stops it.
    ///
    /// # Errors
    /// Where another model is being measured, where it is stopped, and where the model cannot be
    /// loaded.
    pub async fn bench_model(&self, model: String) -> Result<Measurement, ApiError> {
        let stop = CancellationToken::new();
        let _running = self.inner.measurements.begin(&stop)?;
        self.end_pause().await;
        self.keep_to_memory_limit().await;
        let settings = self.model_settings(&model).await;
        let (sender, mut steps) = mpsc::unbounded_channel();
        let mut bench = self.inner.runtime.bench(
            model.clone(),
            settings.context,
            settings.residence(),
            sender,
        );
        let measured = loop {
            tokio::select! {
                // Each step is told before what comes after it.
                biased;
                Some(step) = steps.recv() => self.tell_bench(&model, step),
                measured = &mut bench => break measured,
                () = stop.cancelled() => {
                    return Err(ApiError::new(ErrorCode::Other, "The measurement was stopped."));
                }
                () = self.inner.ending.cancelled() => {
                    return Err(ApiError::new(ErrorCode::Other, "Sotto is ending."));
                }
            }
        };
        self.tell_models().await;
        self.tell_runtime().await;
        let measured =
            measured.map_err(|failure| ApiError::new(ErrorCode::Other, failure.message))?;
        let measurement = measurement(model, self.inner.host.now(), measured);
        self.inner.measurements.keep(measurement.clone()).await;
        Ok(measurement)
    }

    /// Stops what is being measured; its result is lost.
    pub fn stop_bench(&self) {
        if let Some(stop) = &*self.inner.measurements.running() {
            stop.cancel();
        }
    }

    /// What was measured on this computer, the newest first; the last few of each model.
    pub async fn measurements(&self) -> Vec<Measurement> {
        self.inner.measurements.read().await.measurements
    }

    fn tell_bench(&self, model: &str, step: BenchStep) {
        let stage = match step.stage.as_str() {
            "bandwidth" => "How fast memory is read",
            "loading" => "Loading the model",
            "prefill" => "Reading a prompt of 512 tokens",
            "decode" => "Writing 128 tokens",
            "first_token" => "The first token of a short answer",
            other => other,
        };
        self.inner.hear(AppEvent::BenchProgressed {
            progress: BenchProgress {
                model: model.to_owned(),
                percent: step.percent,
                stage: stage.to_owned(),
            },
        });
    }
}

/// Something is being measured, until this is dropped.
struct Running<'a>(&'a Measurements);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running().take();
    }
}

impl Measurements {
    fn begin(&self, stop: &CancellationToken) -> Result<Running<'_>, ApiError> {
        let mut running = self.running();
        if running.is_some() {
            return Err(ApiError::new(
                ErrorCode::Other,
                "A model is being measured. Stop that, or wait until it is done.",
            ));
        }
        *running = Some(stop.clone());
        drop(running);
        Ok(Running(self))
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<CancellationToken>> {
        self.running
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn measurement(model: String, at: sotto_domain::Timestamp, measured: Measured) -> Measurement {
    let limit = match measured.bytes_per_token {
        0 => 0.0,
        bytes => measured.bandwidth as f64 / bytes as f64,
    };
    Measurement {
        model,
        at,
        prefill: measured.prefill,
        decode: measured.decode,
        first_token: measured.first_token as f64 / 1e6,
        memory: measured.memory,
        expected_memory: measured.expected_memory,
        bandwidth: measured.bandwidth,
        bytes_per_token: measured.bytes_per_token,
        limit,
        threads: measured.threads,
        backend: measured.backend,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(model: &str, at: u64, decode: f64) -> Measurement {
        let measured = Measured {
            decode,
            bandwidth: 1000 * at,
            bytes_per_token: 100,
            ..Measured::default()
        };
        let at = sotto_domain::Timestamp::from_milliseconds(at);
        measurement(model.to_owned(), at, measured)
    }

    #[test]
    fn the_newest_of_each_model_are_kept() {
        let mut kept = Kept::default();
        for at in 1..=8 {
            kept.add(measured("a", at, 10.0));
            kept.add(measured("b", at, 20.0));
        }
        let of = |model: &str| -> Vec<u64> {
            let of = kept.measurements.iter().filter(|one| one.model == model);
            of.map(|one| one.bandwidth / 1000).collect()
        };
        assert_eq!(of("a"), [8, 7, 6, 5, 4]);
        assert_eq!(of("b"), [8, 7, 6, 5, 4]);
    }

    #[test]
    fn a_speed_is_the_measured_one_or_the_limit_of_the_memory() {
        let mut kept = Kept::default();
        assert_eq!(kept.speed("a", 100), None);
        kept.add(measured("a", 3, 25.0));
        for (model, bytes, expected) in [
            ("a", 100, Some((25.0, true))),
            ("b", 100, Some((30.0, false))),
            ("b", 0, None),
        ] {
            let speed = kept.speed(model, bytes);
            let speed = speed.map(|speed| (speed.tokens_per_second, speed.measured));
            assert_eq!(speed, expected, "{model}");
        }
    }

    #[tokio::test]
    async fn answers_are_noted_and_two_programs_lose_nothing() {
        let home = tempfile::tempdir().unwrap();
        let answer = |tokens, milliseconds| AnswerStatistics {
            answer_tokens: tokens,
            decode_milliseconds: milliseconds,
            ..AnswerStatistics::default()
        };
        let one = Measurements::new(home.path());
        let other = Measurements::new(home.path());
        for (tokens, milliseconds) in [(31, 1000), (100, 0)] {
            one.note("a", answer(tokens, milliseconds)).await;
        }
        assert_eq!(one.read().await.speed("a", 0), None);
        one.note("a", answer(100, 2000)).await;
        other.note("b", answer(100, 1000)).await;
        other.note("a", answer(100, 1000)).await;
        let speed = |speed: Option<SpeedView>| speed.map(|speed| speed.tokens_per_second);
        assert_eq!(speed(other.read().await.speed("a", 0)), Some(65.0));
        assert_eq!(speed(other.read().await.speed("b", 0)), Some(100.0));
        let third = Measurements::new(home.path()).read().await;
        assert_eq!(speed(third.speed("a", 0)), Some(65.0));
        let text = std::fs::read_to_string(home.path().join(FILE)).unwrap();
        std::fs::write(home.path().join(FILE), &text[..text.len() / 2]).unwrap();
        assert_eq!(Measurements::new(home.path()).read().await, Kept::default());
    }
}
