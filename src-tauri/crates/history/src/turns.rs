//! What is written over several tables at once: the beginning of a turn, so that the question and
//! the empty answer are on disk together or neither is, and a whole conversation from elsewhere.

use rusqlite::Connection;
use sotto_domain::{Conversation, ConversationId, Manner, Message, MessageId};

use crate::{conversations, error::TableError, manners, messages};

/// What is written when a turn begins.
#[derive(Debug, Clone)]
pub struct NewTurn {
    /// The conversation, if it is new.
    pub new_conversation: Option<Conversation>,
    /// The conversation's name, new or not.
    pub conversation: ConversationId,
    /// The question; `None` when a question that is already there is answered again.
    pub question: Option<Message>,
    /// How the question is to be answered.
    pub manner: Manner,
    /// The empty answer, in flight. It becomes the leaf of the branch that is shown.
    pub answer: Message,
    /// The conversation's model from now on; `None` changes nothing.
    pub model: Option<String>,
    /// The conversation's tokens of context from now on; `None` changes nothing.
    pub context: Option<u32>,
}

/// A conversation with all that is in it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The conversation.
    pub conversation: Conversation,
    /// Its messages, parents before their children; none is in flight.
    pub messages: Vec<Message>,
    /// How its questions are to be answered, where that was said.
    pub manners: Vec<(MessageId, Manner)>,
}

/// Writes a conversation that was kept elsewhere. The caller holds a transaction.
pub(crate) fn adopt(
    connection: &Connection,
    whole: &Whole,
    session: &str,
) -> Result<(), TableError> {
    conversations::insert(connection, &whole.conversation)?;
    for message in &whole.messages {
        messages::insert(connection, message, session)?;
    }
    for (question, manner) in &whole.manners {
        manners::insert(connection, *question, manner)?;
    }
    Ok(())
}

/// Writes the beginning of a turn. The caller holds a transaction.
pub(crate) fn begin(
    connection: &Connection,
    turn: &NewTurn,
    session: &str,
) -> Result<(), TableError> {
    match &turn.new_conversation {
        Some(conversation) => conversations::insert(connection, conversation)?,
        None => {
            conversations::get(connection, turn.conversation)?;
        }
    }
    if let Some(question) = &turn.question {
        messages::insert(connection, question, session)?;
        manners::insert(connection, question.id, &turn.manner)?;
    }
    messages::insert(connection, &turn.answer, session)?;
    conversations::set_leaf(connection, turn.conversation, turn.answer.id)?;
    conversations::touch(connection, turn.conversation, turn.answer.created_at)?;
    if turn.model.is_some() {
        conversations::set_model(connection, turn.conversation, turn.model.as_deref())?;
    }
    if turn.context.is_some() {
        conversations::set_context(connection, turn.conversation, turn.context)?;
    }
    Ok(())
}
