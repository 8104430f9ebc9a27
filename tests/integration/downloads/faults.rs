//! Every way in which a hub or its other host can be wrong: the file ends whole and verified, or absent, and
//! the reason is said.

use std::time::{Duration, Instant};

use sotto_test_support::Fault;

use super::*;

/// A pace that a stalled connection misses soon.
const IMPATIENT: DownloadLimits = DownloadLimits {
    pace: Duration::from_millis(300),
    ..LIMITS
};

/// Fetches with these faults. With no words the file must be whole; otherwise absent, and the words are in
/// what is said.
#[track_caller]
fn check(faults: &[Fault], expected: &'static str) -> impl Future<Output = Stage> {
    let faults = faults.to_vec();
    let place = std::panic::Location::caller();
    async move {
        let stage = Stage::with(small(), true, IMPATIENT).await;
        stage.hub.fails(faults.clone());
        let end = stage.press().await;
        if expected.is_empty() {
            assert_eq!(
                end,
                DownloadEnd::Whole { path: stage.path() },
                "{faults:?} at {place}"
            );
            stage.is_whole();
        } else {
            let message = message(end);
            assert!(
                message.contains(expected),
                "{faults:?}: {message} at {place}"
            );
            stage.is_absent();
        }
        stage
    }
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    check(&[Fault::Status(503, None), Fault::Status(500, None)], "").await;
    check(&[Fault::Cut(0), Fault::Cut(1), Fault::Cut(70_000)], "").await;
    check(&[Fault::Status(403, None)], "").await;
    check(&[Fault::Cut(100_000), Fault::OtherPart(7)], "").await;
    check(&[Fault::Cut(100_000), Fault::Status(416, None)], "").await;
    check(&[Fault::Cut(100_000), Fault::Whole], "").await;
    check(&[Fault::Short(1_000)], "").await;
    check(&[Fault::Cut(100_000), Fault::Short(1_000)], "").await;
}

#[tokio::test]
async fn what_does_not_pass_is_given_up_in_words() {
    let again = |fault: Fault| vec![fault; 8];
    check(&again(Fault::Status(503, None)), "failed (status 503)").await;
    check(&again(Fault::Cut(10)), "broke too often").await;
    check(
        &again(Fault::Status(403, None)),
        "refuses the address that the hub gave",
    )
    .await;
    check(&again(Fault::WebPage), "web page instead of a file").await;
    check(&again(Fault::Flipped(1_000_000)), "its SHA-256 is").await;
    check(
        &again(Fault::TooMuch(100_000)),
        "more bytes than the file has",
    )
    .await;
    check(&[Fault::Cut(100_000), Fault::Longer(5)], "instead of").await;
    let stage = check(
        &[vec![Fault::Cut(100_000)], again(Fault::OtherPart(7))].concat(),
        "another part",
    )
    .await;
    assert_eq!(stage.here(), 100_000, "what is right stays");
    let cut_and_whole: Vec<Fault> = (0..5)
        .flat_map(|_| [Fault::Cut(100_000), Fault::Whole])
        .collect();
    // The whole that follows a break comes, so it is not begun anew for ever.
    check(&cut_and_whole, "").await;
}

#[tokio::test]
async fn a_byte_that_flips_leaves_nothing_and_the_next_press_begins_anew() {
    let stage = check(&[Fault::Flipped(2_000_000)], "It was removed").await;
    assert_eq!(stage.here(), 0);
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    stage.is_whole();
}

#[tokio::test]
async fn a_server_that_begins_from_the_start_each_time_is_given_up() {
    let stage = Stage::new(small()).await;
    stage.hub.has_state(None);
    // Broken in the middle, each time; and the part that is asked for is never given.
    let faults = (0..12).flat_map(|_| [Fault::Cut(200_000), Fault::Status(416, None)]);
    stage.hub.fails(faults);
    let message = message(stage.press().await);
    assert!(message.contains("begins from the start"), "{message}");
    stage.is_absent();
}

#[tokio::test]
async fn a_slow_server_is_left_and_tried_again_and_given_up() {
    // It hangs; the next one is quick.
    let stage = check(&[Fault::Hang(300_000)], "").await;
    assert_eq!(stage.hub.sent_bytes(), stage.bytes.len() as u64);
    // A byte now and then.
    let drips = vec![Fault::Drip(Duration::from_millis(20)); 8];
    check(&drips, "sends fewer than").await;
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it_within_reason() {
    let stage = Stage::new(small()).await;
    stage.hub.hub_fails([Fault::Status(429, Some(1))]);
    let began = Instant::now();
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    let mut waits = false;
    while !waits {
        if let sotto_api::view::AppEvent::DownloadsChanged { downloads } =
            stage.world.next_event().await
        {
            waits = downloads
                .iter()
                .any(|view| view.message.contains("is asked again in 1 s"));
        }
    }
    let end = stage.world.sotto.end_of_download(ID).await.unwrap();
    assert_eq!(end, DownloadEnd::Whole { path: stage.path() });
    assert!(began.elapsed() >= Duration::from_secs(1));
    stage.is_whole();
    // More than is waited for.
    let stage = Stage::new(small()).await;
    stage
        .hub
        .hub_fails([Fault::Status(503, Some(600)), Fault::Status(503, Some(600))]);
    let message = message(stage.press().await);
    assert!(message.contains("status 503"), "{message}");
    assert_eq!(stage.hub.asked().len(), 1);
}

#[tokio::test]
async fn a_hub_that_says_otherwise_is_refused_before_a_byte() {
    let stage = Stage::new(small()).await;
    let other = "0".repeat(64);
    for (size, sha256) in [(Some(7), None), (None, Some(other.as_str()))] {
        stage.hub.says(size, sha256);
        let message = message(stage.press().await);
        assert!(
            message.contains("another one than was agreed to"),
            "{message}"
        );
    }
    assert_eq!(stage.hub.fetched(), []);
    stage.is_absent();
    // One that says nothing is believed as little: the catalogue's hash decides.
    stage.hub.says(None, Some(""));
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
}

#[tokio::test]
async fn a_hub_without_the_file_or_behind_a_portal_says_so() {
    let stage = Stage::new(small()).await;
    stage.hub.hub_fails([Fault::WebPage]);
    assert!(message(stage.press().await).contains("web page"));
    stage.hub.holds(Vec::new());
    assert!(message(stage.press().await).contains("no such file"));
    stage.hub.wants_token("hf_right");
    assert!(message(stage.press().await).contains("accepted its terms"));
    assert_eq!(stage.hub.fetched(), []);
    stage.is_absent();
}
