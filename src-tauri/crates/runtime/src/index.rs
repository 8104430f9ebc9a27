//! The file that keeps what a runtime read of model files. It comes from a process that foreign files
//! may have taken over, so nothing here looks into it; the next runtime reads it with distrust.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Bytes that are kept; a thousand models take less than one of these.
pub(crate) const LONGEST: usize = 32 << 20;

/// Keeps the index, whole or not at all.
pub(crate) fn keep(path: &Path, index: &str) -> io::Result<()> {
    if index.len() > LONGEST {
        return Err(io::Error::other("it is far too long"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(index.as_bytes())?;
    // Not synchronised: what a crash spoils is read again.
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_takes_the_place_of_the_last_and_a_flood_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made/index.json");
        for text in ["one", "two"] {
            keep(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(keep(&path, &"x".repeat(LONGEST + 1)).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
