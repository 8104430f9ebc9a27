//! What a person does with conversations as a whole: look, find, name, delete, bring back.

use sotto_domain::{ConversationId, Message, MessageId, MessageState, Role, branch::Tree};
use sotto_history::History;

use crate::{
    error::{ApiError, ErrorCode},
    sotto::{Reservation, Sotto},
    view::{AppEvent, ConversationSummary, ConversationView, SearchHit, ShownMessage},
};

/// How many finds are shown.
const MOST_HITS: usize = 50;

impl Sotto {
    /// All conversations, the last changed first.
    ///
    /// # Errors
    /// Where the history is not open or cannot be read.
    pub async fn list_conversations(&self) -> Result<Vec<ConversationSummary>, ApiError> {
        let conversations = self.inner.history.get().await?.conversations().await?;
        let summary = |conversation: sotto_domain::Conversation| ConversationSummary {
            answering: self.inner.turns.contains(conversation.id),
            id: conversation.id,
            title: conversation.title,
            origin: conversation.origin,
            updated_at: conversation.updated_at,
        };
        Ok(conversations.into_iter().map(summary).collect())
    }

    /// One conversation, at the branch where it was left.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none.
    pub async fn open_conversation(
        &self,
        id: ConversationId,
    ) -> Result<ConversationView, ApiError> {
        let history = self.inner.history.get().await?;
        self.view(&history, id).await
    }

    /// Every message of a conversation, all branches, oldest first.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none.
    pub async fn all_messages(&self, id: ConversationId) -> Result<Vec<Message>, ApiError> {
        let history = self.inner.history.get().await?;
        history.conversation(id).await?;
        Ok(history.messages(id).await?)
    }

    /// Walks to the branch of another question or answer.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none; [`ErrorCode::Answering`] while an answer is
    /// written, because it would go on out of sight.
    pub async fn choose_alternative(
        &self,
        message: MessageId,
    ) -> Result<ConversationView, ApiError> {
        let history = self.inner.history.get().await?;
        let conversation = match history.message(message).await? {
            Some(message) => message.conversation,
            None => return Err(gone()),
        };
        let _place = self.reserve(conversation)?;
        let messages = history.messages(conversation).await?;
        let leaf = Tree::new(&messages).newest_leaf_below(message);
        history.set_leaf(conversation, leaf).await?;
        self.view(&history, conversation).await
    }

    /// Gives a conversation a name that no program replaces.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::Other`] for an empty name.
    pub async fn rename_conversation(
        &self,
        id: ConversationId,
        title: String,
    ) -> Result<(), ApiError> {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(ApiError::new(
                ErrorCode::Other,
                "A conversation needs a name.",
            ));
        }
        self.inner.history.get().await?.rename(id, title).await?;
        self.inner.hear(AppEvent::ConversationsChanged);
        Ok(())
    }

    /// Deletes a conversation. It can be brought back until the day after.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none.
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<(), ApiError> {
        let history = self.inner.history.get().await?;
        self.inner.turns.stop(id);
        self.withdraw_larger_of(Some(id));
        history.delete(id, self.inner.host.now()).await?;
        self.inner.hear(AppEvent::ConversationsChanged);
        Ok(())
    }

    /// Brings a deleted conversation back.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if it is gone for good.
    pub async fn restore_conversation(&self, id: ConversationId) -> Result<(), ApiError> {
        self.inner.history.get().await?.restore(id).await?;
        self.inner.hear(AppEvent::ConversationsChanged);
        Ok(())
    }

    /// Finds words in titles and messages.
    ///
    /// # Errors
    /// Where the history is not open or cannot be read.
    pub async fn search(&self, words: String) -> Result<Vec<SearchHit>, ApiError> {
        let hits = self
            .inner
            .history
            .get()
            .await?
            .search(&words, MOST_HITS)
            .await?;
        let shown = |hit: sotto_history::SearchHit| SearchHit {
            conversation: hit.conversation,
            title: hit.title,
            origin: hit.origin,
            message: hit.message,
            excerpt: hit.excerpt,
            updated_at: hit.updated_at,
        };
        Ok(hits.into_iter().map(shown).collect())
    }

    /// Takes a conversation's place for a turn, or for anything that a turn must not meet.
    pub(crate) fn reserve(&self, id: ConversationId) -> Result<Reservation, ApiError> {
        self.inner.turns.reserve(id).ok_or_else(|| {
            ApiError::new(
                ErrorCode::Answering,
                "This conversation is being answered. Stop the answer or wait for its end.",
            )
        })
    }

    /// A message of that role.
    pub(crate) async fn message(
        &self,
        history: &History,
        id: MessageId,
        role: Role,
    ) -> Result<Message, ApiError> {
        let message = history.message(id).await?;
        message
            .filter(|message| message.role == role)
            .ok_or_else(gone)
    }

    pub(crate) async fn view(
        &self,
        history: &History,
        id: ConversationId,
    ) -> Result<ConversationView, ApiError> {
        let conversation = history.conversation(id).await?;
        let mut messages = history.messages(id).await?;
        let in_flight = |messages: &[Message]| {
            messages
                .iter()
                .any(|message| message.state == MessageState::Streaming)
        };
        if in_flight(&messages) && !self.inner.turns.contains(id) {
            // Another program was writing here. If it is gone, its answer is interrupted.
            history.interrupt_abandoned().await?;
            messages = history.messages(id).await?;
        }
        let mut shown = match conversation.leaf {
            Some(leaf) => shown(&Tree::new(&messages), leaf),
            None => Vec::new(),
        };
        for (message, host) in history.departures(id).await? {
            let left = shown.iter_mut().find(|each| each.message.id == message);
            if let Some(left) = left {
                left.left_to.push(host);
            }
        }
        Ok(ConversationView {
            conversation,
            messages: shown,
        })
    }
}

pub(crate) fn gone() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This message is no longer in the history.",
    )
}

pub(crate) fn shown(tree: &Tree<'_>, leaf: MessageId) -> Vec<ShownMessage> {
    let step = |step: sotto_domain::branch::BranchMessage<'_>| ShownMessage {
        message: step.message.clone(),
        alternatives: step.alternatives,
        left_to: Vec::new(),
    };
    tree.branch(leaf).into_iter().map(step).collect()
}
