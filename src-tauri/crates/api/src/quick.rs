//! The quick prompt: asking in it, and going on with what was asked in it a short while ago.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sotto_domain::{ConversationId, Origin, quick};
use sotto_history::HistoryError;

use crate::{
    error::ApiError,
    sotto::Sotto,
    view::{AskRequest, Asked, ConversationView},
};

/// The conversation that the quick prompt is about, while it is about one. Not kept beyond the end
/// of the program: nobody goes on with a quick question after that.
#[derive(Default)]
pub(crate) struct QuickConversation(Mutex<Option<ConversationId>>);

impl QuickConversation {
    fn lock(&self) -> MutexGuard<'_, Option<ConversationId>> {
        // A single value is whole whatever happened to another thread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sotto {
    /// Asks from the quick prompt. A conversation that begins so is marked.
    ///
    /// # Errors
    /// As [`Sotto::ask`].
    pub async fn quick_ask(&self, request: AskRequest) -> Result<Asked, ApiError> {
        let asked = self.ask_from(Origin::Quick, request).await?;
        *self.inner.quick.lock() = Some(asked.conversation.id);
        Ok(asked)
    }

    /// What a quick prompt that is opened now goes on with; `None` begins anew. Reads nothing and
    /// keeps nobody waiting where there is nothing to go on with.
    ///
    /// # Errors
    /// Where the history is not open or cannot be read.
    pub async fn quick_conversation(&self) -> Result<Option<ConversationView>, ApiError> {
        let Some(id) = *self.inner.quick.lock() else {
            return Ok(None);
        };
        let history = self.inner.history.get().await?;
        let found = match history.conversation(id).await {
            // Deleted meanwhile.
            Err(HistoryError::NotFound { .. }) => None,
            found => Some(found?),
        };
        let answering = self.inner.turns.contains(id);
        let now = self.inner.host.now();
        match found {
            Some(found) if quick::goes_on(answering, found.updated_at, now) => {
                self.open_conversation(id).await.map(Some)
            }
            _ => {
                self.quick_anew();
                Ok(None)
            }
        }
    }

    /// The quick prompt is about nothing any more: it begins anew, or the chat window goes on.
    pub fn quick_anew(&self) {
        *self.inner.quick.lock() = None;
    }
}
