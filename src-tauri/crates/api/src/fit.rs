//! Whether models fit into this computer's memory: the runtime's numbers and the catalogue's, through one
//! piece of arithmetic.

use sotto_models::{CatalogEntry, Fit as Found, Need, Room};
use sotto_runtime_client::{InstalledModel, LoadedModel, System};

use crate::{
    sotto::Sotto,
    view::models::{Fit, FitView},
};

/// Tokens of context that a model gets where nobody says.
const USUAL_CONTEXT: u32 = 8192;

/// Bytes of evaluation buffers that are reckoned with for a model that is not here.
const USUAL_WORKING: u64 = 256 << 20;

/// Bytes of a graphics card that the runtime leaves alone, of those that are free.
const CARD_RESERVED: u64 = 512 << 20;

impl Sotto {
    /// What there is for models; `None` where the runtime cannot say it.
    pub(crate) async fn room(&self, loaded: &[LoadedModel]) -> Option<Room> {
        let system = self.inner.runtime.system().await.ok()?;
        room(&system, loaded)
    }
}

fn room(system: &System, loaded: &[LoadedModel]) -> Option<Room> {
    if system.total_memory == 0 {
        return None;
    }
    // What is in memory makes place for another.
    let held = loaded
        .iter()
        .map(|model| model.size.saturating_sub(model.graphics_size));
    let available = system.available_memory.saturating_add(held.sum());
    // Layers on graphics cards take nothing of the computer's memory.
    let cards = system.devices.iter().filter(|device| device.used);
    let free = cards.map(|card| card.free_memory.saturating_sub(CARD_RESERVED));
    let held = loaded.iter().map(|model| model.graphics_size);
    let cards: u64 = free.sum::<u64>().saturating_add(held.sum());
    Some(Room {
        available: available.min(system.total_memory).saturating_add(cards),
        limit: system.memory_limit.map(|limit| limit.saturating_add(cards)),
    })
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

#[cfg(test)]
mod tests {
    use sotto_runtime_client::Device;

    use super::*;

    const GIB: u64 = 1 << 30;

    fn system(cards: &[(bool, u64)]) -> System {
        let card = |(used, free): &(bool, u64)| Device {
            used: *used,
            free_memory: *free,
            ..Device::default()
        };
        System {
            total_memory: 8 * GIB,
            available_memory: 3 * GIB,
            memory_limit: Some(6 * GIB),
            devices: cards.iter().map(card).collect(),
            ..System::default()
        }
    }

    fn in_memory(size: u64, graphics_size: u64) -> LoadedModel {
        LoadedModel {
            size,
            graphics_size,
            ..LoadedModel::default()
        }
    }

    #[test]
    fn what_is_in_memory_makes_place_and_cards_are_room_too() {
        let check = |cards: &[(bool, u64)], loaded: &[LoadedModel], expected: (u64, u64)| {
            let room = room(&system(cards), loaded).unwrap();
            assert_eq!((room.available, room.limit.unwrap()), expected, "{cards:?}");
        };
        check(&[], &[], (3 * GIB, 6 * GIB));
        check(&[], &[in_memory(2 * GIB, 0)], (5 * GIB, 6 * GIB));
        check(&[], &[in_memory(9 * GIB, 0)], (8 * GIB, 6 * GIB));
        // One that is not used is no room.
        check(&[(false, 4 * GIB)], &[], (3 * GIB, 6 * GIB));
        let free = 4 * GIB + CARD_RESERVED;
        check(&[(true, free)], &[], (7 * GIB, 10 * GIB));
        check(&[(true, 0)], &[], (3 * GIB, 6 * GIB));
        // A model of 3 GiB, of which two are on the card.
        let half = in_memory(3 * GIB, 2 * GIB);
        check(&[(true, free)], &[half], (10 * GIB, 12 * GIB));
        assert!(room(&System::default(), &[]).is_none());
    }
}
