//! The quick prompt: asking in it, going on with what was asked in it a short while ago, and asking
//! something that is kept nowhere. That lives in a history in memory, one for each conversation, which
//! is gone with it: the turns themselves know nothing of it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sotto_domain::{Conversation, ConversationId, MessageId, Origin, Role, Timestamp, quick};
use sotto_history::{History, HistoryError, Whole};

use crate::{
    conversations::gone,
    error::ApiError,
    sotto::Sotto,
    view::{
        AppEvent, Asked,
        quick::{QuickAsk, QuickConversationView},
    },
};

/// The conversation that the quick prompt is about, while it is about one. Not kept beyond the end
/// of the program: nobody goes on with a quick question after that.
#[derive(Default)]
pub(crate) struct QuickConversation(Mutex<Option<About>>);

#[derive(Clone)]
struct About {
    conversation: ConversationId,
    /// When the person last put it out of sight; `None` while they see it.
    left_at: Option<Timestamp>,
    /// The history in memory that holds it alone; `None` where it is in the person's history.
    temporary: Option<History>,
}

impl QuickConversation {
    fn lock(&self) -> MutexGuard<'_, Option<About>> {
        // A single value is whole whatever happened to another thread.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sotto {
    /// Asks from the quick prompt. A conversation that begins so is marked, or kept nowhere where the
    /// person said so. One that has begun goes on as it is.
    ///
    /// # Errors
    /// As [`Sotto::ask`].
    pub async fn quick_ask(&self, ask: QuickAsk) -> Result<Asked, ApiError> {
        let QuickAsk { request, temporary } = ask;
        let about = self.about();
        let temporary = match request.conversation {
            Some(id) => about
                .filter(|about| about.conversation == id)
                .and_then(|about| about.temporary),
            None if temporary => Some(History::temporary()?),
            None => None,
        };
        let history = match &temporary {
            Some(history) => history.clone(),
            None => self.inner.history.get().await?,
        };
        let asked = self.ask_from(Origin::Quick, history, request).await?;
        *self.inner.quick.lock() = Some(About {
            conversation: asked.conversation.id,
            left_at: None,
            temporary,
        });
        Ok(asked)
    }

    /// The quick prompt is out of sight. What is kept nowhere is gone when it would not be gone on with
    /// any more.
    pub fn quick_left(&self) {
        let now = self.inner.host.now();
        let left = {
            let mut about = self.inner.quick.lock();
            let Some(about) = about.as_mut() else { return };
            about.left_at = Some(now);
            about.temporary.as_ref().map(|_| about.conversation)
        };
        let Some(id) = left else { return };
        let sotto = self.clone();
        self.inner.tasks.spawn(async move {
            let over = Duration::from_millis(quick::GOES_ON_FOR_MILLISECONDS);
            tokio::select! {
                () = tokio::time::sleep(over) => sotto.forget_quick(id, Some(now)),
                () = sotto.inner.ending.cancelled() => {}
            }
        });
    }

    /// What a quick prompt that is opened now goes on with; `None` begins anew. Reads nothing and
    /// keeps nobody waiting where there is nothing to go on with.
    ///
    /// # Errors
    /// Where the history is not open or cannot be read.
    pub async fn quick_conversation(&self) -> Result<Option<QuickConversationView>, ApiError> {
        let Some(About {
            conversation: id,
            left_at,
            temporary,
        }) = self.about()
        else {
            return Ok(None);
        };
        let history = match &temporary {
            Some(history) => history.clone(),
            None => self.inner.history.get().await?,
        };
        let found = match history.conversation(id).await {
            // Deleted meanwhile.
            Err(HistoryError::NotFound { .. }) => None,
            found => Some(found?),
        };
        let answering = self.inner.turns.contains(id);
        let now = self.inner.host.now();
        let goes_on = |found: &Conversation| match left_at {
            Some(left_at) => quick::goes_on(answering, left_at.max(found.updated_at), now),
            // The person sees it all the while.
            None => true,
        };
        if !found.as_ref().is_some_and(goes_on) {
            self.forget_quick(id, left_at);
            return Ok(None);
        }
        if let Some(about) = self.inner.quick.lock().as_mut()
            && about.conversation == id
        {
            about.left_at = None;
        }
        Ok(Some(QuickConversationView {
            view: self.view(&history, id).await?,
            temporary: temporary.is_some(),
        }))
    }

    /// Keeps in the history what was asked to be kept nowhere. Does nothing where it is there.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`] if it is gone; [`crate::ErrorCode::Answering`] while an answer is written;
    /// where the history is not open or cannot be written. It is still in memory then.
    pub async fn quick_keep(&self) -> Result<(), ApiError> {
        let Some(About {
            conversation: id,
            temporary,
            ..
        }) = self.about()
        else {
            return Err(gone());
        };
        let Some(temporary) = temporary else {
            return Ok(());
        };
        let _place = self.reserve(id)?;
        let kept = self.inner.history.get().await?;
        let messages = temporary.messages(id).await?;
        let mut manners = Vec::new();
        for question in messages.iter().filter(|each| each.role == Role::User) {
            manners.push((question.id, temporary.manner(question.id).await?));
        }
        kept.adopt(Whole {
            conversation: temporary.conversation(id).await?,
            messages,
            manners,
        })
        .await?;
        if let Some(about) = self.inner.quick.lock().as_mut()
            && about.conversation == id
        {
            about.temporary = None;
        }
        self.inner.hear(AppEvent::ConversationsChanged);
        Ok(())
    }

    /// The chat window goes on: what was kept nowhere is kept first, and the quick prompt begins anew.
    ///
    /// # Errors
    /// As [`Sotto::quick_keep`]; the quick prompt is still about it then.
    pub async fn quick_hand_over(&self) -> Result<(), ApiError> {
        if self.about().is_some() {
            self.quick_keep().await?;
        }
        self.quick_anew();
        Ok(())
    }

    /// The quick prompt is about nothing any more: what was kept nowhere is gone.
    pub fn quick_anew(&self) {
        *self.inner.quick.lock() = None;
    }

    /// Whether a conversation is kept nowhere: what is told of it is for the quick prompt alone.
    #[must_use]
    pub fn is_temporary(&self, conversation: ConversationId) -> bool {
        self.inner
            .quick
            .lock()
            .as_ref()
            .is_some_and(|about| about.conversation == conversation && about.temporary.is_some())
    }

    /// Whether what the quick prompt shows is kept nowhere.
    #[must_use]
    pub fn quick_is_temporary(&self) -> bool {
        self.about().is_some_and(|about| about.temporary.is_some())
    }

    /// The quick prompt is about nothing any more, if it is still about this one and nobody has gone
    /// back to it since.
    fn forget_quick(&self, conversation: ConversationId, left_at: Option<Timestamp>) {
        let mut about = self.inner.quick.lock();
        if about
            .as_ref()
            .is_some_and(|about| about.conversation == conversation && about.left_at == left_at)
        {
            *about = None;
        }
    }

    /// Where a message is: in the person's history, or in the one in memory.
    pub(crate) async fn history_of(&self, message: MessageId) -> Result<History, ApiError> {
        if let Some(temporary) = self.about().and_then(|about| about.temporary)
            && temporary.message(message).await?.is_some()
        {
            return Ok(temporary);
        }
        self.inner.history.get().await
    }

    fn about(&self) -> Option<About> {
        self.inner.quick.lock().clone()
    }
}
