//! A model that can be asked, and a file that is named like one and is none.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::SystemTime;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::candidate::Candidate;
use super::owner::Owner;
use super::stamp::Stamp;
use crate::engine::gguf::{self, Description, Metadata};
use crate::error::Error;

/// A model that can be asked, or an adapter that can be attached to one.
#[derive(Debug)]
pub(crate) struct ModelFile {
    /// The file's name without `.gguf`, or the name that its store gives it.
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// A link in one of our folders leads to it.
    pub(crate) linked: bool,
    /// Where it is; of a split model the first part, by which llama.cpp finds the others.
    pub(crate) path: PathBuf,
    /// All its files, in order.
    pub(crate) parts: Vec<PathBuf>,
    /// Bytes of all files.
    pub(crate) size: u64,
    /// When it was last written.
    pub(crate) modified: SystemTime,
    /// Stands for this state of the files: a SHA-256 of their paths, sizes, times and the architecture,
    /// not of their content, because hashing gigabytes takes minutes. It changes when a file changes.
    pub(crate) digest: String,
    /// What the file says about itself, as far as a list needs it.
    pub(crate) metadata: Metadata,
    /// What only who asks the model needs, read when it is first asked.
    description: OnceLock<Description>,
}

impl ModelFile {
    pub(super) fn new(candidate: &Candidate, stamps: &[Stamp], metadata: Metadata) -> Self {
        let first = candidate.parts.first().cloned().unwrap_or_default();
        let modified = stamps.iter().map(Stamp::modified).max();
        Self {
            name: candidate.name.clone(),
            owner: candidate.owner,
            linked: candidate.linked,
            path: first,
            parts: candidate.parts.clone(),
            size: stamps.iter().map(|stamp| stamp.size).sum(),
            modified: modified.unwrap_or(SystemTime::UNIX_EPOCH),
            digest: digest(stamps, &metadata),
            metadata,
            description: OnceLock::new(),
        }
    }

    /// Reads what only who asks it needs, unless that was done. Blocks.
    pub(super) fn describe(&self) -> Result<(), Error> {
        if self.description.get().is_none() {
            let description =
                gguf::describe(&self.path).map_err(|reason| Error::ModelUnusable {
                    name: self.name.clone(),
                    reason,
                })?;
            // Whoever was faster read the same.
            let _ = self.description.set(description);
        }
        Ok(())
    }

    /// The Jinja chat template. Known of a model that [`super::Library::find`] gave.
    pub(crate) fn chat_template(&self) -> Option<&str> {
        self.description.get()?.chat_template.as_deref()
    }

    /// Scalars and short strings of the header. Known of a model that [`super::Library::find`] gave.
    pub(crate) fn model_info(&self) -> Option<&Map<String, Value>> {
        Some(&self.description.get()?.model_info)
    }
}

/// A file that is named like a model and is none.
#[derive(Debug, Clone)]
pub(crate) struct UnusableFile {
    /// The name that it would have.
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// A link in one of our folders leads to it.
    pub(crate) linked: bool,
    /// Its files that are there; where a manifest is at fault, the manifest.
    pub(crate) parts: Vec<PathBuf>,
    /// Bytes.
    pub(crate) size: u64,
    /// Why it cannot be used, for a person.
    pub(crate) reason: String,
    /// The next start may read it.
    pub(crate) out_of_reach: bool,
}

fn digest(stamps: &[Stamp], metadata: &Metadata) -> String {
    let mut hash = Sha256::new();
    for stamp in stamps {
        let modified = stamp.modified().duration_since(SystemTime::UNIX_EPOCH);
        hash.update(stamp.path.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(stamp.size.to_le_bytes());
        hash.update(modified.unwrap_or_default().as_nanos().to_le_bytes());
    }
    hash.update(metadata.architecture.as_bytes());
    hash.update(metadata.parameter_count.to_le_bytes());
    format!("{:x}", hash.finalize())
}
