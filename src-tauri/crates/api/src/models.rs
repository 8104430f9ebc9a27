//! The models on this computer as a person sees them, which one answers, and the runtime's state.

use std::time::Duration;

use sotto_domain::ConversationId;
use sotto_models::CatalogRole;
use sotto_runtime_client::{LoadedModel, ModelKind as InstalledKind, RuntimeStatus};

use crate::{
    error::{ApiError, ErrorCode},
    fit, graphics,
    sotto::Sotto,
    view::{
        AppEvent, ModelArrival, ModelRole, ModelState, ModelView, ModelsView, RuntimeState,
        RuntimeView,
        models::{LoadedView, ModelKind, ModelOwner},
    },
};

/// The setting that names the person's default model.
const CHOSEN: &str = "default_model";

/// How often the progress of a load is told.
pub(crate) const PROGRESS: Duration = Duration::from_millis(300);

impl Sotto {
    /// All models on this computer.
    ///
    /// # Errors
    /// Where the runtime, which reads the files, cannot be asked. That says nothing of the models.
    pub async fn models(&self) -> Result<ModelsView, ApiError> {
        let list = self.inner.runtime.models().await;
        let list = list.map_err(|failure| ApiError::new(ErrorCode::Other, failure.message))?;
        self.reach(&list);
        let loaded = self.inner.runtime.loaded().await.unwrap_or_default();
        let room = self.room(&loaded).await;
        let installed: Vec<String> = list
            .usable
            .iter()
            .filter(|model| model.kind == InstalledKind::Chat)
            .map(|model| model.name.clone())
            .collect();
        let default = self
            .inner
            .library
            .default_model(&installed, self.chosen_model().await.as_deref());
        self.inner.installed.send_replace(Some(installed));
        let known = self.inner.measurements.read().await;
        let mut models: Vec<ModelView> = list
            .usable
            .into_iter()
            .map(|model| ModelView {
                state: state_of(&model.name, &loaded),
                kind: kind(model.kind),
                fit: room.and_then(|room| fit::of_installed(&model, room)),
                speed: known.speed(&model.name, model.bytes_per_token),
                owner: self.owner(model.store.as_deref(), model.linked, &model.files),
                size: model.size,
                parameters: model.parameters,
                quantization: model.quantization,
                context_length: model.context_length,
                architecture: model.family,
                files: model.files,
                ..self.described(model.name)
            })
            .collect();
        models.extend(list.unusable.into_iter().map(|model| ModelView {
            owner: self.owner(model.owner.as_deref(), model.linked, &model.files),
            state: ModelState::Unusable {
                reason: model.reason,
            },
            size: model.size,
            files: model.files,
            ..self.described(model.name)
        }));
        Ok(ModelsView {
            models,
            default,
            arrival: self.inner.library.arrival().map(|arrival| ModelArrival {
                title: arrival.title,
                received: arrival.received,
                total: arrival.total,
                state: arrival.state.into(),
                message: arrival.message.unwrap_or_default(),
            }),
            folder: self.inner.library.folder().display().to_string(),
        })
    }

    /// How the runtime is and what it holds.
    pub async fn runtime(&self) -> RuntimeView {
        let status = self.inner.runtime.status().borrow().clone();
        let state = match status {
            RuntimeStatus::Idle => RuntimeState::Idle,
            RuntimeStatus::Starting | RuntimeStatus::Restarting => RuntimeState::Starting,
            RuntimeStatus::Ready => RuntimeState::Ready,
            RuntimeStatus::Failed { message } => RuntimeState::Failed { message },
        };
        let loaded = self.inner.runtime.loaded().await.unwrap_or_default();
        let loaded: Vec<LoadedView> = loaded.into_iter().map(graphics::loaded).collect();
        RuntimeView {
            state,
            paused: self.inner.is_paused(),
            memory: loaded.iter().map(|model| model.memory).sum(),
            context: loaded.first().map_or(0, |model| model.context),
            model: loaded.first().map(|model| model.name.clone()),
            loaded,
            limit: self.limit().await,
        }
    }

    /// Bytes that all models in memory may take; 0 while the runtime does not run, which is not started
    /// for this.
    async fn limit(&self) -> u64 {
        if *self.inner.runtime.status().borrow() != RuntimeStatus::Ready {
            return 0;
        }
        let system = self.inner.runtime.system().await.unwrap_or_default();
        system.memory_limit.unwrap_or(system.total_memory)
    }

    /// Chooses the model of a conversation, or with `None` the one that answers everywhere else.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`] for an unknown conversation.
    pub async fn choose_model(
        &self,
        conversation: Option<ConversationId>,
        model: String,
    ) -> Result<(), ApiError> {
        let history = self.inner.history.get().await?;
        match conversation {
            Some(id) => history.set_model(id, Some(model.clone())).await?,
            None => history.set_setting(CHOSEN, &model).await?,
        }
        self.tell_models().await;
        self.warm(model);
        Ok(())
    }

    /// Watches models and runtime, and tells what changes. With `warm` it also brings the default
    /// model into memory, so that the first question need not wait. Returns at once.
    pub fn attend(&self, warm: bool) {
        let sotto = self.clone();
        self.inner.tasks.spawn(async move {
            // Each goes on when another one has nothing left to watch.
            let all = async {
                tokio::join!(
                    sotto.attend_to_models(warm),
                    sotto.attend_to_runtime(),
                    sotto.attend_to_memory(),
                    sotto.attend_to_downloads(),
                )
            };
            tokio::select! {
                _ = all => {}
                () = sotto.inner.ending.cancelled() => {}
            }
        });
    }

