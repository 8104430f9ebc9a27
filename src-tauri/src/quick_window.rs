//! The quick prompt's window: made once, after the chat's first frame, and hidden until it is asked
//! for, so that it is there at once. It lies over what the person does, goes when they turn to
//! something else, and never keeps the program from ending.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod given;
#[cfg(target_os = "linux")]
mod linux;
mod place;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use sotto_api::{
    ApiError, Sotto,
    view::{
        AppEvent,
        quick::{QuickContext, QuickEvent, QuickHandover, QuickOpening, QuickSize},
    },
};
use tauri::{
    AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent, ipc::Channel, webview::NewWindowResponse,
};
use tokio::sync::watch;

use crate::{
    Webview,
    host::Windows,
    press::{self, Presses},
    window,
};
pub(crate) use given::clipboard;
use place::{HEIGHT, Places, WIDTH};

/// The label of the quick prompt: also the name that its capability file uses.
pub(crate) const QUICK: &str = "quick";

/// How long after it was shown a lost focus is perhaps that of before: what is said of the focus comes
/// later than it moves.
const SETTLES: Duration = Duration::from_millis(500);

/// How soon is looked again at who has the focus, while somebody holds the keyboard.
const LOOK_AGAIN: Duration = Duration::from_millis(80);

/// A wish to see it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Opening {
    /// What to put into it.
    pub(crate) with: QuickOpening,
    /// When the shortcut was pressed, by the X server's clock; 0 where no key was pressed.
    pub(crate) time: u32,
}

/// The quick prompt, whether it is seen or not.
#[derive(Default)]
pub(crate) struct QuickWindow {
    app: OnceLock<AppHandle<Webview>>,
    state: Mutex<State>,
    /// Whether it is on the screen, for who waits until it is not.
    shown: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    /// The window is made.
    exists: bool,
    /// Asked for before that.
    wanted: Option<Opening>,
    /// It is on the screen.
    shown: bool,
    /// Since when.
    since: Option<Instant>,
    /// GTK says that it has the focus.
    focused: bool,
    /// It stays when another window gets the focus: an answer is on its way, or it is pinned.
    stays: bool,
    places: Places,
    /// How its page hears.
    channel: Option<Channel<QuickEvent>>,
    /// What its page must hear when it listens.
    unheard: Vec<QuickEvent>,
}

impl QuickWindow {
    /// Says where windows are opened.
    pub(crate) fn attach(&self, app: AppHandle<Webview>) {
        let _ = self.app.set(app);
    }

    /// Makes the window, hidden. To be called once.
    pub(crate) fn prepare(&self) {
        let Some(app) = self.app.get() else { return };
        if let Ok(folder) = app.path().app_config_dir() {
            self.state().places = Places::read(folder.join("quick-window.json"));
        }
        if let Err(error) = build(app) {
            tracing::error!(%error, "there is no quick prompt");
            return;
        }
        let wanted = {
            let mut state = self.state();
            state.exists = true;
            state.wanted.take()
        };
        if let Some(opening) = wanted {
            self.show(opening);
        }
    }

    /// The shortcut was pressed: away with it if the person types in it, here with it otherwise.
    pub(crate) fn toggle(&self, time: u32, clipboard: bool) {
        self.with_window(move |quick, window| {
            let with = QuickOpening {
                clipboard,
                ..QuickOpening::default()
            };
            if quick.state().shown && system::has_focus(window) && !clipboard {
                quick.conceal(window);
            } else {
                quick.present(window, Opening { with, time });
            }
        });
    }

    /// Shows it, now or as soon as it is made.
    pub(crate) fn show(&self, opening: Opening) {
        {
            let mut state = self.state();
            if !state.exists {
                state.wanted = Some(opening);
                return;
            }
        }
        self.with_window(move |quick, window| quick.present(window, opening));
    }

    /// Takes it off the screen.
    pub(crate) fn hide(&self) {
        self.with_window(Self::conceal);
    }

    /// Whether it stays when another window gets the focus.
    pub(crate) fn stay(&self, stays: bool) {
        self.state().stays = stays;
    }

