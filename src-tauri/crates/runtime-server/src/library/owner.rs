//! Whose files models are: our own folders', or those of another app's store on this computer.

use std::path::{Path, PathBuf};

/// Whose files they are. The words stand in the command line and in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A folder that was given with `--models`.
    Folder,
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// Jan.
    Jan,
    /// GPT4All.
    Gpt4All,
    /// The cache of the Hugging Face programs.
    HuggingFace,
}

impl Owner {
    /// The other apps.
    const STORES: [Self; 5] = [
        Self::Ollama,
        Self::LmStudio,
        Self::Jan,
        Self::Gpt4All,
        Self::HuggingFace,
    ];

    /// Its word, also behind the `@` of a name that an earlier place has taken.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Ollama => "ollama",
            Self::LmStudio => "lm_studio",
            Self::Jan => "jan",
            Self::Gpt4All => "gpt4all",
            Self::HuggingFace => "hugging_face",
        }
    }
}

/// A place where models lie, in its owner's layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whose layout it has.
    pub(crate) owner: Owner,
    /// Its topmost folder.
    pub(crate) folder: PathBuf,
}

impl Place {
    /// A folder of our own.
    pub(crate) fn folder(folder: PathBuf) -> Self {
        Self {
            owner: Owner::Folder,
            folder,
        }
    }

    /// With the folder as it really is called: what is found is compared with it.
    pub(crate) fn resolved(self) -> Self {
        let absolute = std::path::absolute(&self.folder).unwrap_or(self.folder);
        let folder = match self.owner {
            // Shown to the person as they named it.
            Owner::Folder => absolute,
            _ => absolute.canonicalize().unwrap_or(absolute),
        };
        Self {
            owner: self.owner,
            folder,
        }
    }
}

/// Reads `KIND=DIR`.
pub(crate) fn store(text: &str) -> Result<Place, String> {
    let kinds = || Owner::STORES.map(Owner::word).join(", ");
    let (kind, folder) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not KIND=DIR, where KIND is one of {}", kinds()))?;
    let owner = Owner::STORES
        .into_iter()
        .find(|owner| owner.word() == kind)
        .ok_or_else(|| format!("`{kind}` is no store; known are {}", kinds()))?;
    if folder.is_empty() {
        return Err(format!("`{text}` names no folder"));
    }
    Ok(Place {
        owner,
        folder: Path::new(folder).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_named_by_kind_and_folder() {
        for (text, expected) in [
            ("ollama=/a", Some((Owner::Ollama, "/a"))),
            ("lm_studio=/a=b", Some((Owner::LmStudio, "/a=b"))),
            ("hugging_face=c", Some((Owner::HuggingFace, "c"))),
            ("folder=/a", None),
            ("ollama", None),
            ("ollama=", None),
            ("=/a", None),
        ] {
            let place = store(text).ok();
            let found = place
                .as_ref()
                .map(|place| (place.owner, place.folder.to_str().unwrap()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
