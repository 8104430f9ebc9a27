//! The model folders: which files can be asked, by which name, and which are unusable and why.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::engine::gguf::{self, Metadata};
use crate::error::Error;

/// Folders below a model folder are searched to this depth.
const DEPTH: usize = 4;

/// A model that can be asked.
#[derive(Debug)]
pub(crate) struct ModelFile {
    /// The file's name without `.gguf`.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// When it was last written.
    pub(crate) modified: SystemTime,
    /// Stands for this state of the file: a SHA-256 of its path, size, time and architecture, not
    /// of its content, because hashing gigabytes takes minutes. It changes when the file changes.
    pub(crate) digest: String,
    /// What the file says about itself.
    pub(crate) metadata: Metadata,
}

/// A file that is named like a model and is none.
#[derive(Debug, Clone)]
pub(crate) struct UnusableFile {
    /// The name that it would have.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// Why it cannot be used, for a person.
    pub(crate) reason: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Models, by name.
    pub(crate) models: Vec<Arc<ModelFile>>,
    /// Files that are none.
    pub(crate) unusable: Vec<UnusableFile>,
}

/// The folders, with what was read of their files.
#[derive(Debug)]
pub(crate) struct Library {
    folders: Vec<PathBuf>,
    read: Mutex<HashMap<Key, Result<Arc<ModelFile>, UnusableFile>>>,
}

/// A state of a file; headers are read again only when it changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    size: u64,
    modified: SystemTime,
}

impl Library {
    /// Models in these folders; missing ones are empty until they exist, and where the process is
    /// confined until it starts again.
    pub(crate) fn new(folders: Vec<PathBuf>) -> Self {
        let folders = folders
            .into_iter()
            .map(|folder| std::path::absolute(&folder).unwrap_or(folder))
            .collect();
        Self {
            folders,
            read: Mutex::default(),
        }
    }

    /// All that must be readable: the folders, and where links in them lead, because a model may lie
    /// on another disk.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        let found = self.files();
        let links = found.iter().filter(|path| path.is_symlink());
        let targets = links
            .filter_map(|path| fs::canonicalize(path).ok())
            .filter(|target| target.is_file());
        self.folders.iter().cloned().chain(targets).collect()
    }

    /// All files that are named like a model.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in &self.folders {
            search(folder, DEPTH, &mut found);
        }
        found
    }

    /// Looks now. Blocks: reads folders, and headers of new files.
    pub(crate) fn list(&self) -> Listing {
        let found = self.files();
        let mut listing = Listing::default();
        let mut cache = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = HashMap::new();
        for path in found {
            let key = Key::of(path);
            let entry = cache.remove(&key).unwrap_or_else(|| read(&key));
            // The first folder wins when two hold the same name.
            match &entry {
                Ok(model)
                    if listing
                        .models
                        .iter()
                        .any(|other| other.name.eq_ignore_ascii_case(&model.name)) => {}
                Ok(model) => listing.models.push(Arc::clone(model)),
                Err(unusable) => listing.unusable.push(unusable.clone()),
            }
            kept.insert(key, entry);
        }
        *cache = kept;
        listing
            .models
            .sort_by_key(|model| model.name.to_lowercase());
        listing
            .unusable
            .sort_by_key(|unusable| unusable.name.to_lowercase());
        listing
    }

    /// The model of this name; `:latest` and the case do not matter.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<ModelFile>, Error> {
        let wanted = name.strip_suffix(":latest").unwrap_or(name);
        let wanted = wanted.strip_suffix(".gguf").unwrap_or(wanted);
        let listing = self.list();
        if let Some(model) = listing
            .models
            .into_iter()
            .find(|model| model.name.eq_ignore_ascii_case(wanted))
        {
            return Ok(model);
        }
        match listing
            .unusable
            .into_iter()
            .find(|unusable| unusable.name.eq_ignore_ascii_case(wanted))
        {
            Some(unusable) => Err(Error::ModelUnusable {
                name: name.to_owned(),
                reason: unusable.reason,
            }),
            None => Err(Error::ModelNotFound(name.to_owned())),
        }
    }
}

impl Key {
    fn of(path: PathBuf) -> Self {
        let about = fs::metadata(&path).ok();
        let modified = about
            .as_ref()
            .and_then(|about| about.modified().ok())
            .unwrap_or(SystemTime::UNIX_EPOCH);
        Self {
            size: about.map_or(0, |about| about.len()),
            modified,
            path,
        }
    }
}

/// `.gguf` files, without hidden ones and those below hidden folders (unfinished downloads live there).
fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let path = entry.path();
        if name.to_ascii_lowercase().ends_with(".gguf") {
            found.push(path);
        } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            search(&path, depth - 1, found);
        }
    }
}

fn read(key: &Key) -> Result<Arc<ModelFile>, UnusableFile> {
    let name = key
        .path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    match gguf::read(&key.path) {
        Ok(metadata) => Ok(Arc::new(ModelFile {
            digest: digest(key, &metadata),
            name,
            path: key.path.clone(),
            size: key.size,
            modified: key.modified,
            metadata,
        })),
        Err(reason) => {
            tracing::warn!(file = %key.path.display(), reason, "unusable model file");
            Err(UnusableFile {
                name,
                path: key.path.clone(),
                size: key.size,
                reason,
            })
        }
    }
}

fn digest(key: &Key, metadata: &Metadata) -> String {
    let modified = key
        .modified
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(key.path.as_os_str().as_encoded_bytes());
    hash.update([0]);
    hash.update(key.size.to_le_bytes());
    hash.update(modified.as_nanos().to_le_bytes());
    hash.update(metadata.architecture.as_bytes());
    hash.update(metadata.parameter_count.to_le_bytes());
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_partial_files_are_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "a.gguf",
            ".b.gguf",
            ".partial/c.gguf",
            "d.gguf.part",
            "sub/E.GGUF",
            "f.txt",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        fs::create_dir(folder.path().join("folder.gguf")).unwrap();
        let library = Library::new(vec![
            folder.path().to_owned(),
            folder.path().join("missing"),
        ]);
        let names: Vec<String> = library
            .list()
            .unusable
            .into_iter()
            .map(|file| file.name)
            .collect();
        assert_eq!(names, ["a", "E", "folder"]);
        assert!(matches!(
            library.find("A:latest"),
            Err(Error::ModelUnusable { .. })
        ));
        assert!(matches!(library.find("b"), Err(Error::ModelNotFound(_))));
    }
}
