//! Where the program `sotto-runtime` is. Never looked for on PATH: another program of that name
//! must not be handed what the person writes.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::RuntimeError;

/// Names the program to run instead. Obeyed in debug builds only, which is where tests run.
pub const EXECUTABLE_VARIABLE: &str = "SOTTO_RUNTIME";

/// Finds the program: beside this one, then `../lib/sotto/`, `../libexec/`, and in the bundle on
/// macOS.
///
/// # Errors
/// [`RuntimeError::ExecutableMissing`] with each place that was tried.
pub fn find_executable() -> Result<PathBuf, RuntimeError> {
    let chosen = if cfg!(debug_assertions) {
        env::var_os(EXECUTABLE_VARIABLE)
    } else {
        None
    };
    // A link such as /usr/bin/sotto must lead to the folder that was installed; the place of the
    // link itself is tried too, because some systems link each program alone.
    let current = env::current_exe().ok();
    let resolved = current.as_deref().and_then(|path| path.canonicalize().ok());
    let mut folders: Vec<PathBuf> = Vec::new();
    for path in [resolved, current].into_iter().flatten() {
        if let Some(folder) = path.parent()
            && !folders.iter().any(|known| known == folder)
        {
            folders.push(folder.to_owned());
        }
    }
    find_in(chosen, &folders)
}

fn find_in(chosen: Option<OsString>, folders: &[PathBuf]) -> Result<PathBuf, RuntimeError> {
    let looked_for: Vec<PathBuf> = match chosen.filter(|value| !value.is_empty()) {
        Some(chosen) => vec![PathBuf::from(chosen)],
        None => folders
            .iter()
            .flat_map(|folder| candidates(folder))
            .collect(),
    };
    match looked_for.iter().find(|path| path.is_file()) {
        Some(found) => Ok(found.clone()),
        None => Err(RuntimeError::ExecutableMissing { looked_for }),
    }
}

fn candidates(folder: &Path) -> Vec<PathBuf> {
    let name = format!("sotto-runtime{}", env::consts::EXE_SUFFIX);
    let mut folders = vec![folder.to_owned()];
    if let Some(parent) = folder.parent() {
        folders.push(parent.join("lib").join("sotto"));
        folders.push(parent.join("libexec"));
        if cfg!(target_os = "macos") {
            folders.push(parent.join("Resources"));
        }
        // Test programs lie in target/debug/deps.
        if cfg!(debug_assertions) && folder.file_name().is_some_and(|name| name == "deps") {
            folders.push(parent.to_owned());
        }
    }
    folders
        .into_iter()
        .map(|folder| folder.join(&name))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_one_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let programs = root.path().join("bin");
        for place in ["bin", "lib/sotto", "libexec"] {
            fs::create_dir_all(root.path().join(place)).unwrap();
        }
        let name = format!("sotto-runtime{}", env::consts::EXE_SUFFIX);
        for place in ["libexec", "lib/sotto", "bin"] {
            let expected = root.path().join(place).join(&name);
            fs::write(&expected, "").unwrap();
            assert_eq!(
                find_in(None, std::slice::from_ref(&programs)).unwrap(),
                expected
            );
        }
    }

    #[test]
    fn a_missing_one_is_named_with_each_place() {
        let folder = PathBuf::from("/nowhere/bin");
        let message = find_in(None, std::slice::from_ref(&folder))
            .unwrap_err()
            .to_string();
        assert!(message.contains("sotto-runtime"), "{message}");
        for candidate in candidates(&folder) {
            assert!(
                message.contains(&candidate.display().to_string()),
                "{message}"
            );
        }
        let message = find_in(Some("/chosen/runtime".into()), &[folder])
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("/chosen/runtime") && !message.contains("nowhere"),
            "{message}"
        );
    }
}
