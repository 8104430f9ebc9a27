//! A disk that is full or read-only, for real: a small file system in memory that only a child
//! process sees. Where a process may not mount one (and is not root), permissions do for the second.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sotto_history::{History, HistoryError};

use crate::support::*;

const FOLDER: &str = "SOTTO_DISK_FOLDER";

/// Ways to get a private set of mounts, the least powerful first.
const WAYS: [&[&str]; 3] = [
    &["unshare", "--user", "--map-root-user", "--mount"],
    &["unshare", "--mount"],
    &["sudo", "-n", "-E", "unshare", "--mount"],
];

/// Runs a test of this binary where `mount` has been done; false where none may be done.
fn run_mounted(mount: &str, folder: &Path, test: &str) -> bool {
    let script = |rest: &str| format!("mount {mount} \"${FOLDER}\" {rest}");
    for way in WAYS {
        let (program, arguments) = way.split_first().unwrap();
        let permitted = Command::new(program)
            .args(arguments)
            .args(["sh", "-c", &script("")])
            .env(FOLDER, folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !permitted.is_ok_and(|status| status.success()) {
            continue;
        }
        let mounted = script("&& exec \"$0\" \"$@\"");
        let wrapper = [way, &["sh", "-c", &mounted]].concat();
        let output = child(test, &wrapper).env(FOLDER, folder).output().unwrap();
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        return true;
    }
    false
}

#[test]
fn a_full_disk_is_reported_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    if !run_mounted(
        "-t tmpfs -o size=4m tmpfs",
        folder.path(),
        "disk::on_a_small_disk",
    ) {
        eprintln!("no file system may be mounted here: only the limit of pages was tested");
    }
}

/// Not a test by itself: what happens on a disk of 4 MB.
#[tokio::test]
async fn on_a_small_disk() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let path = database(&folder);
    let history = History::create(&path, &key()).await.unwrap();
    tell(&history, 10, "Kept", "question", "reply").await;
    history
        .begin_turn(first_turn(20, "In flight", "question"))
        .await
        .unwrap();
    history
        .save_answer(message_id(22), "half".to_owned())
        .await
        .unwrap();

    let filler = folder.join("filler");
    let mut file = File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}

    let large = "words that need room ".repeat(20_000);
    for _ in 0..3 {
        let question = history.begin_turn(first_turn(30, "Lost", &large)).await;
        assert!(
            matches!(question, Err(HistoryError::DiskFull { .. })),
            "{question:?}"
        );
        let saved = history.save_answer(message_id(22), large.clone()).await;
        assert!(
            matches!(saved, Err(HistoryError::DiskFull { .. })),
            "{saved:?}"
        );
    }
    let titles: Vec<_> = history.conversations().await.unwrap();
    assert_eq!(titles.len(), 2);
    assert_eq!(
        history.message(message_id(12)).await.unwrap().unwrap().text,
        "reply"
    );
    assert_eq!(
        history.message(message_id(22)).await.unwrap().unwrap().text,
        "half"
    );

    // Starting on a full disk: a new history is refused as that, and leaves nothing behind.
    let new = folder.join("new.db");
    let refused = History::create(&new, &key()).await.map(|_| ());
    assert!(
        matches!(refused, Err(HistoryError::DiskFull { .. })),
        "{refused:?}"
    );
    assert!(!new.exists());

    // With room again, everything goes on, in the same process and in the next.
    drop(file);
    fs::remove_file(&filler).unwrap();
    history
        .save_answer(message_id(22), large.clone())
        .await
        .unwrap();
    complete(&history, 22, &large).await;
    history
        .begin_turn(first_turn(30, "Kept too", "question"))
        .await
        .unwrap();
    history.close().await.unwrap();
    let history = History::open(&path, &key()).await.unwrap();
    assert_eq!(history.conversations().await.unwrap().len(), 3);
    assert_eq!(
        history.message(message_id(22)).await.unwrap().unwrap().text,
        large
    );
}

#[tokio::test]
async fn a_read_only_folder_is_reported() {
    let (folder, history) = created().await;
    tell(&history, 10, "Kept", "question", "reply").await;
    history.close().await.unwrap();
    let before = fs::read(database(folder.path())).unwrap();
    let mount = "--bind -o ro \"$SOTTO_DISK_FOLDER\"";
    if !run_mounted(mount, folder.path(), "disk::in_a_read_only_folder") {
        let set = |mode| {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(folder.path(), permissions).unwrap();
        };
        set(0o500);
        // Root without the right to mount, as in many containers, may write here all the same.
        if fs::write(folder.path().join("probe"), "").is_err() {
            check_read_only(folder.path()).await;
        } else {
            eprintln!("not shown: nothing is read-only for this user");
        }
        set(0o700);
    }
    assert_eq!(fs::read(database(folder.path())).unwrap(), before);
}

/// Not a test by itself.
#[tokio::test]
async fn in_a_read_only_folder() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        check_read_only(Path::new(&folder)).await;
    }
}

async fn check_read_only(folder: &Path) {
    for refused in [
        History::open(&database(folder), &key()).await.map(|_| ()),
        History::create(&folder.join("new.db"), &key())
            .await
            .map(|_| ()),
        History::create(&folder.join("new/new.db"), &key())
            .await
            .map(|_| ()),
    ] {
        assert!(
            matches!(refused, Err(HistoryError::ReadOnly { .. })),
            "{refused:?}"
        );
    }
}

/// A file of its own that may not be written, in a folder that may.
#[tokio::test]
async fn a_folder_that_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "text").unwrap();
    let refused = History::create(&file.join("history.db"), &key())
        .await
        .map(|_| ());
    assert!(refused.is_err());
    assert_eq!(fs::read(&file).unwrap(), b"text");
}
