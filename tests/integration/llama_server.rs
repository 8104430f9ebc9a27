//! Two servers that nobody here wrote answer through the real gate: llama.cpp's own, as a server of the
//! person's network, and the same behind TLS and a key, as a provider. `npm run llama-server` builds it
//! and `npm test` names it in SOTTO_LLAMA_SERVER, in a step of its own that says when it is missing;
//! elsewhere the variable is not set, and there is nothing to ask.

use std::{collections::BTreeMap, net::Ipv4Addr, path::PathBuf, process::Stdio};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use sotto_api::{
    Outside,
    consent::{ProviderId, StartedBy},
    egress::{Names, Trust},
    view::{
        AppEvent, Asked,
        cloud::{
            Decided, KeyState, LargerQuestion, LargerRequest, LedgerState, Protocol,
            ProviderAnswer, ProviderEntry,
        },
    },
};
use sotto_domain::{Message, MessageState, Place};
use sotto_test_support::{FakeLanguageModel, World};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    sync::Mutex,
};

use crate::gate::{agree, ask_and_agree, ledger};

/// The name that the server gives its model.
const MODEL: &str = "starter";

/// A name that no list of the world holds (RFC 2606): it counts as the cloud.
const HOST: &str = "large.example";

/// Tokens that the server has room for: several times an answer that ends by itself, and so many that
/// one which is stopped at its beginning is far from it.
const CONTEXT: usize = 1024;

/// The server; killed by its own handle when this is dropped.
struct LlamaServer {
    /// Scheme, host and port, as it says them.
    address: String,
    log: Log,
    _process: Child,
}

struct Log(tokio::io::Lines<BufReader<ChildStderr>>);

impl Log {
    /// Reads on until a line holds this, and gives what follows it there.
    async fn after(&mut self, words: &str) -> String {
        let mut read = String::new();
        while let Some(line) = self.0.next_line().await.unwrap() {
            if let Some((_, rest)) = line.split_once(words) {
                return rest.to_owned();
            }
            read.push_str(&line);
            read.push('\n');
        }
        panic!("it ended without saying {words:?}:\n{read}")
    }
}

