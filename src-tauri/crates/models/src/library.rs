//! The models on this computer: the person's folder, the copy of the starter that came with the
//! installer, and the rule by which one of them answers.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use tokio::sync::watch;

use crate::{Arrival, Catalog, CatalogEntry, CatalogRole, Store, arrival, changes, import};

/// Why the models on this computer cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The system names no folder for data.
    #[error("This system names no folder for a person's data. Name one with SOTTO_HOME.")]
    NoHome,
    /// The folder is not there and cannot be made.
    #[error(
        "The models folder {} could not be made: {source}. Give yourself the right to write there, free some space, \
         or name another folder with SOTTO_HOME.",
        .folder.display()
    )]
    NoFolder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The models on this computer.
#[derive(Debug, Clone)]
pub struct Library {
    folder: PathBuf,
    bundled: Option<PathBuf>,
    stores: Vec<Store>,
    catalog: &'static Catalog,
}

impl Library {
    /// The library in a data home. Its folder `models` is made if it is not there; the starter
    /// that came with the program is found beside it.
    ///
    /// # Errors
    /// [`LibraryError::NoFolder`].
    pub fn new(data_home: &Path) -> Result<Self, LibraryError> {
        let folder = data_home.join("models");
        match fs::create_dir_all(&folder) {
            Ok(()) => Ok(Self {
                folder,
                ..Self::without_folder(data_home)
            }),
            Err(source) => Err(LibraryError::NoFolder { folder, source }),
        }
    }

    /// The library of a folder that could not be made: empty until somebody makes it. A program
    /// that can say what is wrong there is better than one that does not start.
    #[must_use]
    pub fn without_folder(data_home: &Path) -> Self {
        Self {
            folder: data_home.join("models"),
            bundled: bundled_beside_program(),
            stores: Vec::new(),
            catalog: Catalog::get(),
        }
    }

    /// The same library with another folder of bundled models.
    #[must_use]
    pub fn with_bundled(self, bundled: Option<PathBuf>) -> Self {
        Self { bundled, ..self }
    }

    /// The same library with another catalogue: for tests, because the one that is built in points to a
    /// real hub.
    #[must_use]
    pub fn with_catalog(self, catalog: &'static Catalog) -> Self {
        Self { catalog, ..self }
    }

    /// The models that are known by name.
    #[must_use]
    pub const fn catalog(&self) -> &'static Catalog {
        self.catalog
    }

    /// The same library with the stores of other apps.
    #[must_use]
    pub fn with_stores(self, stores: Vec<Store>) -> Self {
        Self { stores, ..self }
    }

    /// The stores of other apps, whose models can be asked as well.
    #[must_use]
    pub fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// The folder of models that came with the installer, if there is one.
    #[must_use]
    pub fn bundled(&self) -> Option<&Path> {
        self.bundled.as_deref()
    }

    /// The person's folder, where GGUF files are looked for.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All folders to hand to the runtime, the person's first. The bundled one is among them as
    /// long as the person's has no starter.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.folder.clone()];
        let starter = self.catalog.with_role(CatalogRole::Starter);
        if let (Some(bundled), Some(starter)) = (&self.bundled, starter)
            && !self.folder.join(&starter.file).exists()
            && bundled.join(&starter.file).is_file()
        {
            folders.push(bundled.clone());
        }
        folders
    }

    /// The names of the files in all folders, whole or damaged, without a look into them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let folders = self.folders().into_iter();
        let entries = folders.filter_map(|folder| fs::read_dir(folder).ok());
        let name = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".gguf")?;
            // The parts of a split model are one.
            let name = import::split(name).map_or(name, |(name, _)| name);
            (!name.starts_with('.')).then(|| name.to_owned())
        };
        let mut names: Vec<String> = entries.flatten().flatten().filter_map(name).collect();
        names.sort();
        names.dedup();
        names
    }

    /// What the catalogue knows of a model, by its file name or its name for the program.
    #[must_use]
    pub fn describe(&self, name: &str) -> Option<&'static CatalogEntry> {
        self.catalog.describe(name)
    }

    /// The model on its way here: the working default before any other.
    #[must_use]
    pub fn arrival(&self) -> Option<Arrival> {
        let now = SystemTime::now();
        let mut entries: Vec<_> = self.catalog.models.iter().collect();
        entries.sort_by_key(|entry| entry.role != CatalogRole::Default);
        entries
            .into_iter()
            .find_map(|entry| arrival::read(&self.folder, entry, now))
    }

    /// The model that answers unless another is asked for. `installed` are the names of those
    /// that can answer (usable, and not for embeddings); `chosen` is the person's choice.
    ///
    /// The person's choice if it is there; else the working default; else a file of the person's
    /// own, the first by name; else what is left, the starter.
    #[must_use]
    pub fn default_model<Name: AsRef<str>>(
        &self,
        installed: &[Name],
        chosen: Option<&str>,
    ) -> Option<String> {
        let rank = |name: &str| {
            if Some(name) == chosen {
                return 0;
            }
            match self.describe(name).map(|entry| entry.role) {
                Some(CatalogRole::Default) => 1,
                None | Some(CatalogRole::Other) => 2,
                Some(CatalogRole::Starter) => 3,
            }
        };
        installed
            .iter()
            .map(AsRef::as_ref)
            .min_by_key(|name| (rank(name), *name))
            .map(ToOwned::to_owned)
    }

    /// Tells when files come, go or change in the person's folder, or an arrival goes on: at most
    /// once a second, and without waking the program while nothing happens. Ends with the last
    /// receiver. To be called within a Tokio runtime.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<()> {
        changes::watch(self.clone())
    }
}

