//! The window as a host: the system's clock and randomness, and one channel to each window.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sotto_api::{Host, Timestamp, view::AppEvent};
use tauri::ipc::Channel;

/// Listens for all windows.
#[derive(Default)]
pub(crate) struct Windows {
    channels: Mutex<HashMap<String, Channel<AppEvent>>>,
}

impl Windows {
    /// Tells a window from now on. A window that was loaded anew replaces its old channel.
    pub(crate) fn subscribe(&self, window: &str, channel: Channel<AppEvent>) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.insert(window.to_owned(), channel);
    }
}

impl Host for Windows {
    fn now(&self) -> Timestamp {
        sotto_api::now()
    }

    fn random(&self) -> [u8; 10] {
        sotto_api::random_bytes()
    }

    fn hear(&self, event: AppEvent) {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        for (window, channel) in channels.iter() {
            if let Err(error) = channel.send(event.clone()) {
                tracing::debug!(%error, window, "a window did not hear");
            }
        }
    }
}
