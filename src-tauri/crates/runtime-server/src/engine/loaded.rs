//! A model that is in memory, with everything that belongs to it and goes with it.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::adapter::{Adapter, Attached, Wanted};
use super::context::{Context, ContextSettings};
use super::gguf::{Kind, Metadata};
use super::grammar::{Constraint, Constraints};
use super::job::Format;
use super::memory::{self, Need};
use super::model::Model;
use super::placement::{self, Placed, Placement, Plan};
use super::prefix::PrefixCache;
use super::process;
use super::prompt::PromptMaker;
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
    need: Need,
    /// Which of its layers are on graphics cards.
    placed: Placed,
    // Contexts go before the adapters that are attached to them, and these before the model.
    answering: Option<Answering>,
    embedding: Option<Context>,
    adapters: Vec<Adapter>,
    constraints: Option<Constraints>,
    pub(super) prompts: PromptMaker,
    pub(super) model: Arc<Model>,
}

/// A context for answers and what it has evaluated.
pub(super) struct Answering {
    pub(super) context: Context,
    pub(super) cache: PrefixCache,
    /// With what the next tokens are evaluated.
    pub(super) attached: Attached,
}

/// What a job needs besides the model and a context.
#[derive(Clone, Copy)]
pub(super) struct Demand<'job> {
    pub(super) purpose: Purpose,
    pub(super) adapters: &'job [Wanted],
    /// The answer has a form.
    pub(super) constrained: bool,
}

impl Demand<'_> {
    /// Bytes that it adds to a model that is just being loaded.
    pub(super) fn bytes(&self, metadata: &Metadata) -> u64 {
        let adapters: u64 = self.adapters.iter().map(|one| one.file.size).sum();
        let constraints = if self.constrained {
            memory::of_constraints(metadata)
        } else {
            0
        };
        adapters + constraints
    }
}

/// What a context is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Answers,
    Embeddings,
}

