//! The cache of the Hugging Face programs: `models--<owner>--<name>/snapshots/<commit>/…` are links
//! into `blobs`, and `refs/main` names the commit that is current.
//! <https://huggingface.co/docs/hub/local-cache>

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::candidate::{Candidate, gguf_files, is_projector};
use super::folder::{joined, within};
use super::owner::Owner;

/// Bytes of a reference that are read; it has 40.
const LONGEST_REFERENCE: u64 = 256;

/// All GGUF files of the cache. `cache` is its real path.
pub(crate) fn survey(cache: &Path) -> Vec<Candidate> {
    let repositories = sorted(cache).into_iter().filter(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("models--")
    });
    repositories
        .flat_map(|repository| snapshots(&repository))
        .flat_map(|snapshot| {
            let files = gguf_files(&snapshot).into_iter();
            let files = files.filter(|file| !is_projector(file)).collect();
            within(cache, joined(files, Owner::HuggingFace))
        })
        .collect()
}

/// The snapshots of a repository, the current one first: where two hold the same file, it is the same
/// blob, and listed once.
fn snapshots(repository: &Path) -> Vec<PathBuf> {
    let current = reference(&repository.join("refs").join("main"));
    let mut snapshots = sorted(&repository.join("snapshots"));
    snapshots.sort_by_key(|snapshot| {
        let commit = snapshot.file_name().and_then(|name| name.to_str());
        commit != current.as_deref()
    });
    snapshots
}

fn reference(path: &Path) -> Option<String> {
    // Opening anything else, a pipe for one, could wait forever.
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path)
        .ok()?
        .take(LONGEST_REFERENCE)
        .read_to_string(&mut text)
        .ok()?;
    Some(text.trim().to_owned())
}

/// The folders in a folder, by name. Links are not followed.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    folders.sort();
    folders
}
