//! Larger models on other computers: what may be asked, and asking.

use sotto_api::{
    ApiError, Sotto,
    consent::{ProviderId, Server},
    view::cloud::{CloudView, Decided, LargerRequest, LedgerView, ProviderAnswer, ProviderEntry},
};
use tauri::State;

use crate::{clipboard, press::Presses};

#[tauri::command]
#[specta::specta]
pub(crate) async fn cloud(sotto: State<'_, Sotto>) -> Result<CloudView, ApiError> {
    sotto.cloud().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn turn_cloud(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    on: bool,
) -> Result<CloudView, ApiError> {
    presses.spend_if(on)?;
    sotto.turn_cloud(on).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn block_cloud(sotto: State<'_, Sotto>) -> Result<CloudView, ApiError> {
    sotto.block_cloud().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unblock_cloud(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
) -> Result<CloudView, ApiError> {
    presses.spend()?;
    sotto.unblock_cloud().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_provider(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    entry: ProviderEntry,
) -> Result<CloudView, ApiError> {
    presses.spend()?;
    sotto.save_provider(entry).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_provider(
    sotto: State<'_, Sotto>,
    provider: ProviderId,
) -> Result<CloudView, ApiError> {
    sotto.remove_provider(provider).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn take_key(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    provider: ProviderId,
) -> Result<CloudView, ApiError> {
    presses.spend()?;
    clipboard::take_key(&sotto, provider).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_key(
    sotto: State<'_, Sotto>,
    provider: ProviderId,
) -> Result<CloudView, ApiError> {
    sotto.remove_key(provider).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn test_provider(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    provider: ProviderId,
) -> Result<ProviderAnswer, ApiError> {
    sotto.test_provider(provider, presses.spend()?).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn withdraw_standing_yes(
    sotto: State<'_, Sotto>,
    server: Server,
) -> Result<CloudView, ApiError> {
    sotto.withdraw_standing_yes(server).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_own_words(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    words: Vec<String>,
) -> Result<CloudView, ApiError> {
    presses.spend()?;
    sotto.set_own_words(words).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_larger(
    sotto: State<'_, Sotto>,
    presses: State<'_, Presses>,
    request: LargerRequest,
) -> Result<Decided, ApiError> {
    sotto.ask_larger(request, presses.spend()?).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ledger(sotto: State<'_, Sotto>) -> Result<LedgerView, ApiError> {
    sotto.ledger().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn export_ledger(sotto: State<'_, Sotto>) -> Result<String, ApiError> {
    sotto.export_ledger().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn withdraw_larger(sotto: State<'_, Sotto>) -> Result<(), ApiError> {
    sotto.withdraw_larger();
    Ok(())
}
