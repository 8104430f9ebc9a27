//! Models from a hub, from the press to the file and the ledger, against a double that speaks the hub's
//! protocol on two hosts and counts each byte that it sends.

mod breaks;
mod faults;
mod queue;
#[cfg(unix)]
mod space;
mod trust;

use std::{path::PathBuf, sync::LazyLock, time::Duration};

use sotto_api::{
    DownloadEnd, Outside,
    consent::{
        Purpose, StartedBy,
        ledger::{Entry, Event, Yes},
    },
    egress::{Limits, download::DownloadLimits},
    view::downloads::{DownloadOffer, DownloadState},
};
use sotto_models::{Catalog, CatalogEntry, CatalogRole, Hub, Licence};
use sotto_test_support::{Elsewhere, FakeLanguageModel, HubDouble, HubFile, World, sha256};

const ID: &str = "starter";
const NAME: &str = "starter.gguf";
const REPOSITORY: &str = "owner/starter-GGUF";

/// Pauses as short as a test can wait.
const LIMITS: DownloadLimits = DownloadLimits {
    answer: Duration::from_secs(5),
    pace: Duration::from_secs(5),
    least: 64 << 10,
    first_pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(20),
    longest_asked_pause: Duration::from_secs(5),
    fruitless: 4,
    tries: 100,
};

/// The real starter model.
static STARTER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = std::env::var_os("SOTTO_TEST_MODELS");
    let folder = folder.expect("SOTTO_TEST_MODELS is not set: run `npm test`, which sets it");
    std::fs::read(PathBuf::from(folder).join("SmolLM2-135M-Instruct.Q4_1.gguf")).unwrap()
});

/// A file of three megabytes and a bit in which every piece is another one.
fn small() -> Vec<u8> {
    let mut state = 1_u64;
    let mut bytes = Vec::new();
    while bytes.len() < (3 << 20) + 77 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        bytes.extend_from_slice(&state.to_be_bytes()[..5]);
    }
    bytes
}

/// A catalogue of one model.
fn catalog(bytes: &[u8], verified: bool) -> &'static Catalog {
    let entry = CatalogEntry {
        id: ID.to_owned(),
        name: "Starter".to_owned(),
        role: CatalogRole::Starter,
        file: NAME.to_owned(),
        size: bytes.len() as u64,
        sha256: verified.then(|| sha256(bytes)),
        verified,
        architecture: "llama".to_owned(),
        quantization: "Q4_1".to_owned(),
        parameters: 1,
        context_length: 1,
        languages: vec!["en".to_owned()],
        minimum_memory: 1,
        good_at: "Tests.".to_owned(),
        weak_at: "All else.".to_owned(),
        licence: Licence {
            name: "Apache-2.0".to_owned(),
            link: "https://www.apache.org/licenses/LICENSE-2.0".to_owned(),
            terms: String::new(),
        },
        cache: None,
        python: None,
        hub: Some(Hub {
            repository: REPOSITORY.to_owned(),
            revision: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            file: "sub/starter-Q4_1.gguf".to_owned(),
        }),
    };
    let models = vec![entry];
    Box::leak(Box::new(Catalog { models }))
}

fn outside(hub: &HubDouble, download: DownloadLimits) -> Outside {
    Outside {
        hub: Some(hub.endpoint.clone()),
        limits: Limits {
            download,
            ..Limits::default()
        },
        ..Outside::default()
    }
}

/// A world whose catalogue has one model, and the hub that has it.
struct Stage {
    world: World,
    hub: HubDouble,
    bytes: Vec<u8>,
}

impl Stage {
    async fn new(bytes: Vec<u8>) -> Self {
        Self::with(bytes, true, LIMITS).await
    }

    async fn with(bytes: Vec<u8>, verified: bool, limits: DownloadLimits) -> Self {
        let file = HubFile::new(REPOSITORY, "sub/starter-Q4_1.gguf", bytes.clone());
        let hub = HubDouble::start(vec![file]).await;
        let elsewhere = Elsewhere {
            outside: outside(&hub, limits),
            catalog: catalog(&bytes, verified),
        };
        let world = World::reaching(elsewhere, FakeLanguageModel::new(Vec::new())).await;
        let hosts = vec![hub.cdn.clone()];
        world.sotto.choose_model_hub(None, hosts).await.unwrap();
        Self { world, hub, bytes }
    }

