//! What closing the chat window means. Where there is no tray it ends Sotto, always: a program that
//! nobody can see or reach must not stay. Where there is one, the person is asked the first time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sotto_api::{
    ApiError, Host, Sotto,
    view::{
        AppEvent,
        desktop::{TrayState, WhenClosed},
    },
};
use tauri::{AppHandle, Manager};

use crate::{
    Webview,
    host::Windows,
    window::{self, MAIN},
};

/// How long a closing window waits for what was chosen.
const READ_WITHIN: Duration = Duration::from_secs(1);

/// Whether the person is being asked.
#[derive(Default)]
pub(crate) struct Closing {
    asked: AtomicBool,
    /// It was started with the session, too.
    to_stay: AtomicBool,
}

impl Closing {
    /// The window comes back: whoever closes it then is asked again.
    pub(crate) fn put_off(&self) {
        self.asked.store(false, Ordering::Relaxed);
    }

    /// A start with the session came while it ran.
    pub(crate) fn expect_to_stay(&self) {
        self.to_stay.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_to_stay(&self) -> bool {
        self.to_stay.load(Ordering::Relaxed)
    }
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    End,
    Stay,
    Ask,
}

/// Decides. Who closes the window while the question stands wants it gone; that also ends a Sotto
/// whose page does not answer any more.
fn decide(tray: TrayState, chosen: WhenClosed, asked_before: bool) -> Close {
    match (tray, chosen) {
        (TrayState::There, WhenClosed::Stay) => Close::Stay,
        (TrayState::There, WhenClosed::Ask) if !asked_before => Close::Ask,
        _ => Close::End,
    }
}

/// Somebody closes the chat window; the caller has kept it from going by itself.
pub(crate) fn close(app: &AppHandle<Webview>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let windows = app.state::<Arc<Windows>>();
        let chosen = match windows.tray.state() {
            TrayState::There => chosen_before(&app).await,
            // It ends, whatever was chosen.
            TrayState::Missing | TrayState::Unknown => WhenClosed::End,
        };
        let asked = windows.closing.asked.swap(true, Ordering::Relaxed);
        match decide(windows.tray.state(), chosen, asked) {
            Close::End => app.exit(0),
            Close::Stay => {
                windows.closing.asked.store(false, Ordering::Relaxed);
                window::put_away(&app);
            }
            Close::Ask => windows.hear(AppEvent::CloseAsked),
        }
    });
}

/// What the person chose. Where that cannot be read nothing can be asked either, and a keyring that
/// asks something must not keep a window from closing.
async fn chosen_before(app: &AppHandle<Webview>) -> WhenClosed {
    let sotto = app.state::<Sotto>();
    let choices = tokio::time::timeout(READ_WITHIN, sotto.desktop_choices()).await;
    match choices {
        Ok(Ok(choices)) => choices.when_closed,
        Ok(Err(_)) | Err(_) => WhenClosed::End,
    }
}

/// The chat window went in another way, for example because somebody ended its connection.
pub(crate) fn gone(app: &AppHandle<Webview>) {
    let windows = app.state::<Arc<Windows>>();
    windows.unsubscribe(MAIN);
    if windows.tray.state() != TrayState::There {
        app.exit(0);
    }
}

/// Keeps what the person chose; "ask" also when they put the question off.
///
/// # Errors
/// Where it cannot be kept.
pub(crate) async fn choose(
    sotto: &Sotto,
    windows: &Windows,
    chosen: WhenClosed,
) -> Result<(), ApiError> {
    sotto.set_when_closed(chosen).await?;
    windows.closing.asked.store(false, Ordering::Relaxed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_only_where_a_tray_is_and_the_person_chose_it() {
        use Close::{Ask, End, Stay};
        use TrayState::{Missing, There, Unknown};
        let check = |tray, chosen, asked, expected| {
            assert_eq!(
                decide(tray, chosen, asked),
                expected,
                "{tray:?} {chosen:?} {asked}"
            );
        };
        for asked in [false, true] {
            check(There, WhenClosed::Stay, asked, Stay);
            check(There, WhenClosed::End, asked, End);
            for tray in [Missing, Unknown] {
                for chosen in [WhenClosed::Ask, WhenClosed::Stay, WhenClosed::End] {
                    check(tray, chosen, asked, End);
                }
            }
        }
        check(There, WhenClosed::Ask, false, Ask);
        check(There, WhenClosed::Ask, true, End);
    }
}
