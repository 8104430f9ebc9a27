//! Model files that the person points to: chosen in the system's dialog, or dropped onto the chat
//! window. They are used where they lie.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sotto_api::{ApiError, ErrorCode, Sotto, view::AppEvent};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use crate::{Webview, host::Windows, window::MAIN};

/// Asks for a file in the system's dialog. The name of the model, or `None` where the person chose
/// nothing.
///
/// # Errors
/// Where the file cannot be used.
pub(crate) async fn choose(
    app: &AppHandle<Webview>,
    sotto: &Sotto,
) -> Result<Option<String>, ApiError> {
    let (reply, chosen) = oneshot::channel();
    let mut dialog = app
        .dialog()
        .file()
        .set_title("Add a model file")
        .add_filter("Models (GGUF)", &["gguf"]);
    if let Some(window) = app.get_webview_window(MAIN) {
        dialog = dialog.set_parent(&window);
    }
    dialog.pick_file(move |file| {
        let _ = reply.send(file);
    });
    let Ok(Some(file)) = chosen.await else {
        return Ok(None);
    };
    let path = file.into_path().map_err(|error| {
        ApiError::new(
            ErrorCode::Other,
            format!("What was chosen is no file on this computer: {error}."),
        )
    })?;
    let model = sotto.import_model(path).await?;
    Ok(Some(model.name))
}

/// Takes what was dropped onto the chat window. What cannot be used is said there.
pub(crate) fn dropped(app: &AppHandle<Webview>, paths: Vec<PathBuf>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let mut taken = Vec::new();
        for path in paths {
            // All parts of a split model come with the first.
            if taken.contains(&path.file_name().map(ToOwned::to_owned)) {
                continue;
            }
            let event = match app.state::<Sotto>().import_model(path).await {
                Ok(model) => {
                    let files = model.files.iter().map(Path::new);
                    taken.extend(files.map(|file| file.file_name().map(ToOwned::to_owned)));
                    AppEvent::ModelAdded { model: model.name }
                }
                Err(ApiError { message, .. }) => AppEvent::Failed { message },
            };
            app.state::<Arc<Windows>>().tell_main(event);
        }
    });
}
