//! From the first line to the last: the core, the plugins, the window, and a clean end.

use std::{process::ExitCode, sync::Arc};

use sotto_api::{Host, Sotto, view::AppEvent};
use tauri::{App, Manager, RunEvent, Runtime, plugin::TauriPlugin};

use crate::{
    bindings, consent_window::CONSENT, host::Windows, navigation, painting, press::Presses, window,
};

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
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::show_main(app);
            app.state::<Arc<Windows>>().hear(AppEvent::CameForward);
        }))
        .plugin(navigation::guard())
        .plugin(window_places())
        .plugin(tauri_plugin_opener::init())
        .manage(Arc::clone(&windows))
        .manage(sotto.clone())
        .manage(Presses::default())
        .invoke_handler(bindings::builder().invoke_handler())
        .setup(move |app| {
            windows.attach(app.handle().clone());
            window::open_main(app.handle())?;
            tauri::async_runtime::spawn(open(sotto, windows));
            end_on_signal(app.handle().clone());
            Ok(())
        })
        .build(context())?;
    Ok(app)
}

/// Remembers where windows were; not of the consent window, which goes where the person looks.
fn window_places<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_denylist(&[CONSENT])
        .build()
}

/// Opens the history while the window draws itself; the runtime and its model follow, because they
/// would take the processor from the first frame.
async fn open(sotto: Sotto, windows: Arc<Windows>) {
    sotto.startup().await;
    windows.painted().await;
    sotto.attend();
}

/// The configuration and the pages, compiled in.
fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

#[cfg(unix)]
fn end_on_signal(app: tauri::AppHandle<crate::Webview>) {
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
fn end_on_signal(_: tauri::AppHandle<crate::Webview>) {}
