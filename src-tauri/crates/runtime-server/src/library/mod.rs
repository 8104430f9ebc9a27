//! The models on this computer: our own folders and the stores of other apps. Which files can be
//! asked, by which name, and which are unusable and why.
//!
//! Looking takes two steps. A *survey* reads folders and manifests and opens no model: it knows every
//! name. Then headers are read, of all files for a list and of one for a question, and only where they
//! changed since they were last read, in this process or, by the index, in one before.

mod candidate;
mod folder;
mod hugging_face;
mod index;
mod jan;
mod model;
mod ollama;
mod owner;
mod stamp;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::gguf::{self, Kind, Metadata, Problem};
use crate::error::Error;

use candidate::Candidate;
use index::Reading;
use stamp::{Identity, Stamp};

pub(crate) use index::Index;
pub(crate) use model::{ModelFile, UnusableFile};
pub(crate) use owner::{Owner, Place, store};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Models, by name.
    pub(crate) models: Vec<Arc<ModelFile>>,
    /// LoRA adapters, by name.
    pub(crate) adapters: Vec<Arc<ModelFile>>,
    /// Files that are neither.
    pub(crate) unusable: Vec<UnusableFile>,
}

/// The places, with what was read of their files.
#[derive(Debug)]
pub(crate) struct Library {
    places: Vec<Place>,
    /// By the path of the first file.
    read: Mutex<HashMap<PathBuf, Known>>,
    /// The last survey's names in lower case, and the other names of files that have several.
    names: Mutex<HashMap<String, Arc<Surveyed>>>,
    /// One list at a time: the second finds all headers read.
    listing: Mutex<()>,
    headers_read: AtomicU64,
    /// The index is another one than it was when it was last given away.
    moved: AtomicBool,
}

/// What was read of a model's files, in this state.
#[derive(Debug)]
struct Known {
    stamps: Vec<Stamp>,
    reading: Reading,
    model: Option<Arc<ModelFile>>,
}

/// A candidate under the name that it has among all, and the state of its files.
#[derive(Debug)]
struct Surveyed {
    /// The number of the place where it lies.
    place: usize,
    candidate: Candidate,
    stamps: Vec<Stamp>,
}

impl Library {
    /// Models in these places; missing ones are empty until they exist, and where the process is
    /// confined until it starts again. Of files in the index headers are not read again.
    pub(crate) fn new(places: Vec<Place>, index: Index) -> Self {
        let known = index.entries.into_iter().filter_map(|(stamps, reading)| {
            let first = stamps.first()?.path.clone();
            let model = None;
            Some((
                first,
                Known {
                    stamps,
                    reading,
                    model,
                },
            ))
        });
        Self {
            places: places.into_iter().map(Place::resolved).collect(),
            read: Mutex::new(known.collect()),
            names: Mutex::default(),
            listing: Mutex::default(),
            headers_read: AtomicU64::new(0),
            moved: AtomicBool::new(false),
        }
    }

    /// All that must be readable: the places, and where links and descriptions in them lead, because a
    /// model may lie on another disk.
    pub(crate) fn readable(&self) -> Vec<PathBuf> {
        let folders = self.places.iter().map(|place| place.folder.clone());
        let places: Vec<PathBuf> = folders
            .clone()
            .map(|folder| folder.canonicalize().unwrap_or(folder))
            .collect();
        let targets = self
            .candidates()
            .filter(|(_, one)| one.problem.is_none())
            .flat_map(|(_, candidate)| candidate.parts)
            .filter_map(|part| part.canonicalize().ok())
            .filter(|target| !places.iter().any(|place| target.starts_with(place)))
            .filter(|target| target.is_file());
        folders.chain(targets).collect()
    }

