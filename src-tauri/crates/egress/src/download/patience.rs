//! When a broken way is tried again: as long as bytes come, after a pause, and not for ever.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{error::DownloadError, trip::Trouble};

/// How long is waited for a file, and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadLimits {
    /// For the beginning of an answer, and between two pieces of a list.
    pub answer: Duration,
    /// In this time ...
    pub pace: Duration,
    /// ... so many bytes should come; otherwise another connection is tried.
    pub least: u64,
    /// Before the first new try; doubled for each further one that brings nothing.
    pub first_pause: Duration,
    /// Before any.
    pub longest_pause: Duration,
    /// That a server may ask for. One that asks for more is asked again by the person.
    pub longest_asked_pause: Duration,
    /// Tries in a row that bring hardly anything.
    pub fruitless: u32,
    /// Tries in all.
    pub tries: u32,
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            pace: Duration::from_secs(30),
            least: 64 << 10,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            longest_asked_pause: Duration::from_secs(300),
            fruitless: 6,
            tries: 500,
        }
    }
}

/// How often it was tried so far.
pub(super) struct Patience<'a> {
    limits: &'a DownloadLimits,
    fruitless: u32,
    tries: u32,
}

impl<'a> Patience<'a> {
    pub(super) const fn new(limits: &'a DownloadLimits) -> Self {
        Self {
            limits,
            fruitless: 0,
            tries: 0,
        }
    }

    /// How long to rest before the next try, after one that brought so many bytes.
    ///
    /// # Errors
    ///
    /// The trouble itself, where trying again does not help or was tried often enough.
    pub(super) fn with(
        &mut self,
        trouble: Trouble,
        brought: u64,
    ) -> Result<Duration, DownloadError> {
        let (error, wait) = match trouble {
            Trouble::Stop(error) => return Err(error),
            Trouble::Passing { error, wait } => (error, wait),
        };
        self.tries += 1;
        self.fruitless = if brought >= self.limits.least {
            0
        } else {
            self.fruitless + 1
        };
        if self.fruitless >= self.limits.fruitless || self.tries >= self.limits.tries {
            return Err(error);
        }
        if wait.is_some_and(|wait| wait > self.limits.longest_asked_pause) {
            return Err(error);
        }
        let doublings = self.fruitless.saturating_sub(1).min(16);
        let pause = self.limits.first_pause.saturating_mul(1 << doublings);
        Ok(pause
            .min(self.limits.longest_pause)
            .max(wait.unwrap_or_default()))
    }

    pub(super) async fn rest(&self, pause: Duration, cut: &CancellationToken) {
        tokio::select! {
            () = cut.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: DownloadLimits = DownloadLimits {
        answer: Duration::from_secs(1),
        pace: Duration::from_secs(1),
        least: 100,
        first_pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(3),
        longest_asked_pause: Duration::from_secs(60),
        fruitless: 6,
        tries: 20,
    };

    fn broken(wait: Option<u64>) -> Trouble {
        Trouble::Passing {
            error: DownloadError::Broken {
                host: "hub".to_owned(),
            },
            wait: wait.map(Duration::from_secs),
        }
    }

    fn pauses(patience: &mut Patience<'_>, brought: u64, tries: usize) -> Vec<Option<u128>> {
        (0..tries)
            .map(|_| {
                patience
                    .with(broken(None), brought)
                    .ok()
                    .map(|pause| pause.as_millis())
            })
            .collect()
    }

    #[test]
    fn pauses_grow_while_nothing_comes_and_end() {
        let mut patience = Patience::new(&LIMITS);
        let expected = [
            Some(500),
            Some(1_000),
            Some(2_000),
            Some(3_000),
            Some(3_000),
            None,
        ];
        assert_eq!(pauses(&mut patience, 99, 6), expected);
    }

    #[test]
    fn bytes_that_come_renew_it_but_not_for_ever() {
        let mut patience = Patience::new(&LIMITS);
        let came = pauses(&mut patience, 100, 20);
        assert!(
            came[..19].iter().all(|pause| *pause == Some(500)),
            "{came:?}"
        );
        assert_eq!(came[19], None);
    }

    #[test]
    fn what_a_server_asks_for_is_kept_within_reason() {
        let mut patience = Patience::new(&LIMITS);
        let wait =
            |patience: &mut Patience<'_>, seconds| patience.with(broken(Some(seconds)), 0).ok();
        assert_eq!(wait(&mut patience, 7), Some(Duration::from_secs(7)));
        assert_eq!(wait(&mut patience, 0), Some(Duration::from_secs(1)));
        assert_eq!(wait(&mut patience, 61), None);
        let stop = Trouble::Stop(DownloadError::NoHash);
        assert_eq!(patience.with(stop, 0), Err(DownloadError::NoHash));
    }
}
