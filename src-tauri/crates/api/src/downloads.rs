//! Models from a hub. A person is shown an offer and presses it: that is the yes, to one file of one host.
//! Nothing is fetched by itself: what broke off before a start is shown as paused.

mod errand;
mod hub;
mod offers;
mod queue;
mod verified;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use sotto_consent::StartedBy;
use sotto_egress::download::{Unfinished, forget, is_taken_name, note_begun, unfinished};

pub use self::offers::HubReference;
use self::offers::{Plan, of_another};
pub(crate) use self::queue::Downloads;
use self::queue::{Item, Wish};
use crate::{
    error::{ApiError, ErrorCode, sentence},
    sotto::Sotto,
    view::{
        AppEvent,
        downloads::{DownloadState, DownloadView},
    },
};

/// Between two looks at what another program fetches.
const LOOK_ELSEWHERE_EVERY: Duration = Duration::from_secs(2);

/// How a download ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadEnd {
    /// The file is here, and is the one that was agreed to.
    Whole {
        /// Where.
        path: PathBuf,
    },
    /// What is here stays; a press goes on.
    Paused {
        /// Why, and what to do; empty where the person paused it.
        message: String,
    },
    /// It stopped with an error.
    Failed {
        /// What happened and what to do.
        message: String,
    },
    /// What was here was removed.
    Cancelled,
}

