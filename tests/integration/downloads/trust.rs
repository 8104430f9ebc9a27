//! Who is asked, on whose yes, and who sees the token.

use sotto_api::{
    ErrorCode,
    view::cloud::{KeyState, NewKey},
};
use sotto_test_support::Fault;

use super::*;

#[tokio::test]
async fn while_it_is_blocked_nobody_is_asked() {
    let stage = Stage::new(small()).await;
    let sotto = &stage.world.sotto;
    stage.offer().await;
    sotto.block_cloud().await.unwrap();
    let refused = sotto.download(ID, StartedBy::Person).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Blocked);
    let typed = "owner/name".parse().unwrap();
    let refused = sotto.offer_from_hub(&typed, StartedBy::Person);
    assert_eq!(refused.await.unwrap_err().code, ErrorCode::Blocked);
    assert_eq!(stage.hub.connections(), 0);
    let events = stage.entries().await;
    assert!(
        matches!(events.as_slice(), [Event::PolicyChanged { .. }]),
        "{events:?}"
    );
    // Unblocked, with the cloud still off: that is about models that answer.
    assert!(!sotto.unblock_cloud().await.unwrap().on);
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
}

#[tokio::test]
async fn a_block_cuts_what_is_on_its_way_and_what_is_here_stays() {
    let stage = Stage::new(small()).await;
    let sotto = &stage.world.sotto;
    stage.hub.fails([Fault::Hang(1_000_000)]);
    sotto.download(ID, StartedBy::Person).await.unwrap();
    while stage.here() < 1_000_000 {
        stage.world.next_event().await;
    }
    sotto.block_cloud().await.unwrap();
    let message = message(sotto.end_of_download(ID).await.unwrap());
    assert!(message.contains("unblock"), "{message}");
    assert_eq!(stage.here(), 1_000_000);
    let view = &sotto.downloads().await[0];
    assert_eq!(
        (view.state, view.received),
        (DownloadState::Paused, 1_000_000)
    );
    sotto.unblock_cloud().await.unwrap();
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    assert_eq!(stage.hub.sent_bytes(), stage.bytes.len() as u64);
    stage.is_whole();
}

#[tokio::test]
async fn a_program_begins_no_download() {
    let stage = Stage::with(small(), false, LIMITS).await;
    let sotto = &stage.world.sotto;
    for refused in [
        sotto.download(ID, StartedBy::Program).await.map(drop),
        sotto.offer_download(ID, StartedBy::Program).await.map(drop),
    ] {
        assert!(refused.is_err());
    }
    assert_eq!(stage.hub.connections(), 0);
}

#[tokio::test]
async fn what_only_the_hub_vouches_for_is_asked_for_first_and_said() {
    let stage = Stage::with(small(), false, LIMITS).await;
    let sotto = &stage.world.sotto;
    let unasked = sotto.download(ID, StartedBy::Person).await.unwrap_err();
    assert_eq!(unasked.code, ErrorCode::NotFound);
    let offer = stage.offer().await;
    assert_eq!(
        (offer.size, offer.verified),
        (Some(stage.bytes.len() as u64), false)
    );
    assert_eq!(offer.sha256, sha256(&stage.bytes));
    assert_eq!(stage.hub.fetched(), [], "nothing of the file");
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    stage.is_whole();
    let yeses = stage.entries().await;
    let yeses = yeses
        .iter()
        .filter(|event| matches!(event, Event::Approved { by: Yes::Offer, .. }));
    assert_eq!(yeses.count(), 2, "one for the look, one for the file");
    // A hub that changed its mind in between is refused; one that names no hash too.
    let stage = Stage::with(small(), false, LIMITS).await;
    stage.offer().await;
    stage.hub.says(None, Some(&"0".repeat(64)));
    assert!(message(stage.press().await).contains("another one than was agreed to"));
    stage.hub.says(None, Some(""));
    let refused = stage
        .world
        .sotto
        .offer_download(ID, StartedBy::Person)
        .await
        .unwrap_err();
    assert!(
        refused.message.contains("no SHA-256"),
        "{}",
        refused.message
    );
    assert_eq!(stage.hub.fetched(), []);
}

#[tokio::test]
async fn what_may_have_left_is_not_said_to_be_here_still() {
    let stage = Stage::new(small()).await;
    // A hub that takes the first connection and no other, and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = Elsewhere {
        outside: Outside {
            hub: Some(format!("http://{}", listener.local_addr().unwrap())),
            ..outside(&stage.hub, LIMITS)
        },
        catalog: catalog(&stage.bytes, true),
    };
    let world = World::reaching(elsewhere, FakeLanguageModel::new(Vec::new())).await;
    tokio::spawn(async move {
        use tokio::io::AsyncReadExt as _;
        let (mut connection, _) = listener.accept().await.unwrap();
        drop(listener);
        connection.read_u8().await.unwrap();
    });
    let sotto = &world.sotto;
    sotto.download(ID, StartedBy::Person).await.unwrap();
    let end = sotto.end_of_download(ID).await.unwrap();
    assert!(matches!(end, DownloadEnd::Failed { .. }), "{end:?}");
    let texts = sotto.ledger_entries().await.unwrap();
    let last: Entry = serde_json::from_str(texts.last().unwrap()).unwrap();
    assert!(matches!(last.event, Event::Unknown { .. }), "{last:?}");
}

