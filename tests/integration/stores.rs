//! Models that lie elsewhere, through the real runtime: the stores of other apps in their documented
//! layouts, split files, models that the person brings and removes, and what is read again at a start.

use std::{fs, os::unix::fs::symlink, path::PathBuf, sync::Arc};

use sotto_api::view::{
    AppEvent, AskRequest, ModelState, ModelView, ModelsView,
    models::{ModelKind, ModelOwner},
};
use sotto_domain::{FailureCode, MessageState};
use sotto_runtime_client::{Runtime, Settings, Store};
use sotto_test_support::World;
use tempfile::TempDir;

use crate::gguf::{self, write};
use crate::real_runtime::{STARTER, named};

/// Small, because the starter often talks until its context is full.
const CONTEXT: u32 = 256;

/// A home, and a runtime that sees its models folder and these stores.
struct Stage {
    folder: TempDir,
    stores: Vec<(&'static str, &'static str)>,
}

impl Stage {
    fn new(stores: &[(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("home/models")).unwrap();
        for (_, store) in stores {
            fs::create_dir_all(folder.path().join(store)).unwrap();
        }
        Self {
            folder,
            stores: stores.to_vec(),
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        write(&self.path(path), content);
    }

    fn runtime(&self) -> Runtime {
        let store = |(kind, folder): &(&'static str, &'static str)| Store {
            kind,
            folder: self.path(folder),
        };
        Runtime::new(Settings {
            executable: Some(named("SOTTO_RUNTIME")),
            models: vec![self.path("home/models")],
            stores: self.stores.iter().map(store).collect(),
            index: Some(self.path("home/models-index.json")),
            context: Some(CONTEXT),
            ..Settings::default()
        })
    }

    async fn world(&self) -> World {
        World::at(&self.path("home"), Arc::new(self.runtime())).await
    }
}

fn starter() -> PathBuf {
    named("SOTTO_TEST_MODELS").join(format!("{STARTER}.gguf"))
}

fn found<'a>(view: &'a ModelsView, name: &str) -> &'a ModelView {
    let names: Vec<&String> = view.models.iter().map(|model| &model.name).collect();
    let model = view.models.iter().find(|model| model.name == name);
    model.unwrap_or_else(|| panic!("no {name} among {names:?}"))
}

type Usable<'a> = (&'a str, ModelOwner, ModelKind);
type Unusable<'a> = (&'a str, &'a str);

/// Names with owners and kinds, of what can be used; and names with reasons, of what cannot.
fn sorted(view: &ModelsView) -> (Vec<Usable<'_>>, Vec<Unusable<'_>>) {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for model in &view.models {
        match &model.state {
            ModelState::Unusable { reason } => {
                unusable.push((model.name.as_str(), reason.as_str()))
            }
            _ => usable.push((model.name.as_str(), model.owner, model.kind)),
        }
    }
    (usable, unusable)
}

async fn answers(world: &World, model: &str) {
    let request = AskRequest {
        text: "Name three colours.".to_owned(),
        model: Some(model.to_owned()),
        ..AskRequest::default()
    };
    world.sotto.ask(request).await.unwrap();
    let (answer, told) = world.end_of_answer().await;
    assert_eq!(answer.state, MessageState::Complete, "{model}: {answer:?}");
    assert!(!told.is_empty(), "{model}");
}

/// A manifest as Ollama writes it.
fn manifest(layers: &[(&str, &str)]) -> String {
    let layers: Vec<String> = layers
        .iter()
        .map(|(kind, hash)| {
            format!(r#"{{"mediaType":"application/vnd.ollama.image.{kind}","digest":"{hash}","size":1}}"#)
        })
        .collect();
    format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"sha256:{}","size":9}},"layers":[{}]}}"#,
        hash('c'),
        layers.join(",")
    )
}

