//! The reference for start and memory: a Tauri window with one text field and nothing else.
//! `npm run bench` starts it in turn with Sotto.

use std::io::Write;

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title("Empty window")
                .inner_size(1200.0, 800.0)
                // The page names itself when its field is painted: no command needs a permission.
                .on_document_title_changed(|_, title| {
                    if title == "ready" {
                        let mut output = std::io::stdout();
                        // Whoever measures may be gone; the window does not care.
                        let _ = writeln!(output, "ready").and_then(|()| output.flush());
                    }
                })
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!(
            "examples/empty_window/tauri.conf.json"
        ))
}
