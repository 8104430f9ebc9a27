//! How fast this computer reads memory: what bounds the speed of an answer, whatever the program.

use std::time::{Duration, Instant};

use super::job::Cancel;
use crate::error::Error;

/// Bytes that are read: far more than the caches of a desktop's processor hold.
pub(super) const BUFFER: u64 = 256 << 20;
/// Passes over the buffer take so long in all, and are so many at least.
const LONG_ENOUGH: Duration = Duration::from_secs(1);
const FEWEST_PASSES: u32 = 4;

/// Numbers that are added side by side, so that the processor waits for memory and not for a sum.
const LANES: usize = 8;

/// Bytes in a second that so many threads read together: of the fastest pass, because everything
/// that disturbs a pass makes it slower.
pub(super) fn measure(threads: u32, cancel: &Cancel) -> Result<u64, Error> {
    let numbers = usize::try_from(BUFFER / 8).unwrap_or(0);
    let mut buffer: Vec<u64> = Vec::new();
    buffer
        .try_reserve_exact(numbers)
        .map_err(|_| Error::Engine("there is no memory to measure its speed with".into()))?;
    // Written, because pages that nobody wrote are all the same one.
    buffer.resize(numbers, 1);
    let slice = numbers.div_ceil(threads.max(1) as usize);
    let mut fastest = Duration::MAX;
    let started = Instant::now();
    for pass in 0.. {
        if cancel.is_set() {
            return Err(Error::Cancelled);
        }
        if pass >= FEWEST_PASSES && started.elapsed() >= LONG_ENOUGH {
            break;
        }
        let began = Instant::now();
        std::thread::scope(|scope| {
            for part in buffer.chunks(slice) {
                scope.spawn(|| std::hint::black_box(sum(part)));
            }
        });
        fastest = fastest.min(began.elapsed());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bytes in a second are far below 2^53"
    )]
    Ok((BUFFER as f64 / fastest.as_secs_f64()) as u64)
}

fn sum(part: &[u64]) -> u64 {
    let mut lanes = [0u64; LANES];
    let mut chunks = part.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane = lane.wrapping_add(*number);
        }
    }
    let rest = chunks.remainder().iter();
    lanes
        .iter()
        .chain(rest)
        .fold(0u64, |sum, number| sum.wrapping_add(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read() {
        for length in [0, 1, 7, 8, 9, 1000] {
            assert_eq!(sum(&vec![1; length]), length as u64);
        }
    }

    #[test]
    fn a_bandwidth_is_plausible_and_can_be_stopped() {
        let bandwidth = measure(1, &Cancel::default()).unwrap();
        // From a memory card to the fastest server there is.
        assert!((100 << 20..100 << 40).contains(&bandwidth), "{bandwidth}");
        let cancel = Cancel::default();
        drop(cancel.on_drop());
        assert!(matches!(measure(1, &cancel), Err(Error::Cancelled)));
    }
}
