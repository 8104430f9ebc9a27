//! Models and the runtime.

use sotto_api::{
    ApiError, ConversationId, ErrorCode, Sotto,
    view::{
        ModelsView, RuntimeView,
        models::{CatalogItem, HardwareView, Measurement, ModelSettings},
    },
};
use tauri::{AppHandle, State};
use tauri_plugin_opener::OpenerExt;

use crate::{model_files, press::Presses};

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
pub(crate) async fn unload_model(
    sotto: State<'_, Sotto>,
    model: Option<String>,
) -> Result<(), ApiError> {
    sotto.unload_model(model).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn hardware(sotto: State<'_, Sotto>) -> Result<HardwareView, ApiError> {
    sotto.hardware().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn catalog(sotto: State<'_, Sotto>) -> Result<Vec<CatalogItem>, ApiError> {
    sotto.catalog().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_memory_limit(
    sotto: State<'_, Sotto>,
    bytes: Option<u64>,
) -> Result<HardwareView, ApiError> {
    sotto.set_memory_limit(bytes).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn model_settings(
    sotto: State<'_, Sotto>,
    model: String,
) -> Result<ModelSettings, ApiError> {
    Ok(sotto.model_settings(&model).await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_model_settings(
    sotto: State<'_, Sotto>,
    model: String,
    settings: ModelSettings,
) -> Result<(), ApiError> {
    sotto.set_model_settings(&model, settings).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn bench_model(
    sotto: State<'_, Sotto>,
    model: String,
) -> Result<Measurement, ApiError> {
    sotto.bench_model(model).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_bench(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.stop_bench();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn measurements(sotto: State<'_, Sotto>) -> Result<Vec<Measurement>, ApiError> {
    Ok(sotto.measurements().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn import_model(
    app: AppHandle<crate::Webview>,
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
) -> Result<Option<String>, ApiError> {
    presses.spend()?;
    model_files::choose(&app, &sotto).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_model(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    model: String,
) -> Result<(), ApiError> {
    presses.spend()?;
    sotto.remove_model(model).await
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
