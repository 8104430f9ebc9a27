//! `sotto actions`: what can be done with a text by name, and where the person's own prompt files lie.

use sotto_api::view::actions::{ActionOrigin, ActionParameter, ActionView, ActionsView};

use crate::{
    arguments::ActionsArguments,
    exit::Exit,
    print_json, print_line,
    session::{Session, print_now},
};

pub(crate) async fn run(arguments: ActionsArguments) -> Result<(), Exit> {
    let session = Session::new()?;
    if arguments.path {
        return print_line(&session.sotto.actions_folder().display().to_string());
    }
    if let Some(name) = &arguments.show {
        return Ok(print_now(&session.sotto.action_source(name).await?)?);
    }
    let view = session.sotto.actions().await;
    if arguments.json {
        return print_json(&view);
    }
    print_line(&listed(&view))
}

fn listed(view: &ActionsView) -> String {
    let mut lines = Vec::new();
    for action in &view.actions {
        lines.push(format!(
            "{:<14} {}{}",
            action.name,
            action.description,
            origin(action)
        ));
        lines.extend(action.parameters.iter().map(parameter));
        if let Some(model) = &action.model {
            lines.push(format!("{:<14}   asked of {model}", ""));
        }
    }
    for broken in &view.broken {
        lines.push(format!("not used: {}: {}", broken.file, broken.error));
    }
    lines.push(format!("Your own prompt files go into {}", view.folder));
    lines.join("\n")
}

fn origin(action: &ActionView) -> String {
    match &action.origin {
        ActionOrigin::BuiltIn => String::new(),
        ActionOrigin::Own { file, replaces } => {
            let instead = if *replaces {
                ", instead of the built-in one"
            } else {
                ""
            };
            format!(" (your {file}{instead})")
        }
    }
}

fn parameter(parameter: &ActionParameter) -> String {
    let values = if parameter.choices.is_empty() {
        parameter.title.to_uppercase()
    } else {
        parameter.choices.join(" | ")
    };
    let default = match parameter.default.as_deref() {
        None => " (must be set)".to_owned(),
        Some("") => " (optional)".to_owned(),
        Some(default) => format!(" (default: {default})"),
    };
    format!("{:<14}   --set {}={values}{default}", "", parameter.name)
}
