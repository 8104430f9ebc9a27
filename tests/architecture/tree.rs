//! The source files of this repository, in memory, so that a test can break a rule without
//! touching the disk.

use std::{collections::BTreeMap, path::Path, process::Command};

/// Paths relative to the repository's root, with `/`, and their text.
#[derive(Clone)]
pub(crate) struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Every file that git tracks or would track, and that is text.
    pub(crate) fn of_this_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .expect("git is needed to list the source files");
        let names = String::from_utf8(listed.stdout).expect("paths are UTF-8");
        let read = |name: &str| {
            Some((
                name.to_owned(),
                std::fs::read_to_string(root.join(name)).ok()?,
            ))
        };
        let files: BTreeMap<_, _> = names.lines().filter_map(read).collect();
        assert!(files.len() > 50, "the list of source files is not whole");
        Self(files)
    }

    /// The same tree with one file's text changed or added.
    pub(crate) fn with(&self, path: &str, text: String) -> Self {
        let mut files = self.0.clone();
        files.insert(path.to_owned(), text);
        Self(files)
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Files below a folder (or all with `""`) with one of the endings.
    pub(crate) fn files<'a>(
        &'a self,
        folder: &'a str,
        endings: &'a [&'a str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(move |(path, _)| {
                path.starts_with(folder) && endings.iter().any(|end| path.ends_with(end))
            })
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust files, without tests' own files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files("", &[".rs"])
    }
}
