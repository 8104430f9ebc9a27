//! How many threads decode while other programs want the processors too.
//!
//! llama.cpp's threads wait for each other, spinning, several hundred times in each token. When
//! a busy neighbour takes one of their processors, all of them wait: two threads then decode far
//! slower than one. Whether that happens can be seen without measuring speed: undisturbed, the
//! threads together use as much processor time as the clock shows for each of them.

use std::time::Duration;

/// Tokens between two looks.
const LOOK: u32 = 8;
/// Below this part of the processor time that the threads could have used, somebody disturbs them.
const DISTURBED: f64 = 0.85;
/// Tokens with fewer threads before more are tried again; doubled each time that this fails.
const PATIENCE: u32 = 32;
/// The longest such time.
const MOST_PATIENCE: u32 = 512;

/// Counts tokens and times, and says when to change the number of threads.
#[derive(Debug)]
pub(super) struct Pace {
    most: u32,
    threads: u32,
    tokens: u32,
    clock: Duration,
    processor: Duration,
    calm: u32,
    patience: u32,
}

impl Pace {
    /// Starts with all threads.
    pub(super) fn new(threads: u32) -> Self {
        Self {
            most: threads,
            threads,
            tokens: 0,
            clock: Duration::ZERO,
            processor: Duration::ZERO,
            calm: 0,
            patience: PATIENCE,
        }
    }

    /// Notes a token's time by the clock and of the processors; gives a new number of threads.
    pub(super) fn token(&mut self, clock: Duration, processor: Duration) -> Option<u32> {
        self.tokens += 1;
        self.clock += clock;
        self.processor += processor;
        if self.tokens < LOOK {
            return None;
        }
        let possible = self.clock.as_secs_f64() * f64::from(self.threads);
        let used = if possible > 0.0 {
            self.processor.as_secs_f64() / possible
        } else {
            1.0
        };
        let tokens = std::mem::take(&mut self.tokens);
        (self.clock, self.processor) = (Duration::ZERO, Duration::ZERO);
        if used < DISTURBED && self.threads > 1 {
            if self.threads == self.most && self.calm > 0 {
                // More threads were tried again, in vain.
                self.patience = (self.patience * 2).min(MOST_PATIENCE);
            }
            self.calm = 0;
            self.threads = (self.threads / 2).max(1);
            return Some(self.threads);
        }
        if self.threads == self.most {
            if self.calm == 0 {
                self.patience = PATIENCE;
            }
            // All threads were undisturbed for a while: the attempt has succeeded.
            self.calm = 0;
            return None;
        }
        self.calm += tokens;
        if self.calm < self.patience {
            return None;
        }
        self.threads = (self.threads * 2).min(self.most);
        Some(self.threads)
    }
}

/// The processor time of this process so far; `None` where it is not known.
pub(super) fn processor_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(Duration::new(
            u64::try_from(time.tv_sec).ok()?,
            u32::try_from(time.tv_nsec).ok()?,
        ))
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs tokens with this use of the processors; gives the changes of threads.
    fn run(pace: &mut Pace, tokens: u32, used: impl Fn(u32) -> f64) -> Vec<u32> {
        let mut changes = Vec::new();
        for _ in 0..tokens {
            let threads = pace.threads;
            let clock = Duration::from_millis(10);
            changes.extend(pace.token(clock, clock.mul_f64(f64::from(threads) * used(threads))));
        }
        changes
    }

    #[test]
    fn undisturbed_threads_stay() {
        assert!(run(&mut Pace::new(4), 1000, |_| 0.97).is_empty());
        assert!(run(&mut Pace::new(1), 1000, |_| 0.2).is_empty());
    }

    #[test]
    fn a_neighbour_takes_threads_and_gives_them_back() {
        let mut pace = Pace::new(2);
        assert_eq!(run(&mut pace, LOOK, |_| 0.5), [1]);
        // Alone, the one thread is undisturbed; trying two again fails, and is tried less often.
        let changes = run(
            &mut pace,
            400,
            |threads| if threads == 2 { 0.5 } else { 1.0 },
        );
        assert!(changes.len() <= 8, "{changes:?}");
        assert_eq!(
            run(&mut pace, MOST_PATIENCE + LOOK, |_| 1.0).last(),
            Some(&2)
        );
        assert_eq!(pace.threads, 2);
    }
}