#[tokio::test]
async fn a_host_that_is_not_in_the_list_is_not_asked() {
    let stage = Stage::new(small()).await;
    let other = HubDouble::start(Vec::new()).await;
    for address in [
        format!("http://{}/blob/1", other.cdn),
        format!("http://user:word@{}/blob/1", stage.hub.cdn),
        "http://192.0.2.1/blob/1".to_owned(),
        "ftp://127.0.0.1/blob/1".to_owned(),
    ] {
        stage.hub.sends_on_to(&address);
        let message = message(stage.press().await);
        assert!(
            message.contains("not among the hosts"),
            "{address}: {message}"
        );
    }
    assert_eq!((other.connections(), stage.hub.fetched().len()), (0, 0));
    // On and on, within the list.
    stage.hub.sends_on_to(&format!(
        "{}/{REPOSITORY}/resolve/main/sub/starter-Q4_1.gguf",
        stage.hub.endpoint
    ));
    let message = message(stage.press().await);
    assert!(message.contains("on and on"), "{message}");
    stage.is_absent();
}

#[tokio::test]
async fn the_token_is_shown_to_the_hub_and_to_nobody_else() {
    let bytes = small();
    let file = HubFile::new(REPOSITORY, "sub/starter-Q4_1.gguf", bytes.clone());
    let hub = HubDouble::start(vec![file]).await;
    hub.wants_token("hf_right");
    let elsewhere = Elsewhere {
        outside: outside(&hub, LIMITS),
        catalog: catalog(&bytes, true),
    };
    let _keyring = crate::llama_server::KEYRING.lock().await;
    let world = World::with_keyring_reaching(elsewhere, FakeLanguageModel::new(Vec::new())).await;
    let hosts = vec![hub.cdn.clone()];
    let view = world.sotto.choose_model_hub(None, hosts).await.unwrap();
    assert_eq!(view.token, KeyState::None);
    let stage = Stage { world, hub, bytes };
    assert!(message(stage.press().await).contains("accepted its terms"));
    let token = NewKey::from("hf_wrong".to_owned());
    let view = stage.world.sotto.keep_hub_token(token).await.unwrap();
    assert_eq!(view.token, KeyState::Kept);
    assert!(!serde_json::to_string(&view).unwrap().contains("hf_wrong"));
    stage.press().await;
    stage
        .world
        .sotto
        .keep_hub_token(NewKey::from("hf_right".to_owned()))
        .await
        .unwrap();
    assert_eq!(
        stage.press().await,
        DownloadEnd::Whole { path: stage.path() }
    );
    stage.is_whole();
    let shown: Vec<_> = stage
        .hub
        .asked()
        .into_iter()
        .map(|asked| asked.authorization)
        .collect();
    let wrong = Some("Bearer hf_wrong".to_owned());
    assert_eq!(shown, [None, wrong, Some("Bearer hf_right".to_owned())]);
    assert!(
        stage
            .hub
            .fetched()
            .iter()
            .all(|fetched| fetched.authorization.is_none())
    );
    let view = stage.world.sotto.remove_hub_token().await.unwrap();
    assert_eq!(view.token, KeyState::None);
}

#[tokio::test]
async fn a_hub_in_the_clear_is_in_the_persons_network_or_none() {
    let stage = Stage::new(small()).await;
    let sotto = &stage.world.sotto;
    for wrong in [
        "http://mirror.example",
        "ftp://127.0.0.1",
        "mirror",
        "https://user@mirror.example",
    ] {
        let refused = sotto
            .choose_model_hub(Some(wrong.to_owned()), Vec::new())
            .await;
        assert!(refused.is_err(), "{wrong}");
    }
    for wrong in ["*", "*.com", "https://cdn.example"] {
        let refused = sotto.choose_model_hub(None, vec![wrong.to_owned()]).await;
        assert!(refused.is_err(), "{wrong}");
    }
    let view = sotto.model_hub().await.unwrap();
    assert_eq!(view.endpoint, format!("{}/", stage.hub.endpoint));
    assert!(view.from_environment);
    assert_eq!(view.added_hosts, std::slice::from_ref(&stage.hub.cdn));
}

#[tokio::test]
async fn looking_at_an_offer_asks_nobody() {
    for verified in [true, false] {
        let stage = Stage::with(small(), verified, LIMITS).await;
        let sotto = &stage.world.sotto;
        let preview = sotto.preview_download(ID).await.unwrap();
        let size = verified.then_some(stage.bytes.len() as u64);
        assert_eq!((preview.size, preview.verified), (size, verified));
        assert_eq!(preview.host, "127.0.0.1");
        assert_eq!(stage.hub.connections(), 0);
        assert!(stage.entries().await.is_empty());
    }
    let stage = Stage::new(small()).await;
    let unknown = stage.world.sotto.preview_download("owner/name").await;
    assert_eq!(unknown.unwrap_err().code, ErrorCode::NotFound);
}
