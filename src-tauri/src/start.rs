//! From the first line to the last: the core, the plugins, the window, and a clean end.

use std::{process::ExitCode, sync::Arc, time::Duration};

use sotto_api::{
    Host, Sotto,
    view::{AppEvent, desktop::TrayState},
};
use tauri::{App, AppHandle, Manager, RunEvent, Runtime, plugin::TauriPlugin};
use tauri_plugin_window_state::StateFlags;

use crate::{
    Webview, bindings, consent_window::CONSENT, host::Windows, navigation, painting,
    press::Presses, session_start::HIDDEN, tray, window,
};

/// How long a tray may be missing before a Sotto without a window shows one: a session that begins
/// starts its panel at the same time, and a panel that is started anew takes its time, too.
const NO_TRAY: Duration = Duration::from_secs(20);

/// Starts the program and returns at its end.
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
            app.run(|app, event| match event {
                // The last window went, and nobody asked for the end: it may be in the tray.
                RunEvent::ExitRequested {
                    code: None, api, ..
                } => api.prevent_exit(),
                RunEvent::Exit => {
                    tauri::async_runtime::block_on(app.state::<Sotto>().shutdown());
                }
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "Sotto cannot start");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<App<Webview>, Box<dyn std::error::Error>> {
    let windows = Arc::new(Windows::default());
    let sotto = Sotto::on_this_computer(Arc::clone(&windows) as Arc<dyn Host>)?;
    let app = tauri::Builder::default()
        // First, because a second start must end here and leave everything to the first.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            if !is_hidden(arguments) {
                window::present(app, AppEvent::CameForward);
            }
        }))
        .plugin(navigation::guard())
        .plugin(window_places())
        .plugin(tauri_plugin_opener::init())
        .manage(Arc::clone(&windows))
        .manage(sotto.clone())
        .manage(Presses::default())
        .invoke_handler(bindings::builder().invoke_handler())
        .setup(move |app| {
            let app = app.handle();
            windows.attach(app.clone());
            let hidden = is_hidden(std::env::args());
            if !hidden {
                window::open_main(app)?;
            }
            tauri::async_runtime::spawn(open(app.clone(), sotto, Arc::clone(&windows), hidden));
            tauri::async_runtime::spawn(stay_in_reach(app.clone(), windows));
            end_on_signal(app.clone());
            Ok(())
        })
        .build(context())?;
    Ok(app)
}

/// Remembers where windows were; not of the consent window, which goes where the person looks.
fn window_places<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_denylist(&[CONSENT])
        // A window that was put away at the end is seen at the next start.
        .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
        .build()
}

/// Opens the history while the window draws itself; the runtime and its model follow, because they
/// would take the processor from the first frame. Hidden, no model is loaded before it is needed:
/// memory is scarce when a session begins.
async fn open(app: AppHandle<Webview>, sotto: Sotto, windows: Arc<Windows>, hidden: bool) {
    let opening = sotto.clone();
    let opened = tauri::async_runtime::spawn(async move { opening.startup().await });
    if !hidden {
        windows.painted().await;
    }
    // The keyring may ask the person something first: the tray does not wait for that.
    let showing = tray::attend(app, sotto.clone(), Arc::clone(&windows));
    tauri::async_runtime::spawn(showing);
    if opened.await.is_ok() {
        sotto.attend(!hidden);
        windows.tray.look_again();
    }
}

/// Shows the window where Sotto can be reached in no other way.
async fn stay_in_reach(app: AppHandle<Webview>, windows: Arc<Windows>) {
    let mut there = windows.tray.watch();
    loop {
        let missing = there
            .wait_for(|state| *state != TrayState::There)
            .await
            .is_ok();
        if !missing {
            return;
        }
        let back = there.wait_for(|state| *state == TrayState::There);
        if tokio::time::timeout(NO_TRAY, back).await.is_err() {
            if !window::is_seen(&app) {
                window::present(&app, AppEvent::CameForward);
            }
            // Whatever closes the window from now on ends Sotto.
            if there
                .wait_for(|state| *state == TrayState::There)
                .await
                .is_err()
            {
                return;
            }
        }
    }
}

/// Whether it was started to wait in the tray.
fn is_hidden(arguments: impl IntoIterator<Item = String>) -> bool {
    arguments.into_iter().any(|argument| argument == HIDDEN)
}

/// The configuration and the pages, compiled in.
fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

#[cfg(unix)]
fn end_on_signal(app: AppHandle<Webview>) {
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
fn end_on_signal(_: AppHandle<Webview>) {}
