//! The windows of the program.

use std::sync::Arc;

use sotto_api::{Sotto, view::AppEvent};
use tauri::{
    AppHandle, DragDropEvent, Manager, Runtime, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent, utils::config::Color, webview::NewWindowResponse,
};

use crate::{Webview, closing, host::Windows, model_files, press};

/// The label of the chat window: also the name that its capability file uses.
pub(crate) const MAIN: &str = "main";

/// The page's own paper, so that nothing flashes before it is painted.
const PAPER_LIGHT: Color = Color(0xfb, 0xfa, 0xf7, 0xff);
const PAPER_DARK: Color = Color(0x19, 0x18, 0x16, 0xff);

/// Opens the chat window.
pub(crate) fn open_main(app: &AppHandle<Webview>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Sotto")
        .inner_size(1200.0, 800.0)
        .min_inner_size(420.0, 420.0)
        .proxy_url(nobody()?)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let app = app.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            // Whoever closes the chat takes back what it asked for.
            app.state::<Sotto>().consent_closed();
            closing::close(&app);
        }
        WindowEvent::Destroyed => closing::gone(&app),
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            model_files::dropped(&app, paths.clone());
        }
        _ => {}
    });
    press::watch(&window)?;
    lay_paper(&window)
}

/// Where everything goes that a page would send to a server: to a port that cannot be listened on.
/// The content security policy knows neither `<link rel="preconnect">` nor the connection that
/// WebKit opens as soon as a link is clicked, before anybody is asked whether it may be followed;
/// both reach a server, and a name that is looked up for them can carry words out. Our own pages
/// and commands are no connections. macOS has no such setting here (decision 0012).
pub(crate) fn nobody() -> tauri::Result<Url> {
    Url::parse("http://127.0.0.1:0").map_err(tauri::Error::InvalidUrl)
}

/// Gives a window the page's own paper.
pub(crate) fn lay_paper<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    window.set_background_color(Some(paper(window)))
}

/// The paper of the page that a window shows.
pub(crate) fn paper<R: Runtime>(window: &WebviewWindow<R>) -> Color {
    if matches!(window.theme(), Ok(tauri::Theme::Dark)) {
        PAPER_DARK
    } else {
        PAPER_LIGHT
    }
}

/// Brings the chat window to the front, opened anew where there is none, and tells its page why.
/// Whoever wants to see it is likely to ask something, so the model is brought into memory.
pub(crate) fn present(app: &AppHandle<Webview>, event: AppEvent) {
    let windows = app.state::<Arc<Windows>>();
    windows.closing.put_off();
    windows.tell_main(event);
    let sotto = app.state::<Sotto>().inner().clone();
    tauri::async_runtime::spawn(async move { sotto.expect_question().await });
    match app.get_webview_window(MAIN) {
        Some(window) => show(&window),
        None => {
            // On a thread of its own: on Windows a window that is made within an event handler
            // never appears.
            let app = app.clone();
            tauri::async_runtime::spawn_blocking(move || {
                if let Err(error) = open_main(&app) {
                    tracing::error!(%error, "the window cannot be opened");
                }
            });
        }
    }
}

/// Whether the chat window is on the screen, or in the list of windows.
pub(crate) fn is_seen(app: &AppHandle<Webview>) -> bool {
    app.get_webview_window(MAIN)
        .is_some_and(|window| window.is_visible().unwrap_or(true))
}

/// Closes the chat window while Sotto stays.
pub(crate) fn put_away(app: &AppHandle<Webview>) {
    if let Some(window) = app.get_webview_window(MAIN)
        && let Err(error) = window.hide()
    {
        tracing::warn!(%error, "the window could not be closed");
    }
}

fn show<R: Runtime>(window: &WebviewWindow<R>) {
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}
