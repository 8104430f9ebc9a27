//! How much memory there is, how much a model takes, and who must go so that another one fits.
//!
//! The numbers are worked out from the file's header alone, because a model that does not fit must
//! be refused before it is read. Where each of them comes from, and how far they are from what was
//! measured, says `decisions/0019-what-a-model-takes.md`; `tests/memory.rs` holds them to 15 %.

use sysinfo::System;

use super::context::BATCH;
use super::gguf::Metadata;
use crate::error::{Error, Shortage};

/// Of the memory that this process may use, what models may take unless somebody says otherwise.
const SHARE: (u64, u64) = (3, 4);

/// The program itself, with the libraries of llama.cpp, before any model.
const PROGRAM: u64 = 20 << 20;

/// Bytes for each token of the vocabulary: its text in several tables, and a pair to merge.
const WORD: u64 = 600;

/// Bytes of the attention mask for a token of the batch and one of the context.
const MASK: u64 = 2;

/// A smaller context is not taken without being asked for: too little to talk in.
const SMALLEST_CONTEXT: u32 = 2048;

/// Contexts are cut to multiples of this, as llama.cpp pads them.
const CONTEXT_STEP: u32 = 256;

/// The memory of this computer or, within a control group with a limit, of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemMemory {
    /// Bytes in all; 0 if unknown.
    pub(crate) total: u64,
    /// Bytes that a new model could take.
    pub(crate) available: u64,
}

impl SystemMemory {
    /// Bytes that all models may take in all unless somebody says otherwise.
    pub(crate) fn share_of_models(self) -> u64 {
        match self.total {
            // Nothing is refused for what is not known: llama.cpp finds out itself.
            0 => u64::MAX,
            total => total / SHARE.1 * SHARE.0,
        }
    }
}

/// Asks the system now.
pub(crate) fn system_memory() -> SystemMemory {
    const UNKNOWN: SystemMemory = SystemMemory {
        total: 0,
        available: u64::MAX,
    };
    let Ok(mut system) = System::new() else {
        return UNKNOWN;
    };
    system.refresh_memory();
    if system.total_memory() == 0 {
        return UNKNOWN;
    }
    let mut memory = SystemMemory {
        total: system.total_memory(),
        available: system.available_memory(),
    };
    if let Some(limits) = system
        .cgroup_limits()
        .filter(|limits| limits.total_memory > 0)
    {
        memory.total = memory.total.min(limits.total_memory);
        // What the group has as page cache can be given back: only its resident memory counts.
        memory.available = memory
            .available
            .min(limits.total_memory.saturating_sub(limits.rss));
    }
    memory
}

/// Bytes that a model takes: a fixed part, and one that grows with its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    /// The weights, as they lie in memory: without a mapping each of them is there once.
    pub(crate) weights: u64,
    /// For each token of the context: keys and values, and its column of the attention mask.
    pub(crate) per_token: u64,
    /// Buffers of the evaluation, the vocabulary and the program.
    pub(crate) working: u64,
}

impl Need {
    /// What the model of this file takes.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let position = position_bytes(metadata);
        // A model whose tokens see later ones evaluates a whole context at once.
        let (batch, per_token) = if metadata.bidirectional {
            (0, position)
        } else {
            (u64::from(BATCH), u64::from(BATCH) * MASK)
        };
        Self {
            weights: metadata.tensor_bytes,
            per_token: metadata.cache_bytes_per_token.saturating_add(per_token),
            working: PROGRAM
                .saturating_add(metadata.vocabulary.saturating_mul(WORD))
                .saturating_add(position.saturating_mul(batch)),
        }
    }

    /// With a context of so many tokens.
    pub(crate) fn at(self, context: u32) -> u64 {
        self.weights.saturating_add(self.of_context(context))
    }

    /// Of that, what comes and goes with the context.
    pub(crate) fn of_context(self, context: u32) -> u64 {
        self.per_token
            .saturating_mul(u64::from(context))
            .saturating_add(self.working)
    }

    /// Of what comes and goes with the context, all but its keys and values.
    pub(super) fn buffers(self, metadata: &Metadata, context: u32) -> u64 {
        let cache = metadata
            .cache_bytes_per_token
            .saturating_mul(u64::from(context));
        self.of_context(context).saturating_sub(cache)
    }

    /// The most tokens of context, at most `wanted`, that fit into so many bytes and are enough to
    /// talk in.
    pub(super) fn largest_context(self, room: u64, wanted: u32) -> Option<u32> {
        let left = room.checked_sub(self.weights.saturating_add(self.working))?;
        let tokens = left.checked_div(self.per_token).unwrap_or(u64::MAX);
        let tokens = u32::try_from(tokens).unwrap_or(u32::MAX).min(wanted);
        let stepped = if tokens == wanted {
            tokens
        } else {
            tokens - tokens % CONTEXT_STEP
        };
        (stepped >= SMALLEST_CONTEXT.min(wanted) && stepped > 0).then_some(stepped)
    }
}

