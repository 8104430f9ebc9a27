//! A file on its way, on disk: beside the models, under a name that is no model's, until it is whole and
//! its hash is right. In the models folder:
//!
//! ```text
//! .partial/<file>.download        the bytes so far, from the first on
//! .partial/<file>.download.json   what they are part of
//! .partial/<file>.download.lock   held by who fetches it; its time: since when
//! ```
//!
//! scripts/lib/fetch.mjs keeps other names there (`<file>`, `<file>.json`, `<file>.lock`), so that neither
//! meets the other's.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{error::DownloadError, hub::Source, space};

/// The folder of unfinished files, in the models folder.
const FOLDER: &str = ".partial";
const DATA: &str = ".download";
const RECORD: &str = ".download.json";
const LOCK: &str = ".download.lock";

/// Bytes that may be lost when the power goes: written, and not yet forced onto the disk.
const SYNC_EVERY: u64 = 64 << 20;

/// Bytes that are hashed at once.
const PIECE: usize = 1 << 20;

/// Bytes of a record that are read; it has about 500.
const LONGEST_RECORD: u64 = 16 << 10;

/// How often a lock is tried: somebody may only be looking who holds it.
const LOCK_TRIES: u32 = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(25);

/// What a file should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name for the program.
    pub id: String,
    /// Its name for the person.
    pub title: String,
    /// Where it is on the hub.
    #[serde(flatten)]
    pub source: Source,
    /// What it is called here.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What stands beside the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    target: Target,
    /// What the server that sent them calls this state of the file (RFC 9110, section 8.8.3), and which
    /// server that is: names of one mean nothing to another.
    #[serde(default)]
    tag: Option<Tag>,
}

/// A server's name for one state of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tag {
    pub(super) host: String,
    pub(super) etag: String,
}

/// A file on its way that nobody holds in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// What it should be.
    pub target: Target,
    /// Bytes that are here.
    pub received: u64,
    /// Another program fetches it now.
    pub taken: bool,
}

/// All files that are on their way to a models folder, by name. What cannot be read is left out.
#[must_use]
pub fn unfinished(models: &Path) -> Vec<Unfinished> {
    let entries = fs::read_dir(models.join(FOLDER))
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<Unfinished> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let places = Places::new(models, name.strip_suffix(RECORD)?);
            let target = places.record()?.target;
            Some(Unfinished {
                received: places.length().min(target.size),
                target,
                taken: places.is_taken(),
            })
        })
        .collect();
    found.sort_by(|one, other| one.target.name.cmp(&other.target.name));
    found
}

/// Notes that a file was asked for, so that it is not forgotten while it waits for its turn. What is here
/// of it stays.
///
/// # Errors
///
/// If another program fetches it, or nothing can be written there.
pub fn note_begun(models: &Path, target: &Target) -> Result<(), DownloadError> {
    let places = Places::new(models, &target.name);
    let on_disk = |error: io::Error| DownloadError::of_disk(&places.with(RECORD), &error);
    fs::create_dir_all(&places.folder).map_err(on_disk)?;
    let _lock = places.lock()?;
    let is_noted = |record: &Record| record.target == *target;
    if places.record().as_ref().is_some_and(is_noted) {
        return Ok(());
    }
    // Of another file: its bytes are no beginning of this one.
    let is_other = |record: Record| record.target.sha256 != target.sha256;
    if places.record().is_none_or(is_other) && places.length() > 0 {
        fs::remove_file(places.with(DATA)).map_err(on_disk)?;
    }
    let record = Record {
        target: target.clone(),
        tag: None,
    };
    places.write_record(&record).map_err(on_disk)
}

/// Removes what is here of an unfinished file.
///
/// # Errors
///
/// If another program fetches it, or it cannot be removed.
pub fn forget(models: &Path, name: &str) -> Result<(), DownloadError> {
    let places = Places::new(models, name);
    if !places.folder.is_dir() {
        return Ok(());
    }
    let lock = places.lock()?;
    places.remove(lock)
}

/// The SHA-256 of a file in lower-case hexadecimal.
///
/// # Errors
///
/// If it cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash_file(&mut File::open(path)?, &mut hash, || false)?;
    Ok(hex::encode(hash.finalize()))
}

/// Hashes a file from where it stands; how many bytes that were.
fn hash_file(file: &mut File, hash: &mut Sha256, stop: impl Fn() -> bool) -> io::Result<u64> {
    let mut piece = vec![0; PIECE];
    let mut length = 0;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 || stop() {
            return Ok(length);
        }
        hash.update(&piece[..read]);
        length += read as u64;
    }
}

