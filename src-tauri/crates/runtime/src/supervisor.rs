//! Keeps one `sotto-runtime` process: started when first needed, started again when it dies, at
//! most a few times a minute, and gone when this program goes.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Mutex, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    Client, RuntimeError, RuntimeStatus,
    process::{End, Process},
    run_folder::RunFolder,
};

/// So many starts within [`START_WINDOW`], the first one included.
const MOST_STARTS: usize = 3;
const START_WINDOW: Duration = Duration::from_secs(60);

/// Why a runtime uses no graphics card after its driver ended one.
const WITHOUT_DEVICES: &str = "The graphics card's driver failed and ended the runtime. Until Sotto \
    is started again, models run on the processor.";

/// How the process is started.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The program; `None` finds it with [`find_executable`](crate::find_executable).
    pub executable: Option<PathBuf>,
    /// Folders whose `.gguf` files can be asked.
    pub models: Vec<PathBuf>,
    /// Stores of other apps, whose models can be asked as well.
    pub stores: Vec<Store>,
    /// A file that keeps what was read of model files, so that the next process need not read it again;
    /// written by this program alone. `None` keeps nothing.
    pub index: Option<PathBuf>,
    /// Threads for evaluation; `None` lets the runtime choose.
    pub threads: Option<u32>,
    /// Tokens of context where a request does not say; `None` lets the runtime choose.
    pub context: Option<u32>,
    /// Bytes that all models in memory may take at the start; `None` lets the runtime choose.
    pub memory: Option<u64>,
    /// Where the private folder of the socket is made; `None` takes the system's place for such.
    pub run_folder: Option<PathBuf>,
}

/// The store of another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The runtime's word for its layout: `ollama`, `lm_studio`, `jan`, `gpt4all` or `hugging_face`.
    pub kind: &'static str,
    /// Its topmost folder.
    pub folder: PathBuf,
}

/// Keeps one `sotto-runtime` process. Clones share it; when the last one is dropped, the process
/// ends. Methods are called within a Tokio runtime; [`Supervisor::new`] need not be.
#[derive(Clone)]
pub struct Supervisor {
    inner: Arc<Inner>,
    /// Ends a start in progress when the last handle goes.
    _last: Arc<DropGuard>,
}

struct Inner {
    settings: Settings,
    /// Bytes that all models in memory may take; 0 lets the runtime choose.
    memory: AtomicU64,
    status: watch::Sender<RuntimeStatus>,
    state: Mutex<State>,
    closing: CancellationToken,
    /// The driver of a graphics card ended a process: the next ones do without.
    driver_failed: AtomicBool,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// Made at the first start and kept.
    folder: Option<RunFolder>,
    /// When the process was started, oldest first.
    starts: VecDeque<Instant>,
    /// How the process ended the last time.
    last_end: String,
    /// Given up until the person asks.
    given_up: bool,
    /// How many processes were started.
    number: u64,
}

struct Running {
    number: u64,
    handle: Handle,
    /// Dropped: the process is asked to end.
    stop: oneshot::Sender<()>,
    watching: JoinHandle<()>,
}

/// A connection, and whether its process still lives.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) client: Client,
    pub(crate) ended: CancellationToken,
}

