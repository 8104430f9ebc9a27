//! Which layers of a model go to a graphics card: as many as its free memory takes, the rest stays on
//! the processor, and a card that fails is said and not hidden.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::devices::{self, Device};
use super::driver::{self, Busy};
use super::gguf::Metadata;
use super::memory::Need;
use super::model::{Model, Offload};
use crate::error::Error;

/// Bytes of a card that are left alone: the driver's own, and what a desktop draws meanwhile. Half of
/// what llama.cpp's own fitting leaves, which counts no buffers beside it.
const RESERVED: u64 = 512 << 20;

/// Where the layers of a loaded model are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Placement {
    /// Layers in all, the output layer included, as llama.cpp and Ollama's `num_gpu` count.
    pub(crate) layers: u32,
    /// Of these, layers on graphics cards.
    pub(crate) on_devices: u32,
    /// Bytes of graphics cards that the model takes with its cache, estimated.
    pub(crate) device_bytes: u64,
    /// Why not all layers are on the card; empty where they are, or there is none.
    pub(crate) note: String,
}

/// A model's share of the graphics cards; given up when dropped.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) placement: Placement,
    /// Layers that were asked for.
    wanted: Option<u32>,
    /// Tokens of context that they were counted for.
    context: u32,
    /// The cards have no memory of their own: what they take, they take of the computer's.
    shares: bool,
    _busy: Option<Busy>,
}

impl Placed {
    /// Layers that were asked for.
    pub(super) fn wanted(&self) -> Option<u32> {
        self.wanted
    }

    /// Whether layers are on a card.
    pub(super) fn uses_device(&self) -> bool {
        self.placement.on_devices > 0
    }

    /// Whether the model serves a request as it is, for so many tokens of context and so many layers on
    /// cards. One that does not say how many is served by any number that still fits.
    pub(super) fn serves(&self, metadata: &Metadata, context: u32, layers: Option<u32>) -> bool {
        let as_placed =
            |layers: u32| layers.min(self.placement.layers) == self.placement.on_devices;
        if layers.is_some_and(|layers| !as_placed(layers)) && layers != self.wanted {
            return false;
        }
        if !self.uses_device() || context <= self.context {
            return true;
        }
        // What it has taken would be free again.
        let mut free: Vec<u64> = devices::used()
            .iter()
            .map(|device| device.memory().free)
            .collect();
        if let Some(first) = free.first_mut() {
            *first = first.saturating_add(self.placement.device_bytes);
        }
        fit(metadata, context, &free, self.wanted).layers() >= self.placement.on_devices
    }

    /// Bytes that it takes nothing of the computer's memory for, because they lie on cards.
    pub(super) fn spared_bytes(&self) -> u64 {
        if self.shares {
            0
        } else {
            self.placement.device_bytes
        }
    }

    /// The part of a context of so many bytes that is in the computer's own memory.
    pub(super) fn outside(&self, bytes: u64) -> u64 {
        if self.shares {
            return bytes;
        }
        let Placement {
            layers, on_devices, ..
        } = self.placement;
        let outside = u64::from(layers.saturating_sub(on_devices));
        (bytes / u64::from(layers.max(1))).saturating_mul(outside)
    }
}

/// How a model would be spread now. What of it goes to a card takes no memory of the computer.
pub(super) struct Plan {
    devices: Vec<&'static Device>,
    fit: Fit,
    placed: Placed,
}

impl Plan {
    /// Bytes that would take nothing of the computer's memory, because they would lie on cards.
    pub(super) fn spared_bytes(&self) -> u64 {
        self.placed.spared_bytes()
    }

    /// Whether layers would go to a card.
    pub(super) fn uses_device(&self) -> bool {
        self.placed.uses_device()
    }

    /// The same model without a graphics card, because that failed for this reason.
    pub(super) fn on_processor(metadata: &Metadata, wanted: Option<u32>, failed: &Error) -> Self {
        let note =
            format!("The graphics card did not take it, so it runs on the processor: {failed}");
        tracing::warn!("{note}");
        Self {
            devices: Vec::new(),
            fit: Fit::default(),
            placed: Placed {
                placement: Placement {
                    layers: count(metadata),
                    note,
                    ..Placement::default()
                },
                wanted,
                context: 0,
                shares: false,
                _busy: None,
            },
        }
    }
}

