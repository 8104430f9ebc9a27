//! A file on disk from its first byte to its name, and what must not count.

use super::*;

fn target(text: &str) -> Target {
    Target {
        id: "tiny".to_owned(),
        title: "Tiny".to_owned(),
        source: Source {
            repository: "owner/name".to_owned(),
            revision: "main".to_owned(),
            path: "tiny.gguf".to_owned(),
        },
        name: "tiny.gguf".to_owned(),
        size: text.len() as u64,
        sha256: hex::encode(Sha256::digest(text)),
    }
}

fn open(models: &Path, target: &Target) -> Result<Partial, DownloadError> {
    Partial::open(models, target, &CancellationToken::new())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_gets_its_name_when_it_is_whole_and_right() {
    let models = tempfile::tempdir().unwrap();
    let target = target("hello world");
    let mut partial = open(models.path(), &target).unwrap();
    partial.take(b"hello").unwrap();
    assert_eq!(names(models.path()), [FOLDER]);
    drop(partial);
    // As after a restart: the first bytes are here and count.
    assert_eq!(
        unfinished(models.path()),
        [Unfinished {
            target: target.clone(),
            received: 5,
            taken: false
        }]
    );
    let mut partial = open(models.path(), &target).unwrap();
    assert_eq!(partial.length(), 5);
    partial.take(b" world").unwrap();
    assert!(partial.is_whole());
    let path = partial.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"hello world");
    assert_eq!(names(&models.path().join(FOLDER)), [""; 0]);
    assert_eq!(sha256_of(&path).unwrap(), target.sha256);
}

#[test]
fn a_wrong_byte_leaves_nothing() {
    let models = tempfile::tempdir().unwrap();
    let target = target("hello");
    let mut partial = open(models.path(), &target).unwrap();
    partial.take(b"jello").unwrap();
    let found = hex::encode(Sha256::digest("jello"));
    let known = target.sha256.clone();
    let differs = DownloadError::HashDiffers { known, found };
    assert_eq!(partial.finish().err(), Some(differs));
    assert_eq!(names(models.path()), [FOLDER]);
    assert_eq!(names(&models.path().join(FOLDER)), [""; 0]);
}

#[test]
fn what_is_here_of_another_file_does_not_count() {
    let models = tempfile::tempdir().unwrap();
    let mut partial = open(models.path(), &target("hello")).unwrap();
    partial.take(b"hel").unwrap();
    drop(partial);
    assert_eq!(open(models.path(), &target("world")).unwrap().length(), 0);
    // More than the whole is of another one too, whatever the record says.
    let world = target("world");
    fs::write(
        models.path().join(".partial/tiny.gguf.download"),
        "worlds apart",
    )
    .unwrap();
    assert_eq!(open(models.path(), &world).unwrap().length(), 0);
    // A record that is damaged says nothing.
    fs::write(models.path().join(".partial/tiny.gguf.download"), "wor").unwrap();
    fs::write(models.path().join(".partial/tiny.gguf.download.json"), "{").unwrap();
    assert_eq!(unfinished(models.path()), []);
    assert_eq!(open(models.path(), &world).unwrap().length(), 0);
}

#[test]
fn a_file_is_fetched_by_one_at_a_time() {
    let models = tempfile::tempdir().unwrap();
    let target = target("hello");
    let mut first = open(models.path(), &target).unwrap();
    first.take(b"he").unwrap();
    assert_eq!(
        open(models.path(), &target).err(),
        Some(DownloadError::Taken)
    );
    assert_eq!(
        forget(models.path(), "tiny.gguf"),
        Err(DownloadError::Taken)
    );
    assert!(unfinished(models.path())[0].taken);
    first.take(b"llo").unwrap();
    first.finish().unwrap();
    let there = DownloadError::AlreadyThere(models.path().join("tiny.gguf"));
    assert_eq!(open(models.path(), &target).err(), Some(there));
}

#[test]
fn a_name_that_was_taken_meanwhile_is_not_written_over() {
    let models = tempfile::tempdir().unwrap();
    let target = target("hello");
    let mut partial = open(models.path(), &target).unwrap();
    partial.take(b"hello").unwrap();
    let own = models.path().join("tiny.gguf");
    fs::write(&own, "the person's own").unwrap();
    assert_eq!(
        partial.finish().err(),
        Some(DownloadError::AlreadyThere(own.clone()))
    );
    assert_eq!(fs::read(own).unwrap(), b"the person's own");
}

#[test]
fn what_is_forgotten_is_gone_and_nothing_else() {
    let models = tempfile::tempdir().unwrap();
    let target = target("hello");
    open(models.path(), &target).unwrap().take(b"he").unwrap();
    // The set-up's own progress lies beside it.
    let other = models.path().join(".partial/tiny.gguf.json");
    fs::write(&other, "{}").unwrap();
    forget(models.path(), "tiny.gguf").unwrap();
    assert_eq!(names(&models.path().join(FOLDER)), ["tiny.gguf.json"]);
    forget(models.path(), "tiny.gguf").unwrap();
    assert_eq!(unfinished(models.path()), []);
}

#[test]
fn a_tag_is_of_one_server() {
    let models = tempfile::tempdir().unwrap();
    let target = target("hello");
    let mut partial = open(models.path(), &target).unwrap();
    let tag = Tag {
        host: "cdn.example".to_owned(),
        etag: "\"1\"".to_owned(),
    };
    partial.keep_tag(Some(tag)).unwrap();
    drop(partial);
    let mut partial = open(models.path(), &target).unwrap();
    assert_eq!(partial.tag_of("cdn.example"), Some("\"1\""));
    assert_eq!(partial.tag_of("other.example"), None);
    partial.take(b"he").unwrap();
    partial.begin_anew().unwrap();
    assert_eq!((partial.length(), partial.tag_of("cdn.example")), (0, None));
    partial.take(b"hello").unwrap();
    partial.finish().unwrap();
}
