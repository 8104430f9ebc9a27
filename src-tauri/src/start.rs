//! From the first line to the last: the core, the plugins, the window, and a clean end.

use std::{process::ExitCode, sync::Arc, time::Duration};

use sotto_api::{
    Host, Sotto,
    domain::quick::GOES_ON_FOR_MILLISECONDS,
    take_opening,
    view::{
        AppEvent,
        desktop::{Activity, TrayState, WhenClosed},
        quick::QuickOpening,
    },
};
use tauri::{App, AppHandle, Manager, RunEvent, Runtime, plugin::TauriPlugin};
use tauri_plugin_window_state::StateFlags;

use crate::{
    Webview, bindings,
    consent_window::CONSENT,
    host::Windows,
    navigation, painting,
    press::Presses,
    quick_window::{Opening, QUICK},
    session_start::HIDDEN,
    shortcut, tray, window,
};

/// What `sotto quick` starts this program with; the name of what it
/// was given follows (`sotto_api::leave_opening`), or nothing.
const QUICK_ARGUMENT: &str = "--quick";

/// How long a tray may be missing before a Sotto without a window shows one: a session that begins
/// starts its panel at the same time, and a panel that is started anew takes its time, too.
const NO_TRAY: Duration = Duration::from_secs(20);

/// How long a quick prompt that was put away goes on where it was.
const RESUMES_WITHIN: Duration = Duration::from_millis(GOES_ON_FOR_MILLISECONDS);

/// How soon is looked again whether an answer is over that nobody waits for.
const AGAIN: Duration = Duration::from_secs(5);

/// What the person who starts it wants to see.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    /// The chat window.
    Chat,
    /// The quick prompt, and nothing else.
    Quick(Opening),
    /// Nothing: it waits in the tray.
    Nothing,
}

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
    let builder = tauri::Builder::default()
        // First, because a second start must end here and leave everything to the first.
        .plugin(tauri_plugin_single_instance::init(
            |app, line, _| match wish(line) {
                Wish::Chat => window::present(app, AppEvent::CameForward),
                Wish::Quick(opening) => app.state::<Arc<Windows>>().quick.show(opening),
                // The session has begun meanwhile: what was started in passing is to stay.
                Wish::Nothing => app.state::<Arc<Windows>>().closing.expect_to_stay(),
            },
        ))
        .plugin(navigation::guard())
        .plugin(window_places())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init());
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_global_shortcut::Builder::new().build());
    let app = builder
        .manage(Arc::clone(&windows))
        .manage(sotto.clone())
        .manage(Presses::default())
        .invoke_handler(bindings::builder().invoke_handler())
        .setup(move |app| {
            let app = app.handle();
            windows.attach(app.clone());
            let wish = wish(std::env::args().collect());
            if wish == Wish::Chat {
                window::open_main(app)?;
            }
            tauri::async_runtime::spawn(open(app.clone(), sotto, windows, wish));
            end_on_signal(app.clone());
            Ok(())
        })
        .build(context())?;
    Ok(app)
}

/// Remembers where windows were; not of those that go where the person looks.
fn window_places<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_denylist(&[CONSENT, QUICK])
        // A window that was put away at the end is seen at the next start.
        .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
        .build()
}

/// Opens the history while the window draws itself; the runtime and its model follow, because they
/// would take the processor from the first frame. So would the quick prompt's window, where it is not
/// what is asked for. Hidden, no model is loaded before it is needed: memory is scarce when a session
/// begins.
async fn open(app: AppHandle<Webview>, sotto: Sotto, windows: Arc<Windows>, wish: Wish) {
    let opening = sotto.clone();
    let opened = tauri::async_runtime::spawn(async move { opening.startup().await });
    let hidden = wish == Wish::Nothing;
    let in_passing = matches!(wish, Wish::Quick(_));
    match wish {
        Wish::Chat => windows.painted().await,
        Wish::Quick(opening) => windows.quick.show(opening),
        Wish::Nothing => {}
    }
    let quick = Arc::clone(&windows);
    let prepared = tauri::async_runtime::spawn_blocking(move || quick.quick.prepare());
    let keys = shortcut::attend(app.clone(), sotto.clone(), Arc::clone(&windows));
    tauri::async_runtime::spawn(async move {
        // A shortcut before there is a window would do nothing.
        let _ = prepared.await;
        keys.await;
    });
    // The keyring may ask the person something first: the tray does not wait for that.
    tauri::async_runtime::spawn(tray::attend(
        app.clone(),
        sotto.clone(),
        Arc::clone(&windows),
    ));
    let reach = reach(app, sotto.clone(), Arc::clone(&windows), in_passing);
    tauri::async_runtime::spawn(reach);
    if opened.await.is_ok() {
        sotto.attend(!hidden);
        windows.tray.look_again();
        windows.shortcuts.look_again();
    }
}

/// Sees to it that a Sotto that stays can be reached.
async fn reach(app: AppHandle<Webview>, sotto: Sotto, windows: Arc<Windows>, in_passing: bool) {
    if in_passing {
        windows.quick.left(RESUMES_WITHIN).await;
        while sotto.activity() != Activity::Idle {
            tokio::time::sleep(AGAIN).await;
        }
        // Whoever only asked something in passing did not say that Sotto is to stay.
        let opened = app.get_webview_window(window::MAIN).is_some();
        if !opened && !stays(&sotto, &windows).await {
            return app.exit(0);
        }
    }
    stay_in_reach(app, windows).await;
}

/// Whether Sotto stays without a window: it was started with the session, or there is a tray and the
/// person chose it.
async fn stays(sotto: &Sotto, windows: &Windows) -> bool {
    let chosen = sotto.desktop_choices().await;
    windows.closing.is_to_stay()
        || windows.tray.state() == TrayState::There
            && chosen.is_ok_and(|chosen| chosen.when_closed == WhenClosed::Stay)
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

/// What a command line asks for.
fn wish(line: Vec<String>) -> Wish {
    let mut words = line.into_iter().skip(1);
    match words.next().as_deref() {
        Some(HIDDEN) => Wish::Nothing,
        Some(QUICK_ARGUMENT) => Wish::Quick(Opening {
            with: words.next().map_or_else(QuickOpening::default, |name| {
                take_opening(&name).unwrap_or_else(|error| {
                    tracing::warn!(%error, "what the quick prompt is opened with cannot be read");
                    QuickOpening::default()
                })
            }),
            time: 0,
        }),
        _ => Wish::Chat,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &[&str], expected: Wish) {
        let line = line.iter().map(ToString::to_string).collect();
        assert_eq!(wish(line), expected);
    }

    fn quick(text: Option<&str>) -> Wish {
        Wish::Quick(Opening {
            with: QuickOpening {
                text: text.map(str::to_owned),
                ..QuickOpening::default()
            },
            time: 0,
        })
    }

    #[test]
    fn what_is_wanted_is_asked_for_by_name() {
        check(&["sotto-desktop"], Wish::Chat);
        check(&["sotto-desktop", "other", "--quick"], Wish::Chat);
        check(&["sotto-desktop", "--hidden"], Wish::Nothing);
        check(&["sotto-desktop", "--quick"], quick(None));
        check(&["sotto-desktop", "--quick", "nothing there"], quick(None));
        let hidden = QuickOpening {
            text: Some("--hidden".to_owned()),
            ..QuickOpening::default()
        };
        let name = sotto_api::leave_opening(&hidden).unwrap();
        check(
            &["sotto-desktop", "--quick", &name],
            quick(Some("--hidden")),
        );
    }
}
