//! Several at once, pausing, cancelling, and what is told meanwhile.

use std::time::Duration;

use sotto_api::{
    ErrorCode, HubReference,
    view::{AppEvent, downloads::DownloadView},
};
use sotto_test_support::Fault;

use super::*;

/// A hub with a repository of several files, and a world that may ask it.
async fn several() -> Stage {
    let stage = Stage::new(small()).await;
    let file = |path: &str, bytes: &[u8]| HubFile::new("owner/several", path, bytes.to_vec());
    let mut files: Vec<HubFile> = (0..7)
        .map(|number| file(&format!("notes-{number}.txt"), b"notes"))
        .collect();
    files.push(file("one-Q4_K_M.gguf", b"one"));
    files.push(file("one-Q8_0.gguf", b"one, but longer"));
    files.push(HubFile::new(
        REPOSITORY,
        "sub/starter-Q4_1.gguf",
        stage.bytes.clone(),
    ));
    stage.hub.holds(files);
    stage
}

fn reference(text: &str) -> HubReference {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_typed_repository_is_listed_page_by_page_and_offered() {
    let stage = several().await;
    stage.hub.pages_of(3);
    let sotto = &stage.world.sotto;
    let offers = sotto
        .offer_from_hub(&reference("owner/several:Q8_0"), StartedBy::Person)
        .await
        .unwrap();
    let [offer] = offers.as_slice() else {
        panic!("{offers:?}")
    };
    assert_eq!(offer.id, "owner/several/one-Q8_0.gguf");
    assert_eq!((offer.size, offer.verified), (Some(15), false));
    assert_eq!(offer.sha256, sha256(b"one, but longer"));
    assert!(!offer.licence.terms.is_empty());
    assert_eq!(stage.hub.asked().len(), 3, "pages");
    sotto.download(&offer.id, StartedBy::Person).await.unwrap();
    let end = sotto.end_of_download(&offer.id).await.unwrap();
    assert!(matches!(end, DownloadEnd::Whole { .. }), "{end:?}");
    // What was never offered cannot be pressed.
    let unasked = sotto.download("owner/several/one-Q4_K_M.gguf", StartedBy::Person);
    assert_eq!(unasked.await.unwrap_err().code, ErrorCode::NotFound);
    // Which one is not clear.
    let wanted = reference("owner/several:Q2_K");
    let missing = sotto.offer_from_hub(&wanted, StartedBy::Person);
    let error = missing.await.unwrap_err();
    assert!(
        error.message.contains("one-Q4_K_M, one-Q8_0"),
        "{}",
        error.message
    );
    let wanted = reference("owner/none");
    let missing = sotto.offer_from_hub(&wanted, StartedBy::Person);
    assert!(missing.await.unwrap_err().message.contains("no such file"));
}

fn states(views: &[DownloadView]) -> Vec<(&str, DownloadState)> {
    views
        .iter()
        .map(|view| (view.file.as_str(), view.state))
        .collect()
}

#[tokio::test]
async fn the_second_waits_for_its_turn_and_each_can_be_paused_and_cancelled() {
    let stage = several().await;
    let sotto = &stage.world.sotto;
    let offers = sotto
        .offer_from_hub(&reference("owner/several"), StartedBy::Person)
        .await
        .unwrap();
    let second = offers[0].id.clone();
    stage.hub.fails([Fault::Hang(1 << 20)]);
    sotto.download(ID, StartedBy::Person).await.unwrap();
    while stage.here() < 1 << 20 {
        stage.world.next_event().await;
    }
    let view = sotto.download(&second, StartedBy::Person).await.unwrap();
    assert_eq!(view.state, DownloadState::Queued);
    let twice = sotto
        .download(&second, StartedBy::Person)
        .await
        .unwrap_err();
    assert!(twice.message.contains("on its way"), "{}", twice.message);
    assert_eq!(
        states(&sotto.downloads().await),
        [
            (NAME, DownloadState::Fetching),
            ("one-Q4_K_M.gguf", DownloadState::Queued)
        ]
    );
    let fetched = stage.hub.fetched().len();
    // One that only waits is paused without a byte, and stays in the list.
    sotto.pause_download(&second).unwrap();
    sotto.end_of_download(&second).await.unwrap();
    assert_eq!(stage.hub.fetched().len(), fetched);
    sotto.download(&second, StartedBy::Person).await.unwrap();
    // Cancelling the first lets the second go, and leaves nothing of the first.
    sotto.cancel_download(ID).await.unwrap();
    assert_eq!(
        sotto.end_of_download(ID).await.unwrap(),
        DownloadEnd::Cancelled
    );
    let end = sotto.end_of_download(&second).await.unwrap();
    assert!(matches!(end, DownloadEnd::Whole { .. }), "{end:?}");
    stage.is_absent();
    assert_eq!(stage.here(), 0);
    assert_eq!(sotto.downloads().await, []);
    assert_eq!(
        sotto.cancel_download(ID).await.unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_part_of_another_model_is_in_the_way_until_it_is_cancelled() {
    let stage = Stage::new(small()).await;
    let sotto = &stage.world.sotto;
    let other: Vec<u8> = stage.bytes.iter().rev().copied().collect();
    stage.hub.holds(vec![
        HubFile::new("a/x", "model.gguf", stage.bytes.clone()),
        HubFile::new("b/y", "model.gguf", other),
    ]);
    let partial = stage
        .world
        .home()
        .join("models/.partial/model.gguf.download");
    let here = || partial.metadata().map_or(0, |found| found.len());
    let offer = async |text: &str| {
        let wanted = reference(text);
        let offers = sotto.offer_from_hub(&wanted, StartedBy::Person).await;
        offers.unwrap().remove(0)
    };
    let first = offer("a/x").await;
    stage.hub.fails([Fault::Hang(1_000_000)]);
    sotto.download(&first.id, StartedBy::Person).await.unwrap();
    while here() < 1_000_000 {
        stage.world.next_event().await;
    }
    sotto.pause_download(&first.id).unwrap();
    sotto.end_of_download(&first.id).await.unwrap();
    let second = offer("b/y").await;
    assert_eq!(second.received, 0);
    assert!(
        second.obstacle.contains("(a/x) is here, unfinished"),
        "{}",
        second.obstacle
    );
    let connections = stage.hub.connections();
    let refused = sotto.download(&second.id, StartedBy::Person).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.message, second.obstacle);
    assert_eq!((stage.hub.connections(), here()), (connections, 1_000_000));
    sotto.cancel_download(&first.id).await.unwrap();
    assert_eq!(offer("b/y").await.obstacle, "");
    sotto.download(&second.id, StartedBy::Person).await.unwrap();
    let end = sotto.end_of_download(&second.id).await.unwrap();
    assert!(matches!(end, DownloadEnd::Whole { .. }), "{end:?}");
}

#[tokio::test]
async fn a_cancel_while_it_pauses_is_not_lost() {
    let stage = Stage::new(small()).await;
    let sotto = &stage.world.sotto;
    // At each point between the press on pause and the end of the errand.
    for steps in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 200] {
        stage.hub.fails([Fault::Hang(100_000)]);
        sotto.download(ID, StartedBy::Person).await.unwrap();
        while stage.here() < 100_000 {
            stage.world.next_event().await;
        }
        sotto.pause_download(ID).unwrap();
        for _ in 0..steps {
            tokio::task::yield_now().await;
        }
        sotto.cancel_download(ID).await.unwrap();
        assert_eq!(sotto.downloads().await, [], "after {steps} steps");
        assert_eq!(stage.here(), 0, "after {steps} steps");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_nowhere_has_the_name_before_anything_is_fetched() {
    let stage = Stage::new(small()).await;
    std::fs::create_dir_all(stage.world.home().join("models")).unwrap();
    std::os::unix::fs::symlink("/nowhere", stage.path()).unwrap();
    let offer = stage.offer().await;
    assert!(
        offer.obstacle.contains("is there already"),
        "{}",
        offer.obstacle
    );
    let press = stage.world.sotto.download(ID, StartedBy::Person).await;
    assert!(press.unwrap_err().message.contains("is here already"));
    assert_eq!(stage.hub.connections(), 0);
}

#[tokio::test]
async fn one_that_is_paused_can_be_cancelled_after_a_restart() {
    let stage = Stage::new(small()).await;
    stage.hub.fails([Fault::Hang(1_000_000)]);
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    while stage.here() < 1_000_000 {
        stage.world.next_event().await;
    }
    stage.world.sotto.shutdown().await;
    let world = stage.world.again(FakeLanguageModel::new(Vec::new())).await;
    assert_eq!(
        states(&world.sotto.downloads().await),
        [(NAME, DownloadState::Paused)]
    );
    world.sotto.cancel_download(ID).await.unwrap();
    assert_eq!(world.sotto.downloads().await, []);
    assert_eq!(stage.here(), 0);
}

#[tokio::test]
async fn two_programs_do_not_fetch_the_same_file() {
    let stage = Stage::new(small()).await;
    stage.hub.fails([Fault::Hang(1_000_000)]);
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    while stage.here() < 1_000_000 {
        stage.world.next_event().await;
    }
    let other = stage.world.again(FakeLanguageModel::new(Vec::new())).await;
    let offer = other
        .sotto
        .offer_download(ID, StartedBy::Person)
        .await
        .unwrap();
    assert!(offer.obstacle.contains("on its way"), "{}", offer.obstacle);
    let views = other.sotto.downloads().await;
    assert_eq!(states(&views), [(NAME, DownloadState::Fetching)]);
    assert!(views[0].message.contains("Another program"));
    assert!(views[0].elsewhere);
    assert!(!stage.world.sotto.downloads().await[0].elsewhere);
    let connections = stage.hub.connections();
    assert!(other.sotto.download(ID, StartedBy::Person).await.is_err());
    assert!(other.sotto.downloads().await[0].elsewhere);
    let cancelled = other.sotto.cancel_download(ID).await.unwrap_err();
    assert!(
        cancelled.message.contains("Another program"),
        "{}",
        cancelled.message
    );
    let paused = other.sotto.pause_download(ID).unwrap_err();
    assert!(
        paused.message.contains("Another program"),
        "{}",
        paused.message
    );
    assert_eq!(
        (stage.hub.connections(), stage.here()),
        (connections, 1_000_000)
    );
    stage.world.sotto.pause_download(ID).unwrap();
    stage.world.sotto.end_of_download(ID).await.unwrap();
}

/// Waits until a program tells that of a download.
async fn told(world: &World, what: &str, awaited: impl Fn(&DownloadView) -> bool) {
    let telling = async {
        loop {
            let AppEvent::DownloadsChanged { downloads } = world.next_event().await else {
                continue;
            };
            if downloads.iter().any(&awaited) {
                return;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(30), telling).await;
    assert!(told.is_ok(), "not told: {what}");
}

#[tokio::test]
async fn what_another_program_fetches_is_followed_until_it_stops_there() {
    let stage = Stage::new(small()).await;
    let sotto = &stage.world.sotto;
    let other = stage.world.again(FakeLanguageModel::new(Vec::new())).await;
    other.sotto.attend(false);
    stage
        .hub
        .fails([Fault::Hang(1_000_000), Fault::Hang(0), Fault::Hang(0)]);
    sotto.download(ID, StartedBy::Person).await.unwrap();
    while stage.here() < 1_000_000 {
        stage.world.next_event().await;
    }
    // Nothing was asked of the other one.
    told(&other, "it is fetched", |view| {
        view.elsewhere && view.received == 1_000_000
    })
    .await;
    sotto.pause_download(ID).unwrap();
    sotto.end_of_download(ID).await.unwrap();
    told(&other, "it stopped", |view| {
        (view.elsewhere, view.state) == (false, DownloadState::Paused)
    })
    .await;
    // It can be gone on with there; then it is paused there, not here.
    let gone_on = other.sotto.download(ID, StartedBy::Person).await.unwrap();
    assert!(!gone_on.elsewhere);
    assert!(other.sotto.pause_download(ID).is_ok());
    other.sotto.end_of_download(ID).await.unwrap();
    sotto.download(ID, StartedBy::Person).await.unwrap();
    told(&other, "it is taken over", |view| {
        (view.elsewhere, view.state) == (true, DownloadState::Paused)
    })
    .await;
    let paused = other.sotto.pause_download(ID).unwrap_err();
    assert!(
        paused.message.contains("pause it there"),
        "{}",
        paused.message
    );
    sotto.pause_download(ID).unwrap();
    sotto.end_of_download(ID).await.unwrap();
}

#[tokio::test]
async fn progress_is_told_four_times_a_second_at_most_and_not_at_all_while_nothing_moves() {
    let stage = Stage::new(small()).await;
    stage.hub.sends_at(Some(2 << 20));
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    let ended = stage.world.sotto.end_of_download(ID);
    tokio::pin!(ended);
    let mut fetching = Vec::new();
    loop {
        tokio::select! {
            // What was told before the end is heard before it.
            biased;
            event = stage.world.next_event() => {
                let AppEvent::DownloadsChanged { downloads } = event else { continue };
                fetching.extend(downloads.into_iter().filter(|view| view.state == DownloadState::Fetching));
            }
            _ = &mut ended => break,
        }
    }
    // A second and a half at four a second.
    assert!((3..=9).contains(&fetching.len()), "{}", fetching.len());
    let last = fetching.last().unwrap();
    assert!((1_000_000..4_000_000).contains(&last.rate), "{last:?}");
    assert!(last.seconds_left.is_some_and(|left| left < 3), "{last:?}");
    // One more may say that it ended; then it is quiet.
    let mut more = 0;
    let quiet = Duration::from_millis(700);
    while let Ok(event) = tokio::time::timeout(quiet, stage.world.next_event()).await {
        more += u32::from(matches!(event, AppEvent::DownloadsChanged { .. }));
    }
    assert!(more <= 1, "told {more} times while nothing moves");
}
