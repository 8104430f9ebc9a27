//! A model that is in memory, with everything that belongs to it and goes with it.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::context::{Context, ContextSettings};
use super::grammar::{Constraint, Constraints};
use super::job::Format;
use super::model::Model;
use super::placement::{self, Placed};
use super::prefix::PrefixCache;
use super::prompt::PromptMaker;
use super::{memory, process};
use crate::error::Error;
use crate::library::ModelFile;

/// A loaded model. Contexts are made when first needed: an embedding model never gets one for answers.
pub(super) struct Loaded {
    /// The file that it was loaded from.
    pub(super) file: Arc<ModelFile>,
    /// Context size in tokens.
    pub(super) size: u32,
    /// Compute threads.
    pub(super) threads: u32,
    pub(super) model: Arc<Model>,
    /// Which of its layers are on a graphics card.
    pub(super) placed: Placed,
    pub(super) prompts: PromptMaker,
    answering: Option<Answering>,
    embedding: Option<Context>,
    constraints: Option<Constraints>,
}

/// A context for answers and what it has evaluated.
pub(super) struct Answering {
    pub(super) context: Context,
    pub(super) cache: PrefixCache,
}

impl Loaded {
    /// Loads a model, or says why not.
    pub(super) fn load(
        file: &Arc<ModelFile>,
        size: u32,
        threads: u32,
        layers: Option<u32>,
        progress: &Arc<AtomicU32>,
    ) -> Result<Self, Error> {
        let plan = placement::plan(&file.metadata, size, layers);
        let room = memory::system_memory()
            .available
            .saturating_add(plan.device_bytes());
        memory::check(&file.metadata, size, room)?;
        let (model, placed) =
            placement::load(&file.name, &file.path, &file.metadata, plan, progress)?;
        let model = Arc::new(model);
        let prompts = PromptMaker::new(&model, file.metadata.chat_template.as_deref())?;
        let trained = model.trained_context();
        let size = if trained == 0 {
            size
        } else {
            size.min(trained)
        };
        Ok(Self {
            file: Arc::clone(file),
            size,
            threads,
            model,
            placed,
            prompts,
            answering: None,
            embedding: None,
            constraints: None,
        })
    }

    /// The context for answers, made at its first use.
    pub(super) fn answering(&mut self) -> Result<&mut Answering, Error> {
        if self.answering.is_none() {
            let context = self.context(ContextSettings {
                size: self.size,
                threads: self.threads,
                embeddings: false,
                whole: false,
            })?;
            self.size = context.size().min(self.size);
            self.answering = Some(Answering {
                context,
                cache: PrefixCache::default(),
            });
        }
        self.answering
            .as_mut()
            .ok_or_else(|| Error::Engine("the context is gone".into()))
    }

    /// The context for embeddings, made at its first use.
    pub(super) fn embedding(&mut self) -> Result<&mut Context, Error> {
        if self.embedding.is_none() {
            let context = self.context(ContextSettings {
                size: self.size,
                threads: self.threads,
                embeddings: true,
                whole: self.file.metadata.bidirectional,
            })?;
            self.embedding = Some(context);
        }
        self.embedding
            .as_mut()
            .ok_or_else(|| Error::Engine("the context is gone".into()))
    }

    /// A context of the model, which leaves the graphics card if that has no memory for it.
    fn context(&mut self, settings: ContextSettings) -> Result<Context, Error> {
        match Context::new(&self.model, settings) {
            Err(error) if self.placed.uses_device() => {
                self.leave_device(&error)?;
                Context::new(&self.model, settings)
            }
            made => made,
        }
    }

    /// Loads the model again, without a graphics card.
    fn leave_device(&mut self, failed: &Error) -> Result<(), Error> {
        self.answering = None;
        self.embedding = None;
        self.constraints = None;
        let file = &self.file;
        memory::check(&file.metadata, self.size, memory::system_memory().available)?;
        let (model, placed) =
            placement::leave_device(&file.name, &file.path, &file.metadata, &self.placed, failed)?;
        self.model = Arc::new(model);
        self.placed = placed;
        Ok(())
    }

    /// A constraint for one answer.
    pub(super) fn constrain(&mut self, format: &Format) -> Result<Constraint, Error> {
        if self.constraints.is_none() {
            self.constraints = Some(Constraints::new(&self.model)?);
        }
        self.constraints
            .as_ref()
            .ok_or_else(|| Error::Engine("the constraints are gone".into()))?
            .constrain(format)
    }

    /// Gives the contexts another size or other threads; what they held is lost then.
    pub(super) fn reshape(&mut self, size: u32, threads: u32) -> Result<(), Error> {
        let size = match self.model.trained_context() {
            0 => size,
            trained => size.min(trained),
        };
        if (size, threads) == (self.size, self.threads) {
            return Ok(());
        }
        self.answering = None;
        self.embedding = None;
        process::return_free_memory();
        let needed = memory::cache(&self.file.metadata, size);
        memory::check_cache(
            self.placed.cache_outside(needed),
            memory::system_memory().available,
        )?;
        (self.size, self.threads) = (size, threads);
        Ok(())
    }

    /// Whether it serves such a request without being loaded anew.
    pub(super) fn serves(&self, size: u32, layers: Option<u32>) -> bool {
        self.placed.serves(&self.file.metadata, size, layers)
    }

    /// Makes all that the first answer needs.
    pub(super) fn make_ready(&mut self) -> Result<(), Error> {
        if self.file.metadata.embedding {
            self.embedding().map(|_| ())
        } else {
            self.answering().map(|_| ())
        }
    }

    /// After llama.cpp failed: nothing that it evaluated can be trusted.
    pub(super) fn forget_everything(&mut self) {
        if let Some(answering) = &mut self.answering {
            answering.context.clear();
            answering.cache = PrefixCache::default();
        }
    }

    /// Frees the model and really gives its memory back.
    pub(super) fn unload(self) {
        drop(self);
        process::return_free_memory();
    }
}
