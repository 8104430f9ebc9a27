//! An evaluation context: the key and value cache, the compute threads, the abort switch.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use llama_cpp_sys_2 as llama;

use super::backend;
use super::model::{Model, Token};
use super::pace::{self, Pace};
use crate::error::Error;

/// Tokens evaluated in one go: llama.cpp's default, and the unit between two looks at the abort
/// switch from outside (inside, ggml looks at it at every operation).
pub(super) const BATCH: u32 = 512;
/// The smallest context that is made. What a request may use of it is bounded elsewhere.
const SMALLEST: u32 = 16;
/// The one sequence of a context. Others' cells would be looked at for each token, though masked:
/// 600 of them cost 1.3 ms a token of a 1.5B model. Conversations take turns instead (`prefix.rs`).
const SEQUENCE: llama::llama_seq_id = 0;
/// How long idle compute threads spin before they sleep, of 100: ggml's default.
const POLL: u32 = 50;

/// How a context is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContextSettings {
    /// Tokens that it holds.
    pub(super) size: u32,
    /// Compute threads.
    pub(super) threads: u32,
    /// Gives embeddings of tokens.
    pub(super) embeddings: bool,
    /// Evaluate a whole text at once (models whose tokens see later ones).
    pub(super) whole: bool,
}

/// Why an evaluation did not finish.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The abort switch was set.
    Cancelled,
    /// The cache is full.
    Full,
    /// llama.cpp failed.
    Failed(Error),
}

/// llama.cpp's context with its threads.
pub(super) struct Context {
    raw: *mut llama::llama_context,
    threads: Option<ThreadPool>,
    model: Arc<Model>,
    batch: llama::llama_batch,
    batch_size: usize,
    cancel: Arc<AtomicBool>,
    pace: Pace,
    all_threads: i32,
}

// SAFETY: nothing in the context is tied to a thread, and `&mut self` keeps users apart.
unsafe impl Send for Context {}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: both were made by llama.cpp and are freed once; the threads go after the context.
        unsafe {
            llama::llama_batch_free(self.batch);
            llama::llama_free(self.raw);
        }
        self.threads = None;
    }
}

impl Context {
    /// Makes a context of the model.
    pub(super) fn new(model: &Arc<Model>, settings: ContextSettings) -> Result<Self, Error> {
        backend::forget_errors();
        let threads = i32::try_from(settings.threads).unwrap_or(1);
        let size = settings.size.max(SMALLEST);
        let batch_size = if settings.whole {
            size
        } else {
            BATCH.min(size)
        };
        // SAFETY: the parameters are plain data and the model outlives the context (Arc).
        let raw = unsafe {
            let mut parameters = llama::llama_context_default_params();
            parameters.n_ctx = size;
            parameters.n_batch = batch_size;
            parameters.n_ubatch = batch_size;
            parameters.n_seq_max = 1;
            parameters.n_threads = threads;
            parameters.n_threads_batch = threads;
            parameters.embeddings = settings.embeddings;
            parameters.no_perf = true;
            if !settings.embeddings {
                // Room for one row of logits, not for one of each token of a batch.
                parameters.n_outputs_max = 1;
            }
            if settings.embeddings {
                parameters.pooling_type = llama::LLAMA_POOLING_TYPE_NONE;
            }
            llama::llama_init_from_model(model.raw, parameters)
        };
        if raw.is_null() {
            return Err(Error::Engine(format!(
                "llama.cpp could not make a context of {} tokens: {}",
                settings.size,
                backend::explain("probably there is not enough memory")
            )));
        }
        let pool = ThreadPool::new(threads);
        if let Some(pool) = &pool {
            // SAFETY: the pool outlives the context (see `drop`).
            unsafe { llama::llama_attach_threadpool(raw, pool.raw, pool.raw) };
        }
        // SAFETY: a batch of tokens, each in one sequence; freed in `drop`.
        let batch =
            unsafe { llama::llama_batch_init(i32::try_from(batch_size).unwrap_or(1), 0, 1) };
        let mut context = Self {
            raw,
            threads: pool,
            model: Arc::clone(model),
            batch,
            batch_size: batch_size as usize,
            cancel: Arc::default(),
            pace: Pace::new(settings.threads),
            all_threads: threads,
        };
        context.watch(Arc::default());
        Ok(context)
    }

    /// Tokens that the cache holds.
    pub(super) fn size(&self) -> u32 {
        // SAFETY: the context is valid.
        unsafe { llama::llama_n_ctx(self.raw) }
    }

    /// From now on, setting `cancel` aborts an evaluation within milliseconds.
    pub(super) fn watch(&mut self, cancel: Arc<AtomicBool>) {
        // SAFETY: the flag lives as long as the context holds its `Arc`; the old one is dropped
        // only after llama.cpp has the new pointer.
        unsafe {
            llama::llama_set_abort_callback(
                self.raw,
                Some(is_cancelled),
                Arc::as_ptr(&cancel).cast_mut().cast(),
            )
        };
        self.cancel = cancel;
    }

