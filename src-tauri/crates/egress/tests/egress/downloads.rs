//! A file from a hub behind TLS, by the names of real hosts: what each is told, and by whom it must prove
//! itself. What happens to the file is tried in tests/integration/downloads.

use std::collections::BTreeMap;

use secrecy::SecretString;
use sotto_consent::{
    Cleared, Destination, Gate, Method, Offer, Offered, Policy, ProposalId, StartedBy, chain::Head,
};
use sotto_domain::{Place, Timestamp};
use sotto_egress::{
    Egress, Limits, Names,
    download::{
        DownloadError, DownloadLimits, Fate, Hub, Note, Order, Phase, Progress, Source, Target,
    },
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    asking::{at, ledger_key},
    authority::{proof_of, trust},
    double::{Arrived, Double, Reply},
};

const HUB: &str = "huggingface.co";
const CDN: &str = "cas-bridge.xethub.hf.co";
const TOKEN: &str = "hf_canary-3f9a1b7c5d";
const FILE: &[u8] = b"a file of a hub";

fn source() -> Source {
    Source {
        repository: "owner/name".to_owned(),
        revision: "main".to_owned(),
        path: "model.gguf".to_owned(),
    }
}

/// A press on the offer of that address, all the way to what may leave.
fn cleared(hub: &Hub) -> Cleared {
    let id = ProposalId::new(Timestamp::from_milliseconds(1), [0; 10]);
    let mut gate = Gate::new(Policy::default());
    let url = hub.file_url(&source()).unwrap();
    let provider = "model-hub".parse().unwrap();
    let offer = Offer {
        offered: Offered::Model,
        started_by: StartedBy::Person,
        destination: Destination::new(provider, Method::Get, url, &[], None).unwrap(),
    };
    let granted = gate.accept(offer, id, ledger_key(), at(0)).ok().unwrap();
    let request = granted.proposal.request().clone();
    let redeemed = granted
        .permit
        .redeem(&mut gate, request, at(1))
        .ok()
        .unwrap();
    let stored = Head::default()
        .seal(Timestamp::default(), redeemed.record())
        .unwrap();
    let cleared = redeemed.recorded(&stored).ok().unwrap();
    assert_eq!(cleared.place(), Place::Cloud);
    cleared
}

struct Came {
    result: Result<Vec<u8>, DownloadError>,
    fate: Fate,
    notes: Vec<Note>,
    hub: Vec<Arrived>,
    cdn: Vec<Arrived>,
}

/// Fetches from two doubles behind TLS; the second has the proof of that name.
async fn fetch(cdn_is: &str) -> Came {
    let cdn = Double::start(Some(proof_of(cdn_is)), |_| {
        Reply::new(200, "application/octet-stream", FILE)
            .with("content-length", FILE.len().to_string())
    })
    .await;
    let cdn_port = cdn.address.port();
    let hub = Double::start(Some(proof_of(HUB)), move |_| {
        Reply::new(302, "text/plain", "Found")
            .with(
                "location",
                format!("https://{CDN}:{cdn_port}/xet-bridge-us/1?X-Amz-Signature=1"),
            )
            .with("x-linked-size", FILE.len().to_string())
    })
    .await;
    let localhost = vec![[127, 0, 0, 1].into()];
    let list = [HUB, CDN].map(|name| (name.to_owned(), localhost.clone()));
    let limits = Limits {
        download: DownloadLimits {
            fruitless: 2,
            first_pause: std::time::Duration::from_millis(1),
            ..DownloadLimits::default()
        },
        ..Limits::default()
    };
    let egress = Egress::new(Names::Fixed(BTreeMap::from(list)), &trust(), limits).unwrap();
    let endpoint = format!("https://{HUB}:{}", hub.address.port());
    let allowed = [format!("{CDN}:{cdn_port}")];
    let place = Hub::new(endpoint.parse().unwrap(), &allowed).unwrap();
    let models = tempfile::tempdir().unwrap();
    let order = Order {
        hub: place.clone(),
        target: Target {
            id: "name".to_owned(),
            title: "Name".to_owned(),
            source: source(),
            name: "model.gguf".to_owned(),
            size: FILE.len() as u64,
            sha256: hex_of(FILE),
        },
        models: models.path().to_owned(),
        token: Some(SecretString::from(TOKEN)),
    };
    let (progress, _) = watch::channel(Progress {
        phase: Phase::Connecting,
        host: String::new(),
        received: 0,
        begun_anew: false,
    });
    let (notes, mut noted) = mpsc::channel(64);
    let cut = CancellationToken::new();
    let ended = egress
        .download(cleared(&place), order, progress, notes, cut)
        .await;
    let mut all = Vec::new();
    while let Ok(note) = noted.try_recv() {
        all.push(note);
    }
    Came {
        result: ended.result.map(|path| std::fs::read(path).unwrap()),
        fate: ended.fate,
        notes: all,
        hub: hub.arrived(),
        cdn: cdn.arrived(),
    }
}

fn hex_of(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    sotto_egress::download::sha256_of(file.path()).unwrap()
}

#[tokio::test]
async fn a_file_comes_through_tls_and_the_token_stays_with_the_hub() {
    let came = fetch(CDN).await;
    assert_eq!(came.result.as_deref(), Ok(FILE));
    assert_eq!(came.fate, Fate::Answered);
    assert_eq!(
        came.notes,
        [
            Note::Answered { status: 302 },
            Note::Connected {
                host: CDN.to_owned(),
                received: FILE.len() as u64,
                succeeded: true
            }
        ]
    );
    let [hub] = came.hub.as_slice() else {
        panic!("{:?}", came.hub)
    };
    assert_eq!(hub.method, "GET");
    assert_eq!(hub.path, "/owner/name/resolve/main/model.gguf");
    assert_eq!(
        hub.header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
    let [cdn] = came.cdn.as_slice() else {
        panic!("{:?}", came.cdn)
    };
    assert!(!format!("{cdn:?}").contains(TOKEN));
    for odd in ["cookie", "referer", "authorization", "range"] {
        assert_eq!(cdn.header(odd), None, "{odd}");
    }
    assert!(cdn.body.is_empty());
}

#[tokio::test]
async fn a_host_that_cannot_prove_its_name_is_told_nothing() {
    let came = fetch("other.example").await;
    assert!(
        matches!(came.result, Err(DownloadError::Unreachable(_))),
        "{:?}",
        came.result
    );
    assert_eq!((came.hub.len(), came.cdn.len()), (1, 0));
    assert_eq!(came.notes, [Note::Answered { status: 302 }]);
}
