//! The window as a host: the system's clock and randomness, and one channel to each window.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sotto_api::{
    Host, Monotonic, Timestamp,
    view::{
        AppEvent,
        consent::{ApproveButton, ConsentEvent},
    },
};
use tauri::{AppHandle, ipc::Channel};
use tokio::sync::Notify;

use crate::{
    Webview,
    closing::Closing,
    consent_window::ConsentWindow,
    quick_window::{QUICK, QuickWindow},
    shortcut::Shortcuts,
    tray::Tray,
    window::MAIN,
};

/// How long work that can wait gives way to a window's first frame.
const FIRST_FRAME: Duration = Duration::from_secs(2);

/// Listens for all windows.
#[derive(Default)]
pub(crate) struct Windows {
    channels: Mutex<HashMap<String, Channel<AppEvent>>>,
    /// What the chat window is told when it listens.
    waiting: Mutex<Vec<AppEvent>>,
    painted: Notify,
    pub(crate) consent: ConsentWindow,
    pub(crate) quick: QuickWindow,
    pub(crate) shortcuts: Shortcuts,
    pub(crate) tray: Tray,
    pub(crate) closing: Closing,
}

impl Windows {
    /// Says where windows are opened.
    pub(crate) fn attach(&self, app: AppHandle<Webview>) {
        self.consent.attach(app.clone());
        self.quick.attach(app);
    }

    /// Tells a window from now on. A window that was loaded anew replaces its old channel.
    pub(crate) fn subscribe(&self, window: &str, channel: Channel<AppEvent>) {
        self.channels().insert(window.to_owned(), channel);
        if window == MAIN {
            let waiting = std::mem::take(&mut *self.waiting());
            waiting.into_iter().for_each(|event| self.tell_main(event));
        }
    }

    /// A window is gone, and its page with it.
    pub(crate) fn unsubscribe(&self, window: &str) {
        self.channels().remove(window);
    }

    /// Tells the chat window something that is meant for it alone, once it listens.
    pub(crate) fn tell_main(&self, event: AppEvent) {
        let channels = self.channels();
        match channels.get(MAIN) {
            Some(channel) => tell(MAIN, channel, event),
            None => self.waiting().push(event),
        }
    }

    /// A window's first frame is on the screen.
    pub(crate) fn tell_painted(&self) {
        self.painted.notify_one();
    }

    /// Tells the consent window from now on.
    pub(crate) fn subscribe_consent(&self, channel: Channel<ConsentEvent>) {
        self.consent.subscribe(channel);
    }

    /// Where the Approve button is now.
    pub(crate) fn place_approve(&self, button: ApproveButton) {
        self.consent.place_approve(button);
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<String, Channel<AppEvent>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<AppEvent>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the first frame of the first window, two seconds at most.
    pub(crate) async fn painted(&self) {
        if tokio::time::timeout(FIRST_FRAME, self.painted.notified())
            .await
            .is_err()
        {
            tracing::debug!("no window was painted in time");
        }
    }
}

fn tell(window: &str, channel: &Channel<AppEvent>, event: AppEvent) {
    if let Err(error) = channel.send(event) {
        tracing::debug!(%error, window, "a window did not hear");
    }
}

impl Host for Windows {
    fn now(&self) -> Timestamp {
        sotto_api::now()
    }

    fn monotonic(&self) -> Monotonic {
        sotto_api::monotonic()
    }

    fn random(&self) -> [u8; 10] {
        sotto_api::random_bytes()
    }

    fn hear(&self, event: AppEvent) {
        self.tray.hear(&event);
        self.shortcuts.hear(&event);
        let private = self.quick.keeps_nowhere(&event);
        for (window, channel) in self.channels().iter() {
            let hears = match window.as_str() {
                QUICK => self.quick.listens(),
                _ => !private,
            };
            if !hears {
                continue;
            }
            tell(window, channel, event.clone());
        }
    }

    fn hear_consent(&self, event: ConsentEvent) {
        self.consent.hear(event);
    }
}
