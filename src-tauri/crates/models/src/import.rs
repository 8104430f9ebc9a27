//! A model that the person keeps elsewhere: a link in the models folder leads to it, and nothing is
//! copied. And taking models away again.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{Library, StoreKind};

/// The first bytes of a GGUF file.
const MAGIC: &[u8; 4] = b"GGUF";

/// Characters of `-00001-of-00003`.
const SPLIT_SUFFIX: usize = 15;

/// A model that was linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its name for the program.
    pub name: String,
    /// The links: one, or one for each part.
    pub links: Vec<PathBuf>,
}

/// Why a file was not linked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}. Check that it is there and that you may read it.", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no GGUF file.
    #[error(
        "{} is not a GGUF file. Sotto runs models in that format: look for one whose name ends in .gguf.",
        .path.display()
    )]
    NoGguf {
        /// The file.
        path: PathBuf,
    },
    /// A part of a split model is not beside it.
    #[error("Part {number} of {count} of {name} is missing. All parts must lie in one folder.")]
    PartMissing {
        /// The model.
        name: String,
        /// The part, from 1.
        number: u32,
        /// How many there are.
        count: u32,
    },
    /// It is in the models folder.
    #[error("{name} is in Sotto's models folder already.")]
    IsHere {
        /// The model.
        name: String,
    },
    /// It lies in a store, whose models are found by themselves.
    #[error("{name} lies in the folder of {}, whose models Sotto finds by itself.", .store.title())]
    InStore {
        /// The model.
        name: String,
        /// Whose store.
        store: StoreKind,
    },
    /// Another file has the name.
    #[error(
        "Sotto's models folder has another {name} already. Rename the file, or remove that model first."
    )]
    NameTaken {
        /// The model.
        name: String,
    },
    /// The link cannot be made.
    #[error("The link {} cannot be made: {source}.{}", .link.display(), on_this_system())]
    NoLink {
        /// The link.
        link: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What else helps.
const fn on_this_system() -> &'static str {
    if cfg!(windows) {
        " Windows lets programs make links only in developer mode: turn that on in the settings under \"For developers\", or move the file into Sotto's models folder."
    } else {
        " Give yourself the right to write there."
    }
}

/// Why a model was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// It does not lie in the models folder.
    #[error("{} does not lie in Sotto's models folder, so Sotto does not remove it.", .path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("{} cannot be removed: {source}.", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Library {
    /// Links a model that lies elsewhere into the models folder: the file, and of a split one all parts.
    ///
    /// # Errors
    /// [`ImportError`]; then nothing was changed.
    pub fn import(&self, file: &Path) -> Result<Imported, ImportError> {
        let unreadable = |source| ImportError::Unreadable {
            path: file.to_owned(),
            source,
        };
        let file = std::path::absolute(file).map_err(unreadable)?;
        let real = file.canonicalize().map_err(unreadable)?;
        let (name, parts) = parts(&file)?;
        for part in &parts {
            check_magic(part)?;
        }
        if self.holds(&real) {
            return Err(ImportError::IsHere { name });
        }
        let within = |folder: &Path| folder.canonicalize().is_ok_and(|one| real.starts_with(one));
        if let Some(store) = self.stores().iter().find(|store| within(&store.folder)) {
            return Err(ImportError::InStore {
                name,
                store: store.kind,
            });
        }
        let mut links = Vec::new();
        for part in &parts {
            let link = self.folder().join(part.file_name().unwrap_or_default());
            match make_link(part, &link) {
                Ok(()) => links.push(link),
                Err(source) => {
                    // Half a model is none.
                    for made in &links {
                        let _ = fs::remove_file(made);
                    }
                    return Err(refusal(name, part, link, source));
                }
            }
        }
        Ok(Imported { name, links })
    }

    /// Removes a model's files from the models folder: of one that is linked the links alone.
    ///
    /// # Errors
    /// [`RemoveError::NotOurs`]: then nothing was removed. [`RemoveError::Refused`]: then those before
    /// it were.
    pub fn remove(&self, files: &[PathBuf]) -> Result<(), RemoveError> {
        let outside = files.iter().find(|file| !self.holds_entry(file));
        if let Some(path) = outside {
            return Err(RemoveError::NotOurs { path: path.clone() });
        }
        for path in files {
            match fs::remove_file(path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(RemoveError::Refused {
                        path: path.clone(),
                        source,
                    });
                }
                // Somebody else was faster.
                _ => {}
            }
        }
        Ok(())
    }

    /// The file itself lies in the models folder.
    fn holds(&self, real: &Path) -> bool {
        let folder = self.folder().canonicalize();
        folder.is_ok_and(|folder| real.starts_with(folder))
    }

    /// The file, or the link, stands in the models folder, wherever it leads.
    fn holds_entry(&self, path: &Path) -> bool {
        let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
        parent.is_some_and(|parent| self.holds(&parent))
    }
}