    /// Gives it the height that its page wants, as far as there is room.
    pub(crate) fn resize(&self, size: QuickSize) {
        // Text that is larger than usual makes the page's pixels larger than the window's.
        let wanted = size.height * f64::from(WIDTH) / size.width;
        if !wanted.is_finite() {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a height on a screen")]
        let wanted = wanted.ceil().clamp(0.0, f64::from(i16::MAX)) as i32;
        self.with_window(move |_, window| {
            let Some((screen, (_, y))) = system::stands(window) else {
                return;
            };
            let height = place::height(wanted, y, screen.area);
            warn_of(system::resize(window, height));
        });
    }

    /// The chat window goes on with what is in it.
    pub(crate) fn hand_over(&self, what: QuickHandover) {
        let Some(app) = self.app.get() else { return };
        window::present(app, AppEvent::TakeOver { what });
        self.hide();
    }

    /// Tells the page from now on.
    pub(crate) fn subscribe(&self, channel: Channel<QuickEvent>) {
        let mut state = self.state();
        state.channel = Some(channel);
        for event in std::mem::take(&mut state.unheard) {
            state.tell(event);
        }
    }

    /// Whether an event tells what is said in a conversation that is kept nowhere.
    pub(crate) fn keeps_nowhere(&self, event: &AppEvent) -> bool {
        let conversation = match event {
            AppEvent::AnswerText { conversation, .. } => *conversation,
            AppEvent::AnswerEnded { answer } => answer.conversation,
            _ => return false,
        };
        let sotto = self.app.get().and_then(|app| app.try_state::<Sotto>());
        sotto.is_some_and(|sotto| sotto.is_temporary(conversation))
    }

    /// Whether its page is told what happens. One that nobody sees is not kept awake by the chat's
    /// answers, only by its own.
    pub(crate) fn listens(&self) -> bool {
        let state = self.state();
        state.shown || state.stays
    }

    /// Waits until nobody goes on with it: it is off the screen for as long as it would resume.
    pub(crate) async fn left(&self, resumes_within: Duration) {
        let mut shown = self.shown.subscribe();
        while shown.wait_for(|shown| !shown).await.is_ok() {
            let again = shown.wait_for(|shown| *shown);
            if tokio::time::timeout(resumes_within, again).await.is_err() {
                return;
            }
        }
    }

    fn present(&self, window: &WebviewWindow<Webview>, opening: Opening) {
        let place = {
            let mut state = self.state();
            let moves = !std::mem::replace(&mut state.shown, true);
            state.since = Some(Instant::now());
            let screen = system::pointed_at(window).filter(|_| moves);
            screen.map(|screen| state.places.on(&screen.name, screen.area))
        };
        warn_of(system::show(window, place, opening.time));
        self.shown.send_replace(true);
        let app = window.app_handle().clone();
        system::once_drawn(window, move || {
            let quick = &app.state::<Arc<Windows>>().quick;
            let clipboard = opening.with.clipboard;
            quick.state().tell(QuickEvent::Shown { with: opening.with });
            if clipboard {
                quick.give(given::clipboard());
            }
            let sotto = app.state::<Sotto>().inner().clone();
            tauri::async_runtime::spawn(async move { sotto.expect_question().await });
        });
    }

    /// Gives its page something along with the next question, as soon as it is read.
    fn give(&self, reading: impl Future<Output = Result<QuickContext, ApiError>> + Send + 'static) {
        let Some(app) = self.app.get().cloned() else {
            return;
        };
        tauri::async_runtime::spawn(async move {
            let event = match reading.await {
                Ok(context) => QuickEvent::Given { context },
                Err(ApiError { message, .. }) => QuickEvent::NotGiven { reason: message },
            };
            app.state::<Arc<Windows>>().quick.state().tell(event);
        });
    }

    fn conceal(&self, window: &WebviewWindow<Webview>) {
        let mut state = self.state();
        if !std::mem::replace(&mut state.shown, false) {
            return;
        }
        if let Some((screen, corner)) = system::stands(window) {
            state.places.keep(screen.name, screen.area, corner);
        }
        state.tell(QuickEvent::Hidden);
        drop(state);
        {
            // What is begun there waits on the runtime, which this thread is not part of.
            let runtime = tauri::async_runtime::handle();
            let _entered = runtime.inner().enter();
            window.state::<Sotto>().quick_left();
        }
        self.shown.send_replace(false);
        // What was pressed in it begins nothing in another window.
        window.state::<Presses>().forget();
        let kept = !window.state::<Sotto>().quick_is_temporary();
        warn_of(system::hide(window, kept));
    }

    fn heard(&self, window: &WebviewWindow<Webview>, event: &WindowEvent) {
        match event {
            WindowEvent::Focused(focused) => {
                self.state().focused = *focused;
                if !focused {
                    self.lost_focus(window);
                }
            }
            // By the window manager: it is put away, as with Esc.
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                self.conceal(window);
            }
            WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
                self.give(given::file(paths.clone()));
            }
            _ => {}
        }
    }

    /// The window is said to have lost the focus. It goes away, unless the focus is still there: then
    /// somebody holds the keyboard, and where the focus is after that is told to nobody. Nor does it
    /// go where it was shown just now.
    fn lost_focus(&self, window: &WebviewWindow<Webview>) {
        let settled = {
            let state = self.state();
            if !state.shown || state.stays || state.focused {
                return;
            }
            state.since.is_none_or(|since| since.elapsed() > SETTLES)
        };
        if settled && !system::has_focus(window) {
            return self.conceal(window);
        }
        let app = window.app_handle().clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(LOOK_AGAIN).await;
            app.state::<Arc<Windows>>()
                .quick
                .with_window(Self::lost_focus);
        });
    }

    /// Does something with the window on the main thread, where the window system is.
    fn with_window(&self, act: impl FnOnce(&Self, &WebviewWindow<Webview>) + Send + 'static) {
        let Some(app) = self.app.get() else { return };
        warn_of(system::on_main(app, |app| {
            if let Some(window) = app.get_webview_window(QUICK) {
                act(&app.state::<Arc<Windows>>().quick, &window);
            }
        }));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, event: QuickEvent) {
        let Some(channel) = &self.channel else {
            self.unheard.push(event);
            return;
        };
        if let Err(error) = channel.send(event) {
            tracing::debug!(%error, "the quick prompt did not hear");
        }
    }
}

