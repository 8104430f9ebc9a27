//! A person's press in the chat window or the quick prompt, as the window system reports it before the page hears of
//! it. What opens the consent window, allows more than before or reads the clipboard costs one: a
//! script that was put into the page cannot press, so it cannot do these (decision 0013).

#[cfg(target_os = "linux")]
pub(crate) mod linux;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sotto_api::{ApiError, ErrorCode, consent::StartedBy};
use tauri::{Runtime, WebviewWindow};

/// How long a press counts, as browsers count it for what a page may do only then.
const COUNTS: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy)]
struct Press {
    at: Instant,
    by: StartedBy,
}

/// The last press that nothing was done with yet.
#[derive(Default)]
pub(crate) struct Presses(Mutex<Option<Press>>);

impl Presses {
    /// Uses up the press that a command came from, and says whether it was a person's who began
    /// something: a button, a finger, Enter, a space, a shortcut. What comes from any other key was
    /// perhaps only typed, and counts as begun by the program, which rests after a denial.
    ///
    /// # Errors
    /// If there was none in the last five seconds, or it is used up.
    pub(crate) fn spend(&self) -> Result<StartedBy, ApiError> {
        // Elsewhere presses are not seen yet, and the consent window takes no yes there.
        if cfg!(not(target_os = "linux")) {
            return Ok(StartedBy::Person);
        }
        self.spend_at(Instant::now()).ok_or_else(|| {
            ApiError::new(
                ErrorCode::Other,
                "Sotto's window saw no press of a key or a button just now, and does this only after one. Press Enter on it, or click.",
            )
        })
    }

    /// The same, where more is allowed than before; less costs nothing.
    pub(crate) fn spend_if(&self, more: bool) -> Result<(), ApiError> {
        if more {
            self.spend().map(|_| ())
        } else {
            Ok(())
        }
    }

    /// Forgets a press that nothing was done with: another window has come, or gone.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    fn spend_at(&self, now: Instant) -> Option<StartedBy> {
        let press = self.lock().take()?;
        (now.saturating_duration_since(press.at) <= COUNTS).then_some(press.by)
    }

    #[cfg(any(target_os = "linux", test))]
    fn pressed(&self, at: Instant, by: StartedBy) {
        *self.lock() = Some(Press { at, by });
    }

    /// A key or button is up again, which is when a page's button does what it does. What is used up
    /// stays so.
    #[cfg(any(target_os = "linux", test))]
    fn released(&self, at: Instant) {
        if let Some(press) = &mut *self.lock() {
            press.at = at;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Press>> {
        // A single value is whole whatever happened to another thread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes presses in a window from now on.
#[cfg(target_os = "linux")]
pub(crate) fn watch<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    let app = tauri::Manager::app_handle(window).clone();
    window.with_webview(move |view| linux::watch(&view.inner(), app))
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "GTK can fail here")]
pub(crate) fn watch<R: Runtime>(_: &WebviewWindow<R>) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: Option<StartedBy> = Some(StartedBy::Person);

    #[test]
    fn a_press_is_good_for_one_thing_and_not_for_long() {
        let presses = Presses::default();
        let now = Instant::now();
        let late = now + COUNTS + Duration::from_millis(1);
        assert_eq!(presses.spend_at(now), None);

        presses.pressed(now, StartedBy::Person);
        assert_eq!(presses.spend_at(now + COUNTS), PERSON);
        assert_eq!(presses.spend_at(now + COUNTS), None, "twice");

        presses.pressed(now, StartedBy::Person);
        assert_eq!(presses.spend_at(late), None);

        presses.pressed(now, StartedBy::Person);
        presses.forget();
        assert_eq!(presses.spend_at(now), None);

        presses.pressed(now, StartedBy::Person);
        presses.pressed(now, StartedBy::Program);
        assert_eq!(presses.spend_at(now), Some(StartedBy::Program));
    }

    #[test]
    fn a_release_is_no_second_press() {
        let presses = Presses::default();
        let now = Instant::now();
        presses.released(now);
        assert_eq!(presses.spend_at(now), None);

        presses.pressed(now, StartedBy::Person);
        presses.released(now + COUNTS);
        assert_eq!(presses.spend_at(now + COUNTS + COUNTS), PERSON);
        presses.released(now + COUNTS);
        assert_eq!(presses.spend_at(now + COUNTS), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_press_it_is_said() {
        let presses = Presses::default();
        let refused = presses.spend().unwrap_err();
        assert!(refused.message.contains("saw no press"), "{refused}");
        assert!(presses.spend_if(true).is_err() && presses.spend_if(false).is_ok());
    }
}