fn refusal(name: String, part: &Path, link: PathBuf, source: io::Error) -> ImportError {
    if source.kind() != io::ErrorKind::AlreadyExists {
        return ImportError::NoLink { link, source };
    }
    let leads_there = (link.canonicalize().ok())
        .is_some_and(|one| part.canonicalize().is_ok_and(|other| one == other));
    if leads_there {
        ImportError::IsHere { name }
    } else {
        ImportError::NameTaken { name }
    }
}

/// The model's name, and its files: of a split one all parts, whichever was picked.
fn parts(file: &Path) -> Result<(String, Vec<PathBuf>), ImportError> {
    let no_gguf = || ImportError::NoGguf {
        path: file.to_owned(),
    };
    let stem = file
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.strip_suffix(".gguf"))
        .filter(|stem| !stem.is_empty() && !stem.starts_with('.'))
        .ok_or_else(no_gguf)?;
    let Some((name, count)) = split(stem) else {
        return Ok((stem.to_owned(), vec![file.to_owned()]));
    };
    let part = |number: u32| file.with_file_name(format!("{name}-{number:05}-of-{count:05}.gguf"));
    match (1..=count).find(|number| !part(*number).is_file()) {
        Some(number) => Err(ImportError::PartMissing {
            name: name.to_owned(),
            number,
            count,
        }),
        None => Ok((name.to_owned(), (1..=count).map(part).collect())),
    }
}

/// The name and the number of parts, as llama.cpp's `llama_split_path` writes them.
pub(crate) fn split(stem: &str) -> Option<(&str, u32)> {
    let (name, suffix) = stem.split_at_checked(stem.len().checked_sub(SPLIT_SUFFIX)?)?;
    let (number, count) = suffix.strip_prefix('-')?.split_once("-of-")?;
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.is_empty() || !digits(number) || !digits(count) {
        return None;
    }
    let count: u32 = count.parse().ok()?;
    (count > 1 && (1..=count).contains(&number.parse().ok()?)).then_some((name, count))
}

fn check_magic(path: &Path) -> Result<(), ImportError> {
    let unreadable = |source| ImportError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let no_gguf = || ImportError::NoGguf {
        path: path.to_owned(),
    };
    // Before it is opened: opening a pipe waits for its other end.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(no_gguf());
    }
    let mut magic = [0; 4];
    match File::open(path).and_then(|mut file| file.read_exact(&mut magic)) {
        Ok(()) if &magic == MAGIC => Ok(()),
        Ok(()) => Err(no_gguf()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(no_gguf()),
        Err(source) => Err(unreadable(source)),
    }
}

