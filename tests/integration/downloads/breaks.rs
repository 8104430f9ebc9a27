//! Connections that break: what is here is not fetched twice, and what is put together is the file.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sotto_api::view::downloads::DownloadState;
use sotto_test_support::{CHUNK, Fault};

use super::*;

/// Where it breaks, after how many bytes of each answer. The seed is printed; `SOTTO_SEED` takes one.
fn points(count: usize, size: u64) -> Vec<u64> {
    let seed = std::env::var("SOTTO_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        now.as_nanos() as u64
    });
    println!("SOTTO_SEED={seed}");
    let mut state = seed;
    let mut places: Vec<u64> = (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 16) % size
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    println!("it breaks at {places:?}");
    let mut before = 0;
    places
        .into_iter()
        .map(|place| {
            let after = place - before;
            before = place;
            after
        })
        .collect()
}

#[tokio::test]
async fn after_twenty_breaks_no_byte_came_twice_beyond_a_chunk() {
    let stage = Stage::new(STARTER.clone()).await;
    let size = stage.bytes.len() as u64;
    let points = points(20, size);
    let breaks = points.len() as u64;
    stage.hub.fails(points.into_iter().map(Fault::Cut));
    let end = stage.press().await;
    assert_eq!(end, DownloadEnd::Whole { path: stage.path() });
    stage.is_whole();
    let twice = stage.hub.sent_bytes() - size;
    println!("{twice} bytes came twice over {breaks} breaks");
    assert!(twice <= breaks * CHUNK as u64, "{twice} bytes");
    // Each goes on within a chunk of where the one before broke off.
    let fetched = stage.hub.fetched();
    assert_eq!(fetched.len() as u64, breaks + 1);
    for pair in fetched.windows(2) {
        assert!(
            pair[0].sent.end - pair[1].sent.start <= CHUNK as u64,
            "{pair:?}"
        );
    }
    // Every connection is in the ledger, and the bytes add up.
    let events = stage.entries().await;
    let received = |event: &Event| match event {
        Event::Connected(connection) => Some(connection.received_bytes),
        _ => None,
    };
    assert_eq!(events.iter().filter_map(received).sum::<u64>(), size);
}

#[tokio::test]
async fn a_pause_and_a_restart_go_on_where_it_was() {
    let stage = Stage::new(small()).await;
    let size = stage.bytes.len() as u64;
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
    stage.world.sotto.pause_download(ID).unwrap();
    let end = stage.world.sotto.end_of_download(ID).await.unwrap();
    assert_eq!(
        end,
        DownloadEnd::Paused {
            message: String::new()
        }
    );
    stage.world.sotto.shutdown().await;

    let connections = stage.hub.connections();
    let world = stage.world.again(FakeLanguageModel::new(Vec::new())).await;
    let views = world.sotto.downloads().await;
    assert_eq!(views.len(), 1);
    assert_eq!(
        (views[0].state, views[0].received),
        (DownloadState::Paused, 1_000_000)
    );
    assert_eq!(
        stage.hub.connections(),
        connections,
        "nothing is fetched by itself"
    );
    let resumed = Stage { world, ..stage };
    assert_eq!(resumed.offer().await.received, 1_000_000);
    resumed
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    let end = resumed.world.sotto.end_of_download(ID).await.unwrap();
    assert_eq!(
        end,
        DownloadEnd::Whole {
            path: resumed.path()
        }
    );
    resumed.is_whole();
    assert_eq!(resumed.hub.sent_bytes(), size);
    let last = resumed.hub.fetched().pop().unwrap();
    assert_eq!(last.range.as_deref(), Some("bytes=1000000-"));
    assert_eq!(last.if_range.as_deref(), Some("\"state-1\""));
}

#[tokio::test]
async fn a_server_that_has_another_state_is_begun_anew() {
    let stage = Stage::new(small()).await;
    stage.hub.fails([Fault::Cut(1_000_000), Fault::Hang(0)]);
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    while stage.hub.fetched().len() < 2 {
        stage.world.next_event().await;
    }
    stage.world.sotto.pause_download(ID).unwrap();
    stage.world.sotto.end_of_download(ID).await.unwrap();
    assert_eq!(stage.here(), 1_000_000);
    stage.hub.has_state(Some("\"state-2\""));
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    stage.is_whole();
    let last = stage.hub.fetched().pop().unwrap();
    assert_eq!((last.status, last.sent.start), (200, 0));
    // In words, while it went on.
    let mut told = false;
    while let Ok(event) =
        tokio::time::timeout(Duration::from_millis(200), stage.world.next_event()).await
    {
        if let sotto_api::view::AppEvent::DownloadsChanged { downloads } = event {
            told |= downloads
                .iter()
                .any(|view| view.message.contains("begun anew"));
        }
    }
    assert!(told);
}

#[tokio::test]
async fn a_signed_address_that_is_over_is_asked_for_again() {
    let stage = Stage::new(small()).await;
    stage
        .hub
        .fails([Fault::Cut(500_000), Fault::Expired, Fault::Cut(500_000)]);
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    stage.is_whole();
    let twice = stage.hub.sent_bytes() - stage.bytes.len() as u64;
    assert!(twice <= 2 * CHUNK as u64, "{twice}");
    // A new address each time, and each with a signature of its own.
    assert_eq!(stage.hub.asked().len(), stage.hub.fetched().len());
}

#[tokio::test]
async fn a_program_that_ended_before_the_last_step_needs_no_connection() {
    let stage = Stage::new(small()).await;
    stage.hub.fails([Fault::Hang(stage.bytes.len() as u64 - 1)]);
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    while stage.here() < stage.bytes.len() as u64 - 1 {
        stage.world.next_event().await;
    }
    stage.world.sotto.pause_download(ID).unwrap();
    stage.world.sotto.end_of_download(ID).await.unwrap();
    // As if the last byte had just been written when the program was killed.
    std::fs::write(stage.partial(), &stage.bytes).unwrap();
    let connections = stage.hub.connections();
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    assert_eq!(stage.hub.connections(), connections);
    stage.is_whole();
}
