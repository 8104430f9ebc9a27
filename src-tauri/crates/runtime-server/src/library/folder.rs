//! Folders that hold `.gguf` files under the models' names: our own, LM Studio's and GPT4All's. And
//! models that are split into several files.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::candidate::{Candidate, followed, gguf_files, is_projector, stem};
use super::owner::Owner;

/// `-00001-of-00003`.
const SPLIT_SUFFIX: usize = 15;

/// A folder of our own: its links are the person's, and may lead anywhere.
pub(crate) fn survey(folder: &Path) -> Vec<Candidate> {
    joined(gguf_files(folder), Owner::Folder)
}

/// LM Studio: `<publisher>/<model>/<file>.gguf`, as on the hub; what belongs to a model's eyes lies
/// beside it. <https://lmstudio.ai/docs/app/basics/import-model>
pub(crate) fn lm_studio(folder: &Path) -> Vec<Candidate> {
    let files = gguf_files(folder).into_iter();
    within(
        folder,
        joined(
            files.filter(|file| !is_projector(file)).collect(),
            Owner::LmStudio,
        ),
    )
}

/// GPT4All: all files in one folder; `incomplete-` are on their way (`gpt4all-chat/src/download.cpp`
/// and `modellist.cpp` of nomic-ai/gpt4all).
pub(crate) fn gpt4all(folder: &Path) -> Vec<Candidate> {
    let wanted = |file: &PathBuf| {
        file.parent() == Some(folder)
            && !is_projector(file)
            && !stem(file).starts_with("incomplete-")
    };
    let files = gguf_files(folder).into_iter().filter(wanted).collect();
    within(folder, joined(files, Owner::Gpt4All))
}

/// Those of a store whose files do not lead to where they may not.
pub(super) fn within(store: &Path, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let looked_at = candidates.into_iter().map(|mut candidate| {
        if candidate.linked && candidate.problem.is_none() {
            let parts = candidate.parts.iter();
            candidate.problem = parts
                .map(|part| followed(store, part))
                .find_map(Result::err);
        }
        candidate
    });
    looked_at.collect()
}

/// One candidate for each model: the parts of a split one belong together. llama.cpp finds the other
/// parts beside the first one by their names, `<name>-00001-of-00003.gguf` (`llama_split_path`).
pub(super) fn joined(files: Vec<PathBuf>, owner: Owner) -> Vec<Candidate> {
    let mut found: Vec<Found> = Vec::new();
    // Where in `found` a split model is: parts of another one may lie between its own.
    let mut splits: HashMap<(PathBuf, String, u32), usize> = HashMap::new();
    for file in files {
        let Some((name, number, count)) = part(&file) else {
            found.push(Found::Whole(file));
            continue;
        };
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let at = *splits
            .entry((folder, name.clone(), count))
            .or_insert(found.len());
        if let Some(Found::Split(split)) = found.get_mut(at) {
            split.parts.push((number, file));
        } else {
            found.push(Found::Split(Split {
                name,
                count,
                parts: vec![(number, file)],
            }));
        }
    }
    let candidate = |found: Found| match found {
        Found::Whole(file) => Candidate::file(stem(&file), owner, file),
        Found::Split(split) => split.close(owner),
    };
    found.into_iter().map(candidate).collect()
}

/// The files of the model that begins with this one, by their names alone: a folder that is somebody
/// else's is not listed. And which part is missing, if one is; those behind it are left out.
pub(super) fn all_parts(first: &Path) -> (Vec<PathBuf>, Option<String>) {
    let Some((name, 1, count)) = part(first) else {
        return (vec![first.to_owned()], None);
    };
    let mut parts = vec![first.to_owned()];
    for number in 2..=count {
        let mut file = OsString::from(format!("{name}-{number:05}-of-{count:05}."));
        file.push(first.extension().unwrap_or_default());
        let file = first.with_file_name(file);
        if !file.exists() {
            let missing = format!("part {number} of {count} is missing");
            return (parts, Some(missing));
        }
        parts.push(file);
    }
    (parts, None)
}

/// A model, as its files were met.
enum Found {
    Whole(PathBuf),
    Split(Split),
}

/// A split model, as far as its parts were met.
struct Split {
    name: String,
    count: u32,
    parts: Vec<(u32, PathBuf)>,
}

impl Split {
    fn close(self, owner: Owner) -> Candidate {
        let Self { name, count, parts } = self;
        let numbers: Vec<u32> = parts.iter().map(|(number, _)| *number).collect();
        let missing = (1..=count).find(|number| !numbers.contains(number));
        let parts: Vec<PathBuf> = parts.into_iter().map(|(_, file)| file).collect();
        Candidate {
            name,
            owner,
            linked: parts.iter().any(|part| part.is_symlink()),
            parts,
            problem: missing.map(|number| format!("part {number} of {count} is missing")),
        }
    }
}

/// The model's name, the number of the part and the number of parts, if the file is one of several.
fn part(file: &Path) -> Option<(String, u32, u32)> {
    let stem = stem(file);
    let (name, suffix) = stem.split_at_checked(stem.len().checked_sub(SPLIT_SUFFIX)?)?;
    let (number, count) = suffix.strip_prefix('-')?.split_once("-of-")?;
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.is_empty() || !digits(number) || !digits(count) {
        return None;
    }
    let (number, count): (u32, u32) = (number.parse().ok()?, count.parse().ok()?);
    (count > 1 && (1..=count).contains(&number)).then(|| (name.to_owned(), number, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[&str], expected: &[(&str, usize, Option<&str>)]) {
        let files = files.iter().map(PathBuf::from).collect();
        let found = joined(files, Owner::Folder);
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.name.as_str(), one.parts.len(), one.problem.as_deref()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn parts_of_a_split_model_are_one() {
        check(
            &[
                "a.gguf",
                "b-00001-of-00002.gguf",
                "b-00002-of-00002.gguf",
                "c.gguf",
            ],
            &[("a", 1, None), ("b", 2, None), ("c", 1, None)],
        );
        check(
            &["b-00001-of-00003.gguf", "b-00003-of-00003.gguf"],
            &[("b", 2, Some("part 2 of 3 is missing"))],
        );
        check(
            &["b-00002-of-00002.gguf"],
            &[("b", 1, Some("part 1 of 2 is missing"))],
        );
        // Sorted, two models of one name lie between each other.
        check(
            &[
                "b-00001-of-00002.gguf",
                "b-00001-of-00003.gguf",
                "b-00002-of-00002.gguf",
                "b-00002-of-00003.gguf",
                "b-00003-of-00003.gguf",
            ],
            &[("b", 2, None), ("b", 3, None)],
        );
        // Others of the same name elsewhere, or of another number of parts, are others.
        check(
            &[
                "b-00001-of-00002.gguf",
                "b-00002-of-00002.gguf",
                "b-00001-of-00003.gguf",
                "x/b-00002-of-00002.gguf",
            ],
            &[
                ("b", 2, None),
                ("b", 1, Some("part 2 of 3 is missing")),
                ("b", 1, Some("part 1 of 2 is missing")),
            ],
        );
    }

    #[test]
    fn what_only_looks_like_a_part_is_a_file_of_its_own() {
        for name in [
            "-00001-of-00002",
            "a-00003-of-00002",
            "a-00000-of-00002",
            "a-00001-of-00001",
            "a-0001-of-00002",
            "a-+0001-of-00002",
            "ä-0000é-of-0000",
        ] {
            check(&[&format!("{name}.gguf")], &[(name, 1, None)]);
        }
    }
}