impl Supervisor {
    /// Prepares; starts nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let closing = CancellationToken::new();
        Self {
            _last: Arc::new(closing.clone().drop_guard()),
            inner: Arc::new(Inner {
                memory: AtomicU64::new(settings.memory.unwrap_or(0)),
                settings,
                status: watch::Sender::new(RuntimeStatus::Idle),
                state: Mutex::default(),
                closing,
                driver_failed: AtomicBool::new(false),
            }),
        }
    }

    /// Where what was read of model files is kept.
    pub(crate) fn index(&self) -> Option<&Path> {
        self.inner.settings.index.as_deref()
    }

    /// How the process is, now and from now on.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<RuntimeStatus> {
        self.inner.status.subscribe()
    }

    /// A connection to the process, which is started if it does not run. Several callers wait for
    /// the same start; a caller that stops waiting does not stop it.
    ///
    /// # Errors
    /// When the process cannot be started or ended too often.
    pub async fn ensure(&self) -> Result<Client, RuntimeError> {
        Ok(self.handle().await?.client)
    }

    pub(crate) async fn handle(&self) -> Result<Handle, RuntimeError> {
        if let Some(handle) = self.running().await {
            return Ok(handle);
        }
        let inner = Arc::clone(&self.inner);
        let start = async move { inner.start(&mut *inner.state.lock().await).await };
        tokio::spawn(start)
            .await
            .unwrap_or(Err(RuntimeError::ShutDown))
    }

    /// The connection, if the process runs.
    pub(crate) async fn running(&self) -> Option<Handle> {
        let state = self.inner.state.lock().await;
        state
            .running
            .as_ref()
            .filter(|running| !running.handle.ended.is_cancelled())
            .map(|running| running.handle.clone())
    }

    /// Lets the models of each process that is started from now on take so many bytes. False: so it
    /// was before.
    pub(crate) fn limit_memory(&self, memory: Option<u64>) -> bool {
        let memory = memory.unwrap_or(0);
        self.inner.memory.swap(memory, Ordering::Relaxed) != memory
    }

    /// Forgets how often the process was started, and starts it: the person asked.
    ///
    /// # Errors
    /// As [`Supervisor::ensure`].
    pub async fn retry(&self) -> Result<Client, RuntimeError> {
        {
            let mut state = self.inner.state.lock().await;
            state.starts.clear();
            state.given_up = false;
            self.inner.driver_failed.store(false, Ordering::Relaxed);
        }
        self.ensure().await
    }

    /// Starts the process anew once nothing is asked of the one that runs, because what it may read is
    /// settled when it starts. Does nothing where none runs: the next one sees what is there then.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub async fn renew(&self) -> Result<(), RuntimeError> {
        while let Some(Handle { client, .. }) = self.running().await {
            client.idle().await;
            let inner = Arc::clone(&self.inner);
            let renewed = tokio::spawn(async move { inner.renew_if_idle().await }).await;
            if renewed.unwrap_or(Err(RuntimeError::ShutDown))? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Ends the process: politely, and after two seconds not. Afterwards nothing is started any
    /// more.
    pub async fn shutdown(&self) {
        self.inner.closing.cancel();
        let running = self.inner.state.lock().await.running.take();
        if let Some(Running { stop, watching, .. }) = running {
            drop(stop);
            let _ = watching.await;
        }
        self.inner.status.send_replace(RuntimeStatus::Idle);
    }
}

impl Inner {
    /// False: somebody asks something again. Who asks after this began waits for the new process.
    async fn renew_if_idle(self: &Arc<Self>) -> Result<bool, RuntimeError> {
        let mut state = self.state.lock().await;
        let idle = |running: &mut Running| running.handle.client.is_idle();
        let Some(Running { stop, watching, .. }) = state.running.take_if(idle) else {
            return Ok(false);
        };
        drop(stop);
        let _ = watching.await;
        // It did not end by itself, so it does not count towards ending too often.
        state.starts.pop_back();
        self.start(&mut state).await.map(|_| true)
    }

    /// Starts the process unless it runs. The caller holds the state, so there is one start at a
    /// time.
    async fn start(self: &Arc<Self>, state: &mut State) -> Result<Handle, RuntimeError> {
        loop {
            if self.closing.is_cancelled() {
                return Err(RuntimeError::ShutDown);
            }
            if let Some(running) = &state.running
                && !running.handle.ended.is_cancelled()
            {
                return Ok(running.handle.clone());
            }
            let started = tokio::select! {
                started = self.start_once(state) => started,
                () = self.closing.cancelled() => Err(RuntimeError::ShutDown),
            };
            let error = match started {
                Ok(handle) => {
                    self.status.send_replace(RuntimeStatus::Ready);
                    return Ok(handle);
                }
                Err(error) => error,
            };
            tracing::warn!("{error}");
            if let RuntimeError::EndedWhileStarting { by_driver, .. } = &error {
                self.driver_failed.fetch_or(*by_driver, Ordering::Relaxed);
                state.last_end = error.to_string();
                self.status.send_replace(RuntimeStatus::Restarting);
                continue;
            }
            self.status.send_replace(match error {
                RuntimeError::ShutDown => RuntimeStatus::Idle,
                _ => RuntimeStatus::Failed {
                    message: error.to_string(),
                },
            });
            return Err(error);
        }
    }