/// Asks the cards for their free memory. `wanted`: at most so many layers on them, 0 none.
pub(super) fn plan(metadata: &Metadata, context: u32, wanted: Option<u32>) -> Plan {
    let devices = devices::used();
    let free: Vec<u64> = devices.iter().map(|device| device.memory().free).collect();
    let fit = fit(metadata, context, &free, wanted);
    let layers = count(metadata);
    let placed = Placed {
        placement: Placement {
            layers,
            on_devices: fit.layers(),
            device_bytes: fit.bytes,
            note: explain(&fit, layers, &free, wanted),
        },
        wanted,
        context,
        shares: devices.iter().any(|device| device.shares_memory()),
        _busy: None,
    };
    Plan {
        devices,
        fit,
        placed,
    }
}

/// Loads the weights as planned, or says why not.
pub(super) fn load(
    name: &str,
    path: &Path,
    plan: Plan,
    progress: &Arc<AtomicU32>,
) -> Result<(Model, Placed), Error> {
    let Plan {
        devices,
        fit,
        mut placed,
    } = plan;
    placed._busy = (fit.layers() > 0).then(driver::busy);
    let offload = Offload::new(&devices, &fit.per_device);
    let model = Model::load(name, path, &offload, progress)?;
    let Placement {
        layers, on_devices, ..
    } = placed.placement;
    tracing::info!(layers, on_devices, "loaded");
    Ok((model, placed))
}

/// Layers of a model, the output layer included.
fn count(metadata: &Metadata) -> u32 {
    u32::try_from(metadata.layer_bytes.len() + 1).unwrap_or(u32::MAX)
}

/// Layers that fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Fit {
    /// For each card, in the order of their free memory that was given.
    per_device: Vec<u32>,
    /// Bytes that these layers, their cache and buffers take.
    bytes: u64,
}

impl Fit {
    fn layers(&self) -> u32 {
        self.per_device.iter().sum()
    }
}

/// How many layers go to cards with so many free bytes. The output layer goes first, then the last
/// layer and so on: the first layers are those that stay on the processor, as llama.cpp has it.
fn fit(metadata: &Metadata, context: u32, free: &[u64], wanted: Option<u32>) -> Fit {
    let cache = metadata
        .cache_bytes_per_token
        .saturating_mul(u64::from(context))
        .checked_div(metadata.layer_bytes.len() as u64)
        .unwrap_or(0);
    let mut costs = std::iter::once(metadata.output_bytes)
        .chain(
            metadata
                .layer_bytes
                .iter()
                .rev()
                .map(|bytes| bytes.saturating_add(cache)),
        )
        .take(wanted.map_or(usize::MAX, |wanted| wanted as usize))
        .peekable();
    let buffers = Need::of(metadata).buffers(metadata, context);
    let mut fit = Fit::default();
    for free in free {
        let mut room = free.saturating_sub(RESERVED).saturating_sub(buffers);
        let mut layers = 0;
        while let Some(cost) = costs.next_if(|cost| *cost <= room) {
            room -= cost;
            layers += 1;
            fit.bytes = fit.bytes.saturating_add(cost);
        }
        if layers > 0 {
            fit.bytes = fit.bytes.saturating_add(buffers);
        }
        fit.per_device.push(layers);
    }
    fit
}

