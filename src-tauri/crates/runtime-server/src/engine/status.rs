//! What the engine tells of the models in memory: what `GET /api/ps` shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;

use super::placement::Placement;
use crate::library::ModelFile;

/// A model in memory or on its way there.
#[derive(Debug, Clone)]
pub(crate) struct LoadedStatus {
    /// Its file.
    pub(crate) model: Arc<ModelFile>,
    /// Loading or ready.
    pub(crate) state: LoadState,
    /// Context size in tokens.
    pub(crate) context: u32,
    /// The size that it would have had if there had been memory for it.
    pub(crate) context_wanted: Option<u32>,
    /// Bytes that it takes, estimated, those of graphics cards included.
    pub(crate) bytes: u64,
    /// Which of its layers are on graphics cards.
    pub(crate) placement: Placement,
    /// When it will be unloaded; `None`: not by itself.
    pub(crate) expires: Option<Timestamp>,
    pub(super) progress: Arc<AtomicU32>,
}

impl LoadedStatus {
    /// How far the load is, 0 to 1.
    pub(crate) fn progress(&self) -> f64 {
        match self.state {
            LoadState::Ready => 1.0,
            LoadState::Loading => f64::from(self.progress.load(Ordering::Relaxed)) / 1000.0,
        }
    }
}

/// Whether a model can answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadState {
    /// Weights are being read.
    Loading,
    /// It answers.
    Ready,
}
