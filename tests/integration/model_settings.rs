//! How a person runs a model: what is chosen reaches each question, and what was measured stays.

use std::fs;

use sotto_api::{
    ErrorCode,
    view::{
        AppEvent, AskRequest,
        actions::ActionUse,
        models::{HardwareView, ModelSettings},
    },
};
use sotto_domain::{AdapterUse, ChatRequest, EndReason, Manner, Residence};
use sotto_test_support::{FakeLanguageModel, Said, World};

const MODEL: &str = "test-model";

fn ends() -> Vec<Said> {
    vec![Said::Text("Yes."), Said::Ends(EndReason::Finished)]
}

fn question() -> AskRequest {
    AskRequest {
        text: "Anybody?".to_owned(),
        ..AskRequest::default()
    }
}

fn chosen() -> ModelSettings {
    ModelSettings {
        context: Some(4096),
        temperature: Some(0.25),
        top_k: Some(20),
        top_p: Some(0.5),
        min_p: Some(0.125),
        repeat_penalty: Some(1.5),
        seed: Some(7),
        keep_alive: Some(-1),
        graphics_layers: Some(3),
        adapters: vec![AdapterUse {
            name: "salt".to_owned(),
            scale: 0.5,
        }],
    }
}

/// What the model was asked last.
async fn asked(world: &World, model: &FakeLanguageModel, request: AskRequest) -> ChatRequest {
    world.sotto.ask(request).await.unwrap();
    world.end_of_answer().await;
    model.asked().pop().unwrap()
}

#[tokio::test]
async fn settings_reach_each_question_and_can_be_taken_back() {
    let model = FakeLanguageModel::new(vec![ends(), ends(), ends()]);
    let world = World::new(model.clone()).await;
    assert_eq!(
        world.sotto.model_settings(MODEL).await,
        ModelSettings::default()
    );
    world
        .sotto
        .set_model_settings(MODEL, chosen())
        .await
        .unwrap();
    assert_eq!(world.sotto.model_settings(MODEL).await, chosen());
    assert_eq!(
        world.sotto.model_settings("another").await,
        ModelSettings::default()
    );

    let request = asked(&world, &model, question()).await;
    assert_eq!(request.context, Some(4096));
    assert_eq!(
        request.manner,
        Manner {
            schema: None,
            temperature: Some(0.25),
            repeat_penalty: Some(1.5),
            top_k: Some(20),
            top_p: Some(0.5),
            min_p: Some(0.125),
            seed: Some(7),
        }
    );
    assert_eq!(request.adapters, chosen().adapters);
    let residence = Residence {
        keep_alive: Some(-1),
        graphics_layers: Some(3),
    };
    assert_eq!(request.residence, residence);

    // Also where it is brought into memory before anything is asked.
    world.sotto.load_model(None).await.unwrap();
    let loads = model.residences();
    assert_eq!(
        loads.last(),
        Some(&(MODEL.to_owned(), Some(4096), residence))
    );

    let world = world.again(model.clone()).await;
    // The clock of a new world begins anew, and what is named by it with it.
    world.pass(std::time::Duration::from_secs(60));
    assert_eq!(world.sotto.model_settings(MODEL).await, chosen());
    world
        .sotto
        .set_model_settings(MODEL, ModelSettings::default())
        .await
        .unwrap();
    let request = asked(&world, &model, question()).await;
    assert_eq!((request.context, request.manner), (None, Manner::default()));
    assert_eq!(
        (request.adapters, request.residence),
        (vec![], Residence::default())
    );
}

#[tokio::test]
async fn what_an_action_says_goes_before_the_models_settings() {
    let model = FakeLanguageModel::new(vec![ends()]);
    let world = World::new(model.clone()).await;
    world
        .sotto
        .set_model_settings(MODEL, chosen())
        .await
        .unwrap();
    let folder = world.home().join("prompts");
    fs::create_dir_all(&folder).unwrap();
    let action = "name = \"cool\"\ntitle = \"Cool\"\ndescription = \"Cool\"\noutput = \"plain\"\n\
                  temperature = 0.0\ntemplate = \"{{ text }}\"\n";
    fs::write(folder.join("cool.toml"), action).unwrap();
    let request = AskRequest {
        action: Some(ActionUse {
            name: "cool".to_owned(),
            ..ActionUse::default()
        }),
        ..question()
    };
    let manner = asked(&world, &model, request).await.manner;
    assert_eq!(
        (manner.temperature, manner.repeat_penalty),
        (Some(0.0), Some(1.5))
    );
}

