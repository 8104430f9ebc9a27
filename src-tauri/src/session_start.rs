//! Starting with the session. On Linux a file says so, in the folder that every desktop reads
//! (freedesktop.org's Desktop Application Autostart Specification 0.5); no file, no start.

/// The argument of a start with the session: Sotto waits in the tray.
pub(crate) const HIDDEN: &str = "--hidden";

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{set, state};
#[cfg(target_os = "linux")]
pub(crate) use linux::{set, state};

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        env, fs, io,
        path::{Path, PathBuf},
    };

    use gtk::glib::{self, KeyFile, KeyFileFlags};
    use sotto_api::{ApiError, ErrorCode, view::desktop::SessionStart};

    use super::HIDDEN;

    const FILE: &str = "org.sotto.desktop.desktop";
    const GROUP: &str = "Desktop Entry";

    /// Whether Sotto starts with the session.
    pub(crate) fn state() -> SessionStart {
        if is_on(&entry()) {
            SessionStart::On
        } else {
            SessionStart::Off
        }
    }

    /// Makes it so, or not any more.
    ///
    /// # Errors
    /// Where the file cannot be written or removed.
    pub(crate) fn set(on: bool) -> Result<(), ApiError> {
        let file = entry();
        let done = if on { write(&file) } else { remove(&file) };
        done.map_err(|error| {
            let message = format!("{} could not be changed: {error}.", file.display());
            ApiError::new(ErrorCode::Other, message)
        })
    }

    fn entry() -> PathBuf {
        glib::user_config_dir().join("autostart").join(FILE)
    }

    /// The desktop's own tools turn an entry off by a line in it.
    fn is_on(file: &Path) -> bool {
        let entry = KeyFile::new();
        entry.load_from_file(file, KeyFileFlags::NONE).is_ok()
            && !entry.boolean(GROUP, "Hidden").unwrap_or(false)
            && entry
                .boolean(GROUP, "X-GNOME-Autostart-enabled")
                .unwrap_or(true)
    }

    fn write(file: &Path) -> io::Result<()> {
        // An AppImage is started by its own name: what runs now lies in a mount that goes with it.
        let program = match env::var_os("APPIMAGE") {
            Some(image) => PathBuf::from(image),
            None => env::current_exe()?,
        };
        let entry = KeyFile::new();
        entry.set_string(GROUP, "Type", "Application");
        entry.set_string(GROUP, "Name", "Sotto");
        entry.set_string(GROUP, "Comment", "Answers on your own computer");
        entry.set_string(GROUP, "Exec", &command(&program.to_string_lossy()));
        entry.set_boolean(GROUP, "Terminal", false);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, entry.to_data().as_bytes())
    }

    fn remove(file: &Path) -> io::Result<()> {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// A command line as the Desktop Entry Specification 1.5 quotes it ("The Exec key").
    fn command(program: &str) -> String {
        let mut quoted = String::from("\"");
        for character in program.chars() {
            match character {
                '"' | '`' | '$' | '\\' => quoted.extend(['\\', character]),
                '%' => quoted.push_str("%%"),
                _ => quoted.push(character),
            }
        }
        format!("{quoted}\" {HIDDEN}")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn it_is_off_until_written_and_off_when_removed() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("autostart").join(FILE);
            assert!(!is_on(&file));
            remove(&file).unwrap();
            write(&file).unwrap();
            assert!(is_on(&file));
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.contains("\" --hidden\n"), "{text}");
            remove(&file).unwrap();
            assert!(!file.exists() && !is_on(&file));
        }

        #[test]
        fn what_the_desktop_turned_off_is_off() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join(FILE);
            for line in ["Hidden=true", "X-GNOME-Autostart-enabled=false"] {
                fs::write(&file, format!("[Desktop Entry]\nExec=sotto\n{line}\n")).unwrap();
                assert!(!is_on(&file), "{line}");
            }
            fs::write(&file, "no entry at all").unwrap();
            assert!(!is_on(&file));
        }

        #[test]
        fn any_path_is_one_word_of_the_command() {
            let check = |path: &str, expected: &str| assert_eq!(command(path), expected);
            check("/opt/sotto", r#""/opt/sotto" --hidden"#);
            check("/my programs/sotto", r#""/my programs/sotto" --hidden"#);
            check(r#"/a"b$c`d\e/100%"#, r#""/a\"b\$c\`d\\e/100%%" --hidden"#);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use sotto_api::{ApiError, ErrorCode, view::desktop::SessionStart};

    const NOT_YET: &str = "Sotto can start with the session on Linux only so far.";

    pub(crate) fn state() -> SessionStart {
        SessionStart::Unavailable {
            reason: NOT_YET.to_owned(),
        }
    }

    pub(crate) fn set(_: bool) -> Result<(), ApiError> {
        Err(ApiError::new(ErrorCode::Other, NOT_YET))
    }
}
