//! A disk without room, for real: a small file system in memory that only a child process sees.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use sotto_test_support::World;

use super::*;

const FOLDER: &str = "SOTTO_SMALL_DISK";

/// Ways to get a private set of mounts, the least powerful first.
const WAYS: [&[&str]; 3] = [
    &["unshare", "--user", "--map-root-user", "--mount"],
    &["unshare", "--mount"],
    &["sudo", "-n", "-E", "unshare", "--mount"],
];

/// Runs this test of this binary where a small disk is mounted; false where nobody may mount one.
fn run_on_small_disk(size: &str, folder: &Path, test: &str) -> bool {
    let mount = format!("mount -t tmpfs -o size={size} tmpfs \"${FOLDER}\"");
    for way in WAYS {
        let command = |script: &str| {
            let mut command = Command::new(way[0]);
            command
                .args(&way[1..])
                .args(["sh", "-c", script])
                .env(FOLDER, folder);
            command
        };
        let tried = command(&mount)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !tried.is_ok_and(|status| status.success()) {
            continue;
        }
        let output = command(&format!("{mount} && exec \"$0\" \"$@\""))
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains("1 passed"), "{said}");
        return true;
    }
    false
}

/// The server that falls silent is soon tried again.
const IMPATIENT: DownloadLimits = DownloadLimits {
    pace: Duration::from_secs(1),
    ..LIMITS
};

/// The world of a child: its models folder is on the small disk, all else is not.
async fn on_small_disk(bytes: Vec<u8>) -> Option<Stage> {
    let disk = std::env::var_os(FOLDER)?;
    let home = tempfile::tempdir().unwrap().keep();
    std::os::unix::fs::symlink(disk, home.join("models")).unwrap();
    let file = HubFile::new(REPOSITORY, "sub/starter-Q4_1.gguf", bytes.clone());
    let hub = HubDouble::start(vec![file]).await;
    let elsewhere = Elsewhere {
        outside: outside(&hub, IMPATIENT),
        catalog: catalog(&bytes, true),
    };
    let world = World::reaching_at(&home, elsewhere, FakeLanguageModel::new(Vec::new())).await;
    let hosts = vec![hub.cdn.clone()];
    world.sotto.choose_model_hub(None, hosts).await.unwrap();
    Some(Stage { world, hub, bytes })
}

#[test]
fn a_disk_without_room_is_seen_before_and_one_that_fills_up_pauses() {
    for (size, test) in [
        ("4m", "downloads::space::too_small"),
        ("80m", "downloads::space::fills_up"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        if !run_on_small_disk(size, folder.path(), test) {
            println!("nobody may mount a disk here, so nothing was tried");
        }
    }
}

/// A child of the test above; by itself there is no small disk and nothing to try.
#[tokio::test]
async fn too_small() {
    let Some(stage) = on_small_disk(small()).await else {
        return;
    };
    let offer = stage.offer().await;
    assert!(offer.obstacle.contains("bytes free"), "{}", offer.obstacle);
    let message = message(stage.press().await);
    assert!(message.contains("are needed"), "{message}");
    assert_eq!(stage.hub.connections(), 0);
    stage.is_absent();
}

/// A child of the test above.
#[tokio::test]
async fn fills_up() {
    let Some(stage) = on_small_disk(small()).await else {
        return;
    };
    let disk = stage.world.home().join("models");
    stage
        .hub
        .fails([sotto_test_support::Fault::Hang(1_000_000)]);
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    while stage.here() < 1_000_000 {
        stage.world.next_event().await;
    }
    // Somebody else fills the disk meanwhile.
    let all = vec![1; 90 << 20];
    let filling = std::fs::write(disk.join("other"), all).unwrap_err();
    assert_eq!(filling.kind(), std::io::ErrorKind::StorageFull);
    let end = stage.world.sotto.end_of_download(ID).await.unwrap();
    let DownloadEnd::Paused { message } = end else {
        panic!("{end:?}")
    };
    assert!(message.contains("disk is full"), "{message}");
    assert_eq!(
        stage.world.sotto.downloads().await[0].state,
        DownloadState::Paused
    );
    stage.is_absent();
    std::fs::remove_file(disk.join("other")).unwrap();
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    stage.is_whole();
    // What was on the wire when there was no room came again, and nothing before it.
    let last = stage.hub.fetched().pop().unwrap();
    assert!(last.sent.start >= 1_000_000, "{last:?}");
}