#[tokio::test]
async fn a_wrong_value_is_named_and_changes_nothing() {
    let world = World::new(FakeLanguageModel::new(Vec::new())).await;
    world
        .sotto
        .set_model_settings(MODEL, chosen())
        .await
        .unwrap();
    let wrong = ModelSettings {
        temperature: Some(3.0),
        ..chosen()
    };
    let error = world
        .sotto
        .set_model_settings(MODEL, wrong)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::WrongParameter);
    assert!(
        error.message.starts_with("temperature"),
        "{}",
        error.message
    );
    assert_eq!(world.sotto.model_settings(MODEL).await, chosen());
}

#[tokio::test]
async fn a_limit_of_memory_is_kept_and_told_to_each_runtime() {
    let limits = |hardware: HardwareView| (hardware.limit, hardware.limit_chosen);
    let model = FakeLanguageModel::new(vec![ends()]);
    let world = World::new(model).await;
    assert_eq!(
        limits(world.sotto.hardware().await.unwrap()),
        (6_000_000_000, false)
    );
    let hardware = world.sotto.set_memory_limit(Some(2_000_000_000)).await;
    assert_eq!(limits(hardware.unwrap()), (2_000_000_000, true));
    assert_eq!(world.sotto.runtime().await.limit, 2_000_000_000);
    let error = world.sotto.set_memory_limit(Some(1)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::WrongParameter);

    // After a restart, before the first model is loaded.
    let model = FakeLanguageModel::new(vec![ends()]);
    let world = world.again(model.clone()).await;
    world.sotto.load_model(None).await.unwrap();
    assert_eq!(
        limits(world.sotto.hardware().await.unwrap()),
        (2_000_000_000, true)
    );
    let hardware = world.sotto.set_memory_limit(None).await;
    assert_eq!(limits(hardware.unwrap()), (6_000_000_000, false));
}

#[tokio::test]
async fn a_model_is_measured_and_the_result_stays() {
    let world = World::new(FakeLanguageModel::new(Vec::new())).await;
    assert_eq!(world.sotto.hardware().await.unwrap().bandwidth, None);
    let measured = world.sotto.bench_model(MODEL.to_owned()).await.unwrap();
    assert_eq!((measured.decode, measured.limit), (20.0, 30.0));
    assert_eq!(
        (measured.first_token, measured.model.as_str()),
        (250.0, MODEL)
    );
    let told = loop {
        if let AppEvent::BenchProgressed { progress } = world.next_event().await {
            break progress;
        }
    };
    assert_eq!((told.percent, told.model.as_str()), (50, MODEL));

    let world = world.again(FakeLanguageModel::new(Vec::new())).await;
    assert_eq!(world.sotto.measurements().await, [measured]);
    assert_eq!(
        world.sotto.hardware().await.unwrap().bandwidth,
        Some(30_000_000_000)
    );
}

#[tokio::test]
async fn a_measurement_can_be_stopped_and_there_is_one_at_a_time() {
    let world = World::new(FakeLanguageModel::new(Vec::new())).await;
    let sotto = world.sotto.clone();
    let measuring = tokio::spawn(async move { sotto.bench_model("slow".to_owned()).await });
    while !matches!(world.next_event().await, AppEvent::BenchProgressed { .. }) {}
    assert!(world.sotto.bench_model(MODEL.to_owned()).await.is_err());
    world.sotto.stop_bench();
    let error = measuring.await.unwrap().unwrap_err();
    assert!(error.message.contains("stopped"), "{}", error.message);
    assert_eq!(world.sotto.measurements().await, []);
    // The place is free again.
    world.sotto.bench_model(MODEL.to_owned()).await.unwrap();
}

#[tokio::test]
async fn a_question_does_not_wait_for_a_measurement() {
    let world = World::new(FakeLanguageModel::new(vec![ends()])).await;
    let sotto = world.sotto.clone();
    let measuring = tokio::spawn(async move { sotto.bench_model("slow".to_owned()).await });
    while !matches!(world.next_event().await, AppEvent::BenchProgressed { .. }) {}
    world.sotto.ask(question()).await.unwrap();
    assert!(measuring.await.unwrap().is_err());
    world.end_of_answer().await;
}
