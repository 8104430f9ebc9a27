//! Where all of a person's data lies. The same rule stands in scripts/lib/paths.mjs.

use std::{
    ffi::OsString,
    path::{self, PathBuf},
};

use crate::LibraryError;

/// Names another folder for all data.
pub const HOME_VARIABLE: &str = "SOTTO_HOME";

/// The folder of all data: `SOTTO_HOME`, or `sotto` in the platform's folder for local data. It
/// need not exist.
///
/// # Errors
/// [`LibraryError::NoHome`] where neither is known.
pub fn data_home() -> Result<PathBuf, LibraryError> {
    let platform = directories::BaseDirs::new().map(|folders| folders.data_local_dir().to_owned());
    choose(std::env::var_os(HOME_VARIABLE), platform)
}

fn choose(chosen: Option<OsString>, platform: Option<PathBuf>) -> Result<PathBuf, LibraryError> {
    match chosen.filter(|folder| !folder.is_empty()) {
        // Absolute, because the runtime and the desktop have other working folders.
        Some(folder) => path::absolute(folder).map_err(|_| LibraryError::NoHome),
        None => platform
            .map(|folder| folder.join("sotto"))
            .ok_or(LibraryError::NoHome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_goes_before_the_platform() {
        let platform = || Some(PathBuf::from("/home/me/.local/share"));
        assert_eq!(
            choose(None, platform()).unwrap(),
            PathBuf::from("/home/me/.local/share/sotto")
        );
        assert_eq!(
            choose(Some("".into()), platform()).unwrap(),
            PathBuf::from("/home/me/.local/share/sotto")
        );
        assert_eq!(
            choose(Some("/data".into()), platform()).unwrap(),
            PathBuf::from("/data")
        );
        assert!(choose(Some("data".into()), None).unwrap().is_absolute());
        assert!(matches!(choose(None, None), Err(LibraryError::NoHome)));
    }
}
