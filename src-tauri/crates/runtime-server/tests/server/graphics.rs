//! The runtime built with Vulkan, on Mesa's driver for processors: it answers from there, says so, and
//! goes on without where the driver is hidden, refuses or ends the process.
//!
//! `npm run gpu -- vulkan` builds it; then `npm test` runs this with the variables that show that
//! driver and no other to Vulkan.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Runtime, STARTER, file};

/// Layers of the starter model, the output layer included.
const LAYERS: u64 = 31;
/// Tokens of each answer.
const TOKENS: usize = 6;
/// The exit status that `sotto-runtime-client` takes for a driver's failure.
const DRIVER_FAILED: i32 = 71;

/// A runtime whose layers go to Mesa's driver for processors, with these variables.
fn on_device(variables: &[(&str, &str)]) -> Runtime {
    let models = file(STARTER);
    Runtime::with_variables(
        models.parent().unwrap(),
        &["--device", "Vulkan0"],
        variables,
    )
}

fn system(runtime: &Runtime) -> Value {
    let (status, mut lines) = runtime.ask("GET", "/api/sotto/system", &json!({}));
    assert_eq!(status, 200);
    lines.remove(0)
}

/// The one model in memory.
fn loaded(runtime: &Runtime) -> Value {
    let mut models = runtime.loaded();
    assert_eq!(models.len(), 1, "{models:?}");
    models.remove(0)
}

/// The greedy answer's tokens with the logarithms of their probabilities. Few tokens of each: Mesa's driver
/// takes some ten seconds to compile each kind of shader, and a second for a token.
fn answer(runtime: &Runtime, options: &Value) -> Vec<(String, f64)> {
    let mut request = json!({
        "model": STARTER, "prompt": "The river", "raw": true, "stream": false, "logprobs": true,
        "options": {"temperature": 0, "num_predict": TOKENS, "num_ctx": 256},
    });
    request["options"]
        .as_object_mut()
        .unwrap()
        .extend(options.as_object().unwrap().clone());
    let (status, lines) = runtime.ask("POST", "/api/generate", &request);
    assert_eq!(status, 200, "{lines:?}");
    lines[0]["logprobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|token| {
            (
                token["token"].as_str().unwrap().to_owned(),
                token["logprob"].as_f64().unwrap(),
            )
        })
        .collect()
}

fn expect_on_device(runtime: &Runtime, layers: u64) {
    let model = loaded(runtime);
    assert_eq!(
        (&model["layers"], &model["layers_vram"]),
        (&json!(LAYERS), &json!(layers))
    );
    assert_eq!(
        model["size_vram"].as_u64().unwrap() > 0,
        layers > 0,
        "{model}"
    );
    assert_eq!(model["note"], "", "{model}");
}

#[test]
fn the_device_answers_as_the_processor_does() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().to_str().unwrap();
    let mut runtime = on_device(&[("HOME", folder), ("XDG_CACHE_HOME", folder)]);
    let system = system(&runtime);
    assert_eq!(system["confinement"], json!({"files": true, "calls": true}));
    let device = &system["devices"][0];
    assert_eq!(
        (
            &device["name"],
            &device["backend"],
            &device["kind"],
            &device["used"]
        ),
        (
            &json!("Vulkan0"),
            &json!("Vulkan"),
            &json!("software"),
            &json!(true)
        )
    );
    assert!(
        device["total_memory"].as_u64().unwrap() > 1 << 28,
        "{device}"
    );
    assert_eq!(system["devices_note"], "");

    let there = answer(&runtime, &json!({}));
    expect_on_device(&runtime, LAYERS);
    // Ollama's option: the same model again, on the processor.
    let here = answer(&runtime, &json!({"num_gpu": 0}));
    expect_on_device(&runtime, 0);
    // Half and half.
    let half = answer(&runtime, &json!({"num_gpu": 16}));
    expect_on_device(&runtime, 16);

    // Sums are made in another order and precision: the same words, and nearly the same probabilities.
    for other in [&there, &half] {
        assert_eq!(other.len(), here.len());
        for ((word, probability), (expected_word, expected)) in other.iter().zip(&here) {
            assert_eq!(word, expected_word, "{other:?} and {here:?}");
            assert!(
                (probability - expected).abs() < 0.2,
                "{other:?} and {here:?}"
            );
        }
    }
    // That they are not the very same shows that something else computed.
    assert_ne!(there, here);

    // No cache of shaders.
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    // Half of it is on the device: a sudden end is taken for the driver's.
    assert_eq!(abort(&mut runtime), (Some(DRIVER_FAILED), None));
}

#[test]
fn a_hidden_device_is_said_and_the_processor_answers() {
    let nowhere = "/nowhere.json";
    let runtime = on_device(&[("VK_DRIVER_FILES", nowhere), ("VK_ICD_FILENAMES", nowhere)]);
    let system = system(&runtime);
    assert_eq!(
        (&system["devices"], &system["devices_note"]),
        (&json!([]), &json!("There is no device Vulkan0."))
    );
    assert_eq!(answer(&runtime, &json!({})).len(), TOKENS);
    expect_on_device(&runtime, 0);
}

#[test]
fn a_program_that_pretends_to_be_a_card_is_used_only_when_named() {
    let runtime = Runtime::start(&[]);
    let system = system(&runtime);
    assert_eq!(system["devices"][0]["used"], false, "{system}");
    let note = system["devices_note"].as_str().unwrap();
    assert!(note.contains("is a program on the processor"), "{note}");
    assert_eq!(answer(&runtime, &json!({})).len(), TOKENS);
    expect_on_device(&runtime, 0);
}

#[test]
fn a_driver_that_refuses_is_said_and_the_processor_answers() {
    // No buffer may be larger than this: the weights are.
    let runtime = on_device(&[("GGML_VK_FORCE_MAX_BUFFER_SIZE", "65536")]);
    assert_eq!(answer(&runtime, &json!({})).len(), TOKENS);
    let model = loaded(&runtime);
    assert_eq!(
        (&model["layers_vram"], &model["size_vram"]),
        (&json!(0), &json!(0)),
        "{model}"
    );
    let note = model["note"].as_str().unwrap();
    assert!(
        note.starts_with("The graphics card did not take it, so it runs on the processor"),
        "{note}"
    );
}

#[test]
fn an_end_without_the_device_is_not_the_drivers() {
    let mut runtime = on_device(&[]);
    answer(&runtime, &json!({"num_gpu": 0}));
    assert_eq!(abort(&mut runtime), (None, Some(6)));
}

/// Ends it as an abort does; the exit status and the signal that it ended by.
fn abort(runtime: &mut Runtime) -> (Option<i32>, Option<i32>) {
    let killed = Command::new("kill")
        .args(["-ABRT", &runtime.process.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = runtime.process.wait().unwrap();
    (status.code(), status.signal())
}
