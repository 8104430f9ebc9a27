//! What the runtime does with graphics cards, as a person sees it.

use sotto_runtime_client::{Device, LoadedModel, System};

use crate::{
    memory,
    view::models::{GraphicsView, LoadedView},
};

/// A model in memory, with all that is not as wished in its note.
pub(crate) fn loaded(model: LoadedModel) -> LoadedView {
    let notes = [memory::note(&model), model.note];
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    LoadedView {
        name: model.name,
        memory: model.size,
        graphics_memory: model.graphics_size,
        context: model.context,
        graphics_layers: model.graphics_layers,
        layers: model.layers,
        note: notes.join(" "),
    }
}

/// The cards that models run on, and why there is none: `HardwareView.graphics` and `.note`.
pub(crate) fn cards(system: &System) -> (Vec<GraphicsView>, String) {
    let cards = system.devices.iter().filter(|device| device.used);
    (cards.map(card).collect(), system.devices_note.clone())
}

fn card(device: &Device) -> GraphicsView {
    GraphicsView {
        name: device.description.clone(),
        backend: device.backend.clone(),
        memory: device.total_memory,
        available: device.free_memory,
    }
}

/// Which processors models run on, in a sentence.
pub(crate) fn sentence(system: &System) -> String {
    let (cards, note) = cards(system);
    if cards.is_empty() {
        return if note.is_empty() {
            "None is there that models could use.".into()
        } else {
            note
        };
    }
    let cards: Vec<String> = cards
        .iter()
        .map(|card| {
            format!(
                "{} ({}, {} of {} MiB free)",
                card.name,
                card.backend,
                card.available >> 20,
                card.memory >> 20
            )
        })
        .collect();
    format!("Models use {}.", cards.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(used: bool, note: &str) -> System {
        System {
            devices: vec![Device {
                name: "Vulkan0".into(),
                description: "A Card".into(),
                backend: "Vulkan".into(),
                used,
                total_memory: 8 << 30,
                free_memory: 6 << 30,
                ..Device::default()
            }],
            devices_note: note.into(),
            ..System::default()
        }
    }

    #[test]
    fn only_cards_that_are_used_are_shown() {
        let (shown, note) = cards(&system(true, ""));
        assert_eq!(
            (shown.len(), shown[0].name.as_str(), note.as_str()),
            (1, "A Card", "")
        );
        assert_eq!((shown[0].memory, shown[0].available), (8 << 30, 6 << 30));
        let (shown, note) = cards(&system(false, "It is slow."));
        assert_eq!((shown, note.as_str()), (Vec::new(), "It is slow."));
    }

    #[test]
    fn one_sentence_says_what_is_used_or_why_not() {
        for (system, expected) in [
            (
                system(true, ""),
                "Models use A Card (Vulkan, 6144 of 8192 MiB free).",
            ),
            (system(false, "It is slow."), "It is slow."),
            (System::default(), "None is there that models could use."),
        ] {
            assert_eq!(sentence(&system), expected);
        }
    }
}