/// Bytes of the tables that keep an answer to a form; made with the first such answer.
pub(super) fn of_constraints(metadata: &Metadata) -> u64 {
    metadata.vocabulary.saturating_mul(WORD)
}

/// Bytes of a layer's intermediate results for one token of the batch: the two halves of the
/// feed-forward network at 32 bits and their product once more at 16 or less, and what flows past them.
fn position_bytes(metadata: &Metadata) -> u64 {
    let forward = metadata.feed_forward_length.saturating_mul(10);
    forward.saturating_add(metadata.embedding_length.saturating_mul(26))
}

/// What there is for models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Bytes that all models may take.
    pub(super) limit: u64,
    /// Bytes that those in memory take which stay in any case.
    pub(super) staying: u64,
    /// Bytes that the system could give.
    pub(super) free: u64,
}

/// How many of `pieces`, from the first one on, must be given up so that `wanted` more bytes fit.
/// Refused with both numbers where all of them are not enough.
pub(super) fn to_give_up(pieces: &[u64], wanted: u64, room: Room) -> Result<usize, Error> {
    let sum = |pieces: &[u64]| {
        pieces
            .iter()
            .fold(0u64, |sum, piece| sum.saturating_add(*piece))
    };
    let left = |given_up: usize| {
        let held = room.staying.saturating_add(sum(&pieces[given_up..]));
        let free = room.free.saturating_add(sum(&pieces[..given_up]));
        (room.limit.saturating_sub(held), free)
    };
    for given_up in 0..=pieces.len() {
        let (limit, free) = left(given_up);
        if wanted <= limit && wanted <= free {
            return Ok(given_up);
        }
    }
    let (limit, free) = left(pieces.len());
    Err(Error::InsufficientMemory {
        needed: wanted,
        available: limit.min(free),
        limit: room.limit,
        free,
        reason: if wanted > limit {
            Shortage::Limit
        } else {
            Shortage::Free
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEED: Need = Need {
        weights: 1000,
        per_token: 2,
        working: 100,
    };

    #[test]
    fn weights_cache_and_buffers_count() {
        for (context, expected) in [(0, 1100), (16, 1132), (u32::MAX, 8_589_935_690)] {
            assert_eq!(NEED.at(context), expected, "{context}");
        }
        let metadata = Metadata {
            tensor_bytes: u64::MAX,
            ..Metadata::default()
        };
        assert_eq!(Need::of(&metadata).at(1), u64::MAX);
    }

    #[test]
    fn a_context_is_cut_to_what_fits_and_not_below_what_serves() {
        for (room, wanted, expected) in [
            (1100 + 2 * 8192, 8192, Some(8192)),
            (1100 + 2 * 8000, 8192, Some(7936)),
            (1100 + 2 * 2048, 8192, Some(2048)),
            (1100 + 2 * 2047, 8192, None),
            (1100 + 2 * 512, 512, Some(512)),
            (1100 + 2 * 511, 512, None),
            (1099, 8192, None),
        ] {
            assert_eq!(NEED.largest_context(room, wanted), expected, "{room}");
        }
    }

    #[test]
    fn only_as_much_is_given_up_as_must_be() {
        let room = |limit, staying, free| Room {
            limit,
            staying,
            free,
        };
        for (pieces, wanted, room, expected) in [
            (&[][..], 100, room(100, 0, 100), Ok(0)),
            (&[40, 60], 50, room(200, 0, 1000), Ok(0)),
            (&[40, 60], 110, room(200, 0, 1000), Ok(1)),
            (&[40, 60], 150, room(200, 0, 1000), Ok(2)),
            (
                &[40, 60],
                201,
                room(200, 0, 1000),
                Err((200, Shortage::Limit)),
            ),
            // What stays is never counted as room.
            (&[40], 150, room(200, 60, 1000), Err((140, Shortage::Limit))),
            // What is given up is free afterwards.
            (&[40, 60], 50, room(1000, 0, 10), Ok(1)),
            (
                &[40, 60],
                120,
                room(1000, 0, 10),
                Err((110, Shortage::Free)),
            ),
            (&[], 120, room(u64::MAX, 0, 10), Err((10, Shortage::Free))),
        ] {
            let got = to_give_up(pieces, wanted, room).map_err(|error| match error {
                Error::InsufficientMemory {
                    available, reason, ..
                } => (available, reason),
                other => panic!("{other}"),
            });
            assert_eq!(got, expected, "{pieces:?} for {wanted}");
        }
    }

    #[test]
    fn models_may_take_three_quarters() {
        let memory = |total| SystemMemory {
            total,
            available: 0,
        };
        assert_eq!(memory(4000).share_of_models(), 3000);
        assert_eq!(memory(0).share_of_models(), u64::MAX);
    }
}