fn make_link(target: &Path, link: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, link);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_file(target, link);
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    struct Stage {
        _folder: tempfile::TempDir,
        elsewhere: PathBuf,
        library: Library,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let elsewhere = folder.path().join("elsewhere");
            fs::create_dir_all(elsewhere.join("store")).unwrap();
            let library = Library::new(&folder.path().join("home"))
                .unwrap()
                .with_stores(vec![Store {
                    kind: StoreKind::LmStudio,
                    folder: elsewhere.join("store"),
                }]);
            Self {
                _folder: folder,
                elsewhere,
                library,
            }
        }

        fn file(&self, name: &str, content: &str) -> PathBuf {
            let path = self.elsewhere.join(name);
            fs::write(&path, content).unwrap();
            path
        }

        fn entries(&self) -> Vec<String> {
            let entries = fs::read_dir(self.library.folder()).unwrap().flatten();
            let mut names: Vec<String> = entries
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }

        fn refuses(&self, file: &Path, expected: &str) {
            let before = self.entries();
            let message = self.library.import(file).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
            assert_eq!(self.entries(), before);
        }
    }

    #[test]
    fn a_model_is_linked_and_unlinked_and_stays_where_it_is() {
        let stage = Stage::new();
        let file = stage.file("own.gguf", "GGUF…");
        let imported = stage.library.import(&file).unwrap();
        assert_eq!(imported.name, "own");
        assert_eq!(fs::read_link(&imported.links[0]).unwrap(), file);
        stage.refuses(&file, "own is in Sotto's models folder already");
        stage.library.remove(&imported.links).unwrap();
        assert!(stage.entries().is_empty() && file.is_file());
    }

    #[test]
    fn all_parts_of_a_split_model_go_together() {
        let stage = Stage::new();
        let first = stage.file("own-00001-of-00003.gguf", "GGUF…");
        let last = stage.file("own-00003-of-00003.gguf", "GGUF…");
        stage.refuses(&first, "Part 2 of 3 of own is missing");
        stage.file("own-00002-of-00003.gguf", "GGUF…");
        let imported = stage.library.import(&last).unwrap();
        assert_eq!((imported.name.as_str(), imported.links.len()), ("own", 3));
        stage.library.remove(&imported.links).unwrap();
        // The second is in the way: none is left behind.
        fs::write(stage.library.folder().join("own-00002-of-00003.gguf"), "x").unwrap();
        stage.refuses(&first, "has another own already");
    }

    #[test]
    fn what_is_no_model_is_refused_in_words() {
        let stage = Stage::new();
        for (name, content) in [
            ("own.txt", "GGUF…"),
            ("own.gguf", "GGML…"),
            ("short.gguf", "GG"),
            (".gguf", "GGUF…"),
            (".hidden.gguf", "GGUF…"),
        ] {
            stage.refuses(&stage.file(name, content), "is not a GGUF file");
        }
        stage.refuses(&stage.elsewhere.join("none.gguf"), "cannot be read");
        fs::create_dir(stage.elsewhere.join("folder.gguf")).unwrap();
        stage.refuses(&stage.elsewhere.join("folder.gguf"), "is not a GGUF file");
        let inside = stage.library.folder().join("inside.gguf");
        fs::write(&inside, "GGUF…").unwrap();
        stage.refuses(&inside, "is in Sotto's models folder already");
        let in_store = stage.file("store/theirs.gguf", "GGUF…");
        stage.refuses(&in_store, "the folder of LM Studio");
        stage.refuses(
            &stage.file("inside.gguf", "GGUF another"),
            "has another inside",
        );
    }

    #[test]
    fn only_what_stands_in_the_models_folder_is_removed() {
        let stage = Stage::new();
        let own = stage.library.folder().join("own.gguf");
        fs::write(&own, "x").unwrap();
        let theirs = stage.file("store/theirs.gguf", "x");
        for paths in [
            vec![theirs.clone()],
            vec![own.clone(), theirs.clone()],
            vec![
                stage
                    .library
                    .folder()
                    .join("../../elsewhere/store/theirs.gguf"),
            ],
        ] {
            let error = stage.library.remove(&paths).unwrap_err();
            assert!(matches!(error, RemoveError::NotOurs { .. }), "{error}");
            assert!(own.exists() && theirs.exists());
        }
        stage.library.remove(std::slice::from_ref(&own)).unwrap();
        assert!(!own.exists());
        // Gone already is as good.
        stage.library.remove(&[own]).unwrap();
    }
}
