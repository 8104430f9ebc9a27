//! Where other apps keep their models on this computer. Only places are found here: what lies in them is
//! foreign, and read by the runtime, which is confined.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Folders of one store that are watched. The system lets a program watch some thousands.
const MOST_WATCHED: usize = 500;

/// Bytes of another app's settings that are read.
const LONGEST_SETTINGS: u64 = 1 << 20;

/// Another app that keeps models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreKind {
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

impl StoreKind {
    const ALL: [Self; 5] = [
        Self::Ollama,
        Self::LmStudio,
        Self::Jan,
        Self::Gpt4All,
        Self::HuggingFace,
    ];

    /// The runtime's word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::LmStudio => "lm_studio",
            Self::Jan => "jan",
            Self::Gpt4All => "gpt4all",
            Self::HuggingFace => "hugging_face",
        }
    }

    /// The store of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its name for a person.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::Jan => "Jan",
            Self::Gpt4All => "GPT4All",
            Self::HuggingFace => "the Hugging Face cache",
        }
    }
}

/// A store that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Whose it is.
    pub kind: StoreKind,
    /// Its topmost folder.
    pub folder: PathBuf,
}

impl Store {
    /// The folders of the store that change when its models do, to be watched without what is below them.
    /// Not all of a store: files on their way change it all the time.
    pub(crate) fn watched(&self) -> Vec<PathBuf> {
        let folder = &self.folder;
        match self.kind {
            StoreKind::Ollama => ["manifests", "manifests-v2"]
                .into_iter()
                .flat_map(|manifests| below(&folder.join(manifests), 3, &|_| true))
                .collect(),
            StoreKind::LmStudio => below(folder, 3, &|_| true),
            StoreKind::Jan => ["llamacpp/models", "models"]
                .into_iter()
                .flat_map(|models| below(&folder.join(models), 3, &|_| true))
                .collect(),
            StoreKind::Gpt4All => vec![folder.clone()],
            // `models--…`, `snapshots` and the commits in it, and what they hold.
            StoreKind::HuggingFace => below(folder, 4, &|name| {
                !name.starts_with('.')
                    && !["blobs", "refs"].contains(&name)
                    && !["datasets--", "spaces--"]
                        .iter()
                        .any(|other| name.starts_with(other))
            }),
        }
    }

    /// The file is a model or names one. What is on its way, under another name, changes all the time.
    pub(crate) fn counts(&self, file: &Path) -> bool {
        let ends = |extension: &str| file.extension().is_some_and(|end| end == extension);
        self.kind == StoreKind::Ollama
            || ends("gguf")
            || (self.kind == StoreKind::Jan && ends("yml"))
    }
}

/// A folder and the wanted ones below it, so many levels deep and never too many. Links are not followed.
fn below(folder: &Path, levels: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if folder.is_dir() {
        found.push(folder.to_owned());
    }
    let mut level = found.clone();
    for _ in 0..levels {
        let entries = level.iter().filter_map(|folder| fs::read_dir(folder).ok());
        let folders = entries.flatten().flatten().filter(|entry| {
            entry.file_type().is_ok_and(|kind| kind.is_dir())
                && entry.file_name().to_str().is_some_and(wanted)
        });
        let room = MOST_WATCHED.saturating_sub(found.len());
        level = folders.map(|entry| entry.path()).take(room).collect();
        found.extend(level.iter().cloned());
    }
    found
}

/// What decides where apps keep their models; a test says another.
#[derive(Debug, Clone)]
pub struct Whereabouts {
    /// The person's home.
    pub home: PathBuf,
    /// The platform's folder for data that goes along with the person.
    pub data: PathBuf,
    /// The platform's folder for data that stays on the computer.
    pub local_data: PathBuf,
    /// Variables of the environment.
    pub variable: fn(&str) -> Option<OsString>,
}

impl Whereabouts {
    /// Those of this computer; `None` where the system names no home.
    #[must_use]
    pub fn of_this_computer() -> Option<Self> {
        let folders = directories::BaseDirs::new()?;
        Some(Self {
            home: folders.home_dir().to_owned(),
            data: folders.data_dir().to_owned(),
            local_data: folders.data_local_dir().to_owned(),
            variable: |name| env::var_os(name),
        })
    }

    /// The stores that are there, each folder once.
    #[must_use]
    pub fn stores(&self) -> Vec<Store> {
        let mut found: Vec<Store> = Vec::new();
        for kind in StoreKind::ALL {
            for folder in self.candidates(kind) {
                // Two ways may lead to one store.
                let Ok(real) = folder.canonicalize() else {
                    continue;
                };
                let known = found.iter().any(|store| {
                    store.kind == kind && store.folder.canonicalize().is_ok_and(|one| one == real)
                });
                if real.is_dir() && !known {
                    found.push(Store { kind, folder });
                }
            }
        }
        found
    }

