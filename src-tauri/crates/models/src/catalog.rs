//! The catalogue: assets/models/catalog.toml, compiled in. Its header says what each field means;
//! a field that is not declared here fails the test.

use std::sync::LazyLock;

use serde::Deserialize;

const TEXT: &str = include_str!("../../../../assets/models/catalog.toml");

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| match toml::from_str(TEXT) {
    Ok(catalog) => catalog,
    // It is part of the program, and a test reads it: this cannot be met by a person.
    Err(error) => panic!("assets/models/catalog.toml: {error}"),
});

/// The models that Sotto knows by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// In the order of the file.
    #[serde(rename = "model")]
    pub models: Vec<CatalogEntry>,
}

/// What a model of the catalogue is to Sotto.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogRole {
    /// A stand-in until a better one is there.
    Starter,
    /// Used when nothing else is chosen.
    Default,
    /// Known by name, no more.
    Other,
}

/// A model that Sotto knows by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogEntry {
    /// Never changed once published.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// What it is to Sotto.
    pub role: CatalogRole,
    /// File name in the models folder.
    pub file: String,
    /// Bytes of that file; about, where it is not verified.
    pub size: u64,
    /// SHA-256 of that file, in lower-case hexadecimal. Always there where it is verified.
    #[serde(default)]
    pub sha256: Option<String>,
    /// The file was fetched, hashed and run by us: it is recommended. Otherwise it is listed.
    #[serde(default)]
    pub verified: bool,
    /// `general.architecture` of the file.
    pub architecture: String,
    /// llama.cpp's name of the weight format.
    pub quantization: String,
    /// Number of weights.
    pub parameters: u64,
    /// The longest context that it was trained for, in tokens.
    pub context_length: u32,
    /// ISO 639-1 codes of the languages that it is usable in.
    pub languages: Vec<String>,
    /// Bytes of memory that should be free before it is loaded.
    pub minimum_memory: u64,
    /// What it is good at, in one sentence.
    pub good_at: String,
    /// What it cannot do, in one sentence; empty where nobody of us tried it.
    #[serde(default)]
    pub weak_at: String,
    /// What its makers allow.
    pub licence: Licence,
    /// What its cache of keys and values holds; `None` where that is not known.
    #[serde(default)]
    pub cache: Option<Cache>,
    /// Where the set-up gets it; `None` where only a hub has it.
    #[serde(default)]
    pub python: Option<Python>,
    /// Where a hub has it; `None` where only the set-up does.
    #[serde(default)]
    pub hub: Option<Hub>,
}

/// What a model's cache of keys and values holds for each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Layers that keep keys and values: of hybrids not all.
    pub layers: u64,
    /// Heads of each.
    pub heads: u64,
    /// Numbers of a key.
    pub key_length: u64,
    /// Numbers of a value.
    pub value_length: u64,
}

impl Cache {
    /// Bytes for one token, at 16 bits a number.
    #[must_use]
    pub const fn bytes_per_token(self) -> u64 {
        2 * self.layers * self.heads * (self.key_length + self.value_length)
    }
}

/// A file on a hub.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// `owner/name`.
    pub repository: String,
    /// A commit, or a branch where the file is not verified.
    pub revision: String,
    /// The file's path in the repository.
    pub file: String,
}

/// What a model's makers allow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// SPDX identifier.
    pub name: String,
    /// Where its text stands.
    pub link: String,
    /// What has to be known before it is fetched, in plain sentences; empty for a standard open licence.
    #[serde(default)]
    pub terms: String,
}

/// The Python packages whose parts, joined in order, make up a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Python {
    /// In order.
    pub packages: Vec<Part>,
}

/// One part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The package, as pip knows it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The part inside the wheel.
    pub path: String,
    /// Bytes of the part.
    pub size: u64,
    /// SHA-256 of the wheel.
    pub wheel_sha256: String,
}

impl Catalog {
    /// The catalogue that is compiled in.
    #[must_use]
    pub fn get() -> &'static Self {
        &CATALOG
    }

    /// The model of that file name or model name, if it is known.
    #[must_use]
    pub fn describe(&self, name: &str) -> Option<&CatalogEntry> {
        let name = model_name(name);
        self.models.iter().find(|entry| entry.model_name() == name)
    }

    /// The one model with that role; for [`CatalogRole::Other`] the first.
    #[must_use]
    pub fn with_role(&self, role: CatalogRole) -> Option<&CatalogEntry> {
        self.models.iter().find(|entry| entry.role == role)
    }
}

impl CatalogEntry {
    /// Its name for the program: the file's name without `.gguf`.
    #[must_use]
    pub fn model_name(&self) -> &str {
        model_name(&self.file)
    }
}

fn model_name(file: &str) -> &str {
    file.strip_suffix(".gguf").unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalogue_holds_what_the_program_relies_on() {
        let models = &Catalog::get().models;
        for role in [CatalogRole::Starter, CatalogRole::Default] {
            assert_eq!(
                models.iter().filter(|entry| entry.role == role).count(),
                1,
                "{role:?}"
            );
        }
        let unique =
            |what: fn(&CatalogEntry) -> &str| models.iter().map(what).collect::<HashSet<_>>().len();
        assert_eq!(unique(|entry| &entry.id), models.len());
        assert_eq!(unique(|entry| &entry.file), models.len());
        // Everything else is checked by `npm run catalog -- check`, which names entry and field.
        for entry in models {
            assert!(
                entry.python.is_some() || entry.hub.is_some(),
                "{}",
                entry.id
            );
            assert!(!entry.verified || entry.sha256.is_some(), "{}", entry.id);
        }
    }

    #[test]
    fn a_cache_is_two_bytes_for_each_number() {
        // llama.cpp says 28.00 KiB a token of the 1.5B.
        let entry = Catalog::get().with_role(CatalogRole::Default).unwrap();
        assert_eq!(entry.cache.unwrap().bytes_per_token(), 28 << 10);
    }

    #[test]
    fn a_model_is_known_by_its_file_and_by_its_name() {
        let catalog = Catalog::get();
        let starter = catalog.with_role(CatalogRole::Starter).unwrap();
        assert_eq!(catalog.describe(&starter.file), Some(starter));
        assert_eq!(catalog.describe(starter.model_name()), Some(starter));
        assert_eq!(catalog.describe("my-own.gguf"), None);
        assert_eq!(catalog.describe(""), None);
    }
}
