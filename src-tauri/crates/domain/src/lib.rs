//! The words and rules of a conversation, free of IO: ids, messages, branches, turns, and what a language model is.
