//! The consent window: opened when something waits for a decision, gone when it is over, so that it
//! costs nothing in between. What happens to it is measured here and told to the core; its page is
//! not asked.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
mod place;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sotto_api::{
    Sotto,
    consent::WindowFact,
    view::consent::{ApproveButton, ConsentEvent},
};
use tauri::{
    AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, ipc::Channel,
    webview::NewWindowResponse,
};

use crate::{Webview, host::Windows, press::Presses, window};

/// The label of the consent window: also the name that its capability file uses.
pub(crate) const CONSENT: &str = "consent";

/// The consent window, whether it is there or not.
#[derive(Default)]
pub(crate) struct ConsentWindow {
    app: OnceLock<AppHandle<Webview>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Something waits for a decision.
    wanted: bool,
    /// There is a window, from the moment that it is asked for until the system has taken it away.
    exists: bool,
    /// How its page hears.
    channel: Option<Channel<ConsentEvent>>,
    /// Where its page has drawn the Approve button.
    approve: Option<ApproveButton>,
}

impl ConsentWindow {
    /// Says where windows are opened.
    pub(crate) fn attach(&self, app: AppHandle<Webview>) {
        let _ = self.app.set(app);
    }

    /// Opens the window, tells it or closes it. Returns at once.
    pub(crate) fn hear(&self, event: ConsentEvent) {
        let Some(app) = self.app.get() else {
            return;
        };
        // A press in the chat was meant for the chat as it was: without this window, or with it.
        if !matches!(event, ConsentEvent::Approve { .. }) {
            app.state::<Presses>().forget();
        }
        let mut state = self.state();
        match &event {
            ConsentEvent::Show { .. } => {
                state.wanted = true;
                if !state.exists {
                    state.exists = true;
                    open(app);
                }
            }
            ConsentEvent::Approve { .. } => {}
            ConsentEvent::Close => {
                state.wanted = false;
                state.channel = None;
                close(app);
            }
        }
        // A page that is still loading asks for what it shows when it is ready.
        if let Some(channel) = &state.channel
            && let Err(error) = channel.send(event)
        {
            tracing::debug!(%error, "the consent window did not hear");
        }
    }

    /// Tells the page from now on.
    pub(crate) fn subscribe(&self, channel: Channel<ConsentEvent>) {
        self.state().channel = Some(channel);
    }

    /// Where the Approve button is now.
    pub(crate) fn place_approve(&self, button: ApproveButton) {
        self.state().approve = Some(button);
    }

    fn approve(&self) -> Option<ApproveButton> {
        self.state().approve
    }

    fn is_wanted(&self) -> bool {
        self.state().wanted
    }

    /// The window is gone. What was asked for meanwhile gets a new one.
    fn gone(&self) {
        let mut state = self.state();
        let wanted = state.wanted;
        *state = State {
            wanted,
            exists: wanted,
            ..State::default()
        };
        if wanted && let Some(app) = self.app.get() {
            open(app);
        }
    }

    /// Nobody can decide any more.
    fn give_up(&self) {
        self.state().wanted = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the window on a thread of its own: the caller must not wait, and on Windows a window that
/// is made within an event handler never appears.
fn open(app: &AppHandle<Webview>) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let windows = app.state::<Arc<Windows>>();
        match build(&app) {
            // Over before it was there.
            Ok(_) if !windows.consent.is_wanted() => close(&app),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "the consent window cannot be opened");
                windows.consent.give_up();
                windows.consent.gone();
                // Nobody can be asked, and that is a no.
                app.state::<Sotto>().consent_closed();
            }
        }
    });
}

/// Makes the window, and shows it when it is watched: nothing of its life is missed.
fn build(app: &AppHandle<Webview>) -> tauri::Result<WebviewWindow<Webview>> {
    let place = place::beside_main(app);
    let mut builder =
        WebviewWindowBuilder::new(app, CONSENT, WebviewUrl::App("consent.html".into()))
            .title("Sotto asks")
            .inner_size(place.size.width, place.size.height)
            .min_inner_size(place::SMALLEST.width, place::SMALLEST.height)
            .always_on_top(true)
            .minimizable(false)
            .focused(true)
            .devtools(false)
            .proxy_url(window::nobody()?)
            .visible(false)
            .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some(position) = place.position {
        builder = builder.position(position.x, position.y);
    }
    let window = builder.build()?;
    window::lay_paper(&window)?;
    let closing = app.clone();
    window.on_window_event(move |event| match event {
        // By the person: the core closes it without asking.
        WindowEvent::CloseRequested { .. } => {
            closing.state::<Arc<Windows>>().consent.give_up();
            closing.state::<Sotto>().consent_closed();
        }
        WindowEvent::Destroyed => closing.state::<Arc<Windows>>().consent.gone(),
        _ => {}
    });
    watch(app, &window)?;
    window.show()?;
    window.set_focus()?;
    Ok(window)
}

#[cfg(target_os = "linux")]
fn watch(app: &AppHandle<Webview>, window: &WebviewWindow<Webview>) -> tauri::Result<()> {
    let buttons = app.clone();
    let approve = move || buttons.state::<Arc<Windows>>().consent.approve();
    let report = reporter(app);
    window.with_webview(move |view| linux::watch(&view.inner(), report, approve))
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "GTK can fail here")]
fn watch(app: &AppHandle<Webview>, window: &WebviewWindow<Webview>) -> tauri::Result<()> {
    elsewhere::watch(window, reporter(app));
    Ok(())
}

/// Tells the core, in the order in which things happen.
fn reporter(app: &AppHandle<Webview>) -> impl Fn(WindowFact) + Send + 'static {
    let app = app.clone();
    move |fact| app.state::<Sotto>().consent_fact(fact)
}

/// Takes the window away without the question whether it may be closed, which only a person answers.
fn close(app: &AppHandle<Webview>) {
    if let Some(window) = app.get_webview_window(CONSENT)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "the consent window could not be closed");
    }
}
