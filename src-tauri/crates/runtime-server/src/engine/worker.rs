//! The engine's thread: takes jobs in order, keeps a model loaded between them, unloads it in time.
//!
//! One model is loaded at a time. Several within a memory budget would be a list in [`Worker`]
//! with the least recently used going first; jobs name their model already.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::generate::{self, Clock};
use super::job::{Event, Job, KeepAlive, LoadReport, Task};
use super::loaded::Loaded;
use super::placement::Placement;
use super::{embed, memory};
use crate::error::Error;
use crate::library::ModelFile;

/// The engine's stack, in bytes; only what is used takes memory. Some vocabularies cut texts with
/// `std::regex`, which calls itself once for each character: 2 MiB end at 10,000 letters in a row.
const STACK: usize = 512 << 20;
/// Requests that may wait, as in Ollama.
const LONGEST_QUEUE: usize = 512;

/// The way to the engine's thread.
#[derive(Clone)]
pub(crate) struct Engine {
    jobs: Sender<Waiting>,
    waiting: Arc<AtomicUsize>,
    status: Arc<Mutex<Option<LoadedStatus>>>,
}

struct Waiting {
    job: Job,
    asked: Instant,
}

/// A model in memory or on its way there.
#[derive(Debug, Clone)]
pub(crate) struct LoadedStatus {
    /// Its file.
    pub(crate) model: Arc<ModelFile>,
    /// Loading or ready.
    pub(crate) state: LoadState,
    /// Context size in tokens.
    pub(crate) context: u32,
    /// Bytes that it takes, estimated.
    pub(crate) bytes: u64,
    /// Which of its layers are on a graphics card.
    pub(crate) placement: Placement,
    /// When it will be unloaded; `None`: not by itself.
    pub(crate) expires: Option<Timestamp>,
    progress: Arc<AtomicU32>,
}

impl LoadedStatus {
    /// How far the load is, 0 to 1.
    pub(crate) fn progress(&self) -> f64 {
        f64::from(self.progress.load(Ordering::Relaxed)) / 1000.0
    }
}

/// Whether a model can answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadState {
    /// Weights are being read.
    Loading,
    /// It answers.
    Ready,
}

