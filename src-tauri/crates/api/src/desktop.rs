//! What a person chose about Sotto's place in the desktop. How that is done is the host's business.

use crate::{
    error::ApiError,
    sotto::Sotto,
    view::{
        AppEvent,
        desktop::{DesktopChoices, WhenClosed},
    },
};

/// The setting that says what closing the window does.
const WHEN_CLOSED: &str = "when_closed";

/// The setting that says that a missing tray was explained.
const TRAY_NOTE_DISMISSED: &str = "tray_note_dismissed";

impl Sotto {
    /// What the person chose.
    ///
    /// # Errors
    /// Where the history, which keeps it, is not open.
    pub async fn desktop_choices(&self) -> Result<DesktopChoices, ApiError> {
        let history = self.inner.history.get().await?;
        let when_closed = history.setting(WHEN_CLOSED).await?;
        let tray_note_dismissed = history.setting(TRAY_NOTE_DISMISSED).await?;
        Ok(DesktopChoices {
            when_closed: when_closed.unwrap_or_default(),
            tray_note_dismissed: tray_note_dismissed.unwrap_or_default(),
        })
    }

    /// Chooses what closing the window does.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn set_when_closed(&self, chosen: WhenClosed) -> Result<(), ApiError> {
        let history = self.inner.history.get().await?;
        history.set_setting(WHEN_CLOSED, &chosen).await?;
        self.inner.hear(AppEvent::DesktopChanged);
        Ok(())
    }

    /// The person has read that there is no tray: they are not told again.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn dismiss_tray_note(&self) -> Result<(), ApiError> {
        let history = self.inner.history.get().await?;
        history.set_setting(TRAY_NOTE_DISMISSED, &true).await?;
        self.inner.hear(AppEvent::DesktopChanged);
        Ok(())
    }
}