    /// Most tokens that one [`Self::evaluate`] takes.
    pub(super) fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Evaluates tokens at `position` and on. Afterwards the last one has logits, or, with
    /// `all_outputs`, each one.
    pub(super) fn evaluate(
        &mut self,
        position: usize,
        tokens: &[Token],
        all_outputs: bool,
    ) -> Result<(), Stopped> {
        debug_assert!(!tokens.is_empty() && tokens.len() <= self.batch_size);
        let count = tokens.len().min(self.batch_size);
        backend::forget_errors();
        let started = (Instant::now(), pace::processor_time());
        // SAFETY: every array of the batch has room for `batch_size` entries, each `seq_id` for one.
        let status = unsafe {
            for (at, token) in tokens.iter().take(count).enumerate() {
                *self.batch.token.add(at) = *token;
                *self.batch.pos.add(at) = i32::try_from(position + at).unwrap_or(i32::MAX);
                *self.batch.n_seq_id.add(at) = 1;
                **self.batch.seq_id.add(at) = SEQUENCE;
                *self.batch.logits.add(at) = i8::from(all_outputs || at + 1 == count);
            }
            self.batch.n_tokens = i32::try_from(count).unwrap_or(0);
            llama::llama_decode(self.raw, self.batch)
        };
        match status {
            0 => {
                if count == 1 {
                    self.keep_pace(started);
                }
                Ok(())
            }
            1 => Err(Stopped::Full),
            2 => Err(Stopped::Cancelled),
            _ if self.cancel.load(Ordering::Relaxed) => Err(Stopped::Cancelled),
            other => Err(Stopped::Failed(Error::Engine(format!(
                "llama.cpp could not evaluate the text ({other}): {}",
                backend::explain("no reason given")
            )))),
        }
    }

    /// Waits for what a graphics card still has to evaluate; the processor never has.
    pub(super) fn finish(&mut self) {
        // SAFETY: the context is valid.
        unsafe { llama::llama_synchronize(self.raw) }
    }

    /// Decodes with fewer threads while a busy neighbour makes them wait for each other.
    fn keep_pace(&mut self, (clock, processor): (Instant, Option<Duration>)) {
        // Threads that wait for a graphics card look as if somebody disturbed them.
        if self.model.on_device {
            return;
        }
        let (Some(before), Some(after)) = (processor, pace::processor_time()) else {
            return;
        };
        if let Some(threads) = self
            .pace
            .token(clock.elapsed(), after.saturating_sub(before))
        {
            tracing::debug!(threads, "decoding threads");
            // SAFETY: the context is valid; prefill keeps all threads, it waits far less often.
            unsafe {
                llama::llama_set_n_threads(
                    self.raw,
                    i32::try_from(threads).unwrap_or(1),
                    self.all_threads,
                );
            }
        }
    }

    /// The logits after the last evaluated token; the caller may change them.
    pub(super) fn logits(&mut self) -> Result<&mut [f32], Error> {
        // SAFETY: llama.cpp gives null or a row of as many floats as the vocabulary has tokens,
        // valid until the next evaluation, which needs `&mut self`.
        unsafe {
            let row = llama::llama_get_logits_ith(self.raw, -1);
            if row.is_null() {
                return Err(Error::Engine("llama.cpp gave no logits".into()));
            }
            Ok(std::slice::from_raw_parts_mut(
                row,
                self.model.token_count(),
            ))
        }
    }

    /// The embedding of the token at this place of the last evaluation.
    pub(super) fn embedding(&self, at: usize) -> Result<&[f32], Error> {
        // SAFETY: as for the logits, with the model's embedding width.
        unsafe {
            let row =
                llama::llama_get_embeddings_ith(self.raw, i32::try_from(at).unwrap_or(i32::MAX));
            if row.is_null() {
                return Err(Error::Engine("this model gives no embeddings".into()));
            }
            Ok(std::slice::from_raw_parts(
                row,
                self.model.embedding_width(),
            ))
        }
    }

    /// Whether tokens look back to the last ones only (a sliding window).
    pub(super) fn has_window(&self) -> bool {
        // SAFETY: the model is valid.
        unsafe { llama::llama_model_n_swa(self.model.raw) > 0 }
    }

    /// Whether everything is there that the token after the first `tokens` looks back to.
    ///
    /// With a sliding window, llama.cpp gives away cells that lie before the window of the end.
    /// After a step back the window lies earlier, and may be gone.
    pub(super) fn holds_window(&self, tokens: usize) -> bool {
        // SAFETY: the model is valid.
        let window = unsafe { llama::llama_model_n_swa(self.model.raw) };
        let window = usize::try_from(window).unwrap_or(0);
        // Recurrent layers never step back: they go on or begin anew.
        if tokens == 0 || window == 0 || !self.can_step_back() {
            return true;
        }
        // SAFETY: the memory belongs to the valid context.
        let first = unsafe {
            let memory = llama::llama_get_memory(self.raw);
            if memory.is_null() {
                return true;
            }
            llama::llama_memory_seq_pos_min(memory, SEQUENCE)
        };
        // -1: nothing is held.
        usize::try_from(first).is_ok_and(|first| first <= (tokens + 1).saturating_sub(window))
    }

