//! A model that is in memory, with everything that belongs to it and goes with it.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::context::{Context, ContextSettings};
use super::gguf::Kind;
use super::grammar::{Constraint, Constraints};
use super::job::Format;
use super::model::Model;
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
        progress: &Arc<AtomicU32>,
    ) -> Result<Self, Error> {
        memory::check(&file.metadata, size, memory::system_memory().available)?;
        let model = Arc::new(Model::load(&file.name, &file.path, progress)?);
        let prompts = PromptMaker::new(&model, file.chat_template())?;
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
            prompts,
            answering: None,
            embedding: None,
            constraints: None,
        })
    }

    /// The context for answers, made at its first use.
    pub(super) fn answering(&mut self) -> Result<&mut Answering, Error> {
        if self.answering.is_none() {
            let context = Context::new(
                &self.model,
                ContextSettings {
                    size: self.size,
                    threads: self.threads,
                    embeddings: false,
                    whole: false,
                },
            )?;
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
            let context = Context::new(
                &self.model,
                ContextSettings {
                    size: self.size,
                    threads: self.threads,
                    embeddings: true,
                    whole: self.file.metadata.bidirectional,
                },
            )?;
            self.embedding = Some(context);
        }
        self.embedding
            .as_mut()
            .ok_or_else(|| Error::Engine("the context is gone".into()))
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
        memory::check_cache(&self.file.metadata, size, memory::system_memory().available)?;
        (self.size, self.threads) = (size, threads);
        Ok(())
    }

    /// Makes all that the first answer needs.
    pub(super) fn make_ready(&mut self) -> Result<(), Error> {
        if self.file.metadata.kind == Kind::Embedding {
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
