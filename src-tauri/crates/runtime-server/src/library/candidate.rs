//! What a place holds before any file is opened: names and files, or why something is none.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::owner::Owner;

/// Folders below a place are searched to this depth.
const DEPTH: usize = 4;
/// Entries of one place that are looked at; far above any real one.
const MOST_ENTRIES: usize = 50_000;

/// What [`files`] looks for.
type Wanted = dyn Fn(&str, bool) -> bool;

/// Something that is named like a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its name in the place where it lies.
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// Its files in order: one, or the parts of a split model. Never empty.
    pub(crate) parts: Vec<PathBuf>,
    /// A link leads to it.
    pub(crate) linked: bool,
    /// Why it cannot be used, where that is known without opening it.
    pub(crate) problem: Option<String>,
}

impl Candidate {
    /// One file.
    pub(crate) fn file(name: String, owner: Owner, path: PathBuf) -> Self {
        Self {
            name,
            owner,
            linked: path.is_symlink(),
            parts: vec![path],
            problem: None,
        }
    }

    /// Something that cannot be used.
    pub(crate) fn unusable(name: String, owner: Owner, path: PathBuf, problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::file(name, owner, path)
        }
    }
}

/// `.gguf` files below a folder, without hidden ones and those below hidden folders (unfinished
/// downloads live there). Links to folders are not followed: they may lead anywhere, and round.
pub(crate) fn gguf_files(folder: &Path) -> Vec<PathBuf> {
    files(folder, DEPTH, &|name, _| is_gguf(name))
}

/// What is wanted below a folder, sorted by name within each folder. `wanted` is told each name, and
/// whether it is a folder's; folders that are not wanted are searched.
pub(crate) fn files(folder: &Path, depth: usize, wanted: &Wanted) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = MOST_ENTRIES;
    search(folder, depth, wanted, &mut left, &mut found);
    found
}

fn search(
    folder: &Path,
    depth: usize,
    wanted: &Wanted,
    left: &mut usize,
    found: &mut Vec<PathBuf>,
) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.flatten().take(*left).collect();
    *left -= entries.len();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if wanted(name, is_folder) {
            found.push(entry.path());
        } else if depth > 0 && is_folder {
            search(&entry.path(), depth - 1, wanted, left, found);
        }
    }
}

fn is_gguf(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

/// A file's name without `.gguf`.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The part of a model that sees pictures, which other apps keep beside it under this name.
pub(crate) fn is_projector(path: &Path) -> bool {
    path.file_name()
        .and_then(OsStr::to_str)
        .is_some_and(|name| name.to_ascii_lowercase().starts_with("mmproj"))
}

/// Where a path in a store really leads, if that may be read: within the store, or, because people
/// link models into stores, to a file that is itself named `.gguf`. A store is foreign data, and must
/// not open other files to a process that reads only models.
pub(crate) fn followed(store: &Path, path: &Path) -> Result<PathBuf, String> {
    let target = path
        .canonicalize()
        .map_err(|_| "its file is not there, or may not be read".to_owned())?;
    let named_so = target
        .file_name()
        .and_then(OsStr::to_str)
        .is_some_and(is_gguf);
    if !target.starts_with(store) && !named_so {
        return Err("it leads out of the store, to something that is no model".into());
    }
    if !target.is_file() {
        return Err("this is not a file".into());
    }
    Ok(target)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_out_of_a_store_may_lead_to_a_model_only() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let store = home.join("store");
        fs::create_dir(&store).unwrap();
        for file in ["store/in", "diary.txt", "other.gguf"] {
            fs::write(home.join(file), "x").unwrap();
        }
        symlink(home.join("diary.txt"), store.join("diary.gguf")).unwrap();
        symlink(home.join("other.gguf"), store.join("linked.gguf")).unwrap();
        symlink("round.gguf", store.join("round.gguf")).unwrap();
        symlink(&home, store.join("folder.gguf")).unwrap();
        for (path, expected) in [
            ("in", true),
            ("linked.gguf", true),
            ("diary.gguf", false),
            ("round.gguf", false),
            ("folder.gguf", false),
            ("../diary.txt", false),
            ("missing", false),
        ] {
            assert_eq!(
                followed(&store, &store.join(path)).is_ok(),
                expected,
                "{path}"
            );
        }
    }
}
