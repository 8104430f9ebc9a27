// The names of all commands: read by `build.rs`, which makes a permission of each, and by the test
// that compares them with the commands that exist and with the capability files.
/// The names of all commands.
pub const COMMAND_NAMES: &[&str] = &[
    "answer_again",
    "ask",
    "choose_alternative",
    "choose_model",
    "composer_ready",
    "delete_conversation",
    "edit_question",
    "keep_nothing",
    "list_conversations",
    "models",
    "open_conversation",
    "open_models_folder",
    "rename_conversation",
    "restore_conversation",
    "retry_history",
    "runtime",
    "search",
    "startup",
    "stop",
    "subscribe",
    "unlock",
];
