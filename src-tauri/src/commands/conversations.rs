//! Conversations as a whole.

use sotto_api::{
    ApiError, ConversationId, MessageId, Sotto,
    view::{ConversationSummary, ConversationView, SearchHit},
};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_conversations(
    sotto: State<'_, Sotto>,
) -> Result<Vec<ConversationSummary>, ApiError> {
    sotto.list_conversations().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_conversation(
    sotto: State<'_, Sotto>,
    id: ConversationId,
) -> Result<ConversationView, ApiError> {
    sotto.open_conversation(id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_alternative(
    sotto: State<'_, Sotto>,
    message: MessageId,
) -> Result<ConversationView, ApiError> {
    sotto.choose_alternative(message).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_conversation(
    sotto: State<'_, Sotto>,
    id: ConversationId,
    title: String,
) -> Result<(), ApiError> {
    sotto.rename_conversation(id, title).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_conversation(
    sotto: State<'_, Sotto>,
    id: ConversationId,
) -> Result<(), ApiError> {
    sotto.delete_conversation(id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_conversation(
    sotto: State<'_, Sotto>,
    id: ConversationId,
) -> Result<(), ApiError> {
    sotto.restore_conversation(id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn search(
    sotto: State<'_, Sotto>,
    words: String,
) -> Result<Vec<SearchHit>, ApiError> {
    sotto.search(words).await
}
