//! The form of a prompt file: TOML, with every field checked, so that a mistake is found when the
//! file is read and not when a person is waiting for an answer.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use crate::{
    action::{Action, Output, Parameter},
    error::ActionError,
    template,
};

/// A file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: String,
    description: String,
    output: Form,
    template: String,
    #[serde(default)]
    parameters: Vec<FileParameter>,
    schema: Option<String>,
    model: Option<String>,
    temperature: Option<f32>,
    repeat_penalty: Option<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Plain,
    Markdown,
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileParameter {
    name: String,
    title: String,
    default: Option<String>,
    #[serde(default)]
    choices: Vec<String>,
}

pub(crate) fn parse(source: &str) -> Result<Action, ActionError> {
    let file: File = toml::from_str(source).map_err(|error| not_toml(source, &error))?;
    check_name("name", &file.name, '-')?;
    for (field, text) in [("title", &file.title), ("description", &file.description)] {
        check_line(field, text)?;
    }
    let output = output(file.output, file.schema.as_deref())?;
    check_number("temperature", file.temperature, 0.0..=2.0)?;
    check_number("repeat_penalty", file.repeat_penalty, 0.1..=2.0)?;
    if let Some(model) = &file.model {
        check_line("model", model)?;
    }
    let parameters = parameters(file.parameters)?;
    template::check(&file.template, &parameters)?;
    Ok(Action {
        name: file.name,
        title: file.title,
        description: file.description,
        parameters,
        model: file.model,
        output,
        temperature: file.temperature,
        repeat_penalty: file.repeat_penalty,
        source: source.to_owned(),
        template: file.template,
    })
}

fn not_toml(source: &str, error: &toml::de::Error) -> ActionError {
    let before = error.span().and_then(|span| source.get(..span.start));
    ActionError::NotToml {
        line: before.unwrap_or_default().matches('\n').count() + 1,
        message: error.message().replace('\n', ", "),
    }
}

fn wrong(field: impl Into<String>, problem: &'static str) -> ActionError {
    ActionError::Field {
        field: field.into(),
        problem,
    }
}

/// A name that can be typed: lower-case letters, digits and `joint`, a letter first.
fn check_name(field: &str, name: &str, joint: char) -> Result<(), ActionError> {
    let letter = |character: char| character.is_ascii_lowercase();
    let inside =
        |character: char| letter(character) || character.is_ascii_digit() || character == joint;
    if name.starts_with(letter) && name.chars().all(inside) {
        return Ok(());
    }
    let problem = match joint {
        '-' => "only lower-case letters (a to z), digits and hyphens, a letter first",
        _ => "only lower-case letters (a to z), digits and underscores, a letter first",
    };
    Err(wrong(field, problem))
}

fn check_line(field: &str, text: &str) -> Result<(), ActionError> {
    if text.trim().is_empty() {
        return Err(wrong(field, "it is empty"));
    }
    if text.contains('\n') {
        return Err(wrong(field, "it has more than one line"));
    }
    Ok(())
}

fn check_number(
    field: &str,
    number: Option<f32>,
    range: std::ops::RangeInclusive<f32>,
) -> Result<(), ActionError> {
    match number {
        Some(number) if !range.contains(&number) => Err(wrong(
            field,
            if field == "temperature" {
                "only 0 to 2"
            } else {
                "only 0.1 to 2"
            },
        )),
        _ => Ok(()),
    }
}

fn output(form: Form, schema: Option<&str>) -> Result<Output, ActionError> {
    let schema = schema.map(|schema| {
        let schema: Value =
            serde_json::from_str(schema).map_err(|_| wrong("schema", "it is not JSON"))?;
        if schema.is_object() {
            Ok(schema)
        } else {
            Err(wrong("schema", "it is not a JSON object"))
        }
    });
    match (form, schema.transpose()?) {
        (Form::Plain, None) => Ok(Output::Plain),
        (Form::Markdown, None) => Ok(Output::Markdown),
        (Form::Json, Some(schema)) => Ok(Output::Json(schema)),
        (Form::Json, None) => Err(wrong("schema", "an output of json needs one")),
        (_, Some(_)) => Err(wrong("schema", "only an output of json has one")),
    }
}

fn parameters(parameters: Vec<FileParameter>) -> Result<Vec<Parameter>, ActionError> {
    let mut names = HashSet::new();
    let check = |parameter: FileParameter| {
        let field = |name: &str| format!("parameters.{}.{name}", parameter.name);
        check_name("parameters.name", &parameter.name, '_')?;
        if parameter.name == template::TEXT {
            return Err(wrong(field("name"), "text is the person's text"));
        }
        if !names.insert(parameter.name.clone()) {
            return Err(wrong(field("name"), "there are two of this name"));
        }
        check_line(&field("title"), &parameter.title)?;
        for choice in &parameter.choices {
            check_line(&field("choices"), choice)?;
            if choice.trim() != choice {
                return Err(wrong(field("choices"), "white space around a choice"));
            }
        }
        if let Some(default) = &parameter.default
            && !parameter.choices.is_empty()
            && !parameter.choices.contains(default)
        {
            return Err(wrong(field("default"), "it is not among the choices"));
        }
        Ok(Parameter {
            name: parameter.name,
            title: parameter.title,
            default: parameter.default,
            choices: parameter.choices,
        })
    };
    parameters.into_iter().map(check).collect()
}
