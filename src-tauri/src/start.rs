//! From the first line to the last: the core, the plugins, the window, and a clean end.

use std::{process::ExitCode, sync::Arc};

use sotto_api::{Host, Sotto, view::AppEvent};
use tauri::{App, AppHandle, Manager, RunEvent, Runtime, plugin::TauriPlugin};

use crate::{
    bindings,
    consent_window::CONSENT,
    host::Windows,
    navigation, painting,
    press::Presses,
    quick_window::{Opening, QUICK},
    shortcut::{self, Shortcut},
    window,
};

/// What `sotto quick` starts this program with; the rest of the line goes into the quick prompt.
const QUICK_ARGUMENT: &str = "--quick";

/// Starts the program and returns when its last window is closed.
#[must_use]
pub fn run() -> ExitCode {
    painting::without_a_graphics_card();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    sotto_api::turn_off_core_dumps();
    match build() {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    tauri::async_runtime::block_on(app.state::<Sotto>().shutdown());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "Sotto cannot start");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<App<crate::Webview>, Box<dyn std::error::Error>> {
    let windows = Arc::new(Windows::default());
    let sotto = Sotto::on_this_computer(Arc::clone(&windows) as Arc<dyn Host>)?;
    let app = tauri::Builder::default()
        // First, because a second start must end here and leave everything to the first.
        .plugin(tauri_plugin_single_instance::init(|app, line, _| {
            let windows = app.state::<Arc<Windows>>();
            if let Some(opening) = wants_quick(line) {
                return windows.quick.show(opening);
            }
            window::show_main(app);
            windows.hear(AppEvent::CameForward);
        }))
        .plugin(navigation::guard())
        .plugin(window_places())
        .plugin(tauri_plugin_opener::init())
        .manage(Arc::clone(&windows))
        .manage(sotto.clone())
        .manage(Presses::default())
        .manage(Shortcut::default())
        .invoke_handler(bindings::builder().invoke_handler())
        .setup(move |app| {
            windows.attach(app.handle().clone());
            window::open_main(app.handle())?;
            if let Some(opening) = wants_quick(std::env::args().collect()) {
                windows.quick.show(opening);
            }
            tauri::async_runtime::spawn(open(sotto, windows, app.handle().clone()));
            end_on_signal(app.handle().clone());
            Ok(())
        })
        .build(context())?;
    Ok(app)
}

/// What the command line `sotto-desktop --quick TEXT` asks for.
fn wants_quick(line: Vec<String>) -> Option<Opening> {
    let mut words = line.into_iter().skip(1);
    words.next().filter(|word| word == QUICK_ARGUMENT)?;
    let text = words.collect::<Vec<_>>().join(" ");
    Some(Opening {
        text: Some(text).filter(|text| !text.trim().is_empty()),
        time: 0,
    })
}

/// Remembers where windows were; not of those that go where the person looks.
fn window_places<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_denylist(&[CONSENT, QUICK])
        .build()
}

/// Opens the history while the window draws itself; the runtime and its model follow, because they
/// would take the processor from the first frame. So would the quick prompt's window.
async fn open(sotto: Sotto, windows: Arc<Windows>, app: AppHandle<crate::Webview>) {
    sotto.startup().await;
    windows.painted().await;
    sotto.attend();
    tauri::async_runtime::spawn_blocking(move || {
        windows.quick.prepare();
        shortcut::register(&app);
    });
}

/// The configuration and the pages, compiled in.
fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

#[cfg(unix)]
fn end_on_signal(app: AppHandle<crate::Webview>) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
}

#[cfg(not(unix))]
fn end_on_signal(_: AppHandle<crate::Webview>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &[&str], expected: Option<Option<&str>>) {
        let line = line.iter().map(ToString::to_string).collect();
        let found = wants_quick(line).map(|opening| opening.text);
        assert_eq!(found.as_ref().map(Option::as_deref), expected);
    }

    #[test]
    fn the_quick_prompt_is_asked_for_by_name() {
        check(&["sotto-desktop"], None);
        check(&["sotto-desktop", "other", "--quick"], None);
        check(&["sotto-desktop", "--quick"], Some(None));
        check(&["sotto-desktop", "--quick", " "], Some(None));
        check(
            &["sotto-desktop", "--quick", "--quick", "or slow?"],
            Some(Some("--quick or slow?")),
        );
    }
}