fn hash(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn digest(digit: char) -> String {
    format!("sha256:{}", hash(digit))
}

#[tokio::test]
async fn a_model_in_ollamas_store_answers_where_it_lies() {
    let stage = Stage::new(&[("ollama", "ollama")]);
    let blob = stage.path(&format!("ollama/blobs/sha256-{}", hash('a')));
    fs::create_dir_all(blob.parent().unwrap()).unwrap();
    fs::copy(starter(), &blob).unwrap();
    let library = "ollama/manifests/registry.ollama.ai/library";
    let layers = manifest(&[("model", &digest('a')), ("template", &digest('b'))]);
    stage.write(&format!("{library}/smollm2/135m"), &layers);
    // The same blob under a second name.
    stage.write(&format!("{library}/smollm2/latest"), &layers);
    let world = stage.world().await;
    let view = world.sotto.models().await.unwrap();
    let model = found(&view, "smollm2:135m");
    assert_eq!(model.owner, ModelOwner::Ollama);
    assert_eq!(model.files, [blob.display().to_string()]);
    assert_eq!(model.architecture, "llama");
    assert!(
        model
            .fit
            .is_some_and(|fit| fit.weights > 90_000_000 && fit.context == 8192)
    );
    assert_eq!(view.models.len(), 1, "one file is listed once");
    assert_eq!(view.default.as_deref(), Some("smollm2:135m"));
    answers(&world, "smollm2:135m").await;
    answers(&world, "smollm2").await;
    let refused = world
        .sotto
        .remove_model("smollm2:135m".to_owned())
        .await
        .unwrap_err();
    assert!(refused.message.contains("belongs to Ollama"), "{refused}");
    assert!(blob.exists());
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn an_index_that_lies_is_corrected_when_the_model_is_asked() {
    let stage = Stage::new(&[]);
    fs::copy(starter(), stage.path("home/models/own.gguf")).unwrap();
    let weights = async |world: &World| {
        let view = world.sotto.models().await.unwrap();
        found(&view, "own").fit.unwrap().weights
    };
    let world = stage.world().await;
    let true_weights = weights(&world).await;
    world.sotto.shutdown().await;
    let index = stage.path("home/models-index.json");
    let text = fs::read_to_string(&index).unwrap();
    let said = format!(r#""tensor_bytes":{true_weights}"#);
    assert!(text.contains(&said), "{text}");
    fs::write(&index, text.replace(&said, r#""tensor_bytes":5"#)).unwrap();
    let world = stage.world().await;
    assert_eq!(weights(&world).await, 5, "the list is the index's");
    answers(&world, "own").await;
    assert_eq!(weights(&world).await, true_weights);
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn nothing_in_ollamas_store_hides_anything_else() {
    let stage = Stage::new(&[("ollama", "ollama")]);
    let registry = "ollama/manifests/registry.ollama.ai";
    let manifest_of = |name: &str, text: &str| {
        stage.write(&format!("{registry}/library/{name}/latest"), text);
    };
    for (digit, content) in [
        ('1', gguf::chat(1)),
        ('2', gguf::embedding(2)),
        ('3', gguf::adapter(3)),
        ('4', gguf::chat(4)),
        ('5', gguf::chat(5)),
    ] {
        stage.write(&format!("ollama/blobs/sha256-{}", hash(digit)), content);
    }
    stage.write("diary.txt", "dear diary");
    manifest_of("good", &manifest(&[("model", &digest('1'))]));
    stage.write(
        &format!("{registry}/somebody/embed/v2.5"),
        manifest(&[("model", &digest('2'))]),
    );
    stage.write(
        &format!("{}/hf.co/org/repo-GGUF/Q4_K_M", "ollama/manifests"),
        manifest(&[("model; type=gguf", &digest('4'))]),
    );
    manifest_of(
        "tuned",
        &manifest(&[("model", &digest('1')), ("adapter", &digest('3'))]),
    );
    // As newer versions keep them: a link to a manifest that is a blob, with one for each runner.
    let child = format!("ollama/blobs/sha256-{}", hash('d'));
    stage.write(&child, manifest(&[("model", &digest('5'))]));
    let list = format!("ollama/blobs/sha256-{}", hash('e'));
    stage.write(
        &list,
        format!(
            r#"{{"mediaType":"application/vnd.ollama.manifest.list.v2+json","manifests":[{{"runner":"mlx","layers":[]}},{{"runner":"ollama","digest":"{}"}}]}}"#,
            digest('d')
        ),
    );
    let linked = stage.path("ollama/manifests-v2/registry.ollama.ai/library/newer");
    fs::create_dir_all(&linked).unwrap();
    symlink(
        format!("../../../../blobs/sha256-{}", hash('e')),
        linked.join("latest"),
    )
    .unwrap();

    manifest_of("damaged", r#"{"layers":[{"mediaTy"#);
    manifest_of("empty", "");
    manifest_of("absurd", &"[".repeat(100_000));
    manifest_of("huge", &" ".repeat((1 << 20) + 1));
    manifest_of("gone", &manifest(&[("model", &digest('9'))]));
    manifest_of("no-model", &manifest(&[("template", &digest('1'))]));
    manifest_of(
        "climbing",
        &manifest(&[("model", "sha256:../../diary.txt")]),
    );
    manifest_of("whole-path", &manifest(&[("model", "/etc/passwd")]));
    // A blob and a manifest that lead out of the store, round in circles, and to a pipe.
    symlink(
        stage.path("diary.txt"),
        stage.path(&format!("ollama/blobs/sha256-{}", hash('7'))),
    )
    .unwrap();
    manifest_of("leading-out", &manifest(&[("model", &digest('7'))]));
    let strange = |name: &str| {
        let folder = stage.path(&format!("{registry}/library/{name}"));
        fs::create_dir_all(&folder).unwrap();
        folder.join("latest")
    };
    symlink(stage.path("diary.txt"), strange("stolen")).unwrap();
    symlink("latest", strange("round")).unwrap();
    let pipe = strange("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    symlink(".", stage.path(&format!("{registry}/circle"))).unwrap();
    fs::create_dir_all(stage.path(&format!("{registry}/library/{}", "deep/".repeat(100)))).unwrap();

    let world = stage.world().await;
    let view = world.sotto.models().await.unwrap();
    let (usable, unusable) = sorted(&view);
    let ollama = ModelOwner::Ollama;
    assert_eq!(
        usable,
        [
            ("good", ollama, ModelKind::Chat),
            ("hf.co/org/repo-GGUF:Q4_K_M", ollama, ModelKind::Chat),
            ("newer", ollama, ModelKind::Chat),
            ("somebody/embed:v2.5", ollama, ModelKind::Embedding),
            ("tuned-adapter", ollama, ModelKind::Adapter),
        ]
    );
    let expected = [
        ("absurd", "damaged"),
        ("climbing", "names no SHA-256"),
        ("damaged", "damaged"),
        ("empty", "damaged"),
        ("gone", "ollama pull"),
        ("huge", "too long"),
        ("leading-out", "leads out of the store"),
        ("no-model", "names no GGUF file"),
        ("pipe", "not a file"),
        ("round", "not there"),
        ("stolen", "leads out of the store"),
        ("tuned", "attach tuned-adapter"),
        ("whole-path", "names no SHA-256"),
    ];
    let names = |all: &[(&str, &str)]| {
        all.iter()
            .map(|(name, _)| name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&unusable), names(&expected));
    for ((name, reason), (_, expected)) in unusable.iter().zip(expected) {
        assert!(reason.contains(expected), "{name}: {reason}");
    }
    // Neither can what is for embeddings be the default.
    assert_eq!(view.default.as_deref(), Some("good"));
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn the_stores_of_other_apps_are_recognised() {
    let stage = Stage::new(&[
        ("lm_studio", "studio"),
        ("jan", "jan"),
        ("gpt4all", "gpt4all"),
        ("hugging_face", "hub"),
    ]);
    // Ours goes first: the same name elsewhere is told apart.
    stage.write("home/models/same.gguf", gguf::chat(1));
    stage.write("home/models/eyes.gguf", gguf::projector(2));

    stage.write("studio/publisher/model-GGUF/theirs.gguf", gguf::chat(3));
    stage.write(
        "studio/publisher/model-GGUF/mmproj-theirs.gguf",
        gguf::projector(4),
    );
    stage.write("studio/publisher/other-GGUF/same.gguf", gguf::chat(5));
    stage.write("studio/publisher/other-GGUF/half.gguf.part", "GGUF");
    stage.write("studio/damaged/model/damaged.gguf", "GGUF");

    stage.write("jan/llamacpp/models/org/first/model.gguf", gguf::chat(6));
    stage.write(
        "jan/llamacpp/models/org/first/model.yml",
        "embedding: false\nmodel_path: llamacpp/models/org/first/model.gguf\nname: org/first\nsize_bytes: 700\n",
    );
    stage.write("picked/linked.gguf", gguf::chat(7));
    stage.write(
        "jan/llamacpp/models/second/model.yml",
        format!(
            "model_path: {}\nname: second\n",
            stage.path("picked/linked.gguf").display()
        ),
    );
    stage.write("jan/llamacpp/models/torn/model.yml", "model_path: [\n");
    stage.write("jan/llamacpp/models/bomb/model.yml", yaml_bomb());
    stage.write(
        "jan/llamacpp/models/thief/model.yml",
        "model_path: /etc/passwd\n",
    );
    stage.write("jan/models/older-7b/older.gguf", gguf::chat(8));
    stage.write("jan/models/older-7b/model.json", "{");
    stage.write("jan/models/cortex/tiny/model.gguf", gguf::chat(9));

    stage.write("gpt4all/Flat.Q4_0.gguf", gguf::chat(10));
    stage.write("gpt4all/incomplete-Other.gguf", "GGUF");
    stage.write("gpt4all/localdocs/inner.gguf", gguf::chat(11));

    let repository = "hub/models--org--repo";
    stage.write(&format!("{repository}/blobs/one"), gguf::chat(12));
    stage.write(&format!("{repository}/refs/main"), "newest");
    for (snapshot, name, blob) in [
        ("newest", "cached.gguf", "one"),
        ("older", "cached.gguf", "one"),
        ("older", "lost.gguf", "gone"),
    ] {
        let folder = stage.path(&format!("{repository}/snapshots/{snapshot}"));
        fs::create_dir_all(&folder).unwrap();
        symlink(format!("../../blobs/{blob}"), folder.join(name)).unwrap();
    }
    stage.write(
        "hub/datasets--org--data/snapshots/x/data.gguf",
        gguf::chat(13),
    );

    let world = stage.world().await;
    let view = world.sotto.models().await.unwrap();
    let (usable, unusable) = sorted(&view);
    let usable: Vec<_> = usable
        .iter()
        .map(|(name, owner, _)| (*name, *owner))
        .collect();
    assert_eq!(
        usable,
        [
            ("cached", ModelOwner::HuggingFace),
            ("Flat.Q4_0", ModelOwner::Gpt4All),
            ("older", ModelOwner::Jan),
            ("org/first", ModelOwner::Jan),
            ("same", ModelOwner::Sotto),
            ("same@lm_studio", ModelOwner::LmStudio),
            ("second", ModelOwner::Jan),
            ("theirs", ModelOwner::LmStudio),
            ("tiny", ModelOwner::Jan),
        ]
    );
    let unusable: Vec<_> = unusable.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        unusable,
        ["bomb", "damaged", "eyes", "lost", "thief", "torn"]
    );
    let text = serde_json::to_string(&view).unwrap();
    assert!(!text.contains("root:"), "a foreign file was read");
    for (name, app) in [
        ("theirs", "LM Studio"),
        ("second", "Jan"),
        ("Flat.Q4_0", "GPT4All"),
        ("cached", "the Hugging Face cache"),
    ] {
        let refused = world.sotto.remove_model(name.to_owned()).await.unwrap_err();
        assert!(refused.message.contains(app), "{refused}");
    }
    assert!(stage.path("picked/linked.gguf").exists());
    world.sotto.shutdown().await;
}

/// Ten levels of ten aliases each.
fn yaml_bomb() -> String {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..10 {
        let inner = vec![format!("*a{}", level - 1); 10].join(",");
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    text + "model_path: *a9\n"
}

#[tokio::test]
async fn a_split_model_is_one_and_answers_and_a_missing_part_is_named() {
    let stage = Stage::new(&[]);
    let whole = fs::read(starter()).unwrap();
    for (part, number) in gguf::split(&whole, 3).iter().zip(1..) {
        stage.write(
            &format!("home/models/parted-{number:05}-of-00003.gguf"),
            part,
        );
    }
    stage.write("home/models/torn-00001-of-00002.gguf", gguf::chat(1));
    let world = stage.world().await;
    let view = world.sotto.models().await.unwrap();
    let (usable, unusable) = sorted(&view);
    assert_eq!(usable, [("parted", ModelOwner::Sotto, ModelKind::Chat)]);
    assert_eq!(unusable, [("torn", "part 2 of 2 is missing")]);
    let model = found(&view, "parted");
    assert_eq!(model.files.len(), 3);
    assert_eq!(model.parameters, "134.52M");
    answers(&world, "parted").await;
    let refused = AskRequest {
        text: "Hello?".to_owned(),
        model: Some("torn".to_owned()),
        ..AskRequest::default()
    };
    world.sotto.ask(refused).await.unwrap();
    let failure = world.end_of_answer().await.0.failure.unwrap();
    assert_eq!(failure.code, FailureCode::ModelUnusable);
    assert!(
        failure.message.contains("part 2 of 2"),
        "{}",
        failure.message
    );
    // All parts go.
    world.sotto.remove_model("parted".to_owned()).await.unwrap();
    let left = fs::read_dir(stage.path("home/models")).unwrap().count();
    assert_eq!(left, 1);
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn a_model_that_is_brought_works_at_once_and_stays_where_it_is() {
    let stage = Stage::new(&[]);
    stage.write("home/models/other.gguf", gguf::chat(1));
    let elsewhere = stage.path("elsewhere/own.gguf");
    fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    fs::copy(starter(), &elsewhere).unwrap();
    // The runtime runs, and may not read there.
    let world = stage.world().await;
    let model = world.sotto.import_model(elsewhere.clone()).await.unwrap();
    assert_eq!(
        (model.name.as_str(), model.owner),
        ("own", ModelOwner::Elsewhere)
    );
    assert_eq!(
        model.state,
        ModelState::Available,
        "it needs no other start"
    );
    answers(&world, "own").await;
    let again = world
        .sotto
        .import_model(elsewhere.clone())
        .await
        .unwrap_err();
    assert!(again.message.contains("already"), "{again}");
    let none = world
        .sotto
        .import_model(stage.path("none.gguf"))
        .await
        .unwrap_err();
    assert!(none.message.contains("cannot be read"), "{none}");

    // In memory, and unloaded before it goes.
    world.sotto.remove_model("own".to_owned()).await.unwrap();
    assert!(elsewhere.is_file());
    let view = world.sotto.models().await.unwrap();
    assert_eq!(sorted(&view).0.len(), 1);
    assert!(world.sotto.runtime().await.loaded.is_empty());
    let gone = world
        .sotto
        .remove_model("own".to_owned())
        .await
        .unwrap_err();
    assert_eq!(gone.code, sotto_api::ErrorCode::NotFound);
    world.sotto.remove_model("other".to_owned()).await.unwrap();
    assert!(!stage.path("home/models/other.gguf").exists());
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn a_link_that_is_made_by_hand_is_read_without_another_start() {
    let stage = Stage::new(&[]);
    stage.write("elsewhere/own.gguf", gguf::chat(1));
    let world = stage.world().await;
    world.sotto.attend(false);
    symlink(
        stage.path("elsewhere/own.gguf"),
        stage.path("home/models/own.gguf"),
    )
    .unwrap();
    loop {
        if let AppEvent::ModelsChanged { models } = world.next_event().await
            && let Some(model) = models.models.first()
            && model.state == ModelState::Available
        {
            assert_eq!(
                (model.name.as_str(), model.owner),
                ("own", ModelOwner::Elsewhere)
            );
            break;
        }
    }
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn nothing_is_removed_while_a_model_answers() {
    let stage = Stage::new(&[]);
    fs::copy(starter(), stage.path("home/models/own.gguf")).unwrap();
    let world = stage.world().await;
    let asked = AskRequest {
        text: "Write a very long story about a river.".to_owned(),
        ..AskRequest::default()
    };
    let asked = world.sotto.ask(asked).await.unwrap();
    let refused = world
        .sotto
        .remove_model("own".to_owned())
        .await
        .unwrap_err();
    assert_eq!(refused.code, sotto_api::ErrorCode::Answering);
    world.sotto.stop(asked.conversation.id);
    world.end_of_answer().await;
    assert!(stage.path("home/models/own.gguf").exists());
    world.sotto.shutdown().await;
}

#[tokio::test]
async fn a_second_start_reads_no_header_that_did_not_change() {
    let stage = Stage::new(&[("lm_studio", "studio")]);
    for mark in 0..20 {
        stage.write(&format!("home/models/own-{mark:02}.gguf"), gguf::chat(mark));
    }
    stage.write("studio/p/m/theirs.gguf", gguf::embedding(1));
    stage.write("home/models/damaged.gguf", "GGUF");
    let read = async || {
        let runtime = stage.runtime();
        let list = runtime.models().await.unwrap();
        runtime.shutdown().await;
        assert_eq!((list.usable.len(), list.unusable.len()), (21, 1));
        list.headers_read
    };
    assert_eq!(read().await, 22);
    assert_eq!(read().await, 0, "what did not change was read again");
    stage.write(
        "home/models/own-07.gguf",
        [gguf::chat(7), vec![0; 32]].concat(),
    );
    assert_eq!(read().await, 1);
    let index = stage.path("home/models-index.json");
    let text = fs::read_to_string(&index).unwrap();
    for spoiled in [
        "",
        "{",
        "[]",
        &text[..text.len() / 2],
        &text.replace("llama", "lame\\u"),
    ] {
        fs::write(&index, spoiled).unwrap();
        assert_eq!(read().await, 22, "a spoiled index was believed");
    }
    assert_eq!(read().await, 0);
    // An index that says something else of files that changed is not believed either.
    fs::write(&index, &text).unwrap();
    stage.write("home/models/own-07.gguf", gguf::chat(7));
    assert_eq!(read().await, 1);
}
