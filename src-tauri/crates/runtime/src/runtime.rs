//! The model of this computer as the rest of the program sees it: one thing that answers, whether
//! its process runs, has yet to start, or has just died.

use std::time::Duration;

use sotto_domain::{AnswerStream, ChatRequest, Failure, LanguageModel, ModelFuture, Residence};
use tokio::{sync::watch, time::timeout};

use crate::{
    BenchStep, Client, LoadedModel, Measured, ModelList, RuntimeError, RuntimeStatus, Settings,
    Supervisor, System, client::Look, index, supervisor::Handle,
};

/// How long the end of a process that no longer answers may take to be noticed.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);

/// The runtime, started when it is needed. Clones share the process.
#[derive(Clone)]
pub struct Runtime {
    supervisor: Supervisor,
}

impl Runtime {
    /// Prepares; starts nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            supervisor: Supervisor::new(settings),
        }
    }

    /// Who keeps the process.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// How the process is, now and from now on.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<RuntimeStatus> {
        self.supervisor.status()
    }

    /// The connection if the process runs; starts nothing.
    pub async fn running(&self) -> Option<Client> {
        Some(self.supervisor.running().await?.client)
    }

    /// Starts the process again after it was given up.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn retry(&self) -> Result<(), RuntimeError> {
        self.supervisor.retry().await.map(|_| ())
    }

    /// Ends the process for good.
    pub async fn shutdown(&self) {
        self.supervisor.shutdown().await;
    }

    /// Starts the process anew once nothing is being answered, so that it may read what was not there
    /// before; see [`Supervisor::renew`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn renew(&self) -> Result<(), RuntimeError> {
        self.supervisor.renew().await
    }

    /// The files that the runtime finds in its places. What it read of them is kept for the next one.
    ///
    /// # Errors
    /// When the runtime cannot be started or ended.
    pub async fn models(&self) -> Result<ModelList, Failure> {
        let client = self.supervisor.ensure().await?;
        let Look { list, index_moved } = client.look().await?;
        if index_moved && let Some(path) = self.supervisor.index() {
            // Without it the next start reads the headers again: slower, and no failure.
            let kept = match client.index().await {
                Ok(index) => index::keep(path, &index).map_err(|error| error.to_string()),
                Err(failure) => Err(failure.message),
            };
            if let Err(reason) = kept {
                tracing::warn!(path = %path.display(), reason, "the index of models is not kept");
            }
        }
        Ok(list)
    }

    /// The models in memory; none if the process does not run, which is not started for this.
    ///
    /// # Errors
    /// When the runtime ended or does not respond.
    pub async fn loaded(&self) -> Result<Vec<LoadedModel>, Failure> {
        match self.running().await {
            Some(client) => client.loaded().await,
            None => Ok(Vec::new()),
        }
    }

    /// Brings a model into memory; resolves when it is there.
    ///
    /// # Errors
    /// When the runtime cannot be started or the model cannot be loaded.
    pub async fn load(
        &self,
        model: &str,
        context: Option<u32>,
        residence: Residence,
    ) -> Result<(), Failure> {
        let client = self.supervisor.ensure().await?;
        client.load(model, context, residence).await
    }

    /// Lets all models in memory take so many bytes, or with `None` what is usual on this computer: the
    /// process that runs, once an answer that is being written is finished, and each later one.
    ///
    /// # Errors
    /// When the runtime ended or refuses. A process that is started later keeps to it all the same.
    pub async fn limit_memory(&self, memory: Option<u64>) -> Result<(), Failure> {
        if !self.supervisor.limit_memory(memory) {
            return Ok(());
        }
        match self.running().await {
            Some(client) => client.limit_memory(memory).await,
            None => Ok(()),
        }
    }

    /// Measures a model alone in memory, and says how far it is. Dropping the future stops it.
    ///
    /// # Errors
    /// When the runtime cannot be started or the model cannot be measured.
    pub async fn bench(
        &self,
        model: &str,
        context: Option<u32>,
        residence: Residence,
        progress: impl FnMut(BenchStep),
    ) -> Result<Measured, Failure> {
        let client = self.supervisor.ensure().await?;
        client.bench(model, context, residence, progress).await
    }

    /// Gives the memory of a model back; nothing to do if the process does not run.
    ///
    /// # Errors
    /// When the runtime ended or refuses.
    pub async fn unload(&self, model: &str) -> Result<(), Failure> {
        match self.running().await {
            Some(client) => client.unload(model).await,
            None => Ok(()),
        }
    }

    /// What the runtime found on this computer.
    ///
    /// # Errors
    /// When the runtime cannot be started or ended.
    pub async fn system(&self) -> Result<System, Failure> {
        self.supervisor.ensure().await?.system().await
    }

    async fn ask(&self, request: ChatRequest) -> Result<AnswerStream, Failure> {
        let Handle { client, ended } = self.supervisor.handle().await?;
        let not_begun = match client.begin(&request).await {
            Ok(answer) => return Ok(answer),
            Err(not_begun) => not_begun,
        };
        // The process died since the last question, and its end is not noticed yet.
        if not_begun.not_delivered && timeout(NOTICED_WITHIN, ended.cancelled()).await.is_ok() {
            return self.supervisor.ensure().await?.chat(request).await;
        }
        Err(not_begun.failure)
    }
}

impl LanguageModel for Runtime {
    fn chat(&self, request: ChatRequest) -> ModelFuture<'_, Result<AnswerStream, Failure>> {
        Box::pin(self.ask(request))
    }
}
