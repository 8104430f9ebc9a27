//! What `sotto quick` gives to the window's program. It goes through a file that the person alone can
//! read, and is gone as soon as it is read: every user of a computer can read a command line, also that
//! of a program that goes on for hours.

use std::{
    env,
    ffi::OsStr,
    fs::{self, DirBuilder},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::view::quick::QuickOpening;

/// Puts it where the window's program finds it by the name that is returned.
///
/// # Errors
/// If there is no place for it that nobody else can read.
pub fn leave_opening(opening: &QuickOpening) -> io::Result<String> {
    leave_in(&folder(), opening)
}

/// Takes what lies there by that name.
///
/// # Errors
/// If nothing does, or it is not understood.
pub fn take_opening(name: &str) -> io::Result<QuickOpening> {
    take_from(&folder(), name)
}

/// The session's own folder, which is gone with the session; where there is none, one beside the
/// temporary files.
fn folder() -> PathBuf {
    let runtime = env::var_os("XDG_RUNTIME_DIR").filter(|path| Path::new(path).is_absolute());
    match runtime {
        Some(runtime) => Path::new(&runtime).join("sotto-quick"),
        None => env::temp_dir().join(format!("sotto-quick-{}", whose())),
    }
}

#[cfg(unix)]
fn whose() -> String {
    rustix::process::geteuid().as_raw().to_string()
}

#[cfg(not(unix))]
fn whose() -> String {
    env::var("USERNAME").unwrap_or_default()
}

fn leave_in(folder: &Path, opening: &QuickOpening) -> io::Result<String> {
    make_private(folder)?;
    // Made for the person alone, from its first byte.
    let mut file = tempfile::Builder::new()
        .prefix("opening-")
        .tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec(opening)?)?;
    let (_, path) = file.keep()?;
    let name = path.file_name().and_then(OsStr::to_str);
    name.map(str::to_owned)
        .ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}

fn take_from(folder: &Path, name: &str) -> io::Result<QuickOpening> {
    // A name and no path: whoever hands it over cannot have other files read and removed.
    if Path::new(name).file_name() != Some(OsStr::new(name)) {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    let path = folder.join(name);
    let text = fs::read(&path);
    let _ = fs::remove_file(&path);
    Ok(serde_json::from_slice(&text?)?)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => return other,
    }
    // Somebody else may have made it before.
    let found = fs::symlink_metadata(folder)?;
    let ours = found.uid() == rustix::process::geteuid().as_raw();
    if !found.is_dir() || !ours || found.mode() & 0o077 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} is not yours alone", folder.display()),
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening() -> QuickOpening {
        QuickOpening {
            text: Some("A secret".to_owned()),
            ..QuickOpening::default()
        }
    }

    #[test]
    fn it_is_read_once_and_by_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("quick");
        let name = leave_in(&folder, &opening()).unwrap();
        let other = leave_in(&folder, &QuickOpening::default()).unwrap();
        assert_ne!(name, other);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&folder), 0o700);
            assert_eq!(mode(&folder.join(&name)), 0o600);
        }
        assert_eq!(take_from(&folder, &name).unwrap(), opening());
        assert!(take_from(&folder, &name).is_err());
        assert_eq!(take_from(&folder, &other).unwrap(), QuickOpening::default());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_path_is_refused_and_its_file_stays() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("diary");
        fs::write(&file, "{}").unwrap();
        let folder = home.path().join("quick");
        make_private(&folder).unwrap();
        for name in ["../diary", "..", ".", "", "/etc/passwd"] {
            assert!(take_from(&folder, name).is_err(), "{name}");
        }
        assert!(take_from(&folder, &file.to_string_lossy()).is_err());
        assert!(file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("quick");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(leave_in(&folder, &opening()).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
