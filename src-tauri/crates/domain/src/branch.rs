//! The tree of a conversation, and the one path of it that is shown.

use std::collections::HashMap;

use crate::{Message, MessageId};

/// A message of the shown branch, with its alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchMessage<'a> {
    /// The message.
    pub message: &'a Message,
    /// All messages with the same parent, oldest first, this one among them.
    pub alternatives: Vec<MessageId>,
}

/// The tree of a conversation's messages, indexed by parent.
pub struct Tree<'a> {
    by_id: HashMap<MessageId, &'a Message>,
    children: HashMap<Option<MessageId>, Vec<MessageId>>,
}

impl<'a> Tree<'a> {
    /// Indexes messages, given in any order.
    #[must_use]
    pub fn new(messages: &'a [Message]) -> Self {
        let by_id = messages
            .iter()
            .map(|message| (message.id, message))
            .collect();
        let mut children: HashMap<_, Vec<_>> = HashMap::new();
        for message in messages {
            children.entry(message.parent).or_default().push(message.id);
        }
        for alternatives in children.values_mut() {
            alternatives.sort_unstable();
        }
        Self { by_id, children }
    }

    /// The path from the first message to `leaf`, oldest first. Empty if `leaf` is unknown.
    #[must_use]
    pub fn branch(&self, leaf: MessageId) -> Vec<BranchMessage<'a>> {
        let mut path = Vec::new();
        let mut next = Some(leaf);
        while let Some(message) = next.and_then(|id| self.by_id.get(&id).copied()) {
            let alternatives = self
                .children
                .get(&message.parent)
                .cloned()
                .unwrap_or_default();
            path.push(BranchMessage {
                message,
                alternatives,
            });
            // A cycle cannot be written, but a damaged file must not hang the program.
            if path.len() > self.by_id.len() {
                break;
            }
            next = message.parent;
        }
        path.reverse();
        path
    }

    /// The newest leaf below `message`: where choosing that alternative leads.
    #[must_use]
    pub fn newest_leaf_below(&self, message: MessageId) -> MessageId {
        let mut leaf = message;
        for _ in 0..self.by_id.len() {
            match self
                .children
                .get(&Some(leaf))
                .and_then(|children| children.last())
            {
                Some(child) => leaf = *child,
                None => break,
            }
        }
        leaf
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConversationId, MessageState, Place, Role, Timestamp};

    fn id(number: u64) -> MessageId {
        MessageId::new(Timestamp::from_milliseconds(number), [0; 10])
    }

    fn message(number: u64, parent: Option<u64>) -> Message {
        Message {
            id: id(number),
            conversation: ConversationId::new(Timestamp::default(), [0; 10]),
            parent: parent.map(id),
            role: Role::User,
            text: String::new(),
            state: MessageState::Complete,
            model: None,
            place: Place::ThisComputer,
            created_at: Timestamp::default(),
            statistics: None,
            failure: None,
        }
    }

    /// 1 -> 2 -> {3, 5}; 1 -> 4; and a second first message 6.
    fn messages() -> Vec<Message> {
        vec![
            message(5, Some(2)),
            message(1, None),
            message(2, Some(1)),
            message(3, Some(2)),
            message(4, Some(1)),
            message(6, None),
        ]
    }

    #[test]
    fn a_branch_runs_from_the_root_and_knows_its_alternatives() {
        let messages = messages();
        let branch = Tree::new(&messages).branch(id(3));
        let path: Vec<_> = branch.iter().map(|step| step.message.id).collect();
        assert_eq!(path, [id(1), id(2), id(3)]);
        assert_eq!(branch[0].alternatives, [id(1), id(6)]);
        assert_eq!(branch[2].alternatives, [id(3), id(5)]);
    }

    #[test]
    fn choosing_an_alternative_leads_to_its_newest_leaf() {
        let messages = messages();
        let tree = Tree::new(&messages);
        assert_eq!(tree.newest_leaf_below(id(1)), id(4));
        assert_eq!(tree.newest_leaf_below(id(2)), id(5));
        assert!(tree.branch(id(99)).is_empty());
    }

    #[test]
    fn a_damaged_tree_does_not_hang() {
        let messages = vec![message(1, Some(2)), message(2, Some(1))];
        let tree = Tree::new(&messages);
        assert!(tree.branch(id(1)).len() <= 3);
        let _ = tree.newest_leaf_below(id(1));
    }
}
