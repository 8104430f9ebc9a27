//! The prompt that a branch makes.

use sotto_domain::{ChatMessage, Message};

/// The messages that the model reads, oldest first. Empty answers (failed before the first word)
/// are left out, and neighbours of one role become one message, because many chat templates
/// refuse two questions in a row.
pub(crate) fn messages<'a>(branch: impl Iterator<Item = &'a Message>) -> Vec<ChatMessage> {
    let mut prompt: Vec<ChatMessage> = Vec::new();
    for message in branch.filter(|message| !message.text.is_empty()) {
        match prompt.last_mut() {
            Some(last) if last.role == message.role => {
                last.text.push_str("\n\n");
                last.text.push_str(&message.text);
            }
            _ => prompt.push(ChatMessage {
                role: message.role,
                text: message.text.clone(),
            }),
        }
    }
    prompt
}
