//! The engine's thread: takes jobs in order, keeps models loaded between them within a limit of
//! memory, unloads them in time.
//!
//! One thread, so a model that answers is never the one that has to go.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use super::generate::{self, Clock};
use super::gguf::Kind;
use super::job::{Cancel, Event, Job, KeepAlive, LoadReport, Task};
use super::loaded::{Demand, Loaded, Purpose};
use super::measure::{BenchEvent, Measured, Report, Stage};
use super::memory::{Need, system_memory};
use super::placement::{self, Placement, Plan};
use super::residents::Residents;
use super::status::{LoadState, LoadedStatus};
use super::{bandwidth, embed, measure, process};
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
    orders: Sender<Order>,
    waiting: Arc<AtomicUsize>,
    status: Arc<Mutex<Vec<LoadedStatus>>>,
    limit: Arc<AtomicU64>,
    default_limit: u64,
}

/// How the engine is started, where a request does not say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EngineSettings {
    /// Context size in tokens.
    pub(crate) context: u32,
    /// Compute threads.
    pub(crate) threads: u32,
    /// Bytes that all models in memory may take; `None`: what is usual on this computer.
    pub(crate) memory: Option<u64>,
}

/// Bytes that all models in memory may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryLimit {
    /// [`u64::MAX`] where the computer's memory is unknown.
    pub(crate) bytes: u64,
    /// Somebody chose it.
    pub(crate) chosen: bool,
}

enum Order {
    Job(Job, Instant),
    /// Keep to the limit from now on.
    Limit(oneshot::Sender<()>),
}

impl Engine {
    /// Starts the thread.
    pub(crate) fn start(settings: EngineSettings) -> std::io::Result<Self> {
        let (sender, orders) = channel();
        let default_limit = system_memory().share_of_models();
        let engine = Self {
            orders: sender,
            waiting: Arc::default(),
            status: Arc::default(),
            limit: Arc::new(AtomicU64::new(settings.memory.unwrap_or(0))),
            default_limit,
        };
        let worker = Worker {
            orders,
            waiting: Arc::clone(&engine.waiting),
            status: Arc::clone(&engine.status),
            limit: Arc::clone(&engine.limit),
            default_limit,
            settings,
            residents: Residents::default(),
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
        Ok(engine)
    }

    /// Queues a job.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Error> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= LONGEST_QUEUE {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::Busy);
        }
        self.send(Order::Job(job, Instant::now()))
    }

    /// The models in memory and on their way there, the one that was used last first.
    pub(crate) fn status(&self) -> Vec<LoadedStatus> {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What all models in memory may take.
    pub(crate) fn memory_limit(&self) -> MemoryLimit {
        limit(&self.limit, self.default_limit)
    }

    /// Lets all models in memory take so many bytes, or with `None` what is usual on this computer.
    /// Resolves when it holds: an answer that is being written is finished first.
    pub(crate) async fn set_memory_limit(&self, bytes: Option<u64>) -> Result<(), Error> {
        self.limit.store(bytes.unwrap_or(0), Ordering::Relaxed);
        let (reply, done) = oneshot::channel();
        self.send(Order::Limit(reply))?;
        done.await.map_err(|_| stopped())
    }

    fn send(&self, order: Order) -> Result<(), Error> {
        self.orders.send(order).map_err(|_| stopped())
    }
}

fn stopped() -> Error {
    Error::Engine("the engine has stopped".into())
}

/// 0 stands for no limit that somebody chose.
fn limit(chosen: &AtomicU64, default: u64) -> MemoryLimit {
    match chosen.load(Ordering::Relaxed) {
        0 => MemoryLimit {
            bytes: default,
            chosen: false,
        },
        bytes => MemoryLimit {
            bytes,
            chosen: true,
        },
    }
}

/// How a request wants the model; what is `None` is left to the engine.
#[derive(Debug, Clone, Copy)]
struct Wish {
    /// Tokens of context.
    context: Option<u32>,
    /// Compute threads.
    threads: Option<u32>,
    /// Layers on graphics cards, at most.
    layers: Option<u32>,
}

