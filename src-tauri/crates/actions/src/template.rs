//! Jinja templates (minijinja), strict: a variable that is not there is an error, never an empty
//! place in a prompt. Values are inserted as they are and never read as templates.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, value::Value};

use crate::{action::Parameter, error::ActionError};

/// The parameters' values.
pub(crate) type Values = BTreeMap<String, String>;

/// The variable that holds the person's text between its marks.
pub(crate) const TEXT: &str = "text";

/// Steps that rendering may take. A prompt file can come from anywhere; loops in it must end.
const FUEL: u64 = 100_000;

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_fuel(Some(FUEL));
    environment
}

/// The prompt, without white space around it.
pub(crate) fn render(template: &str, text: &str, values: &Values) -> Result<String, Error> {
    let mut context: BTreeMap<&str, Value> = values
        .iter()
        .map(|(name, value)| (name.as_str(), Value::from(value.as_str())))
        .collect();
    context.insert(TEXT, Value::from(text));
    let rendered = environment().render_str(template, context)?;
    Ok(rendered.trim().to_owned())
}

/// What the engine says, in one line.
pub(crate) fn message(error: &Error) -> String {
    let said = error.detail().map_or_else(
        || error.kind().to_string(),
        |detail| format!("{}: {detail}", error.kind()),
    );
    said.replace('\n', " ")
}

fn wrong(error: &Error) -> ActionError {
    ActionError::Template {
        line: error.line().unwrap_or(1),
        message: message(error),
    }
}

/// Checks a template: it compiles, uses the text and each parameter and nothing else, and renders
/// with each choice.
pub(crate) fn check(template: &str, parameters: &[Parameter]) -> Result<(), ActionError> {
    let environment = environment();
    let compiled = environment
        .template_from_str(template)
        .map_err(|error| wrong(&error))?;
    let used = compiled.undeclared_variables(false);
    let offered: Vec<&str> = parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .chain([TEXT])
        .collect();
    if let Some(name) = offered.iter().find(|name| !used.contains(**name)) {
        return Err(ActionError::UnusedVariable {
            name: (*name).to_owned(),
        });
    }
    let globals: Vec<&str> = environment.globals().map(|(name, _)| name).collect();
    let mut unknown: Vec<&String> = used
        .iter()
        .filter(|name| !offered.contains(&name.as_str()) && !globals.contains(&name.as_str()))
        .collect();
    unknown.sort();
    if let Some(name) = unknown.first() {
        return Err(ActionError::UnknownVariable {
            name: (*name).clone(),
        });
    }
    let usual: Values = parameters
        .iter()
        .map(|parameter| {
            let value = parameter.default.as_ref().or(parameter.choices.first());
            (parameter.name.clone(), value.cloned().unwrap_or_default())
        })
        .collect();
    let mut trials = vec![usual.clone()];
    for parameter in parameters {
        trials.extend(parameter.choices.iter().map(|choice| {
            let mut trial = usual.clone();
            trial.insert(parameter.name.clone(), choice.clone());
            trial
        }));
    }
    for trial in trials {
        render(template, "text", &trial).map_err(|error| wrong(&error))?;
    }
    Ok(())
}
