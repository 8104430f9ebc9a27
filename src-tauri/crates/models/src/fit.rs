//! Whether a model fits into this computer's memory, and how fast it would be: arithmetic over numbers
//! that others measured. Nothing here asks the system.

/// What a model takes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Bytes of the weights.
    pub weights: u64,
    /// Bytes of the key and value cache for each token of context.
    pub cache_bytes_per_token: u64,
    /// Bytes of the evaluation buffers.
    pub working: u64,
    /// Tokens of context that it was trained for; 0 if unknown.
    pub trained_context: u32,
}

/// What there is for models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that models could take now, those in memory included.
    pub available: u64,
    /// Bytes that all models together may take, where somebody set a limit.
    pub limit: Option<u64>,
}

/// Whether a model fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fit {
    /// With the context that is wanted.
    FitsWell,
    /// With fewer tokens of context only.
    SmallerContext,
    /// It would fit the computer, not the limit.
    OverLimit,
    /// Not at all.
    TooLarge,
}

/// Whether a model fits, with the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fitness {
    /// In one word.
    pub fit: Fit,
    /// Tokens of context that the numbers are for: those that are wanted, or all that the model knows.
    pub context: u32,
    /// Bytes of the key and value cache for these.
    pub cache: u64,
    /// Bytes that models may take in all.
    pub room: u64,
    /// The most tokens of context that fit; 0 where none do.
    pub largest_context: u32,
}

/// With fewer tokens than this a model is of no use: a question and a short answer.
const SMALLEST_CONTEXT: u32 = 512;

/// Sizes of context are told in steps of so many tokens.
const STEP: u32 = 256;

/// Whether a model fits with so many tokens of context.
#[must_use]
pub fn fit(need: Need, wanted: u32, room: Room) -> Fitness {
    let trained = match need.trained_context {
        0 => u32::MAX,
        trained => trained,
    };
    let context = wanted.min(trained);
    let limited = room
        .limit
        .map_or(room.available, |limit| limit.min(room.available));
    let largest = |room: u64| largest_context(need, room).min(trained);
    let smallest = SMALLEST_CONTEXT.min(context);
    let fit = if largest(limited) >= context {
        Fit::FitsWell
    } else if largest(limited) >= smallest {
        Fit::SmallerContext
    } else if largest(room.available) >= smallest {
        Fit::OverLimit
    } else {
        Fit::TooLarge
    };
    let largest_context = match largest(limited) {
        // All that it knows is no matter of steps.
        largest if largest == trained => largest,
        largest if largest < smallest => 0,
        largest if largest < STEP => largest,
        largest => largest / STEP * STEP,
    };
    Fitness {
        fit,
        context,
        cache: need
            .cache_bytes_per_token
            .saturating_mul(u64::from(context)),
        room: limited,
        largest_context,
    }
}

/// Tokens whose cache fits beside the weights; 0 where these alone do not.
fn largest_context(need: Need, room: u64) -> u32 {
    let fixed = need.weights.saturating_add(need.working);
    let Some(left) = room.checked_sub(fixed) else {
        return 0;
    };
    let tokens = left.checked_div(need.cache_bytes_per_token);
    tokens.map_or(u32::MAX, |tokens| u32::try_from(tokens).unwrap_or(u32::MAX))
}

/// Tokens of an answer in a second that the memory allows: each one reads its weights once. `None` where
/// either is unknown.
#[must_use]
pub fn tokens_per_second(bandwidth: u64, bytes_per_token: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let estimate = bandwidth as f64 / bytes_per_token as f64;
    (bandwidth > 0 && bytes_per_token > 0).then_some(estimate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIGABYTE: u64 = 1_000_000_000;

    /// Weights of 1 GB, 100 kB a token, 0.2 GB of buffers, trained for 32,768 tokens.
    const NEED: Need = Need {
        weights: GIGABYTE,
        cache_bytes_per_token: 100_000,
        working: GIGABYTE / 5,
        trained_context: 32_768,
    };

    fn check(need: Need, wanted: u32, room: (u64, Option<u64>), expected: (Fit, u32, u32)) {
        let (available, limit) = room;
        let found = fit(need, wanted, Room { available, limit });
        assert_eq!(
            (found.fit, found.context, found.largest_context),
            expected,
            "{need:?} with {wanted} in {room:?}"
        );
        assert_eq!(found.room, available.min(limit.unwrap_or(u64::MAX)));
        assert_eq!(
            found.cache,
            need.cache_bytes_per_token
                .saturating_mul(u64::from(found.context))
        );
    }

    #[test]
    fn a_model_fits_well_or_smaller_or_over_the_limit_or_not() {
        use Fit::{FitsWell, OverLimit, SmallerContext, TooLarge};
        let cases = [
            // 1.2 GB and 0.8192 GB for 8,192 tokens.
            (8192, (2_019_200_000, None), (FitsWell, 8192, 8192)),
            (8192, (2_019_199_999, None), (SmallerContext, 8192, 7936)),
            (8192, (1_300_000_000, None), (SmallerContext, 8192, 768)),
            (8192, (1_251_200_000, None), (SmallerContext, 8192, 512)),
            (8192, (1_251_199_999, None), (TooLarge, 8192, 0)),
            (8192, (0, None), (TooLarge, 8192, 0)),
            // More than it was trained for is neither wanted nor told.
            (100_000, (100 * GIGABYTE, None), (FitsWell, 32_768, 32_768)),
            (8192, (100 * GIGABYTE, None), (FitsWell, 8192, 32_768)),
            // A limit counts where it is less than what is free.
            (
                8192,
                (8 * GIGABYTE, Some(3 * GIGABYTE)),
                (FitsWell, 8192, 17_920),
            ),
            (
                8192,
                (8 * GIGABYTE, Some(1_300_000_000)),
                (SmallerContext, 8192, 768),
            ),
            (8192, (8 * GIGABYTE, Some(GIGABYTE)), (OverLimit, 8192, 0)),
            (8192, (GIGABYTE, Some(GIGABYTE / 2)), (TooLarge, 8192, 0)),
            (
                8192,
                (2_019_200_000, Some(u64::MAX)),
                (FitsWell, 8192, 8192),
            ),
        ];
        for (wanted, room, expected) in cases {
            check(NEED, wanted, room, expected);
        }
    }

    #[test]
    fn what_is_unknown_hinders_nothing_and_what_is_absurd_does_not_overflow() {
        let unknown = Need {
            cache_bytes_per_token: 0,
            trained_context: 0,
            ..NEED
        };
        check(
            unknown,
            8192,
            (2 * GIGABYTE, None),
            (Fit::FitsWell, 8192, u32::MAX),
        );
        let short = Need {
            trained_context: 256,
            ..NEED
        };
        check(short, 8192, (2 * GIGABYTE, None), (Fit::FitsWell, 256, 256));
        let absurd = Need {
            weights: u64::MAX,
            cache_bytes_per_token: u64::MAX,
            working: u64::MAX,
            trained_context: u32::MAX,
        };
        check(
            absurd,
            u32::MAX,
            (u64::MAX, None),
            (Fit::TooLarge, u32::MAX, 0),
        );
    }

    #[test]
    fn speed_is_bandwidth_over_bytes_of_a_token() {
        // A 1.5B at Q4_K_M on two cores: 34.4 GB/s over 980 MB; 34.7 were measured.
        let speed = tokens_per_second(34_400_000_000, 980_000_000).unwrap();
        assert!((35.0..35.2).contains(&speed), "{speed}");
        assert_eq!(tokens_per_second(0, 1), None);
        assert_eq!(tokens_per_second(1, 0), None);
    }
}