    /// Looks now. Blocks: reads folders, and headers of new files.
    pub(crate) fn list(&self) -> Listing {
        let _one = lock(&self.listing);
        let mut listing = Listing::default();
        let surveyed = self.survey();
        for one in &surveyed {
            match self.look_into(one) {
                Ok(model) => match model.metadata.kind {
                    Kind::Chat | Kind::Embedding => listing.models.push(model),
                    Kind::Adapter => listing.adapters.push(model),
                },
                Err(problem) => listing.unusable.push(one.unusable(problem)),
            }
        }
        let seen: HashSet<&Path> = surveyed
            .iter()
            .filter_map(|one| Some(one.stamps.first()?.path.as_path()))
            .collect();
        let mut read = lock(&self.read);
        let before = read.len();
        read.retain(|path, _| seen.contains(path.as_path()));
        if read.len() != before {
            self.moved.store(true, Ordering::Relaxed);
        }
        let by_name = |model: &Arc<ModelFile>| model.name.to_lowercase();
        listing.models.sort_by_key(by_name);
        listing.adapters.sort_by_key(by_name);
        listing
            .unusable
            .sort_by_key(|file| file.name.to_lowercase());
        listing
    }

    /// The model of this name; `:latest` and the case do not matter. Reads no other file's header.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<ModelFile>, Error> {
        let model = self.named(name)?;
        no_adapter(name, &model)?;
        if model.is_described() {
            return Ok(model);
        }
        let unusable = |problem: Problem| Error::ModelUnusable {
            name: name.to_owned(),
            reason: problem.into_reason(),
        };
        let (metadata, description) = gguf::describe(&model.parts).map_err(unusable)?;
        let model = if metadata == model.metadata {
            model
        } else {
            // An index that does not tell the truth: what stands in the file counts.
            self.correct(&model.path, metadata);
            let model = self.named(name)?;
            no_adapter(name, &model)?;
            model
        };
        model.describe(description);
        Ok(model)
    }

    /// The LoRA adapter of this name.
    pub(crate) fn find_adapter(&self, name: &str) -> Result<Arc<ModelFile>, Error> {
        let adapter = self.named(name)?;
        if adapter.metadata.kind == Kind::Adapter {
            return Ok(adapter);
        }
        Err(Error::ModelUnusable {
            name: name.to_owned(),
            reason: "it is a model, not a LoRA adapter".into(),
        })
    }

    /// The index, for the next start.
    pub(crate) fn index(&self) -> Index {
        self.moved.store(false, Ordering::Relaxed);
        let read = lock(&self.read);
        // A path that is no text can stand in no file of text.
        let written = |stamps: &[Stamp]| stamps.iter().all(|stamp| stamp.path.to_str().is_some());
        let entries = read.values().filter(|known| written(&known.stamps));
        Index::new(
            entries
                .map(|known| (known.stamps.clone(), known.reading.clone()))
                .collect(),
        )
    }

    /// The index is another one than it was when it was last asked for.
    pub(crate) fn index_moved(&self) -> bool {
        self.moved.load(Ordering::Relaxed)
    }

    /// How many headers were read since the process began.
    pub(crate) fn headers_read(&self) -> u64 {
        self.headers_read.load(Ordering::Relaxed)
    }

    /// Believes this of a file instead of what it believed.
    fn correct(&self, path: &Path, metadata: Metadata) {
        if let Some(known) = lock(&self.read).get_mut(path) {
            known.reading = Reading::Model(metadata);
            known.model = None;
        }
        self.moved.store(true, Ordering::Relaxed);
    }

    fn named(&self, name: &str) -> Result<Arc<ModelFile>, Error> {
        // The name as it is goes first: one may end in what is taken off others.
        let untagged = name.strip_suffix(":latest").unwrap_or(name);
        let bare = untagged.strip_suffix(".gguf").unwrap_or(untagged);
        let spellings = [name, untagged, bare].map(str::to_lowercase);
        let seen = || {
            let names = lock(&self.names);
            spellings.iter().find_map(|name| names.get(name)).cloned()
        };
        let known = seen();
        // A name that was seen need not be looked for among all the others.
        let known = known.and_then(|known| known.again());
        let surveyed = known.or_else(|| {
            self.survey();
            seen()
        });
        let surveyed = surveyed.ok_or_else(|| Error::ModelNotFound(name.to_owned()))?;
        self.look_into(&surveyed)
            .map_err(|problem| Error::ModelUnusable {
                name: name.to_owned(),
                reason: problem.into_reason(),
            })
    }

    /// All candidates, in the order of the places, with the number of their place.
    fn candidates(&self) -> impl Iterator<Item = (usize, Candidate)> {
        self.places.iter().enumerate().flat_map(|(number, place)| {
            let folder = &place.folder;
            let found = match place.owner {
                Owner::Folder => folder::survey(folder),
                Owner::Ollama => ollama::survey(folder),
                Owner::LmStudio => folder::lm_studio(folder),
                Owner::Jan => jan::survey(folder),
                Owner::Gpt4All => folder::gpt4all(folder),
                Owner::HuggingFace => hugging_face::survey(folder),
            };
            found.into_iter().map(move |candidate| (number, candidate))
        })
    }

    /// Names everything once. A file that several names lead to is listed under the first, and found
    /// under all; a name that is taken gets its owner's word.
    fn survey(&self) -> Vec<Arc<Surveyed>> {
        let mut all: Vec<Arc<Surveyed>> = Vec::new();
        let mut names: HashMap<String, Arc<Surveyed>> = HashMap::new();
        let mut files: HashMap<Identity, Arc<Surveyed>> = HashMap::new();
        for (place, candidate) in self.candidates() {
            let stamps: Vec<Stamp> = candidate.parts.iter().map(|part| Stamp::of(part)).collect();
            let identity = stamps.first().map(Stamp::identity);
            let taken = names.get(&candidate.name.to_lowercase());
            let same = identity.as_ref().and_then(|identity| files.get(identity));
            if let Some(same) = same.filter(|same| same.is_also(&candidate)) {
                let same = Arc::clone(same);
                names.entry(candidate.name.to_lowercase()).or_insert(same);
                continue;
            }
            // A copy, such as the starter that the installer brought.
            if candidate.owner == Owner::Folder
                && taken.is_some_and(|taken| taken.has_copy(place, &stamps))
            {
                continue;
            }
            let name = free_name(&candidate, |name| !names.contains_key(&name.to_lowercase()));
            let candidate = Candidate { name, ..candidate };
            let one = Arc::new(Surveyed {
                place,
                candidate,
                stamps,
            });
            names.insert(one.candidate.name.to_lowercase(), Arc::clone(&one));
            if let (Some(identity), None) = (identity, &one.candidate.problem) {
                files.insert(identity, Arc::clone(&one));
            }
            all.push(one);
        }
        *lock(&self.names) = names;
        all
    }

    /// Reads the header, unless that was done in this state of the files.
    fn look_into(&self, surveyed: &Surveyed) -> Result<Arc<ModelFile>, Problem> {
        let Surveyed {
            candidate, stamps, ..
        } = surveyed;
        if let Some(problem) = &candidate.problem {
            return Err(Problem::Content(problem.clone()));
        }
        let Some(first) = candidate.parts.first() else {
            return Err("it has no file".into());
        };
        if let Some(known) = lock(&self.read).get_mut(first)
            && known.stamps == *stamps
        {
            return known.as_model(candidate).map_err(Problem::Content);
        }
        // Not under the lock: a question to one model does not wait for the headers of others.
        self.headers_read.fetch_add(1, Ordering::Relaxed);
        let reading = match gguf::read(&candidate.parts) {
            Ok(metadata) => Reading::Model(metadata),
            Err(Problem::Content(reason)) => Reading::Unusable(reason),
            // It may be another thing the next time, with the same file.
            Err(problem) => return Err(problem),
        };
        if let Reading::Unusable(reason) = &reading {
            tracing::warn!(file = %first.display(), reason, "unusable model file");
        }
        self.moved.store(true, Ordering::Relaxed);
        let mut known = Known {
            stamps: stamps.clone(),
            reading,
            model: None,
        };
        let model = known.as_model(candidate);
        lock(&self.read).insert(first.clone(), known);
        model.map_err(Problem::Content)
    }
}

