//! The downloads of this program: those on their way, those that wait for their turn, and those that
//! stopped. One is fetched at a time, in the order of the presses.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sotto_egress::download::{Phase, Progress, Target};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::{DownloadEnd, offers::Plan};
use crate::view::downloads::{DownloadState, DownloadView};

/// Files that are fetched at the same time. Two would share the same line.
const AT_ONCE: usize = 1;

/// The rate is that of these last seconds.
const RATE_OVER: Duration = Duration::from_secs(5);

/// What the person wants of a download that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Whole,
    Paused,
    Gone,
}

/// One download.
pub(super) struct Item {
    pub(super) target: Target,
    pub(super) state: DownloadState,
    pub(super) host: String,
    pub(super) received: u64,
    pub(super) message: String,
    pub(super) wish: Wish,
    /// Cuts it; what is here stays.
    pub(super) stop: CancellationToken,
    rate: Rate,
}

impl Item {
    pub(super) fn new(
        target: Target,
        host: String,
        received: u64,
        stop: CancellationToken,
    ) -> Self {
        Self {
            target,
            state: DownloadState::Queued,
            host,
            received,
            message: String::new(),
            wish: Wish::Whole,
            stop,
            rate: Rate::default(),
        }
    }

    /// Nobody works on it any more.
    pub(super) const fn has_stopped(&self) -> bool {
        matches!(self.state, DownloadState::Paused | DownloadState::Failed)
    }

    pub(super) fn follow(&mut self, progress: &Progress, now: Instant) {
        self.host.clone_from(&progress.host);
        self.received = progress.received;
        self.message.clear();
        if progress.begun_anew {
            self.message =
                "The server has another state of this file, so it was begun anew.".to_owned();
        }
        self.state = match progress.phase {
            Phase::Verifying => DownloadState::Verifying,
            Phase::Connecting => DownloadState::Connecting,
            Phase::Fetching => DownloadState::Fetching,
            Phase::Waiting { seconds } => {
                self.message = format!("{} is asked again in {seconds} s.", progress.host);
                DownloadState::Connecting
            }
        };
        if self.state == DownloadState::Fetching {
            self.rate.add(now, self.received);
        } else {
            self.rate = Rate::default();
        }
    }

    pub(super) fn rate(&self, now: Instant) -> u64 {
        self.rate.now(now)
    }

    pub(super) fn view(&self, now: Instant) -> DownloadView {
        let rate = self.rate(now);
        let left = self.target.size.saturating_sub(self.received);
        let seconds_left = left
            .checked_div(rate)
            .and_then(|left| u32::try_from(left).ok());
        DownloadView {
            id: self.target.id.clone(),
            title: self.target.title.clone(),
            host: self.host.clone(),
            file: self.target.name.clone(),
            received: self.received,
            total: self.target.size,
            state: self.state,
            rate,
            seconds_left,
            elsewhere: false,
            message: self.message.clone(),
        }
    }
}

/// Bytes in a second.
#[derive(Default)]
struct Rate(VecDeque<(Instant, u64)>);

impl Rate {
    fn add(&mut self, now: Instant, received: u64) {
        self.0.push_back((now, received));
        // The last one before the time that counts is where that time begins.
        while self
            .0
            .get(1)
            .is_some_and(|(at, _)| now.duration_since(*at) > RATE_OVER)
        {
            self.0.pop_front();
        }
    }

    fn now(&self, now: Instant) -> u64 {
        let (Some((from, before)), Some((_, after))) = (self.0.front(), self.0.back()) else {
            return 0;
        };
        let milliseconds = now.duration_since(*from).as_millis().max(1);
        let bytes = u128::from(after.saturating_sub(*before));
        u64::try_from(bytes * 1_000 / milliseconds).unwrap_or(u64::MAX)
    }
}

/// Who waits for the end of a download hears it here.
pub(super) type Ending = watch::Sender<Option<DownloadEnd>>;

#[derive(Default)]
struct All {
    /// In the order of the presses.
    items: Vec<Item>,
    /// What was offered and can be pressed, by id.
    plans: HashMap<String, Plan>,
    /// How the last download of each id ended.
    ends: HashMap<String, watch::Receiver<Option<DownloadEnd>>>,
}

/// All downloads of this program.
pub(crate) struct Downloads {
    all: Mutex<All>,
    turns: Arc<Semaphore>,
    /// Held while the list is read and told, so that an older one is never told after a newer one.
    pub(super) telling: tokio::sync::Mutex<()>,
    /// Another program was seen to fetch a file.
    pub(super) elsewhere: Notify,
}

impl Default for Downloads {
    fn default() -> Self {
        Self {
            all: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            telling: tokio::sync::Mutex::default(),
            elsewhere: Notify::new(),
        }
    }
}

impl Downloads {
    pub(super) fn turns(&self) -> Arc<Semaphore> {
        Arc::clone(&self.turns)
    }

    pub(super) fn offer(&self, plan: Plan) {
        self.lock().plans.insert(plan.target.id.clone(), plan);
    }

    pub(super) fn plan(&self, id: &str) -> Option<Plan> {
        self.lock().plans.get(id).cloned()
    }

    /// Takes a download in; `None` if it is on its way already. One that stopped gives its place up.
    pub(super) fn begin(&self, item: Item) -> Option<Ending> {
        let mut all = self.lock();
        let same = |other: &Item| other.target.name == item.target.name;
        if all
            .items
            .iter()
            .any(|other| same(other) && !other.has_stopped())
        {
            return None;
        }
        all.items.retain(|other| !same(other));
        let (ending, ended) = watch::channel(None);
        all.ends.insert(item.target.id.clone(), ended);
        all.items.push(item);
        Some(ending)
    }

    /// Whether a file of that name is on its way, or waits for its turn.
    pub(super) fn is_under_way(&self, name: &str) -> bool {
        let all = self.lock();
        let mut items = all.items.iter();
        items.any(|item| item.target.name == name && !item.has_stopped())
    }

    pub(super) fn end_of(&self, id: &str) -> Option<watch::Receiver<Option<DownloadEnd>>> {
        self.lock().ends.get(id).cloned()
    }

    /// Changes a download, if it is here.
    pub(super) fn change<T>(&self, id: &str, change: impl FnOnce(&mut Item) -> T) -> Option<T> {
        let mut all = self.lock();
        let item = all.items.iter_mut().find(|item| item.target.id == id)?;
        Some(change(item))
    }

    pub(super) fn remove(&self, id: &str) {
        self.lock().items.retain(|item| item.target.id != id);
    }

    /// What is shown of each, and the names of their files.
    pub(super) fn views(&self, now: Instant) -> Vec<DownloadView> {
        self.lock()
            .items
            .iter()
            .map(|item| item.view(now))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        // Each change is whole between two statements, so a panic elsewhere does not spoil it.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut rate = Rate::default();
        assert_eq!(rate.now(at(0)), 0);
        // What was here before it began is no speed.
        rate.add(at(0), 5_000);
        assert_eq!(rate.now(at(0)), 0);
        rate.add(at(1), 6_000);
        assert_eq!(rate.now(at(1)), 1_000);
        for second in 2..20 {
            rate.add(at(second), 6_000 + second * 200);
        }
        assert_eq!(rate.now(at(19)), 200);
        // It falls while nothing comes.
        assert!(rate.now(at(60)) < 30);
    }
}
