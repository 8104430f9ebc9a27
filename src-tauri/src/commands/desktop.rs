//! How Sotto sits in the desktop, and its end.

use std::sync::Arc;

use sotto_api::{
    ApiError, Sotto,
    view::desktop::{DesktopView, WhenClosed},
};
use tauri::{AppHandle, State};

use crate::{Webview, closing, desktop, host::Windows, press::Presses};

#[tauri::command]
#[specta::specta]
pub(crate) async fn desktop(
    sotto: State<'_, Sotto>,
    windows: State<'_, Arc<Windows>>,
) -> Result<DesktopView, ApiError> {
    desktop::view(&sotto, &windows).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_when_closed(
    sotto: State<'_, Sotto>,
    windows: State<'_, Arc<Windows>>,
    chosen: WhenClosed,
) -> Result<(), ApiError> {
    closing::choose(&sotto, &windows, chosen).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_session_start(
    windows: State<'_, Arc<Windows>>,
    presses: State<'_, Presses>,
    on: bool,
) -> Result<(), ApiError> {
    presses.spend_if(on)?;
    desktop::set_session_start(&windows, on)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_tray_note(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.dismiss_tray_note().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn close_window(app: AppHandle<Webview>) -> Result<(), ApiError> {
    closing::close(&app);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quit(app: AppHandle<Webview>) -> Result<(), ApiError> {
    app.exit(0);
    Ok(())
}