impl Known {
    fn as_model(&mut self, candidate: &Candidate) -> Result<Arc<ModelFile>, String> {
        let metadata = match &self.reading {
            Reading::Model(metadata) => metadata,
            Reading::Unusable(reason) => return Err(reason.clone()),
        };
        let same = |model: &&Arc<ModelFile>| {
            (&model.name, model.owner, model.linked)
                == (&candidate.name, candidate.owner, candidate.linked)
        };
        if let Some(model) = self.model.as_ref().filter(same) {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(ModelFile::new(candidate, &self.stamps, metadata.clone()));
        self.model = Some(Arc::clone(&model));
        Ok(model)
    }
}

impl Surveyed {
    /// The same with the state of its files now; `None` where one is gone, or it was no model.
    fn again(&self) -> Option<Arc<Self>> {
        let Self { candidate, .. } = self;
        if candidate.problem.is_some() || !candidate.parts.iter().all(|part| part.exists()) {
            return None;
        }
        let stamps = candidate.parts.iter().map(|part| Stamp::of(part)).collect();
        Some(Arc::new(Self {
            place: self.place,
            candidate: candidate.clone(),
            stamps,
        }))
    }

    /// The candidate is this one under another name. Two names that a person gave to one file in our
    /// folders, without a link that would say so, are two models to them.
    fn is_also(&self, candidate: &Candidate) -> bool {
        let own = |one: &Candidate| one.owner == Owner::Folder && !one.linked;
        candidate.problem.is_none() && !(own(&self.candidate) && own(candidate))
    }