/// Why not all layers are on cards, in a sentence for the person.
fn explain(fit: &Fit, layers: u32, free: &[u64], wanted: Option<u32>) -> String {
    let placed = fit.layers();
    if free.is_empty() || placed == layers || Some(placed) == wanted {
        return String::new();
    }
    let free = free.iter().sum::<u64>() >> 20;
    if placed == 0 {
        format!(
            "It runs on the processor: no layer fits into the {free} MiB that the graphics card has free."
        )
    } else {
        format!(
            "{placed} of {layers} layers fit into the {free} MiB that the graphics card has free; the others run on the processor."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_other_layers_needs_another_load() {
        let placed = |wanted, on_devices| Placed {
            placement: Placement {
                layers: 11,
                on_devices,
                ..Placement::default()
            },
            wanted,
            context: 1024,
            shares: false,
            _busy: None,
        };
        for (wanted, on_devices, asked, expected) in [
            (None, 11, None, true),
            (None, 11, Some(99), true),
            (None, 11, Some(0), false),
            (None, 11, Some(5), false),
            (Some(5), 5, None, true),
            (Some(5), 5, Some(5), true),
            // The card refused, or had no room: it would again.
            (Some(5), 0, Some(5), true),
            (Some(5), 3, Some(5), true),
            (Some(5), 3, Some(6), false),
            (None, 0, Some(0), true),
        ] {
            let served = placed(wanted, on_devices).serves(&model(), 1024, asked);
            assert_eq!(served, expected, "{wanted:?} {on_devices} {asked:?}");
        }
        assert_eq!(placed(None, 11).outside(1100), 0);
        assert_eq!(placed(None, 5).outside(1100), 600);
        let shared = Placed {
            shares: true,
            ..placed(None, 11)
        };
        assert_eq!(shared.outside(1100), 1100);
    }

    const MIB: u64 = 1 << 20;

    /// Ten layers of 100 MiB, an output layer of 200, and 10 MiB of cache for each layer at 1,024 tokens.
    fn model() -> Metadata {
        Metadata {
            layer_bytes: vec![100 * MIB; 10],
            output_bytes: 200 * MIB,
            cache_bytes_per_token: 100 << 10,
            vocabulary: 32 << 10,
            embedding_length: 2 << 10,
            ..Metadata::default()
        }
    }

    fn overhead() -> u64 {
        RESERVED + Need::of(&model()).buffers(&model(), 1024)
    }

    #[test]
    fn as_many_layers_as_the_free_memory_takes() {
        let check = |free: &[u64], wanted: Option<u32>, expected: &[u32]| {
            let free: Vec<u64> = free.iter().map(|free| free * MIB + overhead()).collect();
            let fit = fit(&model(), 1024, &free, wanted);
            assert_eq!(fit.per_device, expected, "{free:?} {wanted:?}");
        };
        check(&[], None, &[]);
        check(&[8192], None, &[11]);
        // 200 for the output layer and 110 for each other one.
        check(&[1300], None, &[11]);
        check(&[1299], None, &[10]);
        check(&[310], None, &[2]);
        check(&[309], None, &[1]);
        check(&[199], None, &[0]);
        check(&[8192], Some(0), &[0]);
        check(&[8192], Some(4), &[4]);
        check(&[310], Some(4), &[2]);
        // What does not fit the first goes on to the second.
        check(&[310, 1000], None, &[2, 9]);
        check(&[100, 310], None, &[0, 2]);
        check(&[8192, 8192], None, &[11, 0]);
    }

    #[test]
    fn a_larger_context_leaves_room_for_fewer_layers() {
        let free = [800 * MIB + overhead()];
        let layers = |context| fit(&model(), context, &free, None).layers();
        let counts = [1024, 4096, 16384, 65536].map(layers);
        assert!(
            counts.is_sorted_by(|a, b| a > b || (*a, *b) == (0, 0)),
            "{counts:?}"
        );
        assert_eq!(fit(&model(), u32::MAX, &free, None).layers(), 0);
    }

    #[test]
    fn what_is_taken_is_what_was_counted() {
        let free = [410 * MIB + overhead()];
        let fit = fit(&model(), 1024, &free, None);
        assert_eq!(fit.layers(), 2);
        assert_eq!(
            fit.bytes,
            310 * MIB + Need::of(&model()).buffers(&model(), 1024)
        );
        let none = super::fit(&model(), 1024, &[0], None);
        assert_eq!((none.layers(), none.bytes), (0, 0));
    }

    #[test]
    fn what_does_not_fit_is_said_in_numbers() {
        let check = |layers: u32, free: &[u64], wanted: Option<u32>, expected: &str| {
            let fit = Fit {
                per_device: vec![layers],
                bytes: 0,
            };
            assert_eq!(explain(&fit, 11, free, wanted), expected);
        };
        check(11, &[4096 * MIB], None, "");
        check(0, &[], None, "");
        check(0, &[4096 * MIB], Some(0), "");
        check(4, &[4096 * MIB], Some(4), "");
        check(
            7,
            &[900 * MIB],
            None,
            "7 of 11 layers fit into the 900 MiB that the graphics card has free; the others run on the processor.",
        );
        check(
            0,
            &[100 * MIB],
            Some(5),
            "It runs on the processor: no layer fits into the 100 MiB that the graphics card has free.",
        );
    }
}
