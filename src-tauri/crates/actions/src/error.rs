//! Why a prompt file is not an action, and why an action cannot be used as asked.

/// Why a prompt file is not an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// Not TOML, or not the fields of an action.
    #[error("line {line}: {message}")]
    NotToml {
        /// Counted from 1.
        line: usize,
        /// What the parser says, on one line.
        message: String,
    },
    /// A field holds what it may not hold.
    #[error("{field}: {problem}")]
    Field {
        /// For example `parameters.language.default`.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The template cannot be rendered.
    #[error("template, line {line}: {message}")]
    Template {
        /// Counted from 1, within the template.
        line: usize,
        /// What the template engine says.
        message: String,
    },
    /// The template names something that is not there.
    #[error("template: it uses {name}, which is neither text nor one of the parameters")]
    UnknownVariable {
        /// The variable.
        name: String,
    },
    /// The template leaves something out.
    #[error("template: it does not use {name}")]
    UnusedVariable {
        /// `text` or a parameter.
        name: String,
    },
    /// Another file of the person's has the same name inside.
    #[error("the action {name} is already in {file}")]
    Twice {
        /// The action.
        name: String,
        /// The file that is used.
        file: String,
    },
}

/// Why an action cannot be used as asked. Nothing was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UseError {
    /// There is no text to work on.
    #[error("{action} needs a text to work on")]
    NoText {
        /// The action's title.
        action: String,
    },
    /// A parameter without a default was not given, or given empty.
    #[error("{action} needs {parameter}")]
    Missing {
        /// The action's title.
        action: String,
        /// The parameter's name.
        parameter: String,
    },
    /// The action has no such parameter.
    #[error("{action} has no parameter {parameter}; it has {known}")]
    Unknown {
        /// The action's title.
        action: String,
        /// What was given.
        parameter: String,
        /// What there is, in words.
        known: String,
    },
    /// The value is not one of the choices.
    #[error("{parameter} of {action} cannot be {value}; it can be {choices}")]
    NotAChoice {
        /// The action's title.
        action: String,
        /// The parameter's name.
        parameter: String,
        /// What was given.
        value: String,
        /// What there is, in words.
        choices: String,
    },
    /// The template failed on these values.
    #[error("the template of {action} failed: {message}")]
    Template {
        /// The action's title.
        action: String,
        /// What the template engine says.
        message: String,
    },
}