impl LlamaServer {
    /// Starts it with the starter model on a free port; `None` where there is none to start.
    async fn start(more: &[&str]) -> Option<Self> {
        let Some(program) = std::env::var_os("SOTTO_LLAMA_SERVER") else {
            eprintln!("not tried: SOTTO_LLAMA_SERVER is not set");
            return None;
        };
        let models = std::env::var_os("SOTTO_TEST_MODELS").expect("npm test sets it");
        let model = PathBuf::from(models).join("SmolLM2-135M-Instruct.Q4_1.gguf");
        let mut process = Command::new(program)
            .arg("--model")
            .arg(model)
            .args(["--alias", MODEL, "--host", "127.0.0.1", "--port", "0"])
            // One conversation at a time, on one core: others are testing too.
            .args(["--parallel", "1", "--threads", "1"])
            .args(["--ctx-size", &CONTEXT.to_string()])
            // The same words each time.
            .args(["--temp", "0"])
            // Neither a web page nor anything from the network, and no colours in its log.
            .args(["--no-ui", "--offline", "--log-colors", "off"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("SOTTO_LLAMA_SERVER can be started");
        let stderr = process.stderr.take().unwrap();
        let mut log = Log(BufReader::new(stderr).lines());
        let address = log.after("listening on ").await;
        Some(Self {
            address,
            log,
            _process: process,
        })
    }

    /// Where its paths lie.
    fn base(&self) -> String {
        format!("{}/v1", self.address)
    }

    fn port(&self) -> &str {
        self.address.rsplit(':').next().unwrap()
    }
}

/// Enters a server, without its models, and gives its name for the program.
async fn enter(world: &World, address: String, protocol: Protocol, place: Place) -> ProviderId {
    let entry = ProviderEntry {
        id: None,
        title: "A larger one".to_owned(),
        protocol,
        address,
        models: Vec::new(),
    };
    let cloud = world.sotto.save_provider(entry).await.unwrap();
    let entered = cloud.providers.last().unwrap();
    assert_eq!(entered.place, place);
    entered.id.clone()
}

/// Asks for its models, with a yes.
async fn models(world: &World, provider: &ProviderId) -> Result<Vec<String>, String> {
    let testing = world
        .sotto
        .test_provider(provider.clone(), StartedBy::Person);
    let (answer, _) = tokio::join!(testing, agree(world));
    match answer.unwrap() {
        ProviderAnswer::Works { cloud } => {
            let mut all = cloud.providers.into_iter();
            let provider = all.find(|each| each.id == *provider).unwrap();
            Ok(provider
                .models
                .into_iter()
                .map(|model| model.name)
                .collect())
        }
        ProviderAnswer::Failed { message } => Err(message),
        ProviderAnswer::NotSent { why } => panic!("not sent: {why:?}"),
    }
}

/// Asks something, with a yes.
async fn ask(world: &World, provider: &ProviderId, text: &str) -> Asked {
    let request = LargerRequest {
        what: LargerQuestion::New {
            conversation: None,
            text: text.to_owned(),
            context: None,
            action: None,
        },
        provider: provider.clone(),
        model: MODEL.to_owned(),
        ask_anyway: false,
    };
    let (view, decided) = ask_and_agree(world, request).await;
    assert!(view.body_bytes > text.len() as u64);
    match decided {
        Decided::Asked { asked } => *asked,
        Decided::NotSent { why } => panic!("not sent: {why:?}"),
    }
}

/// The answer and the pieces in which it was told.
async fn answer(world: &World) -> (Message, Vec<String>) {
    let mut told = Vec::new();
    loop {
        match world.next_event().await {
            AppEvent::AnswerText { text, .. } => told.push(text),
            AppEvent::AnswerEnded { answer } => return (answer, told),
            _ => {}
        }
    }
}

/// An answer came whole and streamed, says where it is from, and was counted as the ledger has it.
async fn a_whole_answer_comes(world: &World, provider: &ProviderId, place: Place) {
    ask(world, provider, "Name three colours.").await;
    let (answer, told) = answer(world).await;
    assert_eq!(answer.state, MessageState::Complete, "{answer:?}");
    assert_eq!(answer.place, place);
    assert_eq!(answer.model, Some(format!("{provider}/{MODEL}")));
    assert!(told.len() > 3, "it did not come by and by: {told:?}");
    assert_eq!(told.concat(), answer.text);
    let statistics = answer.statistics.unwrap();
    assert!(statistics.prompt_tokens > 0 && statistics.answer_tokens > 0);

    let rows = ledger(world).await;
    let row = &rows[0];
    assert_eq!((row.state, row.status), (LedgerState::Sent, Some(200)));
    assert_eq!((row.place, row.trouble.as_str()), (place, ""));
    let counted = statistics.prompt_tokens + statistics.answer_tokens;
    assert_eq!(row.tokens, Some(u64::from(counted)));
    assert!(row.received_bytes > answer.text.len() as u64);
}

#[tokio::test]
async fn a_server_of_the_persons_network_answers() {
    let Some(server) = LlamaServer::start(&[]).await else {
        return;
    };
    let world = World::new(FakeLanguageModel::new(Vec::new())).await;
    let place = Place::YourNetwork;
    // It speaks both.
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let provider = enter(&world, server.base(), protocol, place).await;
        assert_eq!(models(&world, &provider).await.unwrap(), [MODEL]);
        a_whole_answer_comes(&world, &provider, place).await;
    }
}

#[tokio::test]
async fn stop_ends_the_work_of_the_server_too() {
    let Some(mut server) = LlamaServer::start(&[]).await else {
        return;
    };
    let world = World::new(FakeLanguageModel::new(Vec::new())).await;
    let place = Place::YourNetwork;
    let provider = enter(&world, server.base(), Protocol::OpenAi, place).await;
    let question = "Write a very long story about a river, with many chapters.";
    let asked = ask(&world, &provider, question).await;
    while !matches!(world.next_event().await, AppEvent::AnswerText { .. }) {}
    world.sotto.stop(asked.conversation.id);
    let (answer, _) = answer(&world).await;
    assert_eq!(answer.state, MessageState::Stopped);
    assert!(!answer.text.is_empty());

    // Its slot is free again, long before there was no more room in it.
    let stopped = server.log.after("stop processing: n_tokens = ").await;
    let (tokens, _) = stopped.split_once(',').unwrap();
    let tokens: usize = tokens.parse().unwrap();
    assert!(tokens < CONTEXT / 2, "{tokens} tokens until it noticed");
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "Sotto's tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The server behind TLS, as `HOST`, for those who have the key.
async fn behind_tls(authority: &Authority, key: &str, files: &TempDir) -> Option<LlamaServer> {
    let own = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    let certificate = params.signed_by(&own, authority).unwrap();
    let write = |name: &str, text: &str| {
        let file = files.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.into_os_string().into_string().unwrap()
    };
    LlamaServer::start(&[
        "--ssl-cert-file",
        &write("certificate.pem", &certificate.pem()),
        "--ssl-key-file",
        &write("key.pem", &own.serialize_pem()),
        "--api-key-file",
        &write("keys", key),
    ])
    .await
}

/// Held by a test that uses the session's keyring. gnome-keyring ended once with a failed assertion
/// while two tests used it; what the bus then starts in its place is locked, and they wait for nobody's
/// answer. It did not happen again, also not with four at once: this is a precaution, not a cure.
pub(crate) static KEYRING: Mutex<()> = Mutex::const_new(());

/// A world in which `HOST` is this computer, and in which this is believed.
async fn world_around(trust: Trust) -> World {
    let here = (HOST.to_owned(), vec![Ipv4Addr::LOCALHOST.into()]);
    let outside = Outside {
        trust,
        names: Names::Fixed(BTreeMap::from([here])),
        ..Outside::default()
    };
    let world = World::with_keyring(FakeLanguageModel::new(Vec::new()), outside).await;
    assert!(world.sotto.turn_cloud(true).await.unwrap().on);
    world
}

#[tokio::test]
async fn a_provider_behind_tls_answers_who_has_the_key() {
    let (authority, files) = (authority(), tempfile::tempdir().unwrap());
    let Some(server) = behind_tls(&authority, "the-right-key", &files).await else {
        return;
    };
    let trust = Trust::default().and_authorities(&authority.pem()).unwrap();
    let _keyring = KEYRING.lock().await;
    let world = world_around(trust).await;
    let address = format!("https://{HOST}:{}/v1", server.port());
    let provider = enter(&world, address, Protocol::OpenAi, Place::Cloud).await;

    // Without a key, with a wrong one, with the right one: told apart.
    let refused = models(&world, &provider).await.unwrap_err();
    assert!(refused.contains("asks for a key"), "{refused}");
    let keep = |key: &str| {
        world
            .sotto
            .keep_key(provider.clone(), key.to_owned().into())
    };
    keep("the-wrong-key").await.unwrap();
    let refused = models(&world, &provider).await.unwrap_err();
    assert!(refused.contains("did not accept the key"), "{refused}");
    assert!(!refused.contains("the-wrong-key"), "{refused}");
    let cloud = keep("the-right-key").await.unwrap();
    assert_eq!(cloud.providers.last().unwrap().key, KeyState::Kept);
    assert_eq!(models(&world, &provider).await.unwrap(), [MODEL]);
    let rows = ledger(&world).await;
    let statuses: Vec<_> = rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Some(200), Some(401), Some(401)]);

