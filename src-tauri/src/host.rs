//! The window as a host: the system's clock and randomness, and one channel to each window.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
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
    consent_window::ConsentWindow,
    quick_window::{QUICK, QuickWindow},
};

/// How long work that can wait gives way to a window's first frame.
const FIRST_FRAME: Duration = Duration::from_secs(2);

/// Listens for all windows.
#[derive(Default)]
pub(crate) struct Windows {
    channels: Mutex<HashMap<String, Channel<AppEvent>>>,
    painted: Notify,
    pub(crate) consent: ConsentWindow,
    pub(crate) quick: QuickWindow,
}

impl Windows {
    /// Says where windows are opened.
    pub(crate) fn attach(&self, app: AppHandle<Webview>) {
        self.consent.attach(app.clone());
        self.quick.attach(app);
    }

    /// Tells a window from now on. A window that was loaded anew replaces its old channel.
    pub(crate) fn subscribe(&self, window: &str, channel: Channel<AppEvent>) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.insert(window.to_owned(), channel);
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
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        for (window, channel) in channels.iter() {
            if window == QUICK && !self.quick.listens() {
                continue;
            }
            if let Err(error) = channel.send(event.clone()) {
                tracing::debug!(%error, window, "a window did not hear");
            }
        }
    }

    fn hear_consent(&self, event: ConsentEvent) {
        self.consent.hear(event);
    }
}
