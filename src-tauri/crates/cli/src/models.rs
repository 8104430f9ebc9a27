//! `sotto models`: what can answer on this computer, what could, and bringing and removing models.

use std::path::PathBuf;

use sotto_api::view::{
    ModelState, ModelView,
    models::{CatalogItem, Fit, FitView, ModelKind, ModelOwner},
};

use crate::{exit::Exit, print_json, print_line, pull::bytes, session::Session};

pub(crate) async fn list(json: bool) -> Result<(), Exit> {
    let session = Session::new()?;
    let view = session.sotto.models().await;
    session.sotto.shutdown().await;
    let view = view?;
    if json {
        return print_json(&view);
    }
    for model in &view.models {
        let mark = if view.default.as_ref() == Some(&model.name) {
            '*'
        } else {
            ' '
        };
        print_line(&format!(
            "{mark} {:<44} {:>8}  {}",
            model.name,
            bytes(model.size),
            note(model)
        ))?;
    }
    if view.models.is_empty() {
        eprintln!("No model yet. Put a GGUF file into {}.", view.folder);
    }
    Ok(())
}

pub(crate) async fn show(name: &str, json: bool) -> Result<(), Exit> {
    let session = Session::new()?;
    let view = session.sotto.models().await;
    session.sotto.shutdown().await;
    let found = view?.models.into_iter().find(|model| model.name == name);
    let model = found.ok_or_else(|| {
        Exit::WrongUse(format!(
            "There is no model {name} on this computer. `sotto models list` names those that are."
        ))
    })?;
    if json {
        return print_json(&model);
    }
    lines(&model).iter().try_for_each(|line| print_line(line))
}

pub(crate) async fn catalog(language: Option<&str>, json: bool) -> Result<(), Exit> {
    let session = Session::new()?;
    let items = session.sotto.catalog().await;
    session.sotto.shutdown().await;
    let speaks = |item: &CatalogItem| {
        language.is_none_or(|wanted| item.languages.iter().any(|one| one == wanted))
    };
    let items: Vec<CatalogItem> = items?.into_iter().filter(speaks).collect();
    if json {
        return print_json(&items);
    }
    for item in &items {
        print_line(&format!(
            "{:<28} {:>8}  {:<40} {}",
            item.id,
            bytes(item.size),
            fit(&item.fit),
            if item.verified {
                ""
            } else {
                "listed, not verified"
            }
        ))?;
    }
    if let (Some(language), true) = (language, items.is_empty()) {
        eprintln!("Sotto knows no model for the language {language} by name.");
    }
    Ok(())
}

pub(crate) async fn import(path: PathBuf, json: bool) -> Result<(), Exit> {
    let session = Session::new()?;
    let model = session.sotto.import_model(path).await;
    session.sotto.shutdown().await;
    let model = model?;
    if json {
        print_json(&model)?;
    } else {
        print_line(&model.name)?;
    }
    match model.state {
        ModelState::Unusable { reason } => Err(Exit::Failed(format!(
            "{} is linked now, and cannot be used: {reason}",
            model.name
        ))),
        _ => Ok(()),
    }
}

pub(crate) async fn remove(name: String, json: bool) -> Result<(), Exit> {
    let session = Session::new()?;
    let removed = session.sotto.remove_model(name.clone()).await;
    session.sotto.shutdown().await;
    removed?;
    if json {
        return print_json(&Removed { removed: name });
    }
    Ok(())
}

#[derive(serde::Serialize)]
struct Removed {
    removed: String,
}

fn note(model: &ModelView) -> String {
    let what = match (&model.state, model.kind) {
        (ModelState::Unusable { reason }, _) => format!("cannot be used: {reason}"),
        (_, ModelKind::Chat) => format!("{} {}", model.parameters, model.quantization),
        (_, ModelKind::Embedding) => "for embeddings".to_owned(),
        (_, ModelKind::Adapter) => format!("LoRA adapter for {}", model.architecture),
    };
    match owner(model.owner) {
        "" => what.trim().to_owned(),
        owner => format!("{}  [{owner}]", what.trim()),
    }
}

fn owner(owner: ModelOwner) -> &'static str {
    match owner {
        ModelOwner::Sotto => "",
        ModelOwner::Bundled => "came with Sotto",
        ModelOwner::Elsewhere => "linked",
        ModelOwner::Ollama => "Ollama",
        ModelOwner::LmStudio => "LM Studio",
        ModelOwner::Jan => "Jan",
        ModelOwner::Gpt4All => "GPT4All",
        ModelOwner::HuggingFace => "Hugging Face cache",
    }
}

fn lines(model: &ModelView) -> Vec<String> {
    let mut lines = vec![format!("{} ({})", model.title, model.name)];
    let mut line = |what: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("  {what:<14} {value}"));
        }
    };
    line("state", note(model));
    line("architecture", model.architecture.clone());
    line("size", bytes(model.size));
    if model.context_length > 0 {
        line("context", format!("{} tokens", model.context_length));
    }
    line("languages", model.languages.join(", "));
    line("licence", model.licence.clone());
    line("good at", model.good_at.clone());
    line("weak at", model.weak_at.clone());
    if let Some(view) = &model.fit {
        line("memory", fit(view));
    }
    for file in &model.files {
        line("file", file.clone());
    }
    lines
}

fn fit(view: &FitView) -> String {
    let needed = bytes(view.weights + view.cache + view.working);
    let (context, room) = (view.context, bytes(view.room));
    match view.fit {
        Fit::FitsWell => format!("fits: {needed} of {room}"),
        Fit::SmallerContext => format!(
            "fits with {} tokens of context; {context} take {needed} of {room}",
            view.largest_context
        ),
        Fit::OverLimit => format!("over the limit: {needed}, and models may take {room}"),
        Fit::TooLarge => format!("too large: {needed}, and {room} are free"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_a_model_fits_is_said_with_the_numbers() {
        let check = |verdict: Fit, expected: &str| {
            let view = FitView {
                fit: verdict,
                weights: 1_000_000_000,
                context: 8192,
                cache: 800_000_000,
                working: 200_000_000,
                room: 3_500_000_000,
                largest_context: 4096,
            };
            assert_eq!(fit(&view), expected);
        };
        check(Fit::FitsWell, "fits: 2.0 GB of 3.5 GB");
        check(
            Fit::SmallerContext,
            "fits with 4096 tokens of context; 8192 take 2.0 GB of 3.5 GB",
        );
        check(
            Fit::OverLimit,
            "over the limit: 2.0 GB, and models may take 3.5 GB",
        );
        check(Fit::TooLarge, "too large: 2.0 GB, and 3.5 GB are free");
    }
}
