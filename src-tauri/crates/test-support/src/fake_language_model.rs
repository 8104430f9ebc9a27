//! A language model that says what the test wrote, when the test lets it.

use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use sotto_api::LocalRuntime;
use sotto_domain::{
    AnswerStatistics, AnswerStream, ChatRequest, EndReason, Failure, LanguageModel, ModelEvent,
    ModelFuture, Residence, Timestamp,
};
use sotto_runtime_client::{
    BenchStep, InstalledModel, LoadedModel, Measured, ModelList, RuntimeStatus, System,
};
use tokio::sync::{mpsc, watch};

/// One thing that the model does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Refuses the question before the first word.
    Refuses(Failure),
    /// Says something.
    Text(&'static str),
    /// Ends.
    Ends(EndReason),
    /// Fails on the way.
    Fails(Failure),
}

/// A language model for tests. Each question takes the next script; without one it panics, so a
/// test proves that nothing more was asked.
pub struct FakeLanguageModel {
    scripts: Mutex<Vec<Vec<Said>>>,
    asked: Mutex<Vec<ChatRequest>>,
    installed: Vec<String>,
    /// What is in memory, and until when.
    loaded: Mutex<Vec<String>>,
    expires: Mutex<Option<Timestamp>>,
    /// With what each model was loaded, and what all may take.
    residences: Mutex<Vec<(String, Option<u32>, Residence)>>,
    limit: Mutex<Option<u64>>,
    status: watch::Sender<RuntimeStatus>,
    /// Where the words of a question come from that has no script: see [`FakeLanguageModel::by_hand`].
    hand: Mutex<Option<mpsc::UnboundedReceiver<Said>>>,
}

impl FakeLanguageModel {
    /// A model with these scripts, the first for the first question.
    #[must_use]
    pub fn new(scripts: Vec<Vec<Said>>) -> Arc<Self> {
        Arc::new(Self {
            scripts: Mutex::new(scripts),
            asked: Mutex::default(),
            installed: vec!["test-model".to_owned()],
            loaded: Mutex::default(),
            expires: Mutex::default(),
            residences: Mutex::default(),
            limit: Mutex::default(),
            status: watch::Sender::new(RuntimeStatus::Ready),
            hand: Mutex::default(),
        })
    }

    /// A model whose next answer is spoken by the test, word by word.
    #[must_use]
    pub fn by_hand() -> (Arc<Self>, mpsc::UnboundedSender<Said>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let model = Self::new(Vec::new());
        *model.hand.lock().unwrap() = Some(receiver);
        (model, sender)
    }

    /// What was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }

    /// The names of the models in memory.
    #[must_use]
    pub fn in_memory(&self) -> Vec<String> {
        self.loaded.lock().unwrap().clone()
    }

    /// With which context, and for how long, each model was loaded so far.
    #[must_use]
    pub fn residences(&self) -> Vec<(String, Option<u32>, Residence)> {
        self.residences.lock().unwrap().clone()
    }

    /// Says from now on when the memory of what is loaded is given back.
    pub fn expire_at(&self, expires: Timestamp) {
        *self.expires.lock().unwrap() = Some(expires);
    }

    /// Gives all memory back, as the runtime does by itself.
    pub fn forget(&self) {
        self.loaded.lock().unwrap().clear();
    }

    fn answer(&self) -> Result<AnswerStream, Failure> {
        if let Some(hand) = self.hand.lock().unwrap().take() {
            let words = stream::unfold(hand, |mut hand| async {
                hand.recv().await.map(|said| (said, hand))
            });
            return Ok(Box::pin(words.map(event)));
        }
        let mut scripts = self.scripts.lock().unwrap();
        assert!(
            !scripts.is_empty(),
            "the model was asked and should not have been"
        );
        let script = scripts.remove(0);
        if let Some(Said::Refuses(failure)) = script.first() {
            return Err(failure.clone());
        }
        Ok(Box::pin(stream::iter(script).map(event)))
    }
}

