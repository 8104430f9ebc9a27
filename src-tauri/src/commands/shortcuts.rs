//! The shortcuts in the settings: how they are, and other keys for them.

use std::sync::Arc;

use sotto_api::{
    ApiError, Sotto,
    view::shortcut::{ShortcutChoice, ShortcutName, ShortcutsView},
};
use tauri::State;

use crate::{host::Windows, shortcut};

#[tauri::command]
#[specta::specta]
pub(crate) async fn shortcuts(windows: State<'_, Arc<Windows>>) -> Result<ShortcutsView, ApiError> {
    Ok(windows.shortcuts.view())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_shortcut(
    sotto: State<'_, Sotto>,
    windows: State<'_, Arc<Windows>>,
    name: ShortcutName,
    choice: ShortcutChoice,
) -> Result<(), ApiError> {
    shortcut::choose(&sotto, &windows, name, choice).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_desktop_for_shortcuts(
    windows: State<'_, Arc<Windows>>,
) -> Result<(), ApiError> {
    windows.shortcuts.ask_desktop().await;
    Ok(())
}