impl Sotto {
    /// Fetches what was offered, or goes on with what broke off: the press on it is the yes. It waits for
    /// its turn where another one is on its way.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for what was not offered; [`ErrorCode::Blocked`]; where no person began it,
    /// it is on its way already, or a file of its name is here.
    pub async fn download(
        &self,
        id: &str,
        started_by: StartedBy,
    ) -> Result<DownloadView, ApiError> {
        let plan = self.download_plan(id)?;
        let target = &plan.target;
        let whole = self.models_folder().join(&target.name);
        if is_taken_name(&whole) {
            let message = format!("{} is here already.", whole.display());
            return Err(ApiError::new(ErrorCode::Other, message));
        }
        if self.inner.downloads.is_under_way(&target.name) {
            return Err(on_its_way());
        }
        let gatekeeper = self.inner.gatekeeper().await?;
        let hub = self.hub(&gatekeeper.history).await?;
        let host = hub.endpoint().host().to_owned();
        let elsewhere = |shown: &String| shown != hub.endpoint().origin();
        if plan.origin.as_ref().is_some_and(elsewhere) {
            let message = format!(
                "Models come from {host} now, which is not the host that was shown. Nothing was fetched: look at the offer again."
            );
            return Err(ApiError::new(ErrorCode::Other, message));
        }
        let begun = self.begun(&target.name).await?;
        if begun.as_ref().is_some_and(|begun| begun.taken) {
            return Err(on_its_way());
        }
        if let Some(message) = begun.as_ref().and_then(|begun| of_another(begun, target)) {
            return Err(ApiError::new(ErrorCode::Other, message));
        }
        let same = begun.filter(|begun| begun.target.sha256 == target.sha256);
        let received = same.map_or(0, |begun| begun.received);
        if received == target.size {
            // The program ended between the last byte and the name.
            let cut = self.inner.ending.child_token();
            let item = Item::new(target.clone(), host, received, cut.clone());
            let ending = self.inner.downloads.begin(item).ok_or_else(on_its_way)?;
            let view = self.view_of_download(&target.id)?;
            self.inner
                .tasks
                .spawn(self.clone().put_in_place(plan, cut, ending));
            return Ok(view);
        }
        let url = hub.file_url(&target.source);
        let url = url.map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))?;
        let agreed = self.agree(url, started_by).await?;
        let item = Item::new(target.clone(), host, received, agreed.cut.clone());
        let Some(ending) = self.inner.downloads.begin(item) else {
            agreed.not_wanted().await;
            return Err(on_its_way());
        };
        let view = self.view_of_download(&target.id)?;
        self.note_begun(&plan).await;
        self.inner
            .tasks
            .spawn(self.clone().fetch(hub, plan, agreed, ending));
        self.tell_downloads().await;
        Ok(view)
    }

    /// Stops a download; what is here stays.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] where there is none; where another program fetches it.
    pub fn pause_download(&self, id: &str) -> Result<(), ApiError> {
        let under_way = self.inner.downloads.change(id, |item| {
            if item.wish == Wish::Whole {
                item.wish = Wish::Paused;
            }
            item.stop.cancel();
            !item.has_stopped()
        });
        if under_way == Some(true) {
            return Ok(());
        }
        // What stopped here may be fetched by another program since.
        let begun = unfinished(self.models_folder());
        if begun
            .iter()
            .any(|begun| begun.target.id == id && begun.taken)
        {
            let message = "Another program of yours is fetching it: pause it there.";
            return Err(ApiError::new(ErrorCode::Other, message));
        }
        under_way.map(drop).ok_or_else(not_found)
    }

    /// Stops a download and removes what is here of it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] where there is none; where another program fetches it, or the files cannot
    /// be removed.
    pub async fn cancel_download(&self, id: &str) -> Result<(), ApiError> {
        let under_way = self.inner.downloads.change(id, |item| {
            item.wish = Wish::Gone;
            item.stop.cancel();
            !item.has_stopped()
        });
        if under_way == Some(true) {
            match self.end_of_download(id).await? {
                DownloadEnd::Whole { .. } | DownloadEnd::Cancelled => return Ok(()),
                // It was stopping already when it heard of it, or could not be removed.
                DownloadEnd::Paused { .. } | DownloadEnd::Failed { .. } => {}
            }
        }
        let (models, wanted) = (self.models_folder().to_owned(), id.to_owned());
        let gone = tokio::task::spawn_blocking(move || {
            let begun = unfinished(&models);
            let begun = begun.into_iter().find(|begun| begun.target.id == wanted);
            begun.map(|begun| forget(&models, &begun.target.name))
        })
        .await
        .map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))?;
        match gone {
            Some(Err(error)) => return Err(ApiError::new(ErrorCode::Other, sentence(&error))),
            None if under_way.is_none() => return Err(not_found()),
            Some(Ok(())) | None => {}
        }
        self.inner.downloads.remove(id);
        self.tell_downloads().await;
        Ok(())
    }

    /// Waits for the end of the download of this id that was begun last in this program.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] where none was.
    pub async fn end_of_download(&self, id: &str) -> Result<DownloadEnd, ApiError> {
        let mut ended = self.inner.downloads.end_of(id).ok_or_else(not_found)?;
        let end = ended.wait_for(Option::is_some).await;
        let end = end.ok().and_then(|end| end.clone());
        end.ok_or_else(|| ApiError::new(ErrorCode::Other, "Sotto is ending."))
    }

    /// All downloads that are not done: those of this program in their order, then those that broke off
    /// or that another program fetches.
    pub async fn downloads(&self) -> Vec<DownloadView> {
        let mut views = self.inner.downloads.views(Instant::now());
        let models = self.models_folder().to_owned();
        let on_disk = tokio::task::spawn_blocking(move || unfinished(&models)).await;
        let mut host = None;
        for begun in on_disk.unwrap_or_default() {
            match views.iter_mut().find(|view| view.file == begun.target.name) {
                None => {
                    if host.is_none() {
                        host = Some(self.first_host().await);
                    }
                    views.push(broken_off(begun, host.clone().unwrap_or_default()));
                }
                // What stopped here may be fetched by another program since; the lock of what goes on
                // is our own.
                Some(view) => match view.state {
                    DownloadState::Paused => {
                        // As long as it is, not as it was last told.
                        view.received = begun.received;
                        view.elsewhere = begun.taken;
                    }
                    DownloadState::Failed => view.elsewhere = begun.taken,
                    _ => {}
                },
            }
        }
        views
    }

    /// So that it is not forgotten by a restart while it waits for its turn.
    async fn note_begun(&self, plan: &Plan) {
        let (models, target) = (self.models_folder().to_owned(), plan.target.clone());
        let noted = tokio::task::spawn_blocking(move || note_begun(&models, &target)).await;
        // What stands in the way stands in the way of the download too, which says so.
        if let Ok(Err(error)) = noted {
            tracing::debug!(%error, "a download was not noted");
        }
    }

    /// The host that would be asked first; empty where that is not known.
    async fn first_host(&self) -> String {
        let Ok(history) = self.inner.history.kept().await else {
            return String::new();
        };
        let hub = self.hub(&history).await;
        hub.map_or_else(|_| String::new(), |hub| hub.endpoint().host().to_owned())
    }

    async fn begun(&self, name: &str) -> Result<Option<Unfinished>, ApiError> {
        let (models, name) = (self.models_folder().to_owned(), name.to_owned());
        tokio::task::spawn_blocking(move || {
            let mut begun = unfinished(&models).into_iter();
            begun.find(|begun| begun.target.name == name)
        })
        .await
        .map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))
    }

    fn view_of_download(&self, id: &str) -> Result<DownloadView, ApiError> {
        let now = Instant::now();
        let view = self.inner.downloads.change(id, |item| item.view(now));
        view.ok_or_else(not_found)
    }

    /// Tells all downloads that are not done.
    pub(crate) async fn tell_downloads(&self) {
        let _telling = self.inner.downloads.telling.lock().await;
        let downloads = self.downloads().await;
        if downloads.iter().any(|view| view.elsewhere) {
            self.inner.downloads.elsewhere.notify_one();
        }
        self.inner.hear(AppEvent::DownloadsChanged { downloads });
    }

    /// Tells what broke off before this start, then for as long as another program fetches a file how
    /// that goes and that it stopped: nobody else says so.
    pub(crate) async fn attend_to_downloads(&self) {
        loop {
            self.tell_downloads().await;
            self.inner.downloads.elsewhere.notified().await;
            tokio::time::sleep(LOOK_ELSEWHERE_EVERY).await;
        }
    }
}

/// What is here of a file that this program does not fetch.
fn broken_off(begun: Unfinished, host: String) -> DownloadView {
    let (state, message) = if begun.taken {
        let message = "Another program of yours is fetching it.";
        (DownloadState::Fetching, message.to_owned())
    } else {
        (DownloadState::Paused, String::new())
    };
    DownloadView {
        id: begun.target.id,
        title: begun.target.title,
        host,
        file: begun.target.name,
        received: begun.received,
        total: begun.target.size,
        state,
        rate: 0,
        seconds_left: None,
        elsewhere: begun.taken,
        message,
    }
}

fn on_its_way() -> ApiError {
    ApiError::new(ErrorCode::Other, "This file is on its way already.")
}

fn not_found() -> ApiError {
    let message = "There is no such download any more.";
    ApiError::new(ErrorCode::NotFound, message)
}
