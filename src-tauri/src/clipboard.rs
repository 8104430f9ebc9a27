//! The clipboard, and a key's way in. A page that had a field for a key would hold it in the memory of a
//! browser's process and pass it along in a message; so the person copies it, and the core takes it from
//! the clipboard, out of which it goes. What a person copies in the quick prompt is written there, too.

use std::sync::{Mutex, PoisonError};

use arboard::Clipboard;
use secrecy::zeroize::Zeroizing;
use sotto_api::{
    ApiError, ErrorCode, Sotto,
    consent::ProviderId,
    view::cloud::{CloudView, NewKey},
};

/// Who answers for what was copied: under X11 a copied text is there as long as this is.
static COPIED: Mutex<Option<Clipboard>> = Mutex::new(None);

/// The longest key, in bytes. Those in use have less than 200; tokens of a company's own server can
/// be longer.
const LONGEST: usize = 4_096;

/// Takes a key from the clipboard into the keyring, and only then out of the clipboard: a key that
/// stays there is pasted into some other window sooner or later, and one that could not be kept must
/// not be lost, because many providers show it once.
///
/// # Errors
/// If what is there is no key, or it cannot be kept; the clipboard stays as it is then.
pub(crate) async fn take_key(sotto: &Sotto, provider: ProviderId) -> Result<CloudView, ApiError> {
    take(|key| sotto.keep_key(provider, key)).await
}

/// The same for the token that a hub wants for models which it gives to some only.
///
/// # Errors
/// As [`take_key`].
pub(crate) async fn take_hub_token(sotto: &Sotto) -> Result<(), ApiError> {
    let kept = take(|token| sotto.keep_hub_token(token)).await;
    kept.map(|_| ())
}

async fn take<T, Kept>(keep: impl FnOnce(NewKey) -> Kept) -> Result<T, ApiError>
where
    Kept: Future<Output = Result<T, ApiError>>,
{
    let text = with_clipboard(|clipboard| clipboard.get_text()).await;
    let text = Zeroizing::new(text.map_err(|error| refuse(&error))?);
    let kept = keep(NewKey::from(key_in(&text)?.to_owned())).await?;
    let forget = move |clipboard: &mut Clipboard| match clipboard.get_text() {
        Ok(now) if now == *text => clipboard.clear(),
        // Something else was copied meanwhile.
        _ => Ok(()),
    };
    if let Err(error) = with_clipboard(forget).await {
        tracing::warn!(%error, "the key is kept, and still in the clipboard");
    }
    Ok(kept)
}

/// The text that is copied.
///
/// # Errors
/// If there is none, or the clipboard cannot be read.
pub(crate) async fn text() -> Result<String, ApiError> {
    let read = with_clipboard(|clipboard| clipboard.get_text()).await;
    read.map_err(|error| {
        let message = match error {
            arboard::Error::ContentNotAvailable => "The clipboard holds no text.".to_owned(),
            error => format!("The clipboard cannot be read ({error})."),
        };
        ApiError::new(ErrorCode::Other, message)
    })
}

/// Copies a text, as the person asked. A page may do that only while a key goes down, and the quick
/// prompt's keys act a moment later.
///
/// # Errors
/// If the clipboard cannot be used.
pub(crate) async fn copy(text: String) -> Result<(), ApiError> {
    let copied = tauri::async_runtime::spawn_blocking(move || {
        let mut copied = COPIED.lock().unwrap_or_else(PoisonError::into_inner);
        let clipboard = match &mut *copied {
            Some(clipboard) => clipboard,
            none => none.insert(Clipboard::new()?),
        };
        clipboard.set_text(text)
    });
    let unknown = |error: tauri::Error| arboard::Error::Unknown {
        description: error.to_string(),
    };
    copied.await.map_err(unknown).flatten().map_err(|error| {
        let message = format!("The clipboard could not be used ({error}).");
        ApiError::new(ErrorCode::Other, message)
    })
}

async fn with_clipboard<T: Send + 'static>(
    work: impl FnOnce(&mut Clipboard) -> Result<T, arboard::Error> + Send + 'static,
) -> Result<T, arboard::Error> {
    let done = tauri::async_runtime::spawn_blocking(move || work(&mut Clipboard::new()?)).await;
    done.unwrap_or_else(|error| {
        Err(arboard::Error::Unknown {
            description: error.to_string(),
        })
    })
}

/// The key in a copied text: one word of visible ASCII.
fn key_in(text: &str) -> Result<&str, ApiError> {
    let key = text.trim();
    let is_key =
        (8..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then_some(key).ok_or_else(|| {
        ApiError::new(
            ErrorCode::Other,
            "What is in the clipboard is no key: a key is one word of 8 characters or more. Copy the key alone, then take it from the clipboard.",
        )
    })
}

fn refuse(error: &arboard::Error) -> ApiError {
    let message = match error {
        arboard::Error::ContentNotAvailable => {
            "The clipboard holds no text. Copy the key first, then take it from the clipboard."
                .to_owned()
        }
        error => format!(
            "The clipboard cannot be read ({error}). `sotto providers key` takes a key in a terminal."
        ),
    };
    ApiError::new(ErrorCode::Other, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word() {
        assert_eq!(key_in(" sk-1234567\n").unwrap(), "sk-1234567");
        for wrong in [
            "",
            "short",
            "two words here",
            "pässwort-1",
            &"a".repeat(4_097),
        ] {
            assert!(key_in(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_what_was_copied() {
        let refused = key_in("my private diary").unwrap_err();
        assert!(!refused.message.contains("diary"));
    }
}