    fn candidates(&self, kind: StoreKind) -> Vec<PathBuf> {
        match kind {
            // `envconfig.Models` of ollama/ollama; the installer's service has a user of its own.
            StoreKind::Ollama => match self.named("OLLAMA_MODELS") {
                Some(folder) => vec![folder],
                None => vec![
                    self.home.join(".ollama/models"),
                    PathBuf::from("/usr/share/ollama/.ollama/models"),
                ],
            },
            // A file points to where a newer one lies (`findLMStudioHome` of lmstudio-ai/lmstudio.js).
            StoreKind::LmStudio => {
                let pointer = text(&self.home.join(".lmstudio-home-pointer"));
                let pointed = pointer.map(|text| PathBuf::from(text.trim()).join("models"));
                let usual = [".lmstudio/models", ".cache/lm-studio/models"];
                let usual = usual.map(|folder| self.home.join(folder));
                pointed
                    .filter(|folder| folder.is_absolute())
                    .into_iter()
                    .chain(usual)
                    .collect()
            }
            // `resolve_jan_data_folder` of janhq/jan; `~/jan` before version 0.6.
            StoreKind::Jan => {
                let jan = self.data.join("Jan");
                let chosen = text(&jan.join("settings.json"))
                    .and_then(|text| serde_json::from_str::<JanSettings>(&text).ok())
                    .map(|settings| settings.data_folder)
                    .filter(|folder| folder.is_absolute());
                let usual = [jan.join("data"), self.home.join("jan")];
                let named = self.named("JAN_DATA_FOLDER").or(chosen);
                named.into_iter().chain(usual).collect()
            }
            // `QStandardPaths::AppLocalDataLocation`, in `MySettings::modelPath` of nomic-ai/gpt4all.
            StoreKind::Gpt4All => vec![self.local_data.join("nomic.ai/GPT4All")],
            // https://huggingface.co/docs/hub/local-cache
            StoreKind::HuggingFace => {
                let in_home = || self.named("HF_HOME").map(|home| home.join("hub"));
                let named = self.named("HF_HUB_CACHE").or_else(in_home);
                vec![named.unwrap_or_else(|| self.home.join(".cache/huggingface/hub"))]
            }
        }
    }

    /// The folder that a variable names; none where it is empty or no whole path.
    fn named(&self, variable: &str) -> Option<PathBuf> {
        (self.variable)(variable)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
    }
}

#[derive(serde::Deserialize)]
struct JanSettings {
    data_folder: PathBuf,
}

/// A small file of another app.
fn text(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    if !about.is_file() || about.len() > LONGEST_SETTINGS {
        return None;
    }
    fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whereabouts(home: &Path) -> Whereabouts {
        Whereabouts {
            home: home.to_owned(),
            data: home.join("data"),
            local_data: home.join("local"),
            variable: |_| None,
        }
    }

    /// Makes folders and files (those with a text), and finds stores.
    fn check(made: &[(&str, Option<&str>)], expected: &[(StoreKind, &str)]) {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        for (path, content) in made {
            let path = home.join(path);
            match content {
                None => fs::create_dir_all(path).unwrap(),
                Some(content) => {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    let content = content.replace("HOME", home.to_str().unwrap());
                    fs::write(path, content).unwrap();
                }
            }
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, folder)| (*kind, home.join(folder)))
            .collect();
        let found: Vec<_> = whereabouts(home)
            .stores()
            .into_iter()
            .map(|store| (store.kind, store.folder))
            // One of the whole system's.
            .filter(|(_, folder)| folder.starts_with(home))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn stores_are_found_where_each_app_keeps_them() {
        use StoreKind::{Gpt4All, HuggingFace, Jan, LmStudio, Ollama};
        check(&[], &[]);
        check(
            &[
                (".ollama/models", None),
                (".lmstudio/models", None),
                ("data/Jan/data", None),
                ("local/nomic.ai/GPT4All", None),
                (".cache/huggingface/hub", None),
            ],
            &[
                (Ollama, ".ollama/models"),
                (LmStudio, ".lmstudio/models"),
                (Jan, "data/Jan/data"),
                (Gpt4All, "local/nomic.ai/GPT4All"),
                (HuggingFace, ".cache/huggingface/hub"),
            ],
        );
        check(
            &[
                (".lmstudio-home-pointer", Some("HOME/elsewhere\n")),
                ("elsewhere/models", None),
                (".cache/lm-studio/models", None),
            ],
            &[
                (LmStudio, "elsewhere/models"),
                (LmStudio, ".cache/lm-studio/models"),
            ],
        );
        check(
            &[
                (".lmstudio-home-pointer", Some("HOME/.lmstudio")),
                (".lmstudio/models", None),
            ],
            &[(LmStudio, ".lmstudio/models")],
        );
        check(
            &[
                (
                    "data/Jan/settings.json",
                    Some(r#"{"data_folder":"HOME/mine"}"#),
                ),
                ("mine", None),
                ("jan", None),
            ],
            &[(Jan, "mine"), (Jan, "jan")],
        );
        // What is no folder, and what is no settings.
        check(
            &[
                (".ollama/models", Some("a file")),
                (".lmstudio-home-pointer", Some("relative")),
                ("data/Jan/settings.json", Some("{")),
                ("data/Jan/data", None),
            ],
            &[(Jan, "data/Jan/data")],
        );
    }

    #[test]
    fn variables_go_before_the_usual_places() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        fs::create_dir_all(home.join(".ollama/models")).unwrap();
        fs::create_dir_all(home.join(".cache/huggingface/hub")).unwrap();
        let nowhere = Whereabouts {
            variable: |name| match name {
                "OLLAMA_MODELS" => Some("/nowhere".into()),
                "HF_HOME" => Some("/nowhere".into()),
                "HF_HUB_CACHE" => Some("not whole".into()),
                _ => None,
            },
            ..whereabouts(home)
        };
        assert_eq!(nowhere.stores(), []);
        for (kind, expected) in [
            (StoreKind::Ollama, "/nowhere"),
            (StoreKind::HuggingFace, "/nowhere/hub"),
        ] {
            assert_eq!(nowhere.candidates(kind), [PathBuf::from(expected)]);
        }
    }

    #[test]
    fn words_are_told_apart() {
        for kind in StoreKind::ALL {
            assert_eq!(StoreKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(StoreKind::from_word("folder"), None);
    }
}
