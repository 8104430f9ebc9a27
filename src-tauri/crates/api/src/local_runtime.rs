//! What the core asks of the thing that runs models here, so that a test can stand in for it.

use sotto_domain::{Failure, LanguageModel, ModelFuture, Residence};
use sotto_runtime_client::{
    BenchStep, LoadedModel, Measured, ModelList, Runtime, RuntimeStatus, System,
};
use tokio::sync::{mpsc, watch};

/// A language model that can say what it holds.
pub trait LocalRuntime: LanguageModel {
    /// The models on disk.
    fn models(&self) -> ModelFuture<'_, Result<ModelList, Failure>>;
    /// The models in memory, or on their way there. Empty while the process is not running.
    fn loaded(&self) -> ModelFuture<'_, Result<Vec<LoadedModel>, Failure>>;
    /// Brings a model into memory.
    fn load(
        &self,
        model: String,
        context: Option<u32>,
        residence: Residence,
    ) -> ModelFuture<'_, Result<(), Failure>>;
    /// Lets all models in memory take so many bytes, or with `None` what is usual here. Resolves when it
    /// holds; does nothing where it was so before.
    fn limit_memory(&self, bytes: Option<u64>) -> ModelFuture<'_, Result<(), Failure>>;
    /// Measures a model alone in memory. Dropping the future stops it.
    fn bench(
        &self,
        model: String,
        context: Option<u32>,
        residence: Residence,
        steps: mpsc::UnboundedSender<BenchStep>,
    ) -> ModelFuture<'_, Result<Measured, Failure>>;
    /// Gives the memory of a model back; nothing to do where it is not loaded.
    fn unload(&self, model: String) -> ModelFuture<'_, Result<(), Failure>>;
    /// What the runtime sees of this computer.
    fn system(&self) -> ModelFuture<'_, Result<System, Failure>>;
    /// How the process is.
    fn status(&self) -> watch::Receiver<RuntimeStatus>;
    /// Tries once more after the process was given up. Nothing to do otherwise.
    fn revive(&self) -> ModelFuture<'_, ()>;
    /// Starts the process anew once nothing is being answered, so that it may read what was not there
    /// before.
    fn renew(&self) -> ModelFuture<'_, Result<(), Failure>>;
    /// Ends the process.
    fn shutdown(&self) -> ModelFuture<'_, ()>;
}

impl LocalRuntime for Runtime {
    fn models(&self) -> ModelFuture<'_, Result<ModelList, Failure>> {
        Box::pin(self.models())
    }

    fn loaded(&self) -> ModelFuture<'_, Result<Vec<LoadedModel>, Failure>> {
        Box::pin(self.loaded())
    }

    fn load(
        &self,
        model: String,
        context: Option<u32>,
        residence: Residence,
    ) -> ModelFuture<'_, Result<(), Failure>> {
        Box::pin(async move { self.load(&model, context, residence).await })
    }

    fn limit_memory(&self, bytes: Option<u64>) -> ModelFuture<'_, Result<(), Failure>> {
        Box::pin(self.limit_memory(bytes))
    }

    fn bench(
        &self,
        model: String,
        context: Option<u32>,
        residence: Residence,
        steps: mpsc::UnboundedSender<BenchStep>,
    ) -> ModelFuture<'_, Result<Measured, Failure>> {
        Box::pin(async move {
            let told = |step| {
                // Nobody listens any more: the measurement goes on all the same.
                let _ = steps.send(step);
            };
            self.bench(&model, context, residence, told).await
        })
    }

    fn unload(&self, model: String) -> ModelFuture<'_, Result<(), Failure>> {
        Box::pin(async move { self.unload(&model).await })
    }

    fn system(&self) -> ModelFuture<'_, Result<System, Failure>> {
        Box::pin(self.system())
    }

    fn status(&self) -> watch::Receiver<RuntimeStatus> {
        self.status()
    }

    fn revive(&self) -> ModelFuture<'_, ()> {
        Box::pin(async move {
            if !matches!(*self.status().borrow(), RuntimeStatus::Failed { .. }) {
                return;
            }
            // The question that follows meets the same error and says it.
            if let Err(error) = self.retry().await {
                tracing::warn!(%error, "the runtime cannot be started again");
            }
        })
    }

    fn renew(&self) -> ModelFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(self.renew().await?) })
    }

    fn shutdown(&self) -> ModelFuture<'_, ()> {
        Box::pin(self.shutdown())
    }
}