    a_whole_answer_comes(&world, &provider, Place::Cloud).await;
}

#[tokio::test]
async fn a_provider_that_nobody_vouches_for_is_sent_nothing() {
    let (authority, files) = (authority(), tempfile::tempdir().unwrap());
    let Some(server) = behind_tls(&authority, "the-right-key", &files).await else {
        return;
    };
    let _keyring = KEYRING.lock().await;
    // Nothing here knows its authority.
    let world = world_around(Trust::default()).await;
    let address = format!("https://{HOST}:{}/v1", server.port());
    let provider = enter(&world, address, Protocol::OpenAi, Place::Cloud).await;
    let key = "the-right-key".to_owned();
    world
        .sotto
        .keep_key(provider.clone(), key.into())
        .await
        .unwrap();
    let refused = models(&world, &provider).await.unwrap_err();
    assert!(refused.contains("cannot prove who it is"), "{refused}");
    ask(&world, &provider, "What is the capital of France?").await;
    let (answer, told) = answer(&world).await;
    assert!(told.is_empty());
    let failure = answer.failure.unwrap().message;
    assert!(failure.contains("Nothing was sent"), "{failure}");
    for row in ledger(&world).await {
        assert_eq!((row.state, row.status), (LedgerState::Failed, None));
        assert_eq!(row.place, Place::Cloud);
    }
}
