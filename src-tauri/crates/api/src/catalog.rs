//! The models that Sotto knows by name, as a person chooses among them.

use sotto_models::{CatalogEntry, Room};

use crate::{
    error::{ApiError, ErrorCode},
    fit,
    sotto::Sotto,
    view::models::{CatalogItem, LicenceView},
};

impl Sotto {
    /// All models that Sotto knows by name, those that we tried first.
    ///
    /// # Errors
    /// Where the runtime, which knows this computer, cannot be asked.
    pub async fn catalog(&self) -> Result<Vec<CatalogItem>, ApiError> {
        let list = self.inner.runtime.models().await;
        let list = list.map_err(|failure| ApiError::new(ErrorCode::Other, failure.message))?;
        let loaded = self.inner.runtime.loaded().await.unwrap_or_default();
        // Where nobody knows the memory, nothing is refused for it.
        let room = self.room(&loaded).await.unwrap_or(Room {
            available: u64::from(u32::MAX) << 20,
            limit: None,
        });
        let library = &self.inner.library;
        let installed = |entry: &CatalogEntry| {
            let names = list.usable.iter().map(|model| &model.name);
            let is_it =
                |name: &&String| library.describe(name).is_some_and(|one| one.id == entry.id);
            names.into_iter().find(is_it).cloned()
        };
        let known = self.inner.measurements.read().await;
        let mut items: Vec<CatalogItem> = library
            .catalog()
            .models
            .iter()
            .map(|entry| {
                let installed = installed(entry);
                // Of a file that is not here all weights count, which is about right.
                let name = installed.as_deref().unwrap_or(&entry.id);
                CatalogItem {
                    speed: known.speed(name, entry.size),
                    ..item(entry, installed, room)
                }
            })
            .collect();
        items.sort_by_key(|item| !item.verified);
        Ok(items)
    }
}

fn item(entry: &CatalogEntry, installed: Option<String>, room: Room) -> CatalogItem {
    let hub = entry.hub.as_ref();
    CatalogItem {
        id: entry.id.clone(),
        title: entry.name.clone(),
        repository: hub.map_or_else(String::new, |hub| hub.repository.clone()),
        file: hub.map_or_else(|| entry.file.clone(), |hub| hub.file.clone()),
        size: entry.size,
        parameters: entry.parameters,
        quantization: entry.quantization.clone(),
        architecture: entry.architecture.clone(),
        context_length: entry.context_length,
        languages: entry.languages.clone(),
        licence: LicenceView::from(&entry.licence),
        good_at: entry.good_at.clone(),
        weak_at: entry.weak_at.clone(),
        verified: entry.verified,
        can_be_fetched: hub.is_some(),
        installed,
        fit: fit::of_known(entry, room),
        speed: None,
    }
}