/// Where the parts of one unfinished file are.
struct Places {
    models: PathBuf,
    folder: PathBuf,
    name: String,
}

impl Places {
    fn new(models: &Path, name: &str) -> Self {
        Self {
            models: models.to_owned(),
            folder: models.join(FOLDER),
            name: name.to_owned(),
        }
    }

    fn with(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.name))
    }

    fn whole(&self) -> PathBuf {
        self.models.join(&self.name)
    }

    fn record(&self) -> Option<Record> {
        let path = self.with(RECORD);
        // Opening anything else, a pipe for one, could wait for ever.
        if !path.symlink_metadata().is_ok_and(|found| found.is_file()) {
            return None;
        }
        let mut text = String::new();
        File::open(path)
            .ok()?
            .take(LONGEST_RECORD)
            .read_to_string(&mut text)
            .ok()?;
        let record: Record = serde_json::from_str(&text).ok()?;
        (record.target.name == self.name).then_some(record)
    }

    fn length(&self) -> u64 {
        let found = self.with(DATA).symlink_metadata();
        found.map_or(0, |found| if found.is_file() { found.len() } else { 0 })
    }

    fn lock(&self) -> Result<File, DownloadError> {
        for _ in 1..LOCK_TRIES {
            match self.lock_once() {
                Err(DownloadError::Taken) => thread::sleep(BETWEEN_TRIES),
                other => return other,
            }
        }
        self.lock_once()
    }

    fn lock_once(&self) -> Result<File, DownloadError> {
        let path = self.with(LOCK);
        let failed = |error: io::Error| DownloadError::of_disk(&path, &error);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) if is_at(&file, &path) => {
                // Seen by whoever watches the folder: somebody goes on with it. On a disk without
                // times nobody sees it, and nothing else is lost.
                let _ = file.set_modified(SystemTime::now());
                Ok(file)
            }
            // Whoever held it removed it with the rest.
            Ok(()) | Err(TryLockError::WouldBlock) => Err(DownloadError::Taken),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Whether another program fetches it. Looks beside each other do not meet.
    fn is_taken(&self) -> bool {
        let lock = File::open(self.with(LOCK));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Written beside and renamed, so that no reader meets half of it.
    fn write_record(&self, record: &Record) -> io::Result<()> {
        let beside = self.with(".download.json.new");
        let mut file = File::create(&beside)?;
        serde_json::to_writer(&mut file, record)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(beside, self.with(RECORD))
    }

    /// The lock goes last: until then nobody else begins.
    fn remove(&self, lock: File) -> Result<(), DownloadError> {
        let gone = |ending: &str| {
            let path = self.with(ending);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(DownloadError::of_disk(&path, &error))
                }
                _ => Ok(()),
            }
        };
        gone(RECORD)?;
        gone(DATA)?;
        // Windows removes no file that is open.
        if cfg!(windows) {
            drop(lock);
            return gone(LOCK);
        }
        let removed = gone(LOCK);
        drop(lock);
        removed
    }
}

