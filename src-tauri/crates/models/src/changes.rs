//! Tells when the models folder changes. The system says when to look (inotify and its kin), so an
//! idle program is not woken; what is found when looking decides whether anything is told.

use std::{fs, path::PathBuf, time::SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::watch,
    time::{Duration, sleep},
};

use crate::{Arrival, Library, arrival};

/// Between two looks.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// Where the system cannot say when to look, and while something arrives, which may fall silent.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What can be seen from outside: files with their sizes and times, and what is on its way.
#[derive(Debug, Default, PartialEq)]
struct Sight {
    files: Vec<(PathBuf, u64, Option<SystemTime>)>,
    arrival: Option<Arrival>,
}

impl Sight {
    fn take(library: &Library) -> Self {
        let entries = fs::read_dir(library.folder())
            .into_iter()
            .flatten()
            .flatten();
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                // A link's own size says nothing.
                let metadata = fs::metadata(entry.path()).ok()?;
                metadata
                    .is_file()
                    .then(|| (entry.path(), metadata.len(), metadata.modified().ok()))
            })
            .collect();
        files.sort();
        Self {
            files,
            arrival: library.arrival(),
        }
    }

    fn in_motion(&self) -> bool {
        self.arrival.as_ref().is_some_and(Arrival::in_motion)
    }
}

/// Starts to watch; see [`Library::watch`].
pub(crate) fn watch(library: Library) -> watch::Receiver<()> {
    let (told, changed) = watch::channel(());
    // What is there now is what the caller sees if it looks now.
    let mut sight = Sight::take(&library);
    let (woken, mut wakes) = watch::channel(());
    let mut watcher = watcher(woken);
    follow(&mut watcher, &library);
    tokio::spawn(async move {
        loop {
            let look_again = watcher.is_none() || sight.in_motion();
            tokio::select! {
                () = told.closed() => return,
                Ok(()) = wakes.changed() => {}
                () = sleep(LOOK_AGAIN_AFTER), if look_again => {}
            }
            // First, so that nothing falls between looking and following.
            follow(&mut watcher, &library);
            let seen = {
                let library = library.clone();
                match tokio::task::spawn_blocking(move || Sight::take(&library)).await {
                    Ok(seen) => seen,
                    Err(_) => return,
                }
            };
            if seen != sight {
                sight = seen;
                told.send_replace(());
            }
            tokio::select! {
                () = told.closed() => return,
                () = sleep(AT_MOST_EVERY) => {}
            }
        }
    });
    changed
}

fn watcher(woken: watch::Sender<()>) -> Option<RecommendedWatcher> {
    let on_event = move |event: notify::Result<notify::Event>| {
        // Looking is an access itself: taken for a change, it would wake itself forever.
        if !event.is_ok_and(|event| event.kind.is_access()) {
            woken.send_replace(());
        }
    };
    notify::recommended_watcher(on_event)
        .inspect_err(|error| {
            tracing::warn!("the models folder is looked at every few seconds: {error}")
        })
        .ok()
}

/// Follows both folders. They may have been removed and made again since the last time; following
/// twice is following once.
fn follow(watcher: &mut Option<RecommendedWatcher>, library: &Library) {
    let Some(following) = watcher else { return };
    if let Err(error) = following.watch(library.folder(), RecursiveMode::NonRecursive) {
        tracing::warn!("the models folder is looked at every few seconds: {error}");
        *watcher = None;
        return;
    }
    // Not what is below it: parts grow all the time.
    let partial = library.folder().join(arrival::FOLDER);
    if partial.is_dir()
        && following
            .watch(&partial, RecursiveMode::NonRecursive)
            .is_err()
    {
        tracing::debug!("{} was removed", partial.display());
    }
}