    /// The folder where models are looked for.
    #[must_use]
    pub fn models_folder(&self) -> &std::path::Path {
        self.inner.library.folder()
    }

    /// The folder of all data.
    #[must_use]
    pub fn home(&self) -> &std::path::Path {
        &self.inner.home
    }

    /// The model that answers unless another is chosen. Until the runtime has looked at the files,
    /// their names must do: a question is not kept waiting for that.
    pub(crate) async fn default_model(&self) -> Option<String> {
        let known = self.inner.installed.borrow().clone();
        let installed = match known {
            Some(installed) if !installed.is_empty() => installed,
            _ => self.inner.library.names(),
        };
        let chosen = self.chosen_model().await;
        self.inner
            .library
            .default_model(&installed, chosen.as_deref())
    }

    /// Tells how far the model is while a question waits for it; silent where it is in memory.
    pub(crate) fn tell_loading(&self, model: String, conversation: ConversationId) {
        let sotto = self.clone();
        self.inner.tasks.spawn(async move {
            let mut progress = tokio::time::interval(PROGRESS);
            let mut told = false;
            while sotto.inner.turns.contains(conversation) {
                progress.tick().await;
                let loaded = sotto.inner.runtime.loaded().await.unwrap_or_default();
                if loaded.iter().any(|one| one.ready && one.name == model) {
                    break;
                }
                told = true;
                sotto.tell_models().await;
            }
            if told {
                sotto.tell_models().await;
                sotto.tell_runtime().await;
            }
        });
    }

    async fn chosen_model(&self) -> Option<String> {
        let history = self.inner.history.get().await.ok()?;
        history.setting(CHOSEN).await.ok().flatten()
    }

    async fn attend_to_models(&self, warm: bool) {
        let mut changes = self.inner.library.watch();
        let mut warmed = None;
        let mut first = true;
        loop {
            // A runtime that cannot be asked is told by `attend_to_runtime`.
            if let Ok(models) = self.models().await {
                if first {
                    tracing::info!(models = models.models.len(), "the models are listed");
                }
                if models.default != warmed && self.inner.turns.is_empty() {
                    warmed.clone_from(&models.default);
                    if let Some(model) = models.default.clone().filter(|_| warm || !first) {
                        self.warm(model);
                    }
                    first = false;
                }
                self.inner.hear(AppEvent::ModelsChanged { models });
            }
            tokio::select! {
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    // Another program may have begun a download, or ended one.
                    self.tell_downloads().await;
                }
                () = self.inner.look_again.notified() => {}
            }
        }
    }

    async fn attend_to_runtime(&self) {
        let mut status = self.inner.runtime.status();
        while status.changed().await.is_ok() {
            if *status.borrow_and_update() == RuntimeStatus::Ready {
                self.inner.look_again.notify_one();
            }
            self.tell_runtime().await;
        }
    }

    pub(crate) async fn tell_runtime(&self) {
        let runtime = self.runtime().await;
        self.inner.memory_moved.notify_one();
        self.inner.hear(AppEvent::RuntimeChanged { runtime });
    }

    pub(crate) async fn tell_models(&self) {
        if let Ok(models) = self.models().await {
            self.inner.hear(AppEvent::ModelsChanged { models });
        }
    }

    /// What the catalogue knows of a model; the rest is left for whoever knows more.
    fn described(&self, name: String) -> ModelView {
        let entry = self.inner.library.describe(&name);
        ModelView {
            title: entry.map_or_else(|| name.clone(), |entry| entry.name.clone()),
            role: match entry.map(|entry| entry.role) {
                Some(CatalogRole::Starter) => ModelRole::StandIn,
                Some(CatalogRole::Default) => ModelRole::WorkingDefault,
                Some(CatalogRole::Other) => ModelRole::Known,
                None => ModelRole::Own,
            },
            licence: entry.map_or_else(String::new, |entry| entry.licence.name.clone()),
            good_at: entry.map_or_else(String::new, |entry| entry.good_at.clone()),
            weak_at: entry.map_or_else(String::new, |entry| entry.weak_at.clone()),
            name,
            size: 0,
            parameters: String::new(),
            quantization: String::new(),
            context_length: 0,
            state: ModelState::Available,
            kind: ModelKind::Chat,
            architecture: String::new(),
            languages: entry.map_or_else(Vec::new, |entry| entry.languages.clone()),
            files: Vec::new(),
            owner: ModelOwner::Sotto,
            fit: None,
            speed: None,
        }
    }
}

fn kind(kind: InstalledKind) -> ModelKind {
    match kind {
        InstalledKind::Chat => ModelKind::Chat,
        InstalledKind::Embedding => ModelKind::Embedding,
        InstalledKind::Adapter => ModelKind::Adapter,
    }
}

fn state_of(name: &str, loaded: &[LoadedModel]) -> ModelState {
    match loaded.iter().find(|model| model.name == name) {
        None => ModelState::Available,
        Some(model) if model.ready => ModelState::Loaded,
        Some(model) => ModelState::Loading {
            percent: model.percent(),
        },
    }
}