impl Engine {
    /// Starts the thread. `context` and `threads` hold where a request does not say.
    pub(crate) fn start(context: u32, threads: u32) -> std::io::Result<Self> {
        let (jobs, receiver) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let status = Arc::new(Mutex::new(None));
        let worker = Worker {
            jobs: receiver,
            waiting: Arc::clone(&waiting),
            status: Arc::clone(&status),
            context,
            threads,
            loaded: None,
            expires: None,
        };
        std::thread::Builder::new()
            .name("engine".into())
            .stack_size(STACK)
            .spawn(move || {
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker.work())).is_err()
                {
                    // Without its engine the process is of no use; its supervisor starts another.
                    tracing::error!("the engine stopped; the process ends");
                    std::process::exit(70);
                }
            })?;
        Ok(Self {
            jobs,
            waiting,
            status,
        })
    }

    /// Queues a job.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Error> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= LONGEST_QUEUE {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::Busy);
        }
        self.jobs
            .send(Waiting {
                job,
                asked: Instant::now(),
            })
            .map_err(|_| Error::Engine("the engine has stopped".into()))
    }

    /// The model in memory, if any.
    pub(crate) fn status(&self) -> Option<LoadedStatus> {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

struct Worker {
    jobs: Receiver<Waiting>,
    waiting: Arc<AtomicUsize>,
    status: Arc<Mutex<Option<LoadedStatus>>>,
    context: u32,
    threads: u32,
    loaded: Option<Loaded>,
    expires: Option<Instant>,
}

impl Worker {
    fn work(mut self) {
        loop {
            let next = match self.expires {
                Some(expires) => self
                    .jobs
                    .recv_timeout(expires.saturating_duration_since(Instant::now())),
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(waiting) => {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                    if !waiting.job.cancel.is_set() {
                        self.run(waiting);
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.unload(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn run(&mut self, Waiting { job, asked }: Waiting) {
        let Job {
            model,
            context,
            threads,
            layers,
            keep_alive,
            cancel,
            task,
        } = job;
        if let Task::Unload(reply) = task {
            if self
                .loaded
                .as_ref()
                .is_some_and(|loaded| loaded.file.name == model.name)
            {
                self.unload();
            }
            let _ = reply.send(Ok(LoadReport {
                total: asked.elapsed(),
            }));
            return;
        }
        let loading = Instant::now();
        let prepared = self.prepare(&model, context, threads, layers);
        let clock = Clock {
            asked,
            load: loading.elapsed(),
        };
        // The model's stay is settled before the client hears the end: what it asks next is true.
        match task {
            Task::Generate(task, events) => {
                let done = prepared
                    .and_then(|loaded| generate::run(loaded, &task, &cancel, &events, clock));
                self.keep(keep_alive);
                let _ = events.send(done.map_or_else(Event::Failed, Event::Done));
            }
            Task::Embed(task, reply) => {
                let done = prepared.and_then(|loaded| embed::run(loaded, &task, &cancel, clock));
                self.keep(keep_alive);
                let _ = reply.send(done);
            }
            Task::Load(reply) => {
                let done = prepared.and_then(Loaded::make_ready);
                self.keep(keep_alive);
                let _ = reply.send(done.map(|()| LoadReport {
                    total: asked.elapsed(),
                }));
            }
            Task::Unload(_) => {}
        }
    }

    /// Has the model in memory with a context of the wanted size.
    fn prepare(
        &mut self,
        model: &Arc<ModelFile>,
        context: Option<u32>,
        threads: Option<u32>,
        layers: Option<u32>,
    ) -> Result<&mut Loaded, Error> {
        let trained = model.metadata.context_length;
        let bound = |size: u32| {
            if trained == 0 {
                size
            } else {
                size.min(trained)
            }
        };
        let default = bound(self.context);
        if self.loaded.as_ref().is_some_and(|loaded| {
            loaded.file.digest != model.digest
                || loaded.file.path != model.path
                || !loaded.serves(context.map_or(loaded.size, bound), layers)
        }) {
            self.unload();
        }
        if self.loaded.is_none() {
            let size = context.map_or(default, bound);
            let progress = Arc::new(AtomicU32::new(0));
            self.set_status(Some(LoadedStatus {
                model: Arc::clone(model),
                state: LoadState::Loading,
                context: size,
                bytes: memory::needed(&model.metadata, size),
                placement: Placement::default(),
                expires: None,
                progress: Arc::clone(&progress),
            }));
            tracing::info!(model = model.name, context = size, "loading");
            match Loaded::load(
                model,
                size,
                threads.unwrap_or(self.threads),
                layers,
                &progress,
            ) {
                Ok(loaded) => self.loaded = Some(loaded),
                Err(error) => {
                    self.set_status(None);
                    super::process::return_free_memory();
                    return Err(error);
                }
            }
        }
        let loaded = self
            .loaded
            .as_mut()
            .ok_or_else(|| Error::Engine("the model is gone".into()))?;
        // A larger context than the default serves a request that does not say as well, and
        // keeps what it holds; a smaller one that somebody asked for must not bind the others.
        let size = context.map_or_else(|| default.max(loaded.size), bound);
        loaded.reshape(size, threads.unwrap_or(self.threads))?;
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = status.as_mut() {
            status.state = LoadState::Ready;
            status.progress.store(1000, Ordering::Relaxed);
            status.context = loaded.size;
            status.bytes = memory::needed(&model.metadata, loaded.size);
            status.placement = loaded.placed.placement.clone();
            // While it works it does not expire.
            status.expires = None;
        }
        Ok(loaded)
    }

    /// Notes how long the model stays.
    fn keep(&mut self, keep_alive: KeepAlive) {
        if self.loaded.is_none() {
            return;
        }
        match keep_alive {
            KeepAlive::For(Duration::ZERO) => self.unload(),
            KeepAlive::For(time) => {
                self.expires = Instant::now().checked_add(time);
                let expires = SignedDuration::try_from(time)
                    .ok()
                    .and_then(|time| Timestamp::now().checked_add(time).ok());
                self.set_expiry(expires);
            }
            KeepAlive::Forever => {
                self.expires = None;
                self.set_expiry(None);
            }
        }
    }

    fn unload(&mut self) {
        self.expires = None;
        if let Some(loaded) = self.loaded.take() {
            tracing::info!(model = loaded.file.name, "unloading");
            loaded.unload();
        }
        self.set_status(None);
    }

    fn set_status(&self, status: Option<LoadedStatus>) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    fn set_expiry(&self, expires: Option<Timestamp>) {
        if let Some(status) = self
            .status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            status.expires = expires;
        }
    }
}
