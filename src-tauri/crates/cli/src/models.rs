//! `sotto models`: what can answer on this computer.

use sotto_api::view::{ModelState, ModelView};

use crate::{exit::Exit, print_json, print_line, session::Session};

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
            size(model.size),
            note(model)
        ))?;
    }
    if view.models.is_empty() {
        eprintln!("No model yet. Put a GGUF file into {}.", view.folder);
    }
    Ok(())
}

fn note(model: &ModelView) -> String {
    match &model.state {
        ModelState::Unusable { reason } => format!("cannot be used: {reason}"),
        _ => format!("{} {}", model.parameters, model.quantization)
            .trim()
            .to_owned(),
    }
}

fn size(bytes: u64) -> String {
    let megabytes = bytes / 1_000_000;
    if megabytes < 1000 {
        return format!("{megabytes} MB");
    }
    format!("{}.{} GB", megabytes / 1000, megabytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes() {
        assert_eq!(super::size(98_362_432), "98 MB");
        assert_eq!(super::size(1_117_320_768), "1.1 GB");
    }
}
