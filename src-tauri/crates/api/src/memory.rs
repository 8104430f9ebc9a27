//! Which model is in memory, on a person's word: loaded, given back, or none for a while.
//!
//! While Sotto is *paused* no model is in memory and none is brought there by itself: not at the
//! start, not when another one is chosen, not when the window comes back. What a person asks for
//! ends the pause: a question to this computer, loading a model, or resuming. It lasts no longer
//! than the program.

use std::{sync::atomic::Ordering, time::Duration};

use sotto_domain::Failure;
use sotto_runtime_client::LoadedModel;

use crate::{
    error::{ApiError, ErrorCode},
    models::PROGRESS,
    sotto::{Inner, Sotto},
};

/// How long after the moment that the runtime named one looks whether it gave the memory back.
const AFTERWARDS: Duration = Duration::from_millis(500);

impl Sotto {
    /// Brings a model into memory, the one that answers unless another is named; resolves when it
    /// is there. Ends a pause.
    ///
    /// # Errors
    /// [`ErrorCode::NoModel`] if there is none; anything else says why it cannot be loaded.
    pub async fn load_model(&self, model: Option<String>) -> Result<(), ApiError> {
        let model = match model {
            Some(model) => Some(model),
            None => self.default_model().await,
        };
        let none = || ApiError::new(ErrorCode::NoModel, "No model is on this computer yet.");
        let model = model.ok_or_else(none)?;
        self.end_pause().await;
        self.bring(model).await.map_err(failed)
    }

    /// Gives the memory of a model back, or with `None` that of all. An answer that is being written is
    /// finished first.
    ///
    /// # Errors
    /// Where the runtime does not do it.
    pub async fn unload_model(&self, model: Option<String>) -> Result<(), ApiError> {
        let loaded = self.inner.runtime.loaded().await.map_err(failed)?;
        let meant = |one: &LoadedModel| model.as_ref().is_none_or(|model| *model == one.name);
        for model in loaded.into_iter().filter(meant) {
            self.inner
                .runtime
                .unload(model.name)
                .await
                .map_err(failed)?;
        }
        self.tell_models().await;
        self.tell_runtime().await;
        Ok(())
    }

    /// Wants no model in memory from now on: what this computer is answering is stopped, with what
    /// was said kept, and the memory is given back.
    ///
    /// # Errors
    /// Where the runtime does not give it back; it is paused all the same.
    pub async fn pause_runtime(&self) -> Result<(), ApiError> {
        self.inner.paused.store(true, Ordering::Relaxed);
        self.inner.activities.stop_local();
        self.tell_runtime().await;
        self.unload_model(None).await
    }

    /// Ends a pause, and brings the model that answers into memory.
    ///
    /// # Errors
    /// As [`Sotto::load_model`].
    pub async fn resume_runtime(&self) -> Result<(), ApiError> {
        self.load_model(None).await
    }

    /// A person is about to ask: the model that answers is brought into memory meanwhile.
    pub async fn expect_question(&self) {
        if let Some(model) = self.default_model().await {
            self.warm(model);
        }
    }

    /// Ends a pause, because a person asks for something that needs a model.
    pub(crate) async fn end_pause(&self) {
        if self.inner.paused.swap(false, Ordering::Relaxed) {
            self.tell_runtime().await;
        }
    }

    /// Brings a model into memory unless it is a pause. Returns at once. Not having enough memory
    /// is no error here: the question itself will say so.
    pub(crate) fn warm(&self, model: String) {
        if self.inner.is_paused() {
            return;
        }
        let sotto = self.clone();
        self.inner.tasks.spawn(async move {
            tokio::select! {
                loaded = sotto.bring(model) => if let Err(failure) = loaded {
                    tracing::info!(%failure, "the model is not warm");
                },
                () = sotto.inner.ending.cancelled() => {}
            }
        });
    }

    /// Brings a model into memory and tells how far it is.
    async fn bring(&self, model: String) -> Result<(), Failure> {
        self.keep_to_memory_limit().await;
        let settings = self.model_settings(&model).await;
        let mut progress = tokio::time::interval(PROGRESS);
        let residence = settings.residence();
        let mut loading = self.inner.runtime.load(model, settings.context, residence);
        let loaded = loop {
            tokio::select! {
                loaded = &mut loading => break loaded,
                _ = progress.tick() => self.tell_models().await,
            }
        };
        self.tell_models().await;
        self.tell_runtime().await;
        loaded
    }

    /// Tells when the runtime has given memory back by itself. It names the moment, so nobody
    /// keeps looking: one look at that moment, and one whenever something may have moved it.
    pub(crate) async fn attend_to_memory(&self) {
        loop {
            let loaded = self.inner.runtime.loaded().await.unwrap_or_default();
            let expires = loaded.iter().filter_map(|model| model.expires).min();
            let given_back = async {
                let Some(expires) = expires else {
                    return std::future::pending().await;
                };
                let left = expires.milliseconds_since(self.inner.host.now());
                tokio::time::sleep(Duration::from_millis(left) + AFTERWARDS).await;
            };
            tokio::select! {
                () = given_back => {
                    self.tell_models().await;
                    self.tell_runtime().await;
                }
                () = self.inner.memory_moved.notified() => {}
            }
        }
    }
}

/// What a person should know of a model in memory; mostly nothing.
pub(crate) fn note(model: &LoadedModel) -> String {
    model.context_wanted.map_or_else(String::new, |wanted| {
        format!(
            "Its context holds {} tokens instead of {wanted}, because there is no memory for more.",
            model.context
        )
    })
}

impl Inner {
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
}

fn failed(failure: Failure) -> ApiError {
    ApiError::new(ErrorCode::Other, failure.message)
}
