//! The models in memory: in which order they go, when, and for whom.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::job::KeepAlive;
use super::loaded::Loaded;
use super::memory::{self, Room};
use super::status::{LoadState, LoadedStatus};
use crate::error::Error;
use crate::library::ModelFile;

/// A model in memory.
pub(super) struct Resident {
    pub(super) loaded: Loaded,
    /// The context that it would have had if there had been memory for it.
    pub(super) context_wanted: Option<u32>,
    stay: Stay,
}

/// How long a model stays if nobody asks it.
#[derive(Debug, Clone, Copy)]
enum Stay {
    /// It is being asked, or kept for ever.
    Open,
    Until(Instant, Option<Timestamp>),
}

/// The models in memory, the one that was used last first.
#[derive(Default)]
pub(super) struct Residents(Vec<Resident>);

impl Residents {
    /// Puts a model that was just loaded first.
    pub(super) fn add(&mut self, loaded: Loaded, context_wanted: Option<u32>) {
        let resident = Resident {
            loaded,
            context_wanted,
            stay: Stay::Open,
        };
        self.0.insert(0, resident);
    }

    /// The model that was used last.
    pub(super) fn first(&mut self) -> Option<&mut Resident> {
        self.0.first_mut()
    }

    /// Puts the model of this file first, if it is in memory, and keeps it while it is asked. An
    /// older state of the file goes.
    pub(super) fn bring_forward(&mut self, file: &ModelFile) -> bool {
        self.unload(|loaded| loaded.file.path == file.path && loaded.file.digest != file.digest);
        let Some(at) = self.position(file) else {
            return false;
        };
        self.0[..=at].rotate_right(1);
        self.0[0].stay = Stay::Open;
        true
    }

    /// Whether the model of this file was used last.
    pub(super) fn is_first(&self, file: &ModelFile) -> bool {
        self.position(file) == Some(0)
    }

    fn position(&self, file: &ModelFile) -> Option<usize> {
        self.0.iter().position(|one| {
            one.loaded.file.path == file.path && one.loaded.file.digest == file.digest
        })
    }

    /// Gives up what was not used for longest until `wanted` more bytes fit: first conversations that
    /// are parked, then whole models. With `first_stays`, the first one keeps its place, and bytes of
    /// it that go in any case do not count.
    pub(super) fn make_room(
        &mut self,
        wanted: u64,
        first_stays: bool,
        limit: u64,
        free: u64,
    ) -> Result<(), Error> {
        let stays = usize::from(first_stays && !self.0.is_empty());
        let (staying, others) = self.0.split_at(stays);
        let oldest_first = || others.iter().rev();
        let pieces: Vec<u64> = oldest_first()
            .map(|one| one.loaded.parked_bytes())
            .chain(oldest_first().map(|one| one.loaded.bytes()))
            .collect();
        let room = Room {
            limit,
            staying: staying.iter().map(|one| one.loaded.bytes()).sum(),
            free,
        };
        let given_up = memory::to_give_up(&pieces, wanted, room)?;
        let conversations = given_up.min(others.len());
        let models = given_up - conversations;
        let count = self.0.len();
        for one in self.0.iter_mut().rev().take(conversations) {
            one.loaded.give_up_parked();
        }
        for one in self.0.drain(count - models..).rev() {
            go(one);
        }
        Ok(())
    }

    /// Bytes that a model could take if all others went.
    pub(super) fn most_room(&self, limit: u64, free: u64) -> u64 {
        limit.min(free.saturating_add(self.bytes()))
    }

    /// Bytes that all take, what is parked included.
    pub(super) fn bytes(&self) -> u64 {
        let of = |one: &Resident| one.loaded.bytes() + one.loaded.parked_bytes();
        self.0.iter().map(of).sum()
    }

    /// Gives up the models that were not used for longest until all fit into a limit.
    pub(super) fn shrink(&mut self, limit: u64) {
        for one in self.0.iter_mut().rev() {
            // A larger context may fit now.
            one.context_wanted = None;
        }
        while self.bytes() > limit {
            let parked = self.0.iter_mut().rev();
            match parked.into_iter().find(|one| one.loaded.parked_bytes() > 0) {
                Some(one) => one.loaded.give_up_parked(),
                None => match self.0.pop() {
                    Some(one) => go(one),
                    None => return,
                },
            }
        }
        super::process::return_free_memory();
    }

    /// Settles how long the first one stays now that it was used.
    pub(super) fn keep_first(&mut self, keep_alive: KeepAlive) {
        let Some(first) = self.0.first_mut() else {
            return;
        };
        match keep_alive {
            KeepAlive::For(Duration::ZERO) => go(self.0.remove(0)),
            KeepAlive::For(time) => {
                let expires = SignedDuration::try_from(time)
                    .ok()
                    .and_then(|time| Timestamp::now().checked_add(time).ok());
                first.stay = Instant::now()
                    .checked_add(time)
                    .map_or(Stay::Open, |until| Stay::Until(until, expires));
            }
            KeepAlive::Forever => first.stay = Stay::Open,
        }
    }

    /// When the next one goes.
    pub(super) fn next_end(&self) -> Option<Instant> {
        let ends = self.0.iter().filter_map(|one| match one.stay {
            Stay::Until(until, _) => Some(until),
            Stay::Open => None,
        });
        ends.min()
    }

    /// Unloads those whose time is over.
    pub(super) fn end_stays(&mut self, now: Instant) {
        let mut at = 0;
        while at < self.0.len() {
            if matches!(self.0[at].stay, Stay::Until(until, _) if until <= now) {
                go(self.0.remove(at));
            } else {
                at += 1;
            }
        }
    }

    /// Unloads all for which this holds.
    pub(super) fn unload(&mut self, which: impl Fn(&Loaded) -> bool) {
        let mut at = 0;
        while at < self.0.len() {
            if which(&self.0[at].loaded) {
                go(self.0.remove(at));
            } else {
                at += 1;
            }
        }
    }

    /// All, for who asks.
    pub(super) fn statuses(&self) -> Vec<LoadedStatus> {
        let status = |one: &Resident| LoadedStatus {
            model: std::sync::Arc::clone(&one.loaded.file),
            state: LoadState::Ready,
            context: one.loaded.size,
            context_wanted: one.context_wanted,
            bytes: one.loaded.bytes() + one.loaded.parked_bytes() + one.loaded.bytes_on_cards(),
            placement: one.loaded.placement().clone(),
            expires: match one.stay {
                Stay::Open => None,
                Stay::Until(_, expires) => expires,
            },
            progress: std::sync::Arc::default(),
        };
        self.0.iter().map(status).collect()
    }
}

fn go(one: Resident) {
    tracing::info!(model = one.loaded.file.name, "unloading");
    one.loaded.unload();
}
