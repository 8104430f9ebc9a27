//! What was read of files' headers, kept from one start to the next. This process writes nothing: the
//! app asks for the index, keeps it in a file, and gives that at the next start. It is read before the
//! process confines itself, and believed only as far as files still are what they were.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::stamp::Stamp;
use crate::engine::gguf::Metadata;

/// Of another version nothing is believed. To be counted up when headers are read in another way.
const VERSION: u32 = 3;

/// Bytes of an index that are read; a thousand models take less than one of these.
const LONGEST: u64 = 32 << 20;

/// What was read of one model's files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Reading {
    /// It is a model.
    Model(Metadata),
    /// It is none, for this reason.
    Unusable(String),
}

/// All that was read.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    version: u32,
    program: String,
    /// One for each model: the state of its files, and what was read of them.
    pub(crate) entries: Vec<(Vec<Stamp>, Reading)>,
}

impl Index {
    /// With these entries.
    pub(crate) fn new(entries: Vec<(Vec<Stamp>, Reading)>) -> Self {
        Self {
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            entries,
        }
    }

    /// The index in this file; empty where there is none, or one that says nothing to this program.
    pub(crate) fn read(path: &Path) -> Self {
        match Self::parse(path) {
            Ok(index) if index.version == VERSION && index.program == env!("CARGO_PKG_VERSION") => {
                index
            }
            Ok(_) => Self::default(),
            Err(error) => {
                tracing::info!("no index of models: {error}");
                Self::default()
            }
        }
    }

    fn parse(path: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        // Opening anything else, a pipe for one, could wait forever.
        if !fs::metadata(path)?.is_file() {
            return Err("this is not a file".into());
        }
        let mut text = Vec::new();
        File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_index_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.json");
        let check = |text: &str, expected: usize| {
            fs::write(&path, text).unwrap();
            assert_eq!(Index::read(&path).entries.len(), expected, "{text}");
        };
        let stamp = Stamp::of(&path);
        let index = Index::new(vec![(vec![stamp], Reading::Unusable("no".into()))]);
        let whole = serde_json::to_string(&index).unwrap();
        check(&whole, 1);
        check(&whole[..whole.len() - 1], 0);
        check(&whole.replace("\"version\":3", "\"version\":2"), 0);
        check(&whole.replace(env!("CARGO_PKG_VERSION"), "another"), 0);
        check(&whole.replace("\"size\"", "\"length\""), 0);
        check("", 0);
        check("[]", 0);
        assert_eq!(Index::read(folder.path()).entries.len(), 0);
        assert_eq!(Index::read(&folder.path().join("none")).entries.len(), 0);
    }
}
