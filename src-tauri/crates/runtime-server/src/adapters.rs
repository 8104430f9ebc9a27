//! LoRA adapters in the model folders: which one a request means, and whether it can be attached.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::engine::gguf;
use crate::error::Error;
use crate::library::Library;

/// An adapter that can be attached.
#[derive(Debug)]
pub(crate) struct AdapterFile {
    /// The file's name without `.gguf`.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// The architecture of the models that it belongs to.
    pub(crate) architecture: String,
    /// Stands for this state of the file: it changes when the file changes.
    pub(crate) digest: String,
}

impl Library {
    /// The adapter of this name; `:latest` and the case do not matter. Blocks: reads folders and the
    /// adapter's header.
    pub(crate) fn find_adapter(&self, name: &str) -> Result<Arc<AdapterFile>, Error> {
        let wanted = name.strip_suffix(":latest").unwrap_or(name);
        let wanted = wanted.strip_suffix(".gguf").unwrap_or(wanted);
        let path = self
            .files()
            .into_iter()
            .find(|path| stem(path).eq_ignore_ascii_case(wanted))
            .ok_or_else(|| Error::AdapterNotFound(name.to_owned()))?;
        read(&path).map(Arc::new).map_err(|reason| Error::AdapterUnusable {
            name: name.to_owned(),
            reason,
        })
    }
}

fn stem(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_stem().unwrap_or_default().to_string_lossy()
}

fn read(path: &Path) -> Result<AdapterFile, String> {
    let architecture = gguf::read_adapter(path)?;
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    let modified = about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(path.as_os_str().as_encoded_bytes());
    hash.update([0]);
    hash.update(about.len().to_le_bytes());
    hash.update(modified.as_nanos().to_le_bytes());
    Ok(AdapterFile {
        name: stem(path).into_owned(),
        path: path.to_owned(),
        size: about.len(),
        architecture,
        digest: format!("{:x}", hash.finalize()),
    })
}
