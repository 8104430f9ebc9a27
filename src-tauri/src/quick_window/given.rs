//! What is given along with a question: the clipboard, when the person asks for it, or a file that is
//! dropped. It is read here and shown in the page before anything is asked.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use sotto_api::{
    ApiError, ErrorCode,
    view::quick::{ContextSource, MOST_CONTEXT, QuickContext},
};

use crate::clipboard;

/// The clipboard's text.
///
/// # Errors
/// If it holds none, or too much.
pub(crate) async fn clipboard() -> Result<QuickContext, ApiError> {
    context(ContextSource::Clipboard, clipboard::text().await?)
}

/// The text of a dropped file.
pub(super) async fn file(paths: Vec<PathBuf>) -> Result<QuickContext, ApiError> {
    let [path] = paths.as_slice() else {
        return Err(refuse("One file at a time can be given along."));
    };
    let path = path.clone();
    let read = tauri::async_runtime::spawn_blocking(move || text_of(&path)).await;
    read.unwrap_or_else(|error| Err(refuse(&error.to_string())))
}

fn text_of(path: &Path) -> Result<QuickContext, ApiError> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let unread = |why: &dyn std::fmt::Display| refuse(&format!("{name} cannot be read: {why}."));
    // Before it is opened: a pipe would keep whoever opens it waiting.
    let kind = fs::metadata(path).map_err(|error| unread(&error))?;
    if !kind.is_file() {
        return Err(unread(&"it is not a file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unread(&error))?;
    file.take(MOST_CONTEXT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unread(&error))?;
    if bytes.len() > MOST_CONTEXT {
        return Err(too_much(&name));
    }
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
        .ok_or_else(|| unread(&"it holds no text"))?;
    context(ContextSource::File { name }, text)
}

fn context(from: ContextSource, text: String) -> Result<QuickContext, ApiError> {
    let name = match &from {
        ContextSource::Clipboard => "The clipboard",
        ContextSource::File { name } => name,
        ContextSource::Pipe => "What was piped in",
    };
    if text.len() > MOST_CONTEXT {
        return Err(too_much(name));
    }
    if text.trim().is_empty() {
        return Err(refuse(&format!("{name} holds no text.")));
    }
    Ok(QuickContext { from, text })
}

fn too_much(name: &str) -> ApiError {
    refuse(&format!(
        "{name} holds more than {} kB of text, too much for a small model. Give a part of it.",
        MOST_CONTEXT >> 10
    ))
}

fn refuse(why: &str) -> ApiError {
    ApiError::new(ErrorCode::Other, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(bytes: &[u8]) -> Result<QuickContext, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        fs::write(&path, bytes).unwrap();
        text_of(&path).map_err(|error| error.message)
    }

    #[test]
    fn a_dropped_file_is_text_with_its_name() {
        let context = given("Grüße\n".as_bytes()).unwrap();
        assert_eq!(context.text, "Grüße\n");
        let name = "notes.txt".to_owned();
        assert_eq!(context.from, ContextSource::File { name });
    }

    #[test]
    fn what_is_no_text_is_refused_with_a_reason() {
        let check = |bytes: &[u8], reason: &str| {
            let refused = given(bytes).unwrap_err();
            assert!(refused.contains(reason), "{refused}");
        };
        check(b"\xff\xd8\xff", "it holds no text");
        check(b"a\0b", "it holds no text");
        check(b" \n", "notes.txt holds no text.");
        check(&vec![b'a'; MOST_CONTEXT + 1], "more than 256 kB");
        let folder = tempfile::tempdir().unwrap();
        let refused = text_of(folder.path()).unwrap_err().message;
        assert!(refused.ends_with("it is not a file."), "{refused}");
        let gone = text_of(&folder.path().join("gone")).unwrap_err().message;
        assert!(gone.starts_with("gone cannot be read: "), "{gone}");
    }
}