    async fn offer(&self) -> DownloadOffer {
        let offered = self.world.sotto.offer_download(ID, StartedBy::Person);
        offered.await.unwrap()
    }

    /// Presses, and waits for the end.
    async fn press(&self) -> DownloadEnd {
        let sotto = &self.world.sotto;
        sotto.download(ID, StartedBy::Person).await.unwrap();
        sotto.end_of_download(ID).await.unwrap()
    }

    fn path(&self) -> PathBuf {
        self.world.home().join("models").join(NAME)
    }

    fn partial(&self) -> PathBuf {
        let folder = self.world.home().join("models/.partial");
        folder.join(format!("{NAME}.download"))
    }

    /// Bytes that are here.
    fn here(&self) -> u64 {
        self.partial().metadata().map_or(0, |found| found.len())
    }

    #[track_caller]
    fn is_whole(&self) {
        let found = std::fs::read(self.path()).unwrap();
        assert!(found == self.bytes, "another file");
        assert!(!self.partial().exists());
    }

    #[track_caller]
    fn is_absent(&self) {
        assert!(
            !self.path().exists(),
            "a file that is not whole has its name"
        );
    }

    async fn entries(&self) -> Vec<Event> {
        let texts = self.world.sotto.ledger_entries().await.unwrap();
        let event = |text: &String| serde_json::from_str::<Entry>(text).unwrap().event;
        texts.iter().map(event).collect()
    }
}

#[track_caller]
fn message(end: DownloadEnd) -> String {
    match end {
        DownloadEnd::Paused { message } | DownloadEnd::Failed { message } => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_press_on_an_offer_brings_the_model_whole_and_the_ledger_says_how() {
    let stage = Stage::new(STARTER.clone()).await;
    let size = stage.bytes.len() as u64;
    let offer = stage.offer().await;
    assert_eq!(
        (offer.host.as_str(), offer.size, offer.verified),
        ("127.0.0.1", Some(size), true)
    );
    assert_eq!(offer.further_hosts, std::slice::from_ref(&stage.hub.cdn));
    assert_eq!(offer.licence.name, "Apache-2.0");
    assert_eq!(
        (offer.obstacle.as_str(), offer.here, offer.received),
        ("", false, 0)
    );
    // What is known from our own trial needs no look at the hub.
    assert_eq!(stage.hub.connections(), 0);

    let end = stage.press().await;
    assert_eq!(end, DownloadEnd::Whole { path: stage.path() });
    stage.is_whole();
    assert_eq!(stage.hub.sent_bytes(), size);
    assert_eq!(stage.world.sotto.downloads().await, []);

    let events = stage.entries().await;
    let [
        Event::Proposed(proposed),
        Event::Approved { by: Yes::Offer, .. },
        Event::Consumed { .. },
        Event::Sent { status: 302, .. },
        Event::Connected(connection),
        Event::Received(received),
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(proposed.purpose, Purpose::Download);
    assert_eq!(proposed.host, "127.0.0.1");
    assert_eq!(
        (connection.received_bytes, connection.succeeded),
        (size, true)
    );
    assert_eq!(received.body_bytes, size);
    // What is here is offered no more.
    let offer = stage.offer().await;
    assert!(offer.here);
    let again = stage.world.sotto.download(ID, StartedBy::Person).await;
    assert!(again.unwrap_err().message.contains("is here already"));
}

#[tokio::test]
async fn a_partial_file_is_no_model() {
    let stage = Stage::new(small()).await;
    stage.hub.fails([sotto_test_support::Fault::Hang(1 << 20)]);
    stage
        .world
        .sotto
        .download(ID, StartedBy::Person)
        .await
        .unwrap();
    while stage.here() < 1 << 20 {
        stage.world.next_event().await;
    }
    let library = sotto_models::Library::new(stage.world.home()).unwrap();
    assert_eq!(library.names(), [""; 0]);
    let view = &stage.world.sotto.downloads().await[0];
    assert_eq!(
        (view.state, view.total),
        (DownloadState::Fetching, stage.bytes.len() as u64)
    );
    stage.world.sotto.pause_download(ID).unwrap();
    stage.world.sotto.end_of_download(ID).await.unwrap();
    assert_eq!(library.names(), [""; 0]);
}