/// Whether an open file is still the one of that name.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else {
            return false;
        };
        (open.dev(), open.ino()) == (named.dev(), named.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// A file on its way, held by this program.
pub(super) struct Partial {
    places: Places,
    record: Record,
    lock: File,
    data: File,
    hash: Sha256,
    length: u64,
    unsynced: u64,
}

impl Partial {
    /// Takes what is here of a file, or begins it. The bytes that are here are hashed.
    ///
    /// # Errors
    ///
    /// If another program fetches it, another file has its name, the disk has no room, or it cannot be
    /// written. [`DownloadError::Cut`] if that was said meanwhile.
    pub(super) fn open(
        models: &Path,
        target: &Target,
        cut: &CancellationToken,
    ) -> Result<Self, DownloadError> {
        let places = Places::new(models, &target.name);
        let on_disk = |error: io::Error| DownloadError::of_disk(&places.with(DATA), &error);
        fs::create_dir_all(&places.folder).map_err(on_disk)?;
        let lock = places.lock()?;
        if is_taken_name(&places.whole()) {
            return Err(DownloadError::AlreadyThere(places.whole()));
        }
        // Of another file: it is begun anew.
        let is_ours = |record: &Record| {
            let found = &record.target;
            (&found.sha256, found.size) == (&target.sha256, target.size)
        };
        let kept = places.record().filter(is_ours);
        let path = places.with(DATA);
        if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            fs::remove_file(&path).map_err(on_disk)?;
        }
        let mut data = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(on_disk)?;
        let here = data.metadata().map_err(on_disk)?.len();
        if kept.is_none() || here > target.size {
            data.set_len(0).map_err(on_disk)?;
        }
        let record = Record {
            target: target.clone(),
            tag: kept.and_then(|record| record.tag),
        };
        places.write_record(&record).map_err(on_disk)?;
        let mut hash = Sha256::new();
        let length = hash_file(&mut data, &mut hash, || cut.is_cancelled()).map_err(on_disk)?;
        if cut.is_cancelled() {
            return Err(DownloadError::Cut);
        }
        let needed = target
            .size
            .saturating_sub(length)
            .saturating_add(space::SPARE_BYTES);
        match space::free_bytes(&places.folder) {
            Some(free) if free < needed && length < target.size => {
                return Err(DownloadError::NoSpace { needed, free });
            }
            _ => {}
        }
        Ok(Self {
            places,
            record,
            lock,
            data,
            hash,
            length,
            unsynced: 0,
        })
    }

    /// Bytes that are here.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    pub(super) const fn target(&self) -> &Target {
        &self.record.target
    }

    pub(super) const fn is_whole(&self) -> bool {
        self.length == self.record.target.size
    }

    /// What this server calls the state of the file that the bytes here are from, if it said so.
    pub(super) fn tag_of(&self, host: &str) -> Option<&str> {
        let tag = self.record.tag.as_ref()?;
        (tag.host == host).then_some(tag.etag.as_str())
    }

    pub(super) const fn tag(&self) -> Option<&Tag> {
        self.record.tag.as_ref()
    }

    pub(super) fn keep_tag(&mut self, tag: Option<Tag>) -> Result<(), DownloadError> {
        if self.record.tag == tag {
            return Ok(());
        }
        self.record.tag = tag;
        let kept = self.places.write_record(&self.record);
        kept.map_err(|error| self.on_disk(&error))
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// If they cannot be written; nothing of them counts then.
    pub(super) fn take(&mut self, piece: &[u8]) -> Result<(), DownloadError> {
        if let Err(error) = self.data.write_all(piece) {
            // Part of it may be there. Where that cannot be taken back, the next opening hashes it too.
            let _ = self.data.set_len(self.length);
            let _ = self.data.seek(SeekFrom::End(0));
            return Err(self.on_disk(&error));
        }
        self.hash.update(piece);
        self.length += piece.len() as u64;
        self.unsynced += piece.len() as u64;
        if self.unsynced >= SYNC_EVERY {
            self.unsynced = 0;
            self.data
                .sync_data()
                .map_err(|error| self.on_disk(&error))?;
        }
        Ok(())
    }

    /// Lets go of the bytes that are here: they are of another file.
    pub(super) fn begin_anew(&mut self) -> Result<(), DownloadError> {
        let emptied = self.data.set_len(0);
        let emptied = emptied.and_then(|()| self.data.seek(SeekFrom::Start(0)));
        emptied.map_err(|error| self.on_disk(&error))?;
        self.hash = Sha256::new();
        self.length = 0;
        self.keep_tag(None)
    }

    /// Forgets the file: what came is not it.
    pub(super) fn remove(self) -> Result<(), DownloadError> {
        drop(self.data);
        self.places.remove(self.lock)
    }

    /// Makes the whole file a model: checks its hash, forces it onto the disk and gives it its name.
    ///
    /// # Errors
    ///
    /// [`DownloadError::HashDiffers`]: it is removed then.
    pub(super) fn finish(mut self) -> Result<PathBuf, DownloadError> {
        let found = hex::encode(std::mem::take(&mut self.hash).finalize());
        let known = self.record.target.sha256.clone();
        if found != known {
            self.remove()?;
            return Err(DownloadError::HashDiffers { known, found });
        }
        self.data.sync_all().map_err(|error| self.on_disk(&error))?;
        let (from, to) = (self.places.with(DATA), self.places.whole());
        drop(self.data);
        let on_disk = |error: io::Error| DownloadError::of_disk(&to, &error);
        // A link takes no name that is taken; where there are no links, a rename must do.
        match fs::hard_link(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(DownloadError::AlreadyThere(to));
            }
            Err(_) if is_taken_name(&to) => return Err(DownloadError::AlreadyThere(to)),
            Err(_) => fs::rename(&from, &to).map_err(on_disk)?,
        }
        sync_folder(&self.places.models).map_err(on_disk)?;
        self.places.remove(self.lock)?;
        Ok(to)
    }

    fn on_disk(&self, error: &io::Error) -> DownloadError {
        DownloadError::of_disk(&self.places.with(DATA), error)
    }
}

/// Whether something has this name, be it a link that leads nowhere.
#[must_use]
pub fn is_taken_name(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Forces the names in a folder onto the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
