//! The first calls of a window.

use std::sync::Arc;

use sotto_api::{
    ApiError, Sotto,
    view::{AppEvent, Startup},
};
use tauri::{State, WebviewWindow, ipc::Channel};

use crate::host::Windows;

#[tauri::command]
#[specta::specta]
pub(crate) async fn subscribe(
    window: WebviewWindow<crate::Webview>,
    windows: State<'_, Arc<Windows>>,
    channel: Channel<AppEvent>,
) -> Result<(), ApiError> {
    windows.subscribe(window.label(), channel);
    Ok(())
}

/// The page's composer is painted and takes text. `npm run bench` waits for this line.
#[tauri::command]
#[specta::specta]
pub(crate) async fn composer_ready(windows: State<'_, Arc<Windows>>) -> Result<(), ApiError> {
    tracing::info!("the composer takes text");
    windows.tell_painted();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn startup(sotto: State<'_, Sotto>) -> Result<Startup, ApiError> {
    Ok(sotto.startup().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_nothing(sotto: State<'_, Sotto>) -> Result<Startup, ApiError> {
    sotto.keep_nothing().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_history(sotto: State<'_, Sotto>) -> Result<Startup, ApiError> {
    Ok(sotto.retry_history().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock(
    sotto: State<'_, Sotto>,
    passphrase: String,
) -> Result<Startup, ApiError> {
    sotto.unlock(passphrase).await
}
