//! What is being answered at this moment, and where: told to whoever shows it in one small picture.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sotto_domain::Place;
use tokio_util::sync::CancellationToken;

use crate::{
    sotto::{Inner, Sotto},
    view::{AppEvent, desktop::Activity},
};

/// All that is going on.
#[derive(Default)]
pub(crate) struct Activities(Mutex<Going>);

#[derive(Default)]
struct Going {
    last: u64,
    answers: HashMap<u64, (Place, CancellationToken)>,
}

impl Going {
    fn activity(&self) -> Activity {
        let of = |(place, _): &(Place, CancellationToken)| match place {
            Place::ThisComputer => Activity::Answering,
            Place::YourNetwork | Place::Cloud => Activity::Elsewhere,
        };
        self.answers.values().map(of).max().unwrap_or_default()
    }
}

/// One thing that is going on, until this is dropped.
pub(crate) struct Ongoing {
    inner: Arc<Inner>,
    number: u64,
}

impl Activities {
    fn activity(&self) -> Activity {
        self.lock().activity()
    }

    /// Stops what a model on this computer answers.
    pub(crate) fn stop_local(&self) {
        for (place, stop) in self.lock().answers.values() {
            if *place == Place::ThisComputer {
                stop.cancel();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Going> {
        // The map is whole between two statements, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Something is answered from now on, there; `stop` ends it.
    pub(crate) fn begin(self: &Arc<Self>, place: Place, stop: CancellationToken) -> Ongoing {
        let number = self.change_activity(|going| {
            going.last += 1;
            going.answers.insert(going.last, (place, stop));
            going.last
        });
        Ongoing {
            inner: Arc::clone(self),
            number,
        }
    }

    /// Changes what is going on, and tells it if that makes a difference.
    fn change_activity<T>(&self, change: impl FnOnce(&mut Going) -> T) -> T {
        let mut going = self.activities.lock();
        let before = going.activity();
        let changed = change(&mut going);
        let activity = going.activity();
        if activity != before {
            // Told while the lock is held, so that two changes are heard in their order.
            self.hear(AppEvent::ActivityChanged { activity });
        }
        changed
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        let number = self.number;
        self.inner.change_activity(|going| {
            going.answers.remove(&number);
        });
    }
}

impl Sotto {
    /// What goes on now.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.inner.activities.activity()
    }
}
