//! A person's press in the chat window, as the window system reports it before the page hears of
//! it. What opens the consent window, allows more than before or reads the clipboard costs one: a
//! script that was put into the page cannot press, so it cannot do these (decision 0013).

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sotto_api::{ApiError, ErrorCode};
use tauri::{Runtime, WebviewWindow};

/// How long a press counts, as browsers count it for what a page may do only then.
const COUNTS: Duration = Duration::from_secs(5);

/// The last press that nothing was done with yet.
#[derive(Default)]
pub(crate) struct Presses(Mutex<Option<Instant>>);

impl Presses {
    /// Uses up the press that a command came from.
    ///
    /// # Errors
    /// If there was none in the last five seconds, or it is used up.
    pub(crate) fn spend(&self) -> Result<(), ApiError> {
        // Elsewhere presses are not seen yet, and the consent window takes no yes there.
        if cfg!(target_os = "linux") && !self.spend_at(Instant::now()) {
            return Err(ApiError::new(
                ErrorCode::Other,
                "This needs a press of a key or a button in Sotto's window, and there was none just now. Press it once more.",
            ));
        }
        Ok(())
    }

    /// The same, where more is allowed than before; less costs nothing.
    pub(crate) fn spend_if(&self, more: bool) -> Result<(), ApiError> {
        if more { self.spend() } else { Ok(()) }
    }

    fn spend_at(&self, now: Instant) -> bool {
        let press = self.lock().take();
        press.is_some_and(|at| now.saturating_duration_since(at) <= COUNTS)
    }

    #[cfg(any(target_os = "linux", test))]
    fn note(&self, at: Instant) {
        *self.lock() = Some(at);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        // A single value is whole whatever happened to another thread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes presses in a window from now on.
#[cfg(target_os = "linux")]
pub(crate) fn watch<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    use gtk::{gdk::EventType, glib::Propagation, prelude::*};
    use tauri::Manager;

    let app = window.app_handle().clone();
    window.with_webview(move |view| {
        view.inner().connect_event(move |_, event| {
            // A release counts, too: that is when a button of a page does what it does.
            if matches!(
                event.event_type(),
                EventType::KeyPress
                    | EventType::KeyRelease
                    | EventType::ButtonPress
                    | EventType::ButtonRelease
                    | EventType::TouchBegin
                    | EventType::TouchEnd
            ) {
                app.state::<Presses>().note(Instant::now());
            }
            Propagation::Proceed
        });
    })
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "GTK can fail here")]
pub(crate) fn watch<R: Runtime>(_: &WebviewWindow<R>) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_is_good_for_one_thing_and_not_for_long() {
        let presses = Presses::default();
        let now = Instant::now();
        assert!(!presses.spend_at(now));

        presses.note(now);
        assert!(presses.spend_at(now + COUNTS));
        assert!(!presses.spend_at(now + COUNTS), "twice");

        presses.note(now);
        assert!(!presses.spend_at(now + COUNTS + Duration::from_millis(1)));

        // The last one counts.
        presses.note(now);
        presses.note(now + COUNTS);
        assert!(presses.spend_at(now + COUNTS + COUNTS));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_press_it_is_said() {
        let refused = Presses::default().spend().unwrap_err();
        assert!(refused.message.contains("press"), "{refused}");
    }
}