    /// Files of the same sizes in another of our folders: the starter that the installer brought, for
    /// one. They have the same name already. Two within one folder are two that a person keeps there.
    fn has_copy(&self, place: usize, stamps: &[Stamp]) -> bool {
        let sizes = |stamps: &[Stamp]| stamps.iter().map(|stamp| stamp.size).collect::<Vec<_>>();
        self.candidate.owner == Owner::Folder
            && self.place != place
            && sizes(&self.stamps) == sizes(stamps)
    }

    fn unusable(&self, problem: Problem) -> UnusableFile {
        let candidate = &self.candidate;
        UnusableFile {
            name: candidate.name.clone(),
            owner: candidate.owner,
            linked: candidate.linked,
            parts: candidate.parts.clone(),
            size: self.stamps.iter().map(|stamp| stamp.size).sum(),
            out_of_reach: matches!(problem, Problem::OutOfReach),
            reason: problem.into_reason(),
        }
    }
}

/// Refuses an adapter where a model is asked for.
fn no_adapter(name: &str, model: &ModelFile) -> Result<(), Error> {
    if model.metadata.kind != Kind::Adapter {
        return Ok(());
    }
    Err(Error::ModelUnusable {
        name: name.to_owned(),
        reason: format!(
            "it is a LoRA adapter for models of the kind {}: choose such a model, and attach it to that",
            model.metadata.architecture
        ),
    })
}

/// The candidate's own name, or, where an earlier place has it, `name@owner`, `name@owner-2`, ...
fn free_name(candidate: &Candidate, is_free: impl Fn(&str) -> bool) -> String {
    let name = &candidate.name;
    let word = candidate.owner.word();
    let others = std::iter::once(format!("{name}@{word}"))
        .chain((2u64..).map(|number| format!("{name}@{word}-{number}")));
    std::iter::once(name.clone())
        .chain(others)
        .find(|name| is_free(name))
        .unwrap_or_else(|| name.clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is one statement: a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