fn event(said: Said) -> Result<ModelEvent, Failure> {
    match said {
        Said::Text(text) => Ok(ModelEvent::Text(text.to_owned())),
        Said::Ends(reason) => Ok(ModelEvent::Ended {
            reason,
            statistics: AnswerStatistics::default(),
        }),
        Said::Fails(failure) | Said::Refuses(failure) => Err(failure),
    }
}

impl LanguageModel for FakeLanguageModel {
    fn chat(&self, request: ChatRequest) -> ModelFuture<'_, Result<AnswerStream, Failure>> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answer();
        Box::pin(async { answer })
    }
}

impl LocalRuntime for FakeLanguageModel {
    fn models(&self) -> ModelFuture<'_, Result<ModelList, Failure>> {
        let installed = |name: &String| InstalledModel {
            name: name.clone(),
            ..InstalledModel::default()
        };
        let usable = self.installed.iter().map(installed).collect();
        Box::pin(async {
            Ok(ModelList {
                usable,
                ..ModelList::default()
            })
        })
    }

    fn loaded(&self) -> ModelFuture<'_, Result<Vec<LoadedModel>, Failure>> {
        let loaded = self.loaded.lock().unwrap();
        let expires = *self.expires.lock().unwrap();
        let models = loaded.iter().map(|name| LoadedModel {
            name: name.clone(),
            size: 1_000,
            graphics_size: 0,
            layers: 0,
            graphics_layers: 0,
            note: String::new(),
            context: 512,
            context_wanted: None,
            progress: 1.0,
            ready: true,
            expires,
        });
        let models = models.collect();
        Box::pin(async { Ok(models) })
    }

    fn load(
        &self,
        model: String,
        context: Option<u32>,
        residence: Residence,
    ) -> ModelFuture<'_, Result<(), Failure>> {
        let mut residences = self.residences.lock().unwrap();
        residences.push((model.clone(), context, residence));
        *self.loaded.lock().unwrap() = vec![model];
        Box::pin(async { Ok(()) })
    }

    fn limit_memory(&self, bytes: Option<u64>) -> ModelFuture<'_, Result<(), Failure>> {
        *self.limit.lock().unwrap() = bytes;
        Box::pin(async { Ok(()) })
    }

    /// Takes one step, and with a model that is not there stays at it for ever.
    fn bench(
        &self,
        model: String,
        _: Option<u32>,
        _: Residence,
        steps: mpsc::UnboundedSender<BenchStep>,
    ) -> ModelFuture<'_, Result<Measured, Failure>> {
        let _ = steps.send(BenchStep {
            stage: "decode".to_owned(),
            percent: 50,
        });
        let is_there = self.installed.contains(&model);
        Box::pin(async move {
            if !is_there {
                std::future::pending::<()>().await;
            }
            Ok(Measured {
                prefill: 100.0,
                decode: 20.0,
                first_token: 250_000_000,
                bandwidth: 30_000_000_000,
                bytes_per_token: 1_000_000_000,
                ..Measured::default()
            })
        })
    }

    fn unload(&self, model: String) -> ModelFuture<'_, Result<(), Failure>> {
        self.loaded.lock().unwrap().retain(|name| *name != model);
        Box::pin(async { Ok(()) })
    }

    fn system(&self) -> ModelFuture<'_, Result<System, Failure>> {
        let chosen = *self.limit.lock().unwrap();
        Box::pin(async move {
            Ok(System {
                total_memory: 8_000_000_000,
                memory_limit: Some(chosen.unwrap_or(6_000_000_000)),
                memory_limit_chosen: chosen.is_some(),
                ..System::default()
            })
        })
    }

    fn status(&self) -> watch::Receiver<RuntimeStatus> {
        self.status.subscribe()
    }

    fn revive(&self) -> ModelFuture<'_, ()> {
        Box::pin(async {})
    }

    fn renew(&self) -> ModelFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn shutdown(&self) -> ModelFuture<'_, ()> {
        Box::pin(async {})
    }
}
