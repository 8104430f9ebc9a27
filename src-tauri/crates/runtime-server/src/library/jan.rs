//! Jan's data folder. Today each model has `llamacpp/models/<id>/model.yml`, whose `model_path` is the
//! GGUF file: relative to the data folder, or wherever the person picked it
//! (`extensions/llamacpp-extension/src/index.ts` of janhq/jan). Older versions kept the files
//! themselves in `models/<id>`, beside a `model.json` or a `model.yml` that adds nothing here.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::candidate::{Candidate, files, followed, gguf_files, is_projector};
use super::folder::{all_parts, joined, within};
use super::owner::Owner;

/// Bytes of a `model.yml`; real ones have a few hundred.
const LONGEST_DESCRIPTION: u64 = 64 << 10;
/// Ids have up to three levels: `<author>/<name>/<variant>`.
const LEVELS: usize = 4;

#[derive(Debug, Deserialize)]
struct Description {
    model_path: String,
}

/// All models of the folder. `data` is its real path.
pub(crate) fn survey(data: &Path) -> Vec<Candidate> {
    let models = data.join("llamacpp").join("models");
    let descriptions = files(&models, LEVELS, &|name, is_folder| {
        name == "model.yml" && !is_folder
    });
    let mut found: Vec<Candidate> = descriptions
        .iter()
        .filter_map(|description| read(data, &models, description))
        .collect();
    found.extend(older(data));
    found
}

fn read(data: &Path, models: &Path, description: &Path) -> Option<Candidate> {
    let id = description.parent()?.strip_prefix(models).ok()?;
    let levels: Option<Vec<&str>> = id.iter().map(|level| level.to_str()).collect();
    let name = levels?.join("/");
    let unusable =
        |reason| Candidate::unusable(name.clone(), Owner::Jan, description.to_owned(), reason);
    let path = match parse(description) {
        // An absolute path takes the place of the folder's.
        Ok(description) => data.join(description.model_path),
        Err(reason) => return Some(unusable(reason)),
    };
    // The other parts of a split model lie beside the first.
    let (parts, missing) = all_parts(&path);
    let refused = parts.iter().map(|part| followed(data, part));
    let problem = refused.into_iter().find_map(Result::err);
    Some(Candidate {
        name,
        owner: Owner::Jan,
        linked: parts.iter().any(|part| part.is_symlink()),
        parts,
        problem: problem.or(missing),
    })
}

fn parse(path: &Path) -> Result<Description, String> {
    let unreadable = |error: std::io::Error| format!("its model.yml cannot be read: {error}");
    let about = fs::symlink_metadata(path).map_err(unreadable)?;
    if !about.is_file() || about.len() > LONGEST_DESCRIPTION {
        return Err("its model.yml is none".into());
    }
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LONGEST_DESCRIPTION)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    serde_saphyr::from_str(&text).map_err(|error| {
        let error = error.to_string();
        let first = error.lines().next().unwrap_or_default();
        format!("its model.yml is damaged: {first}")
    })
}

fn older(data: &Path) -> Vec<Candidate> {
    let files = gguf_files(&data.join("models")).into_iter();
    let found = joined(
        files.filter(|file| !is_projector(file)).collect(),
        Owner::Jan,
    );
    let named = found.into_iter().map(|mut candidate| {
        // Many are called `model.gguf` in a folder with a name.
        if candidate.name == "model"
            && let Some(folder) = candidate.parts.first().and_then(|file| file.parent())
        {
            candidate.name = folder_name(folder);
        }
        candidate
    });
    within(data, named.collect())
}

fn folder_name(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