impl Loaded {
    /// Loads a model, or says why not. Whether there is memory for it was looked at before.
    pub(super) fn load(
        file: &Arc<ModelFile>,
        size: u32,
        threads: u32,
        plan: Plan,
        progress: &Arc<AtomicU32>,
    ) -> Result<Self, Error> {
        let (model, placed) = placement::load(&file.name, &file.path, plan, progress)?;
        let model = Arc::new(model);
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
            need: Need::of(&file.metadata),
            placed,
            answering: None,
            embedding: None,
            adapters: Vec::new(),
            constraints: None,
            prompts,
            model,
        })
    }

    /// Bytes of the computer's memory that it takes, estimated, without what is parked. A context that
    /// will be made counts.
    pub(super) fn bytes(&self) -> u64 {
        let both = self.answering.is_some() && self.embedding.is_some();
        let second = if both {
            self.placed.outside(self.need.of_context(self.size))
        } else {
            0
        };
        let adapters = self.adapters.iter().map(|one| one.file.size).sum::<u64>();
        let constraints = match self.constraints {
            Some(_) => memory::of_constraints(&self.file.metadata),
            None => 0,
        };
        let first = self.need.at(self.size);
        first.saturating_sub(self.placed.spared_bytes()) + second + adapters + constraints
    }

    /// Which of its layers are on graphics cards.
    pub(super) fn placement(&self) -> &Placement {
        &self.placed.placement
    }

    /// Bytes of graphics cards that it takes beside [`Self::bytes`].
    pub(super) fn bytes_on_cards(&self) -> u64 {
        self.placed.spared_bytes()
    }

    /// Whether it serves such a request without being loaded anew.
    pub(super) fn serves(&self, context: Option<u32>, layers: Option<u32>) -> bool {
        let size = context.unwrap_or(self.size);
        self.placed.serves(&self.file.metadata, size, layers)
    }

    /// Bytes of conversations that are parked beside the context.
    pub(super) fn parked_bytes(&self) -> u64 {
        self.answering
            .as_ref()
            .map_or(0, |answering| answering.cache.parked_bytes() as u64)
    }

    /// Gives up what is parked.
    pub(super) fn give_up_parked(&mut self) {
        self.set_room(0);
    }

    /// Says how many bytes conversations may take that are parked.
    pub(super) fn set_room(&mut self, bytes: u64) {
        if let Some(answering) = &mut self.answering {
            answering.cache.set_room(bytes);
        }
    }

    /// Bytes that such a job adds to [`Self::bytes`] with a context of this size.
    pub(super) fn growth(&self, demand: Demand<'_>, size: u32) -> u64 {
        let first = self.need.at(size).saturating_sub(self.need.at(self.size));
        let first = self.placed.outside(first);
        let second = match demand.purpose {
            Purpose::Answers => self.answering.is_none() && self.embedding.is_some(),
            Purpose::Embeddings => self.embedding.is_none() && self.answering.is_some(),
        };
        let second = if second {
            self.placed.outside(self.need.of_context(size))
        } else {
            0
        };
        let missing = |one: &&Wanted| !self.adapters.iter().any(|adapter| is_of(adapter, one));
        let adapters = demand.adapters.iter().filter(missing);
        let adapters: u64 = adapters.map(|one| one.file.size).sum();
        let constraints = if demand.constrained && self.constraints.is_none() {
            memory::of_constraints(&self.file.metadata)
        } else {
            0
        };
        first + second + adapters + constraints
    }

    /// The context for answers, made at its first use.
    pub(super) fn answering(&mut self) -> Result<&mut Answering, Error> {
        if self.answering.is_none() {
            let settings = ContextSettings {
                size: self.size,
                threads: self.threads,
                embeddings: false,
                whole: false,
            };
            let context = Context::new(&self.model, settings)?;
            self.size = context.size().min(self.size);
            self.answering = Some(Answering {
                context,
                cache: PrefixCache::default(),
                attached: Attached::default(),
            });
        }
        self.answering
            .as_mut()
            .ok_or_else(|| Error::Engine("the context is gone".into()))
    }

    /// The context for embeddings, made at its first use.
    pub(super) fn embedding(&mut self) -> Result<&mut Context, Error> {
        if self.embedding.is_none() {
            let settings = ContextSettings {
                size: self.size,
                threads: self.threads,
                embeddings: true,
                whole: self.file.metadata.bidirectional,
            };
            let context = Context::new(&self.model, settings)?;
            self.embedding = Some(context);
        }
        self.embedding
            .as_mut()
            .ok_or_else(|| Error::Engine("the context is gone".into()))
    }

    /// Has the context for this, which a graphics card may have no memory for.
    pub(super) fn make_context(&mut self, purpose: Purpose) -> Result<(), Error> {
        match purpose {
            Purpose::Answers => self.answering().map(|_| ()),
            Purpose::Embeddings => self.embedding().map(|_| ()),
        }
    }

    /// Layers on graphics cards that were asked for.
    pub(super) fn layers_wanted(&self) -> Option<u32> {
        self.placed.wanted()
    }

    /// Attaches these adapters to the context for answers, and no others.
    pub(super) fn attach(&mut self, wanted: &[Wanted]) -> Result<(), Error> {
        let attached = Attached::from(wanted);
        if self.answering()?.attached == attached {
            return Ok(());
        }
        for one in wanted.iter().filter(|one| one.scale != 0.0) {
            if !self.adapters.iter().any(|adapter| is_of(adapter, one)) {
                self.adapters.push(Adapter::load(&self.model, &one.file)?);
            }
        }
        let (mut adapters, mut scales) = (Vec::new(), Vec::new());
        for one in wanted {
            if let Some(adapter) = self.adapters.iter().find(|adapter| is_of(adapter, one)) {
                adapters.push(adapter.raw());
                scales.push(one.scale);
            }
        }
        let answering = self.answering()?;
        answering.context.attach(&mut adapters, &mut scales);
        answering.attached = attached;
        // Nothing points to the others any more.
        self.adapters
            .retain(|adapter| wanted.iter().any(|one| is_of(adapter, one)));
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
    pub(super) fn reshape(&mut self, size: u32, threads: u32) {
        if (size, threads) == (self.size, self.threads) {
            return;
        }
        self.answering = None;
        self.embedding = None;
        self.adapters.clear();
        process::return_free_memory();
        (self.size, self.threads) = (size, threads);
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

fn is_of(adapter: &Adapter, wanted: &Wanted) -> bool {
    adapter.file.digest == wanted.file.digest
}
