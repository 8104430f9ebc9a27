//! Names, owners and what is read, without another process. Real stores are laid out in
//! `tests/integration/stores.rs`, before the real one.

use std::fs;
use std::path::Path;

use super::*;

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn library(folder: &Path) -> Library {
    Library::new(
        vec![
            Place::folder(folder.join("own")),
            Place::folder(folder.join("missing")),
            Place {
                owner: Owner::LmStudio,
                folder: folder.join("studio"),
            },
        ],
        Index::default(),
    )
}

fn names(library: &Library) -> Vec<String> {
    let unusable = library.list().unusable.into_iter();
    unusable.map(|file| file.name).collect()
}

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
        write(&folder.path().join("own"), name, b"x");
    }
    fs::create_dir(folder.path().join("own/folder.gguf")).unwrap();
    let library = library(folder.path());
    assert_eq!(names(&library), ["a", "E", "folder"]);
    assert!(matches!(
        library.find("A:latest"),
        Err(Error::ModelUnusable { .. })
    ));
    assert!(matches!(library.find("b"), Err(Error::ModelNotFound(_))));
}

#[test]
fn a_name_that_is_taken_gets_its_owners_word() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("own/a.gguf", "one"),
        ("own/sub/a.gguf", "three"),
        ("own/copy/a.gguf", "two"),
        // A copy in another of our folders is none of its own.
        ("missing/a.gguf", "six"),
        ("studio/p/m/a.gguf", "four"),
        ("studio/q/m/A.gguf", "five"),
        ("studio/q/m/mmproj-a.gguf", "eyes"),
    ] {
        write(folder.path(), name, content.as_bytes());
    }
    let library = library(folder.path());
    assert_eq!(
        names(&library),
        [
            "a",
            "a@folder",
            "a@folder-2",
            "a@lm_studio",
            "A@lm_studio-2"
        ]
    );
}

#[test]
fn the_name_as_it_is_goes_before_the_name_without_its_ending() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "own/a.gguf", b"");
    write(folder.path(), "own/a.gguf.gguf", b"no model");
    let library = library(folder.path());
    for (name, expected) in [
        ("a", "the file is empty"),
        ("a:latest", "the file is empty"),
        ("A.gguf", "first bytes"),
        ("a.gguf:latest", "first bytes"),
        ("a.gguf.gguf", "first bytes"),
    ] {
        let Err(Error::ModelUnusable { reason, .. }) = library.find(name) else {
            panic!("{name}");
        };
        assert!(reason.contains(expected), "{name}: {reason}");
    }
}

#[test]
fn a_model_that_jan_has_from_elsewhere_is_readable() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let elsewhere = [
        "one.gguf",
        "two-00001-of-00002.gguf",
        "two-00002-of-00002.gguf",
    ]
    .map(|name| root.join("elsewhere").join(name));
    for file in &elsewhere {
        write(&root, file.to_str().unwrap(), b"x");
    }
    write(&root, "elsewhere/three-00001-of-00002.gguf", b"x");
    write(&root, "elsewhere/diary.txt", b"x");
    let described = |id: &str, path: &str| {
        let path = serde_json::to_string(&root.join(path)).unwrap();
        let name = format!("jan/llamacpp/models/{id}/model.yml");
        write(&root, &name, format!("model_path: {path}\n").as_bytes());
    };
    described("one", "elsewhere/one.gguf");
    described("two", "elsewhere/two-00001-of-00002.gguf");
    described("three", "elsewhere/three-00001-of-00002.gguf");
    described("diary", "elsewhere/diary.txt");
    write(&root, "jan/inside.gguf", b"x");
    described("inside", "jan/inside.gguf");
    let jan = Place {
        owner: Owner::Jan,
        folder: root.join("jan"),
    };
    let library = Library::new(vec![jan], Index::default());
    let readable: HashSet<PathBuf> = library.readable().into_iter().collect();
    for file in elsewhere {
        assert!(readable.contains(&file), "{}", file.display());
    }
    for file in [
        "elsewhere",
        "elsewhere/three-00001-of-00002.gguf",
        "elsewhere/diary.txt",
    ] {
        assert!(!readable.contains(&root.join(file)), "{file}");
    }
    let listing = library.list();
    let three = listing.unusable.iter().find(|file| file.name == "three");
    assert_eq!(three.unwrap().reason, "part 2 of 2 is missing");
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_listed_once_and_found_by_both() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "studio/p/m/a.gguf", b"x");
    fs::create_dir(folder.path().join("own")).unwrap();
    std::os::unix::fs::symlink(
        folder.path().join("studio/p/m/a.gguf"),
        folder.path().join("own/b.gguf"),
    )
    .unwrap();
    // Two names in our own folder are two, as they always were.
    write(folder.path(), "own/c.gguf", b"y");
    fs::hard_link(
        folder.path().join("own/c.gguf"),
        folder.path().join("own/d.gguf"),
    )
    .unwrap();
    let library = library(folder.path());
    assert_eq!(names(&library), ["b", "c", "d"]);
    assert!(library.list().unusable[0].linked);
    for name in ["a", "b"] {
        assert!(
            matches!(library.find(name), Err(Error::ModelUnusable { .. })),
            "{name}"
        );
    }
}

#[test]
fn a_header_is_read_once_for_each_state_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "own/a.gguf", b"x");
    write(folder.path(), "own/b.gguf", b"y");
    let first = library(folder.path());
    let check = |library: &Library, read: u64, moved: bool| {
        assert_eq!(names(library), ["a", "b"]);
        assert_eq!(
            (library.headers_read(), library.index_moved()),
            (read, moved)
        );
    };
    assert!(first.find("b").is_err());
    assert_eq!(first.headers_read(), 1, "another one's header was read");
    check(&first, 2, true);
    let text = serde_json::to_string(&first.index()).unwrap();
    check(&first, 2, false);

    // As after a restart.
    let index = serde_json::from_str(&text).unwrap();
    let second = Library::new(vec![Place::folder(folder.path().join("own"))], index);
    check(&second, 0, false);
    write(folder.path(), "own/b.gguf", b"longer");
    check(&second, 1, true);
    second.index();
    fs::remove_file(folder.path().join("own/b.gguf")).unwrap();
    assert_eq!(names(&second), ["a"]);
    assert!(second.index_moved());
    assert_eq!(second.index().entries.len(), 1);
}
