//! One action, checked, and the exact prompt that it builds.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    error::{ActionError, UseError},
    file,
    marks::Marks,
    template::{self, Values},
};

/// What a person picks after `/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What is typed after `/`: lower-case letters, digits and hyphens.
    pub name: String,
    /// Its name for the person.
    pub title: String,
    /// What it does, in a few words.
    pub description: String,
    /// What can be set, in this order.
    pub parameters: Vec<Parameter>,
    /// The model that it is meant for; `None` takes the one that answers anyway.
    pub model: Option<String>,
    /// In which form the answer comes.
    pub output: Output,
    /// 0 always takes the likeliest word; `None` is the runtime's default.
    pub temperature: Option<f32>,
    /// Above 1 makes repeating less likely, which harms an answer that copies; `None` is the
    /// runtime's default.
    pub repeat_penalty: Option<f32>,
    /// The file, for a person who wants to change it.
    pub source: String,
    pub(crate) template: String,
}

/// Something about an action that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the template and after `--set`.
    pub name: String,
    /// Its name for the person.
    pub title: String,
    /// Its value when nothing is given; `None` must be given.
    pub default: Option<String>,
    /// The only values that it can have; empty allows any.
    pub choices: Vec<String>,
}

/// In which form an answer comes.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Text to be shown as it is.
    Plain,
    /// Markdown.
    Markdown,
    /// JSON that keeps to this schema.
    Json(Value),
}

impl Action {
    /// Reads a prompt file and checks it, up to a trial of its template with each of its choices.
    ///
    /// # Errors
    /// [`ActionError`] says where and why.
    pub fn parse(source: &str) -> Result<Self, ActionError> {
        file::parse(source)
    }

    /// The exact prompt for a text. `wish` is what the person wants besides, in their own words; it
    /// may be empty.
    ///
    /// # Errors
    /// [`UseError`]; then nothing should be asked.
    pub fn prompt(
        &self,
        parameters: &BTreeMap<String, String>,
        text: &str,
        wish: &str,
    ) -> Result<String, UseError> {
        if text.trim().is_empty() {
            return Err(UseError::NoText {
                action: self.title.clone(),
            });
        }
        let values = self.values(parameters)?;
        let given = values.values().map(String::as_str).chain([text, wish]);
        let marked = Marks::outside(given).around(text);
        let prompt = template::render(&self.template, &marked, &values).map_err(|error| {
            UseError::Template {
                action: self.title.clone(),
                message: template::message(&error),
            }
        })?;
        // Last, where a small model minds it most.
        Ok(match wish.trim() {
            "" => prompt,
            wish => format!("{prompt}\n\nAlso: {wish}"),
        })
    }

    /// Each parameter's value: the given one or the default.
    fn values(&self, given: &BTreeMap<String, String>) -> Result<Values, UseError> {
        let action = || self.title.clone();
        let known = |name: &String| self.parameters.iter().any(|known| known.name == *name);
        if let Some(unknown) = given.keys().find(|name| !known(name)) {
            let names = self.parameters.iter().map(|known| known.name.as_str());
            return Err(UseError::Unknown {
                action: action(),
                parameter: unknown.clone(),
                known: in_words(names),
            });
        }
        let value = |parameter: &Parameter| {
            let given = given.get(&parameter.name).map(|value| value.trim());
            let value = given
                .filter(|value| !value.is_empty())
                .or(parameter.default.as_deref());
            let Some(value) = value else {
                return Err(UseError::Missing {
                    action: action(),
                    parameter: parameter.name.clone(),
                });
            };
            let choices = &parameter.choices;
            if !choices.is_empty() && !choices.iter().any(|choice| choice == value) {
                return Err(UseError::NotAChoice {
                    action: action(),
                    parameter: parameter.name.clone(),
                    value: value.to_owned(),
                    choices: in_words(choices.iter().map(String::as_str)),
                });
            }
            Ok((parameter.name.clone(), value.to_owned()))
        };
        self.parameters.iter().map(value).collect()
    }
}

/// `a, b or c`; `none` for nothing.
fn in_words<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests;
