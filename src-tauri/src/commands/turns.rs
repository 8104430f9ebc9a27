//! Asking and answering.

use sotto_api::{
    ApiError, ConversationId, MessageId, Sotto,
    view::{AnswerAgain, AskRequest, Asked},
};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn ask(sotto: State<'_, Sotto>, request: AskRequest) -> Result<Asked, ApiError> {
    sotto.ask(request).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_question(
    sotto: State<'_, Sotto>,
    message: MessageId,
    text: String,
) -> Result<Asked, ApiError> {
    sotto.edit_question(message, text).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_again(
    sotto: State<'_, Sotto>,
    answer: MessageId,
    how: AnswerAgain,
) -> Result<Asked, ApiError> {
    sotto.answer_again(answer, how).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop(
    sotto: State<'_, Sotto>,
    conversation: ConversationId,
) -> Result<(), ApiError> {
    sotto.stop(conversation);
    Ok(())
}
