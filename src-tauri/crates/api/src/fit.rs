//! Whether models fit into this computer's memory: the runtime's numbers and the catalogue's, through one
//! piece of arithmetic.

use sotto_models::{CatalogEntry, Fit as Found, Need, Room};
use sotto_runtime_client::{InstalledModel, LoadedModel};

use crate::{
    sotto::Sotto,
    view::models::{Fit, FitView},
};

/// Tokens of context that a model gets where nobody says.
const USUAL_CONTEXT: u32 = 8192;

/// Bytes of evaluation buffers that are reckoned with for a model that is not here.
const USUAL_WORKING: u64 = 256 << 20;

impl Sotto {
    /// What there is for models; `None` where the runtime cannot say it.
    pub(crate) async fn room(&self, loaded: &[LoadedModel]) -> Option<Room> {
        let system = self.inner.runtime.system().await.ok()?;
        if system.total_memory == 0 {
            return None;
        }
        // What is in memory makes place for another.
        let held: u64 = loaded.iter().map(|model| model.size).sum();
        let available = system.available_memory.saturating_add(held);
        Some(Room {
            available: available.min(system.total_memory),
            limit: system.memory_limit,
        })
    }
}

/// Whether a model on this computer fits; `None` where it does not say what it takes.
pub(crate) fn of_installed(model: &InstalledModel, room: Room) -> Option<FitView> {
    let need = Need {
        weights: model.memory.weights,
        cache_bytes_per_token: model.memory.cache_bytes_per_token,
        working: model.memory.working,
        trained_context: model.context_length,
    };
    (need.weights > 0).then(|| view(need, room))
}

/// Whether a model that is not here would fit.
pub(crate) fn of_known(entry: &CatalogEntry, room: Room) -> FitView {
    let cache = entry.cache.map_or(0, sotto_models::Cache::bytes_per_token);
    let need = Need {
        weights: entry.size,
        cache_bytes_per_token: cache,
        working: USUAL_WORKING,
        trained_context: entry.context_length,
    };
    view(need, room)
}

fn view(need: Need, room: Room) -> FitView {
    let found = sotto_models::fit(need, USUAL_CONTEXT, room);
    FitView {
        fit: match found.fit {
            Found::FitsWell => Fit::FitsWell,
            Found::SmallerContext => Fit::SmallerContext,
            Found::OverLimit => Fit::OverLimit,
            Found::TooLarge => Fit::TooLarge,
        },
        weights: need.weights,
        context: found.context,
        cache: found.cache,
        working: need.working,
        room: found.room,
        largest_context: found.largest_context,
    }
}
