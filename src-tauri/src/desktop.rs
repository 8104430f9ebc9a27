//! How Sotto sits in this desktop, put together from what the person chose and what the system says.

use sotto_api::{
    ApiError, Host, Sotto,
    view::{AppEvent, desktop::DesktopView},
};

use crate::{host::Windows, session_start};

/// How it is now.
///
/// # Errors
/// Where the history, which keeps what was chosen, is not open.
pub(crate) async fn view(sotto: &Sotto, windows: &Windows) -> Result<DesktopView, ApiError> {
    let chosen = sotto.desktop_choices().await?;
    Ok(DesktopView {
        tray: windows.tray.state(),
        when_closed: chosen.when_closed,
        tray_note_dismissed: chosen.tray_note_dismissed,
        session_start: session_start::state(),
    })
}

/// Starts with the session from now on, or not any more.
///
/// # Errors
/// Where the system does not take it.
pub(crate) fn set_session_start(windows: &Windows, on: bool) -> Result<(), ApiError> {
    session_start::set(on)?;
    windows.hear(AppEvent::DesktopChanged);
    Ok(())
}