/// The folder of models that the installer put there, if it did.
fn bundled_beside_program() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    let program = program.canonicalize().unwrap_or(program);
    let folder = program.parent()?;
    let candidate = if cfg!(windows) {
        folder.join("models")
    } else if cfg!(target_os = "macos") {
        folder.parent()?.join("Resources").join("models")
    } else {
        folder.parent()?.join("lib").join("sotto").join("models")
    };
    candidate.is_dir().then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> (tempfile::TempDir, Library) {
        let home = tempfile::tempdir().unwrap();
        let library = Library::new(home.path()).unwrap();
        (home, library)
    }

    fn known(role: CatalogRole) -> &'static CatalogEntry {
        Catalog::get().with_role(role).unwrap()
    }

    #[test]
    fn the_choice_goes_before_the_default_before_own_files_before_the_starter() {
        let (_home, library) = library();
        let default = known(CatalogRole::Default).model_name();
        let starter = known(CatalogRole::Starter).model_name();
        let check = |installed: &[&str], chosen: Option<&str>, expected: Option<&str>| {
            let actual = library.default_model(installed, chosen);
            assert_eq!(actual.as_deref(), expected, "{installed:?} {chosen:?}");
        };
        check(&[], None, None);
        check(&[], Some(starter), None);
        check(&[starter], None, Some(starter));
        check(&[starter, "own"], None, Some("own"));
        check(&["own-b", "own-a", starter], None, Some("own-a"));
        check(&["own", starter, default], None, Some(default));
        check(&["own", starter, default], Some(starter), Some(starter));
        check(&["own", starter, default], Some("gone"), Some(default));
    }

    #[test]
    fn the_bundled_starter_is_used_until_there_is_another() {
        let (_home, library) = library();
        let starter = &known(CatalogRole::Starter).file;
        let bundled = tempfile::tempdir().unwrap();
        let library = library.with_bundled(Some(bundled.path().to_owned()));
        assert_eq!(library.folders(), [library.folder()]);
        fs::write(bundled.path().join(starter), "").unwrap();
        assert_eq!(library.folders(), [library.folder(), bundled.path()]);
        fs::write(library.folder().join(starter), "").unwrap();
        assert_eq!(library.folders(), [library.folder()]);
    }

    #[test]
    fn names_are_known_without_a_look_into_files() {
        let (_home, library) = library();
        let library = library.with_bundled(None);
        for name in [
            "b.gguf",
            "a-00001-of-00002.gguf",
            "a-00002-of-00002.gguf",
            ".hidden.gguf",
            "c.gguf.part",
        ] {
            fs::write(library.folder().join(name), "").unwrap();
        }
        assert_eq!(library.names(), ["a", "b"]);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        let message = Library::new(&file).unwrap_err().to_string();
        assert!(message.contains(&file.display().to_string()), "{message}");
        let library = Library::without_folder(&file);
        assert_eq!(library.arrival(), None);
        assert_eq!(library.default_model::<&str>(&[], None), None);
    }

    #[test]
    fn an_arrival_is_seen_until_the_whole_file_is_there() {
        let (_home, library) = library();
        assert_eq!(library.arrival(), None);
        let partial = library.folder().join(arrival::FOLDER);
        fs::create_dir(&partial).unwrap();
        let entry = known(CatalogRole::Starter);
        fs::write(
            partial.join(format!("{}.json", entry.file)),
            r#"{"received":7,"state":"failed","message":"no"}"#,
        )
        .unwrap();
        let arrival = library.arrival().unwrap();
        assert_eq!(
            (arrival.title.as_str(), arrival.received),
            (entry.name.as_str(), 7)
        );
        assert!(!arrival.in_motion());
        // The default's goes first.
        let default = known(CatalogRole::Default);
        fs::write(
            partial.join(format!("{}.json", default.file)),
            r#"{"received":8,"state":"failed"}"#,
        )
        .unwrap();
        assert_eq!(library.arrival().unwrap().received, 8);
        let whole = fs::File::create(library.folder().join(&default.file)).unwrap();
        whole.set_len(default.size).unwrap();
        assert_eq!(library.arrival().unwrap().received, 7);
    }

    #[cfg(unix)]
    #[test]
    fn a_progress_file_that_is_a_link_is_not_opened() {
        let (_home, library) = library();
        let partial = library.folder().join(arrival::FOLDER);
        fs::create_dir(&partial).unwrap();
        let link = partial.join(format!("{}.json", known(CatalogRole::Default).file));
        std::os::unix::fs::symlink("/dev/stdin", &link).unwrap();
        assert_eq!(library.arrival(), None);
    }
}
