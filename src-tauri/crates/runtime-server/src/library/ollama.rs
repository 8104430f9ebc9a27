//! Ollama's store: small manifests under the models' names, and blobs under the hash of their content.
//!
//! `manifests/<host>/<namespace>/<name>/<tag>` is JSON with a list of layers; the layer of the type
//! `application/vnd.ollama.image.model` is the GGUF file, `blobs/sha256-<hash>`. Newer versions keep
//! links to manifests, which are blobs then, in `manifests-v2`, and lists of manifests for several
//! runners (`manifest/manifest.go` and `manifest/paths.go` of ollama/ollama).
//!
//! A manifest says what is opened, so it is read with distrust: a digest is 64 digits and nothing
//! else, and whatever is wrong with one manifest hides no other.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::candidate::{Candidate, files, followed};
use super::owner::Owner;

/// Bytes of a manifest; real ones have a few hundred.
const LONGEST_MANIFEST: u64 = 1 << 20;
/// Host, namespace, name and tag.
const LEVELS: usize = 4;

const MODEL: &str = "application/vnd.ollama.image.model";
const ADAPTER: &str = "application/vnd.ollama.image.adapter";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Manifest {
    layers: Option<Vec<Layer>>,
    /// One for each runner.
    manifests: Option<Vec<Manifest>>,
    runner: String,
    /// In a list: the blob that is the manifest.
    digest: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
}

/// All models of the store. `store` is its real path.
pub(crate) fn survey(store: &Path) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut names: HashSet<String> = HashSet::new();
    // The newer folder goes first, as it does in Ollama.
    for folder in ["manifests-v2", "manifests"] {
        let folder = store.join(folder);
        for manifest in files(&folder, LEVELS - 1, &|_, is_folder| !is_folder) {
            let Some(name) = name(&folder, &manifest) else {
                continue;
            };
            if names.insert(name.clone()) {
                found.extend(read(store, &manifest, name));
            }
        }
    }
    found
}

/// The name as Ollama shows it; `None` where the path is no model's.
fn name(folder: &Path, manifest: &Path) -> Option<String> {
    let path = manifest.strip_prefix(folder).ok()?;
    let levels: Option<Vec<&str>> = path.iter().map(|level| level.to_str()).collect();
    let [host, namespace, name, tag] = levels?[..] else {
        return None;
    };
    let mut full = match (host, namespace) {
        ("registry.ollama.ai", "library") => name.to_owned(),
        ("registry.ollama.ai", _) => format!("{namespace}/{name}"),
        _ => format!("{host}/{namespace}/{name}"),
    };
    if tag != "latest" {
        full = format!("{full}:{tag}");
    }
    Some(full)
}

fn read(store: &Path, path: &Path, name: String) -> Vec<Candidate> {
    let unusable =
        |reason: String| Candidate::unusable(name.clone(), Owner::Ollama, path.to_owned(), reason);
    let layers = match layers(store, path) {
        Ok(layers) => layers,
        Err(reason) => return vec![unusable(reason)],
    };
    let of = |kind: &str| {
        let wanted = |layer: &&Layer| layer.media_type.split(';').next() == Some(kind);
        layers.iter().filter(wanted).collect::<Vec<_>>()
    };
    let blob = |name: String, layer: &Layer| match blob(store, &layer.digest) {
        Ok(path) => Candidate::file(name, Owner::Ollama, path),
        Err(reason) => Candidate::unusable(name, Owner::Ollama, path.to_owned(), reason),
    };
    let adapter = format!("{name}-adapter");
    match (&of(MODEL)[..], &of(ADAPTER)[..]) {
        ([], _) => vec![unusable("its manifest names no GGUF file".into())],
        ([_, _, ..], _) => vec![unusable(
            "it is made of several files, which only Ollama puts together".into(),
        )],
        ([model], []) => vec![blob(name, model)],
        // Without its adapter it would be another model under this one's name.
        ([_], [one, ..]) => vec![
            unusable(format!(
                "it is another model with a LoRA adapter: choose that model, and attach {adapter} to it"
            )),
            blob(adapter, one),
        ],
    }
}

fn layers(store: &Path, path: &Path) -> Result<Vec<Layer>, String> {
    let manifest = parse(&followed(store, path)?)?;
    let chosen = match manifest.manifests {
        None => manifest,
        Some(list) => {
            let rank = |manifest: &Manifest| match manifest.runner.to_ascii_lowercase().as_str() {
                "ollama" => Some(0),
                "llamacpp" => Some(1),
                "" => Some(2),
                _ => None,
            };
            let usable = list.into_iter().filter(|one| rank(one).is_some());
            let chosen = usable.min_by_key(rank);
            let chosen = chosen.ok_or("it is made for other programs than llama.cpp")?;
            if chosen.layers.is_none() && !chosen.digest.is_empty() {
                parse(&blob(store, &chosen.digest)?)?
            } else {
                chosen
            }
        }
    };
    Ok(chosen.layers.unwrap_or_default())
}

fn parse(path: &Path) -> Result<Manifest, String> {
    let unreadable = |error: std::io::Error| format!("its manifest cannot be read: {error}");
    if fs::metadata(path).map_err(unreadable)?.len() > LONGEST_MANIFEST {
        return Err("its manifest is far too long".into());
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LONGEST_MANIFEST)
        .read_to_end(&mut text)
        .map_err(unreadable)?;
    serde_json::from_slice(&text).map_err(|error| format!("its manifest is damaged: {error}"))
}

/// The file of a digest. What is no digest names no file.
fn blob(store: &Path, digest: &str) -> Result<PathBuf, String> {
    let hash = digest
        .strip_prefix("sha256:")
        .or_else(|| digest.strip_prefix("sha256-"))
        .filter(|hash| hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .ok_or("its manifest is damaged: it names no SHA-256")?;
    let path = store.join("blobs").join(format!("sha256-{hash}"));
    if !path.exists() {
        return Err("its file is not there; `ollama pull` brings it back".into());
    }
    followed(store, &path).map(|_| path)
}
