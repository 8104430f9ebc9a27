//! The consent window's own commands. No other window may call them, and it may call no others.

use std::sync::Arc;

use sotto_api::{
    ApiError, Sotto,
    consent::ProposalId,
    view::consent::{ApproveButton, ConsentChange, ConsentDecision, ConsentEvent, ConsentView},
};
use tauri::{State, ipc::Channel};

use crate::host::Windows;

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_request(
    sotto: State<'_, Sotto>,
) -> Result<Option<ConsentView>, ApiError> {
    Ok(sotto.consent_view().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_shown(
    sotto: State<'_, Sotto>,
    proposal: ProposalId,
) -> Result<(), ApiError> {
    sotto.consent_shown(proposal);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_decide(
    sotto: State<'_, Sotto>,
    decision: ConsentDecision,
) -> Result<(), ApiError> {
    sotto.consent_decide(decision).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_change(
    sotto: State<'_, Sotto>,
    proposal: ProposalId,
    change: ConsentChange,
) -> Result<(), ApiError> {
    sotto.consent_change(proposal, change).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_subscribe(
    windows: State<'_, Arc<Windows>>,
    channel: Channel<ConsentEvent>,
) -> Result<(), ApiError> {
    windows.subscribe_consent(channel);
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_button(
    windows: State<'_, Arc<Windows>>,
    button: ApproveButton,
) -> Result<(), ApiError> {
    windows.place_approve(button);
    Ok(())
}
