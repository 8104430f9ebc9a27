//! The desktop shell: a window, and one-line adapters from its commands to `sotto-api`. This crate
//! is the only code that names `tauri`; everything below it builds and is tested without a window.

mod bindings;
mod clipboard;
mod closing;
mod command_names;
mod commands;
mod consent_window;
mod desktop;
mod host;
mod model_files;
mod navigation;
mod painting;
mod press;
mod quick_window;
mod session_start;
mod shortcut;
mod start;
mod tray;
mod window;

pub use command_names::COMMAND_NAMES;
pub use start::run;

/// The webview library that the shell is built for. The only place that names it.
pub(crate) type Webview = tauri::Wry;