struct Worker {
    orders: Receiver<Order>,
    waiting: Arc<AtomicUsize>,
    status: Arc<Mutex<Vec<LoadedStatus>>>,
    limit: Arc<AtomicU64>,
    default_limit: u64,
    settings: EngineSettings,
    residents: Residents,
}

impl Worker {
    fn work(mut self) {
        loop {
            let next = match self.residents.next_end() {
                Some(end) => self
                    .orders
                    .recv_timeout(end.saturating_duration_since(Instant::now())),
                None => self
                    .orders
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(Order::Job(job, asked)) => {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                    if !job.cancel.is_set() {
                        self.run(job, asked);
                    }
                }
                Ok(Order::Limit(reply)) => {
                    self.residents.shrink(self.limit());
                    self.publish(None);
                    let _ = reply.send(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.residents.end_stays(Instant::now());
            self.publish(None);
        }
    }

    fn run(&mut self, job: Job, asked: Instant) {
        let Job {
            model,
            context,
            threads,
            layers,
            keep_alive,
            cancel,
            task,
        } = job;
        let wish = Wish {
            context,
            threads,
            layers,
        };
        if let Task::Unload(reply) = task {
            self.residents
                .unload(|loaded| loaded.file.name == model.name);
            self.publish(None);
            let _ = reply.send(Ok(LoadReport {
                total: asked.elapsed(),
            }));
            return;
        }
        if let Task::Bench(events) = task {
            let measured = self.bench(&model, wish, &cancel, &Report(&events));
            self.settle(&model, keep_alive);
            let _ = events.send(measured.map_or_else(BenchEvent::Failed, BenchEvent::Done));
            return;
        }
        let mut demand = Demand {
            purpose: Purpose::Answers,
            adapters: &[],
            constrained: false,
        };
        match &task {
            Task::Generate(task, _) => {
                demand.adapters = &task.adapters;
                demand.constrained = task.format.is_some();
            }
            Task::Embed(..) => demand.purpose = Purpose::Embeddings,
            Task::Load(_) if model.metadata.kind == Kind::Embedding => {
                demand.purpose = Purpose::Embeddings;
            }
            _ => {}
        }
        let loading = Instant::now();
        let prepared = self.prepare(&model, wish, demand);
        let clock = Clock {
            asked,
            load: loading.elapsed(),
        };
        // The model's stay is settled before the client hears the end: what it asks next is true.
        let settle = |worker: &mut Self| worker.settle(&model, keep_alive);
        match task {
            Task::Generate(task, events) => {
                let done = prepared
                    .and_then(|loaded| generate::run(loaded, &task, &cancel, &events, clock));
                settle(self);
                let _ = events.send(done.map_or_else(Event::Failed, Event::Done));
            }
            Task::Embed(task, reply) => {
                let done = prepared.and_then(|loaded| embed::run(loaded, &task, &cancel, clock));
                settle(self);
                let _ = reply.send(done);
            }
            Task::Load(reply) => {
                let done = prepared.and_then(Loaded::make_ready);
                settle(self);
                let _ = reply.send(done.map(|()| LoadReport {
                    total: asked.elapsed(),
                }));
            }
            Task::Bench(_) | Task::Unload(_) => {}
        }
    }

    /// Settles how long the model stays that was asked, if it is in memory.
    fn settle(&mut self, model: &ModelFile, keep_alive: KeepAlive) {
        if self.residents.is_first(model) {
            self.residents.keep_first(keep_alive);
        }
        self.publish(None);
    }

    /// Measures the memory, and then the model with nothing else in it.
    fn bench(
        &mut self,
        model: &Arc<ModelFile>,
        wish: Wish,
        cancel: &Cancel,
        report: &Report<'_>,
    ) -> Result<Measured, Error> {
        let others = |loaded: &Loaded| loaded.file.digest != model.digest;
        self.residents.unload(others);
        let (limit, free) = (self.limit(), system_memory().available);
        self.residents
            .make_room(bandwidth::BUFFER, false, limit, free)?;
        self.publish(None);
        report.stage(Stage::Bandwidth, 0);
        let speed = bandwidth::measure(wish.threads.unwrap_or(self.settings.threads), cancel)?;
        process::return_free_memory();
        report.stage(Stage::Loading, 10);
        let demand = Demand {
            purpose: Purpose::Answers,
            adapters: &[],
            constrained: false,
        };
        let loaded = self.prepare(model, wish, demand)?;
        measure::run(loaded, speed, cancel, report)
    }

    /// Has the model in memory with a context of the wanted size.
    fn prepare(
        &mut self,
        model: &Arc<ModelFile>,
        wish: Wish,
        demand: Demand<'_>,
    ) -> Result<&mut Loaded, Error> {
        let trained = match model.metadata.context_length {
            0 => u32::MAX,
            trained => trained,
        };
        let wish = Wish {
            context: wish.context.map(|size| size.min(trained)),
            ..wish
        };
        let default = self.settings.context.min(trained);
        if self.brought_forward(model, wish) {
            let threads = wish.threads.unwrap_or(self.settings.threads);
            self.resize(wish.context, default, threads, demand)?;
        } else {
            self.load(model, wish, default, demand)?;
        }
        let first = self.residents.first().ok_or_else(gone)?;
        match first.loaded.make_context(demand.purpose) {
            Err(failed) if first.loaded.placement().on_devices > 0 => {
                self.leave_device(model, demand, &failed)?;
            }
            made => made?,
        }
        self.publish(None);
        // What is left of the limit is for conversations that wait beside their context.
        let (limit, held) = (self.limit(), self.residents.bytes());
        let first = self.residents.first().ok_or_else(gone)?;
        let own = first.loaded.parked_bytes();
        // What this job has still to make, such as adapters, goes before them.
        let to_come = first.loaded.growth(demand, first.loaded.size);
        let others = held.saturating_sub(own).saturating_add(to_come);
        first.loaded.set_room(limit.saturating_sub(others));
        Ok(&mut first.loaded)
    }

    /// Puts the model first, if it is in memory and serves this. One whose layers would have to lie
    /// elsewhere goes.
    fn brought_forward(&mut self, model: &Arc<ModelFile>, wish: Wish) -> bool {
        if !self.residents.bring_forward(model) {
            return false;
        }
        let first = self.residents.first();
        let serves = first.is_some_and(|one| one.loaded.serves(wish.context, wish.layers));
        if !serves {
            self.residents.unload(|loaded| {
                loaded.file.digest == model.digest && loaded.file.path == model.path
            });
        }
        serves
    }

    fn load(
        &mut self,
        model: &Arc<ModelFile>,
        wish: Wish,
        default: u32,
        demand: Demand<'_>,
    ) -> Result<(), Error> {
        let Wish {
            context, layers, ..
        } = wish;
        let threads = wish.threads.unwrap_or(self.settings.threads);
        let need = Need::of(&model.metadata);
        let besides = demand.bytes(&model.metadata);
        // What goes to a graphics card takes no memory of the computer.
        let outside = |plan: &Plan, size: u32| {
            let all = need.at(size).saturating_add(besides);
            all.saturating_sub(plan.spared_bytes())
        };
        let wanted = context.unwrap_or(default);
        let (limit, free) = (self.limit(), system_memory().available);
        let mut size = wanted;
        let mut plan = placement::plan(&model.metadata, size, layers);
        if let Err(refused) = self
            .residents
            .make_room(outside(&plan, size), false, limit, free)
        {
            // Nobody said how large: then as large as it can be.
            let most = self.residents.most_room(limit, free);
            let most = most.saturating_add(plan.spared_bytes());
            size = need
                .largest_context(most.saturating_sub(besides), wanted)
                .filter(|_| context.is_none())
                .ok_or(refused)?;
            plan = placement::plan(&model.metadata, size, layers);
            self.residents
                .make_room(outside(&plan, size), false, limit, free)?;
        }
        let context_wanted = (size < wanted).then_some(wanted);
        let progress = Arc::new(AtomicU32::new(0));
        self.publish(Some(LoadedStatus {
            model: Arc::clone(model),
            state: LoadState::Loading,
            context: size,
            context_wanted,
            bytes: need.at(size),
            placement: Placement::default(),
            expires: None,
            progress: Arc::clone(&progress),
        }));
        tracing::info!(model = model.name, context = size, wanted, "loading");
        let uses_device = plan.uses_device();
        let mut loaded = Loaded::load(model, size, threads, plan, &progress);
        if let (Err(failed), true) = (&loaded, uses_device) {
            let plan = Plan::on_processor(&model.metadata, layers, failed);
            let room = self
                .residents
                .make_room(outside(&plan, size), false, limit, free);
            loaded = room.and_then(|()| Loaded::load(model, size, threads, plan, &progress));
        }
        match loaded {
            Ok(loaded) => {
                self.residents.add(loaded, context_wanted);
                Ok(())
            }
            Err(error) => {
                self.publish(None);
                process::return_free_memory();
                Err(error)
            }
        }
    }

    /// Loads the first model again, without the graphics card, which has no memory for its context.
    fn leave_device(
        &mut self,
        model: &Arc<ModelFile>,
        demand: Demand<'_>,
        failed: &Error,
    ) -> Result<(), Error> {
        let first = self.residents.first().ok_or_else(gone)?;
        let (size, threads) = (first.loaded.size, first.loaded.threads);
        let (layers, context_wanted) = (first.loaded.layers_wanted(), first.context_wanted);
        self.residents
            .unload(|loaded| loaded.file.digest == model.digest && loaded.file.path == model.path);
        self.publish(None);
        let (limit, free) = (self.limit(), system_memory().available);
        let need = Need::of(&model.metadata).at(size);
        let need = need.saturating_add(demand.bytes(&model.metadata));
        self.residents.make_room(need, false, limit, free)?;
        let plan = Plan::on_processor(&model.metadata, layers, failed);
        let mut loaded = Loaded::load(model, size, threads, plan, &Arc::default())?;
        loaded.make_context(demand.purpose)?;
        self.residents.add(loaded, context_wanted);
        Ok(())
    }

    /// Gives the first model the context that is wanted of it.
    fn resize(
        &mut self,
        context: Option<u32>,
        default: u32,
        threads: u32,
        demand: Demand<'_>,
    ) -> Result<(), Error> {
        let (limit, free) = (self.limit(), system_memory().available);
        let first = self.residents.first().ok_or_else(gone)?;
        let held = first.loaded.size;
        let size = match context {
            Some(size) => size,
            // It was cut to what fits, and keeps what it holds.
            None if first.context_wanted.is_some() => held,
            // A larger context than the default serves a request that does not say as well, and
            // keeps what it holds; a smaller one that somebody asked for must not bind the others.
            None => default.max(held),
        };
        let growth = first.loaded.growth(demand, size);
        if growth > 0 {
            let made = self.residents.make_room(growth, true, limit, free);
            match made {
                Err(_) if context.is_none() && size > held => {
                    // Nobody said how large: what is there must do.
                    let first = self.residents.first().ok_or_else(gone)?;
                    let growth = first.loaded.growth(demand, held);
                    first.context_wanted = Some(size);
                    self.residents.make_room(growth, true, limit, free)?;
                    let first = self.residents.first().ok_or_else(gone)?;
                    first.loaded.reshape(held, threads);
                    return Ok(());
                }
                other => other?,
            }
        }
        let first = self.residents.first().ok_or_else(gone)?;
        if context.is_some() {
            first.context_wanted = None;
        }
        first.loaded.reshape(size, threads);
        Ok(())
    }

    fn limit(&self) -> u64 {
        limit(&self.limit, self.default_limit).bytes
    }

    /// Tells what is in memory, and what is on its way there.
    fn publish(&self, loading: Option<LoadedStatus>) {
        let statuses = loading.into_iter().chain(self.residents.statuses());
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = statuses.collect();
    }
}

fn gone() -> Error {
    Error::Engine("the model is gone".into())
}
