//! Tells when the models folder changes. The system says when to look (inotify and its kin), so an
//! idle program is not woken; what is found when looking decides whether anything is told.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::watch,
    time::{Duration, sleep},
};

use crate::{Arrival, Library, Store, arrival};

/// Between two looks.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// Where the system cannot say when to look, and while something arrives, which may fall silent.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What can be seen from outside: files with their sizes and times, and what is on its way.
#[derive(Debug, Default, PartialEq)]
struct Sight {
    files: Vec<(PathBuf, u64, Option<SystemTime>)>,
    /// Unfinished downloads, and when somebody went on with each last. Their sizes are no news: they
    /// grow all the time.
    unfinished: Vec<(OsString, Option<SystemTime>)>,
    arrival: Option<Arrival>,
}

impl Sight {
    fn take(library: &Library) -> Self {
        let theirs = library.stores().iter().flat_map(|store| {
            let entries = store
                .watched()
                .into_iter()
                .flat_map(|folder| entries(&folder));
            entries.filter(|entry| store.counts(&entry.path()))
        });
        let mut files: Vec<_> = entries(library.folder())
            .into_iter()
            .chain(theirs)
            .filter_map(|entry| {
                // A link's own size says nothing.
                let metadata = fs::metadata(entry.path()).ok()?;
                metadata
                    .is_file()
                    .then(|| (entry.path(), metadata.len(), metadata.modified().ok()))
            })
            .collect();
        files.sort();
        let mut unfinished: Vec<_> = entries(&library.folder().join(arrival::FOLDER))
            .into_iter()
            .filter_map(|entry| {
                let name = entry.file_name();
                let is_lock = name.as_encoded_bytes().ends_with(arrival::TAKEN);
                let taken_at = || entry.metadata().and_then(|lock| lock.modified()).ok();
                is_lock.then(|| (name, taken_at()))
            })
            .collect();
        unfinished.sort();
        Self {
            files,
            unfinished,
            arrival: library.arrival(),
        }
    }

    fn in_motion(&self) -> bool {
        self.arrival.as_ref().is_some_and(Arrival::in_motion)
    }
}

fn entries(folder: &Path) -> Vec<fs::DirEntry> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.flatten().collect()
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

