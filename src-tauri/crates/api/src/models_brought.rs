//! Models that the person brings or removes, and whose each one is.

use std::{
    path::{Path, PathBuf},
    sync::PoisonError,
    time::Duration,
};

use sotto_models::StoreKind;
use sotto_runtime_client::ModelList;

use crate::{
    error::{ApiError, ErrorCode},
    sotto::Sotto,
    view::{
        ModelView,
        desktop::Activity,
        models::{ModelOwner, ModelState},
    },
};

/// How long who brings a model waits for the runtime, which starts anew when nothing is being answered.
/// Afterwards that happens by itself.
const PATIENCE: Duration = Duration::from_secs(20);

impl Sotto {
    /// Makes a model that lies elsewhere one of this computer's: a link leads to it, nothing is copied. Of
    /// a split model any part may be named.
    ///
    /// # Errors
    /// [`ErrorCode::Other`] with the reason: it is no GGUF file, it is here already, parts are missing.
    /// Then nothing was changed.
    pub async fn import_model(&self, file: PathBuf) -> Result<ModelView, ApiError> {
        let library = self.inner.library.clone();
        let imported = blocking(move || library.import(&file)).await?;
        // A process that is confined may read only what was there when it started.
        let sotto = self.clone();
        let renewing = self.inner.tasks.spawn(async move { sotto.renew().await });
        let _ = tokio::time::timeout(PATIENCE, renewing).await;
        let view = self.models().await?;
        self.tell_models().await;
        let links: Vec<String> = imported
            .links
            .iter()
            .map(|link| link.display().to_string())
            .collect();
        let found = view.models.into_iter().find(|model| model.files == links);
        found.ok_or_else(|| {
            let name = &imported.name;
            ApiError::new(
                ErrorCode::Other,
                format!("{name} was linked, and the runtime does not see it. Start Sotto again."),
            )
        })
    }

    /// Removes a model from this computer: its files, or of one that was linked the link alone.
    ///
    /// # Errors
    /// [`ErrorCode::Answering`] while something is being answered here; [`ErrorCode::NotFound`];
    /// [`ErrorCode::Other`] for what another app or the installer brought. Then nothing was changed.
    pub async fn remove_model(&self, name: String) -> Result<(), ApiError> {
        let view = self.models().await?;
        let Some(model) = view.models.into_iter().find(|model| model.name == name) else {
            let message = format!("There is no model {name} on this computer.");
            return Err(ApiError::new(ErrorCode::NotFound, message));
        };
        if let Some(reason) = not_ours(&model) {
            return Err(ApiError::new(ErrorCode::Other, reason));
        }
        if self.activity() == Activity::Answering || !self.inner.turns.is_empty() {
            return Err(ApiError::new(
                ErrorCode::Answering,
                "A model is answering. Stop it or wait, and remove the model then.",
            ));
        }
        if !matches!(
            model.state,
            ModelState::Unusable { .. } | ModelState::Available
        ) {
            let unloaded = self.inner.runtime.unload(name).await;
            unloaded.map_err(|failure| ApiError::new(ErrorCode::Other, failure.message))?;
        }
        let library = self.inner.library.clone();
        let files: Vec<PathBuf> = model.files.into_iter().map(PathBuf::from).collect();
        blocking(move || library.remove(&files)).await?;
        self.tell_models().await;
        self.tell_runtime().await;
        Ok(())
    }

    /// Has the runtime started anew for files that came into reach after its start, once for each: a link
    /// that was made by hand, or in a terminal. Returns at once.
    pub(crate) fn reach(&self, list: &ModelList) {
        let new = {
            let mut reached = self
                .inner
                .reached
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let outside = list.unusable.iter().filter(|model| model.out_of_reach);
            let files = outside.flat_map(|model| model.files.iter().cloned());
            // Each is noted, also behind the first new one.
            let known = reached.len();
            reached.extend(files);
            reached.len() > known
        };
        if new && !self.inner.ending.is_cancelled() {
            let sotto = self.clone();
            self.inner.tasks.spawn(async move { sotto.renew().await });
        }
    }

    /// Lets the runtime see what is new, and brings back what it held.
    async fn renew(&self) {
        let loaded = self.inner.runtime.loaded().await.unwrap_or_default();
        if let Err(failure) = self.inner.runtime.renew().await {
            // The next question says it again.
            tracing::warn!(%failure, "the runtime does not start");
            return;
        }
        self.inner.look_again.notify_one();
        for model in loaded {
            self.warm(model.name);
        }
    }

    /// Whose a model is. `store` is the runtime's word for the place.
    pub(crate) fn owner(&self, store: Option<&str>, linked: bool, files: &[String]) -> ModelOwner {
        match store.and_then(StoreKind::from_word) {
            Some(StoreKind::Ollama) => ModelOwner::Ollama,
            Some(StoreKind::LmStudio) => ModelOwner::LmStudio,
            Some(StoreKind::Jan) => ModelOwner::Jan,
            Some(StoreKind::Gpt4All) => ModelOwner::Gpt4All,
            Some(StoreKind::HuggingFace) => ModelOwner::HuggingFace,
            None => {
                let bundled = self.inner.library.bundled();
                let within =
                    |folder: &Path| files.iter().any(|file| Path::new(file).starts_with(folder));
                match bundled {
                    Some(folder) if within(folder) => ModelOwner::Bundled,
                    _ if linked => ModelOwner::Elsewhere,
                    _ => ModelOwner::Sotto,
                }
            }
        }
    }
}

/// Why a model is not Sotto's to remove.
fn not_ours(model: &ModelView) -> Option<String> {
    let app = match model.owner {
        ModelOwner::Sotto | ModelOwner::Elsewhere => return None,
        ModelOwner::Bundled => {
            return Some(format!("{} came with Sotto and goes with it.", model.title));
        }
        ModelOwner::Ollama => StoreKind::Ollama,
        ModelOwner::LmStudio => StoreKind::LmStudio,
        ModelOwner::Jan => StoreKind::Jan,
        ModelOwner::Gpt4All => StoreKind::Gpt4All,
        ModelOwner::HuggingFace => StoreKind::HuggingFace,
    };
    Some(format!(
        "{} belongs to {}: remove it there. Sotto only reads it.",
        model.title,
        app.title()
    ))
}

async fn blocking<T, Error>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    Error: std::fmt::Display + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| ApiError::new(ErrorCode::Other, error.to_string()))?;
    done.map_err(|error| ApiError::new(ErrorCode::Other, error.to_string()))
}
