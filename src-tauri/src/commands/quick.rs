//! The quick prompt's own commands.

use std::sync::Arc;

use sotto_api::{
    ApiError, Sotto,
    view::{
        Asked,
        actions::ActionsView,
        quick::{
            QuickAsk, QuickContext, QuickConversationView, QuickEvent, QuickHandover, QuickSize,
        },
    },
};
use tauri::{State, WebviewWindow, ipc::Channel};

use crate::{clipboard, host::Windows, press::Presses, quick_window};

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_ask(sotto: State<'_, Sotto>, ask: QuickAsk) -> Result<Asked, ApiError> {
    sotto.quick_ask(ask).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_conversation(
    sotto: State<'_, Sotto>,
) -> Result<Option<QuickConversationView>, ApiError> {
    sotto.quick_conversation().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_anew(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.quick_anew();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_keep(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.quick_keep().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn actions(sotto: State<'_, Sotto>) -> Result<ActionsView, ApiError> {
    Ok(sotto.actions().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_clipboard(presses: State<'_, Presses>) -> Result<QuickContext, ApiError> {
    presses.spend()?;
    quick_window::clipboard().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_copy(presses: State<'_, Presses>, text: String) -> Result<(), ApiError> {
    presses.spend()?;
    clipboard::copy(text).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_hand_over(
    sotto: State<'_, Sotto>,
    windows: State<'_, Arc<Windows>>,
    what: QuickHandover,
) -> Result<(), ApiError> {
    sotto.quick_hand_over().await?;
    windows.quick.hand_over(what);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_subscribe(
    windows: State<'_, Arc<Windows>>,
    channel: Channel<QuickEvent>,
) -> Result<(), ApiError> {
    windows.quick.subscribe(channel);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_hide(windows: State<'_, Arc<Windows>>) -> Result<(), ApiError> {
    windows.quick.hide();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_stay(
    windows: State<'_, Arc<Windows>>,
    stays: bool,
) -> Result<(), ApiError> {
    windows.quick.stay(stays);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_resize(
    windows: State<'_, Arc<Windows>>,
    size: QuickSize,
) -> Result<(), ApiError> {
    windows.quick.resize(size);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quick_drag(window: WebviewWindow<crate::Webview>) -> Result<(), ApiError> {
    quick_window::drag(&window);
    Ok(())
}