    async fn start_once(self: &Arc<Self>, state: &mut State) -> Result<Handle, RuntimeError> {
        let now = Instant::now();
        while state
            .starts
            .front()
            .is_some_and(|start| now.duration_since(*start) >= START_WINDOW)
        {
            state.starts.pop_front();
        }
        if state.given_up || state.starts.len() >= MOST_STARTS {
            state.given_up = true;
            return Err(RuntimeError::EndsTooOften {
                starts: MOST_STARTS,
                reason: state.last_end.clone(),
            });
        }
        if *self.status.borrow() != RuntimeStatus::Restarting {
            self.status.send_replace(RuntimeStatus::Starting);
        }
        let folder = match state.folder.take() {
            Some(folder) => folder,
            None => RunFolder::make(self.settings.run_folder.as_deref())?,
        };
        let folder = state.folder.insert(folder);
        state.starts.push_back(now);
        state.number += 1;
        let number = state.number;
        let socket = folder.socket(number);
        let memory = self.memory.load(Ordering::Relaxed);
        let settings = Settings {
            memory: (memory > 0).then_some(memory),
            ..self.settings.clone()
        };
        let driver_failed = self.driver_failed.load(Ordering::Relaxed);
        let without_devices = driver_failed.then_some(WITHOUT_DEVICES);
        let started = Process::start(&settings, &socket, without_devices).await;
        if let Err(RuntimeError::ExecutableMissing { .. } | RuntimeError::CannotStart { .. }) =
            started
        {
            // No process, so none that ended: when it is installed, the next question starts it.
            state.starts.pop_back();
        }
        let process = started?;
        tracing::info!(process = process.number(), "the runtime serves");
        let handle = Handle {
            client: Client::new(&socket)?,
            ended: CancellationToken::new(),
        };
        let (stop, stopped) = oneshot::channel();
        let watching = tokio::spawn(watch_over(
            process,
            stopped,
            handle.ended.clone(),
            Arc::downgrade(self),
            number,
        ));
        state.running = Some(Running {
            number,
            handle: handle.clone(),
            stop,
            watching,
        });
        Ok(handle)
    }

    /// The process ended by itself: start it again, so that the next question finds it ready.
    /// Boxed, because a start leads to a task that leads here again.
    fn restart(
        self: Arc<Self>,
        number: u64,
        how: String,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            tracing::warn!("the runtime ended. {how}");
            let mut state = self.state.lock().await;
            if state
                .running
                .as_ref()
                .is_none_or(|running| running.number != number)
            {
                // Whoever needed it was faster, or it was shut down.
                return;
            }
            state.running = None;
            state.last_end = how;
            if !self.closing.is_cancelled() {
                self.status.send_replace(RuntimeStatus::Restarting);
                // The status says how it went.
                let _ = self.start(&mut state).await;
            }
        })
    }
}

/// Waits for the end of the process, asked for or not.
async fn watch_over(
    mut process: Process,
    stopped: oneshot::Receiver<()>,
    ended: CancellationToken,
    supervisor: Weak<Inner>,
    number: u64,
) {
    let end = tokio::select! {
        end = process.ended() => Some(end),
        // The sender is never used, only dropped.
        _ = stopped => None,
    };
    match end {
        Some(End { how, by_driver }) => {
            let supervisor = supervisor.upgrade();
            // Before anybody else can start it again.
            if let Some(supervisor) = &supervisor {
                supervisor
                    .driver_failed
                    .fetch_or(by_driver, Ordering::Relaxed);
            }
            ended.cancel();
            if let Some(supervisor) = supervisor {
                supervisor.restart(number, how).await;
            }
        }
        None => {
            process.stop().await;
            ended.cancel();
        }
    }
}
