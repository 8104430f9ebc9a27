//! Models and the runtime.

use sotto_api::{
    ApiError, ConversationId, ErrorCode, Sotto,
    view::{ModelsView, RuntimeView},
};
use tauri::{AppHandle, State};
use tauri_plugin_opener::OpenerExt;

#[tauri::command]
#[specta::specta]
pub(crate) async fn models(sotto: State<'_, Sotto>) -> Result<ModelsView, ApiError> {
    sotto.models().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn runtime(sotto: State<'_, Sotto>) -> Result<RuntimeView, ApiError> {
    Ok(sotto.runtime().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_model(
    sotto: State<'_, Sotto>,
    conversation: Option<ConversationId>,
    model: String,
) -> Result<(), ApiError> {
    sotto.choose_model(conversation, model).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn load_model(
    sotto: State<'_, Sotto>,
    model: Option<String>,
) -> Result<(), ApiError> {
    sotto.load_model(model).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unload_model(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.unload_model(None).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_runtime(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.pause_runtime().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_runtime(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.resume_runtime().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_models_folder(
    app: AppHandle<crate::Webview>,
    sotto: State<'_, Sotto>,
) -> Result<(), ApiError> {
    let folder = sotto.models_folder().display().to_string();
    let opened = app.opener().open_path(&folder, None::<&str>);
    opened.map_err(|error| {
        ApiError::new(
            ErrorCode::Other,
            format!("{folder} could not be opened: {error}"),
        )
    })
}
