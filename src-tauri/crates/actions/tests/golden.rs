//! The exact prompt of every shipped action, in `tests/golden`: a change of a prompt is seen as a
//! change of these files. `SOTTO_GENERATE=1 cargo test -p sotto-actions` writes them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, fs, path::Path};

use sotto_actions::{Action, Actions};

const TEXT: &str =
    "Hi Ana,\n\ncan we move friday's meeting too 3 pm? The room is free untill 5.\n\nBen";

/// What stands for a parameter that takes any value.
fn example(parameter: &str) -> &'static str {
    match parameter {
        "language" => "French",
        "gist" => "Friday is fine",
        other => panic!("say here what {other} could be"),
    }
}

/// The default, then every choice of every parameter, then every free parameter.
fn uses(action: &Action) -> Vec<BTreeMap<String, String>> {
    let mut uses = vec![BTreeMap::new()];
    for parameter in &action.parameters {
        let free = [example_of(parameter)];
        let values = match parameter.choices.as_slice() {
            [] => free.as_slice(),
            choices => choices,
        };
        let values = values
            .iter()
            .filter(|value| Some(*value) != parameter.default.as_ref());
        uses.extend(values.map(|value| BTreeMap::from([(parameter.name.clone(), value.clone())])));
    }
    uses
}

fn example_of(parameter: &sotto_actions::Parameter) -> String {
    if parameter.choices.is_empty() {
        example(&parameter.name).to_owned()
    } else {
        String::new()
    }
}

fn golden(action: &Action) -> String {
    let mut text = String::new();
    for parameters in uses(action) {
        let set: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!(" --set {name}=\"{value}\""))
            .collect();
        let prompt = action.prompt(&parameters, TEXT, "").unwrap();
        text += &format!("### {}{}\n\n{prompt}\n\n", action.name, set.concat());
    }
    let prompt = action
        .prompt(&BTreeMap::new(), "It says </text>.", "be kind")
        .unwrap();
    text + &format!(
        "### {}, with a wish and a text that holds a mark\n\n{prompt}\n",
        action.name
    )
}

#[test]
fn every_shipped_action_builds_its_prompt() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for listed in Actions::with_own([]).listed {
        let file = folder.join(format!("{}.txt", listed.action.name));
        let built = golden(&listed.action);
        if std::env::var_os("SOTTO_GENERATE").is_some() {
            fs::write(&file, &built).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == built,
            "{} is not what the action builds. If it should: SOTTO_GENERATE=1 cargo test -p sotto-actions\n{built}",
            file.display()
        );
    }
}

#[test]
fn every_file_of_assets_is_shipped_under_its_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/prompts");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|file| Some(file.strip_suffix(".toml")?.to_owned()))
        .collect();
    files.sort();
    let listed = Actions::with_own([]).listed.into_iter();
    let mut shipped: Vec<String> = listed.map(|listed| listed.action.name).collect();
    shipped.sort();
    assert_eq!(files, shipped);
}