    /// Forgets what is held from a position on. `false`: this model cannot forget a part.
    pub(super) fn forget(&mut self, from: usize) -> bool {
        // SAFETY: the memory belongs to the valid context.
        unsafe {
            let memory = llama::llama_get_memory(self.raw);
            memory.is_null()
                || llama::llama_memory_seq_rm(
                    memory,
                    SEQUENCE,
                    i32::try_from(from).unwrap_or(i32::MAX),
                    -1,
                )
        }
    }

    /// Bytes that [`Self::copy_state`] would copy now.
    pub(super) fn state_size(&self) -> usize {
        // SAFETY: the context is valid.
        unsafe { llama::llama_state_seq_get_size(self.raw, SEQUENCE) }
    }

    /// Copies all that is evaluated into `state`, for [`Self::restore`]. `false`: it could not.
    pub(super) fn copy_state(&self, state: &mut Vec<u8>) -> bool {
        let size = self.state_size();
        if state
            .try_reserve_exact(size.saturating_sub(state.len()))
            .is_err()
        {
            return false;
        }
        state.resize(size, 0);
        // SAFETY: the buffer is passed with its length.
        let written = unsafe {
            llama::llama_state_seq_get_data(self.raw, state.as_mut_ptr(), state.len(), SEQUENCE)
        };
        state.truncate(written);
        written > 0
    }

    /// Takes back what [`Self::copy_state`] of this context gave. `false`: it could not, and nothing is held.
    pub(super) fn restore(&mut self, state: &[u8]) -> bool {
        self.clear();
        // SAFETY: the buffer is passed with its length; llama.cpp checks what it reads.
        let read = unsafe {
            llama::llama_state_seq_set_data(self.raw, state.as_ptr(), state.len(), SEQUENCE)
        };
        if read == 0 {
            self.clear();
        }
        read != 0
    }

    /// Whether a part of what is held can be forgotten.
    pub(super) fn can_step_back(&self) -> bool {
        !self.model.is_recurrent()
    }

    /// Evaluates with these adapters from now on, each at its scale, and with no others. They must
    /// live until they are detached or the context is gone.
    pub(super) fn attach(
        &mut self,
        adapters: &mut [*mut llama::llama_adapter_lora],
        scales: &mut [f32],
    ) {
        debug_assert_eq!(adapters.len(), scales.len());
        // SAFETY: as many scales as adapters, all of this context's model; both lists are copied.
        unsafe {
            llama::llama_set_adapters_lora(
                self.raw,
                adapters.as_mut_ptr(),
                adapters.len().min(scales.len()),
                scales.as_mut_ptr(),
            );
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        // SAFETY: the memory belongs to the valid context.
        unsafe {
            let memory = llama::llama_get_memory(self.raw);
            if !memory.is_null() {
                llama::llama_memory_clear(memory, false);
            }
        }
    }
}

unsafe extern "C" fn is_cancelled(user_data: *mut c_void) -> bool {
    // SAFETY: `Context::watch` passes a flag that it keeps alive.
    unsafe { &*user_data.cast::<AtomicBool>() }.load(Ordering::Relaxed)
}

/// Compute threads that stay between evaluations; without them ggml makes new ones for each token.
struct ThreadPool {
    raw: llama::ggml_threadpool_t,
    free: unsafe extern "C" fn(llama::ggml_threadpool_t),
}

impl ThreadPool {
    fn new(threads: i32) -> Option<Self> {
        type New =
            unsafe extern "C" fn(*mut llama::ggml_threadpool_params) -> llama::ggml_threadpool_t;
        type Free = unsafe extern "C" fn(llama::ggml_threadpool_t);
        let new = backend::cpu_function(c"ggml_threadpool_new")?;
        let free = backend::cpu_function(c"ggml_threadpool_free")?;
        // SAFETY: ggml-cpu.h declares these names with these signatures.
        let (new, free) = unsafe {
            (
                std::mem::transmute::<*mut c_void, New>(new),
                std::mem::transmute::<*mut c_void, Free>(free),
            )
        };
        // SAFETY: the parameters are plain data, copied by the call.
        let raw = unsafe {
            let mut parameters = llama::ggml_threadpool_params_default(threads);
            parameters.poll = POLL;
            new(&raw mut parameters)
        };
        (!raw.is_null()).then_some(Self { raw, free })
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        // SAFETY: made by ggml_threadpool_new, freed once, after the context that used it.
        unsafe { (self.free)(self.raw) }
    }
}
