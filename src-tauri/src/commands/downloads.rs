//! Models from a hub. What reaches out costs a press; what stops it costs none.

use sotto_api::{
    ApiError, Sotto,
    view::downloads::{DownloadOffer, DownloadView, HubView},
};
use tauri::State;

use crate::{clipboard, press::Presses};

#[tauri::command]
#[specta::specta]
pub(crate) async fn downloads(sotto: State<'_, Sotto>) -> Result<Vec<DownloadView>, ApiError> {
    Ok(sotto.downloads().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_download(
    sotto: State<'_, Sotto>,
    id: String,
) -> Result<DownloadOffer, ApiError> {
    sotto.preview_download(&id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn offer_download(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    id: String,
) -> Result<DownloadOffer, ApiError> {
    sotto.offer_download(&id, presses.spend()?).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn download(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    id: String,
) -> Result<(), ApiError> {
    sotto.download(&id, presses.spend()?).await.map(|_| ())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_download(sotto: State<'_, Sotto>, id: String) -> Result<(), ApiError> {
    sotto.pause_download(&id)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_download(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    id: String,
) -> Result<(), ApiError> {
    let going = sotto.download(&id, presses.spend()?).await;
    going.map(|_| ())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_download(sotto: State<'_, Sotto>, id: String) -> Result<(), ApiError> {
    sotto.cancel_download(&id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn model_hub(sotto: State<'_, Sotto>) -> Result<HubView, ApiError> {
    sotto.model_hub().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_hub_token(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
) -> Result<(), ApiError> {
    presses.spend()?;
    clipboard::take_hub_token(&sotto).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_hub_token(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.remove_hub_token().await.map(|_| ())
}