/// Lets the person move the window that they hold.
pub(crate) fn drag(window: &WebviewWindow<Webview>) {
    warn_of(window.start_dragging());
}

fn build(app: &AppHandle<Webview>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, QUICK, WebviewUrl::App("quick-prompt.html".into()))
        .title("Sotto quick prompt")
        .inner_size(f64::from(WIDTH), f64::from(HEIGHT))
        .decorations(false)
        .resizable(false)
        .maximizable(false)
        .minimizable(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .focused(true)
        .visible(false)
        .devtools(false)
        .proxy_url(window::nobody()?)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    window::lay_paper(&window)?;
    press::watch(&window)?;
    let watched = window.clone();
    window.on_window_event(move |event| {
        watched.state::<Arc<Windows>>().quick.heard(&watched, event);
    });
    let sized = window.clone();
    window.run_on_main_thread(move || warn_of(system::resize(&sized, HEIGHT)))
}

fn warn_of(done: tauri::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(%error, "the quick prompt's window");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_left_when_it_was_out_of_sight_for_long_enough() {
        let quick = QuickWindow::default();
        let soon = Duration::from_millis(20);
        let left = async |within| {
            let left = quick.left(within);
            tokio::time::timeout(soon, left).await.is_ok()
        };
        assert!(left(Duration::ZERO).await, "never shown");
        quick.shown.send_replace(true);
        assert!(!left(Duration::ZERO).await, "it is seen");
        quick.shown.send_replace(false);
        assert!(!left(Duration::from_secs(60)).await, "it would resume");
        assert!(left(Duration::ZERO).await);
    }
}
