//! All actions: those that come with the program, and the person's own, which add to them or take
//! their place by name. A broken file is listed with its error and hides nothing.

use std::{collections::HashMap, sync::LazyLock};

use crate::{Action, ActionError};

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../assets/prompts/", $name, ".toml")))),+]
    };
}

/// The files of `assets/prompts`, in the order in which they are listed.
const SHIPPED: &[(&str, &str)] = shipped![
    "summarise",
    "explain",
    "translate",
    "fix-grammar",
    "rewrite",
    "extract-table",
    "reply",
];

static BUILT_IN: LazyLock<Vec<Action>> = LazyLock::new(|| {
    let parse = |(name, source): &(&str, &str)| match Action::parse(source) {
        Ok(action) => action,
        // It is part of the program, and a test reads it: this cannot be met by a person.
        Err(error) => panic!("assets/prompts/{name}.toml: {error}"),
    };
    SHIPPED.iter().map(parse).collect()
});

/// Where an action comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The program.
    BuiltIn,
    /// The person.
    Own {
        /// The name of the file.
        file: String,
        /// It takes the place of one that came with the program.
        replaces: bool,
    },
}

/// An action and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The action.
    pub action: Action,
    /// Where it comes from.
    pub source: Source,
}

/// A file that is no action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of the file.
    pub file: String,
    /// Why.
    pub error: ActionError,
}

/// All actions that can be picked.
#[derive(Debug, Clone, PartialEq)]
pub struct Actions {
    /// Those that came with the program, or what took their place, then the person's own.
    pub listed: Vec<Listed>,
    /// The person's files that are not used.
    pub broken: Vec<Broken>,
}

impl Actions {
    /// All actions, with the person's own files: names and contents, or why they could not be read.
    /// The first file of a name is used.
    #[must_use]
    pub fn with_own(files: impl IntoIterator<Item = (String, Result<String, String>)>) -> Self {
        let built_in = BUILT_IN.iter().cloned().map(|action| Listed {
            action,
            source: Source::BuiltIn,
        });
        let mut actions = Self {
            listed: built_in.collect(),
            broken: Vec::new(),
        };
        let mut owners: HashMap<String, String> = HashMap::new();
        for (file, text) in files {
            let parsed = text
                .map_err(ActionError::Unreadable)
                .and_then(|text| Action::parse(&text));
            match parsed {
                Ok(action) => match owners.get(&action.name) {
                    Some(first) => actions.broken.push(Broken {
                        error: ActionError::Twice {
                            name: action.name,
                            file: first.clone(),
                        },
                        file,
                    }),
                    None => {
                        owners.insert(action.name.clone(), file.clone());
                        actions.put(action, file);
                    }
                },
                Err(error) => actions.broken.push(Broken { file, error }),
            }
        }
        actions
    }

    /// The action of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Action> {
        let listed = self
            .listed
            .iter()
            .find(|listed| listed.action.name == name)?;
        Some(&listed.action)
    }

    fn put(&mut self, action: Action, file: String) {
        let mut listed = self.listed.iter_mut();
        match listed.find(|listed| listed.action.name == action.name) {
            Some(place) => {
                let source = Source::Own {
                    file,
                    replaces: true,
                };
                *place = Listed { action, source };
            }
            None => {
                let source = Source::Own {
                    file,
                    replaces: false,
                };
                self.listed.push(Listed { action, source });
            }
        }
    }
}

#[cfg(test)]
mod tests;