/// Follows our folders and the stores'. They may have been removed and made again since the last time;
/// following twice is following once.
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
    for folder in library.stores().iter().flat_map(Store::watched) {
        // What cannot be watched is seen at the next start.
        if let Err(error) = following.watch(&folder, RecursiveMode::NonRecursive) {
            tracing::debug!("{} is not watched: {error}", folder.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tokio::time::{Instant, timeout};

    use super::*;
    use crate::{Catalog, CatalogRole, StoreKind};

    /// Far more than the system takes to tell.
    const LONG: Duration = Duration::from_secs(20);

    /// Long enough for a change to be told, if it were.
    const A_WHILE: Duration = Duration::from_millis(1_500);

    struct Stage {
        _home: tempfile::TempDir,
        library: Library,
        changed: watch::Receiver<()>,
    }

    impl Stage {
        fn new() -> Self {
            let home = tempfile::tempdir().unwrap();
            let library = Library::new(home.path()).unwrap();
            let changed = library.watch();
            Self {
                _home: home,
                library,
                changed,
            }
        }

        fn folder(&self) -> &Path {
            self.library.folder()
        }

        async fn tells(&mut self, what: &str) {
            timeout(LONG, self.changed.changed())
                .await
                .unwrap_or_else(|_| panic!("{what} was not told"))
                .unwrap();
        }

        async fn is_silent(&mut self, what: &str) {
            assert!(
                timeout(A_WHILE, self.changed.changed()).await.is_err(),
                "{what} was told"
            );
        }
    }

    fn progress(received: u64) -> String {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        format!(r#"{{"received":{received},"state":"fetching","updated_at":{now}}}"#)
    }

    #[tokio::test]
    async fn files_that_come_change_and_go_are_told() {
        let mut stage = Stage::new();
        let file = stage.folder().join("own.gguf");
        fs::write(&file, "a").unwrap();
        stage.tells("a new file").await;
        fs::write(&file, "ab").unwrap();
        stage.tells("a longer file").await;
        fs::read(&file).unwrap();
        fs::create_dir(stage.folder().join("folder")).unwrap();
        stage.is_silent("reading").await;
        fs::remove_file(&file).unwrap();
        stage.tells("a removed file").await;
    }

    #[tokio::test]
    async fn an_arrival_is_told_when_it_goes_on_and_not_when_only_its_parts_grow() {
        let mut stage = Stage::new();
        let partial = stage.folder().join(arrival::FOLDER);
        let name = &Catalog::get().with_role(CatalogRole::Default).unwrap().file;
        let json = partial.join(format!("{name}.json"));
        // The script makes the folder anew for each model and removes it in the end.
        for round in 0..2 {
            let parts = partial.join(name);
            fs::create_dir_all(&parts).unwrap();
            fs::write(&json, progress(round)).unwrap();
            stage.tells("a beginning").await;
            fs::write(parts.join("data"), "grows").unwrap();
            // A heartbeat: newer, and otherwise the same.
            fs::write(&json, progress(round)).unwrap();
            stage.is_silent("a heartbeat").await;
            fs::write(&json, progress(round + 7)).unwrap();
            stage.tells("progress").await;
            fs::remove_dir_all(&partial).unwrap();
            stage.tells("the end").await;
        }
    }

    #[tokio::test]
    async fn a_download_is_told_when_it_begins_goes_on_and_ends_and_not_when_it_grows() {
        let mut stage = Stage::new();
        let partial = stage.folder().join(arrival::FOLDER);
        let part = partial.join("model.gguf.download");
        fs::create_dir(&partial).unwrap();
        let lock = fs::File::create(partial.join("model.gguf.download.lock")).unwrap();
        stage.tells("a beginning").await;
        fs::write(&part, "a").unwrap();
        fs::write(&part, "more").unwrap();
        stage.is_silent("what comes").await;
        lock.set_modified(SystemTime::now()).unwrap();
        stage.tells("that somebody goes on").await;
        fs::remove_dir_all(&partial).unwrap();
        stage.tells("the end").await;
    }

    #[tokio::test]
    async fn what_comes_into_a_store_is_told_when_it_is_whole() {
        let home = tempfile::tempdir().unwrap();
        let studio = home.path().join("studio");
        let ollama = home.path().join("ollama");
        let tags = ollama.join("manifests/registry.ollama.ai/library/own");
        fs::create_dir_all(studio.join("p/m")).unwrap();
        fs::create_dir_all(&tags).unwrap();
        let library = Library::new(home.path()).unwrap().with_stores(vec![
            Store {
                kind: StoreKind::LmStudio,
                folder: studio.clone(),
            },
            Store {
                kind: StoreKind::Ollama,
                folder: ollama,
            },
        ]);
        let changed = library.watch();
        let mut stage = Stage {
            _home: home,
            library,
            changed,
        };
        fs::write(studio.join("p/m/own.gguf.part"), "half").unwrap();
        stage.is_silent("a file on its way").await;
        fs::rename(
            studio.join("p/m/own.gguf.part"),
            studio.join("p/m/own.gguf"),
        )
        .unwrap();
        stage.tells("a whole file").await;
        fs::write(tags.join("latest"), "{}").unwrap();
        stage.tells("a manifest").await;
        // A folder that is new is followed as soon as it is seen.
        fs::create_dir_all(studio.join("q/m")).unwrap();
        stage.is_silent("an empty folder").await;
        fs::write(studio.join("q/m/other.gguf"), "whole").unwrap();
        stage.tells("a file in a new folder").await;
    }

    #[tokio::test]
    async fn it_ends_with_its_last_receiver() {
        let stage = Stage::new();
        let Stage {
            _home,
            library,
            changed,
        } = stage;
        let begun = Instant::now();
        drop(changed);
        // The task is the only one in this runtime.
        while tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
            > 0
        {
            assert!(begun.elapsed() < LONG);
            tokio::task::yield_now().await;
        }
        drop(library);
    }
}
