//! The tray: an icon that shows what goes on, and a menu with what a person reaches for without a
//! window. What the menu says is worked out in `menu`; here it is shown, and its entries are done.
//! Nothing is looked at by the clock: the core's events say when something changed.

pub(crate) mod menu;
mod presence;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sotto_api::{
    ApiError, Host, Sotto,
    consent::StartedBy,
    view::{
        AppEvent,
        desktop::{Activity, TrayState},
    },
};
use tauri::{
    AppHandle, Manager,
    image::Image,
    menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu},
    tray::TrayIconBuilder,
};
use tokio::sync::{Notify, oneshot, watch};

use crate::{Webview, host::Windows, quick_window::Opening, window};
use menu::{Action, Entry, MOST_CONVERSATIONS, State, menu_of};

/// Names the icon within the program.
const ID: &str = "sotto";

/// The tray, whether there is one or not.
#[derive(Default)]
pub(crate) struct Tray {
    known: Mutex<Known>,
    /// What is known is not what is shown any more.
    changed: Notify,
    /// What the menu says now.
    shown: Mutex<Vec<Entry>>,
    there: watch::Sender<TrayState>,
}

/// What is known, and what of it has to be read again.
#[derive(Default)]
struct Known {
    state: State,
    conversations_are_old: bool,
    cloud_is_old: bool,
}

impl Tray {
    /// Hears what the core tells by itself.
    pub(crate) fn hear(&self, event: &AppEvent) {
        match event {
            AppEvent::ModelsChanged { models } => self.known().state.models = Some(models.clone()),
            AppEvent::RuntimeChanged { runtime } => {
                self.known().state.runtime = Some(runtime.clone());
            }
            AppEvent::ActivityChanged { activity } => self.known().state.activity = *activity,
            AppEvent::DownloadsChanged { downloads } => {
                self.known().state.downloads.clone_from(downloads);
            }
            AppEvent::ConversationsChanged => {
                let mut known = self.known();
                known.conversations_are_old = true;
                // A history that has just been opened is what the cloud depends on.
                known.cloud_is_old |= known.state.blocked.is_none();
            }
            AppEvent::CloudChanged => self.known().cloud_is_old = true,
            _ => return,
        }
        self.changed.notify_one();
    }

    /// Whether the desktop has a tray.
    pub(crate) fn state(&self) -> TrayState {
        *self.there.borrow()
    }

    /// Tells when that changes.
    pub(crate) fn watch(&self) -> watch::Receiver<TrayState> {
        self.there.subscribe()
    }

    /// Reads everything again: the history has been opened, or could not be.
    pub(crate) fn look_again(&self) {
        let mut known = self.known();
        known.conversations_are_old = true;
        known.cloud_is_old = true;
        self.changed.notify_one();
    }

    /// All that is known now, with what is old read again.
    async fn up_to_date(&self, sotto: &Sotto) -> State {
        let (conversations, cloud) = {
            let mut known = self.known();
            (
                std::mem::take(&mut known.conversations_are_old),
                std::mem::take(&mut known.cloud_is_old),
            )
        };
        if conversations {
            let latest = latest_conversations(sotto).await;
            self.known().state.conversations = latest;
        }
        if cloud {
            let blocked = is_blocked(sotto).await;
            self.known().state.blocked = blocked;
        }
        self.known().state.clone()
    }

    /// What the entry of that name does, if it is shown.
    fn action(&self, id: &str) -> Option<Action> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        find(&shown, id).cloned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Each field is whole between two statements, so a panic elsewhere does not spoil them.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn latest_conversations(sotto: &Sotto) -> Option<Vec<(sotto_api::ConversationId, String)>> {
    let all = sotto.list_conversations().await.ok()?.into_iter();
    let latest = all.take(MOST_CONVERSATIONS);
    Some(latest.map(|each| (each.id, each.title)).collect())
}

async fn is_blocked(sotto: &Sotto) -> Option<bool> {
    let cloud = sotto.cloud().await.ok()?;
    cloud.unavailable.is_empty().then_some(cloud.blocked)
}

fn find<'a>(entries: &'a [Entry], id: &str) -> Option<&'a Action> {
    entries.iter().find_map(|entry| match entry {
        Entry::Do(_, action) => (action.id() == id).then_some(action),
        Entry::More(_, entries) => find(entries, id),
        Entry::Says(_) | Entry::Line => None,
    })
}

/// Watches for a tray, and keeps the icon in it true. Returns when the program ends.
pub(crate) async fn attend(app: AppHandle<Webview>, sotto: Sotto, windows: Arc<Windows>) {
    let tray = &windows.tray;
    tray.known().state.activity = sotto.activity();
    tray.changed.notify_one();
    let looking = tauri::async_runtime::spawn(presence::watch(tray.there.clone()));
    let mut there = tray.watch();
    let mut shown = None;
    loop {
        tokio::select! {
            changed = there.changed() => {
                if changed.is_err() {
                    return;
                }
                windows.hear(AppEvent::DesktopChanged);
            }
            () = tray.changed.notified() => {}
        }
        if tray.state() != TrayState::There {
            continue;
        }
        let state = tray.up_to_date(&sotto).await;
        let wanted = (menu_of(&state), state.activity);
        if shown.as_ref() == Some(&wanted) {
            continue;
        }
        if let Err(error) = show(&app, &wanted, shown.as_ref().map(|(_, activity)| *activity)).await
        {
            tracing::error!(%error, "the tray cannot be used");
            looking.abort();
            tray.there.send_replace(TrayState::Missing);
            windows.hear(AppEvent::DesktopChanged);
            return;
        }
        shown = Some(wanted);
    }
}

/// Shows menu and icon, on the thread that draws. `before`: the icon that is shown already.
async fn show(
    app: &AppHandle<Webview>,
    (entries, activity): &(Vec<Entry>, Activity),
    before: Option<Activity>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (reply, done) = oneshot::channel();
    let (drawing, entries, activity) = (app.clone(), entries.clone(), *activity);
    app.run_on_main_thread(move || {
        // The library of trays is loaded at the first use; where it is missing, its binding panics.
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            draw(&drawing, entries, activity, before)
        }));
        let _ = reply.send(drawn.unwrap_or_else(|_| Err(tauri::Error::FailedToReceiveMessage)));
    })?;
    Ok(done.await??)
}

fn draw(
    app: &AppHandle<Webview>,
    entries: Vec<Entry>,
    activity: Activity,
    before: Option<Activity>,
) -> tauri::Result<()> {
    let lines = lines(app, &entries)?;
    let menu = Menu::with_items(app, &references(&lines))?;
    let windows = app.state::<Arc<Windows>>();
    *windows
        .tray
        .shown
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = entries;
    let Some(icon) = app.tray_by_id(ID) else {
        TrayIconBuilder::with_id(ID)
            .icon(picture(activity))
            .menu(&menu)
            .tooltip("Sotto")
            .on_menu_event(|app, event| {
                let windows = app.state::<Arc<Windows>>();
                if let Some(action) = windows.tray.action(event.id().as_ref()) {
                    perform(app, action);
                }
            })
            .build(app)?;
        return Ok(());
    };
    if before != Some(activity) {
        icon.set_icon(Some(picture(activity)))?;
    }
    icon.set_menu(Some(menu))
}

/// The picture of a state: 48 pixels, so that a panel of 24 shows it sharply at twice the density.
fn picture(activity: Activity) -> Image<'static> {
    match activity {
        Activity::Idle => tauri::include_image!("../assets/icons/tray-idle.png"),
        Activity::Answering => tauri::include_image!("../assets/icons/tray-answering.png"),
        Activity::Elsewhere => tauri::include_image!("../assets/icons/tray-elsewhere.png"),
    }
}

type Line = Box<dyn IsMenuItem<Webview>>;

fn lines(app: &AppHandle<Webview>, entries: &[Entry]) -> tauri::Result<Vec<Line>> {
    let line = |entry: &Entry| -> tauri::Result<Line> {
        Ok(match entry {
            Entry::Do(words, action) => {
                let words = plain(words);
                Box::new(MenuItem::with_id(
                    app,
                    action.id(),
                    words,
                    true,
                    None::<&str>,
                )?)
            }
            Entry::Says(words) => Box::new(MenuItem::new(app, plain(words), false, None::<&str>)?),
            Entry::More(words, entries) => {
                let lines = lines(app, entries)?;
                Box::new(Submenu::with_items(
                    app,
                    plain(words),
                    true,
                    &references(&lines),
                )?)
            }
            Entry::Line => Box::new(PredefinedMenuItem::separator(app)?),
        })
    };
    entries.iter().map(line).collect()
}

fn references(lines: &[Line]) -> Vec<&dyn IsMenuItem<Webview>> {
    lines.iter().map(AsRef::as_ref).collect()
}

/// Words in which no character means a key.
fn plain(words: &str) -> String {
    words.replace('&', "&&")
}

/// Does what an entry says. Pressing it is a person's press: no page can reach the tray.
fn perform(app: &AppHandle<Webview>, action: Action) {
    match action {
        Action::Quick => app.state::<Arc<Windows>>().quick.show(Opening::default()),
        Action::Open => window::present(app, AppEvent::CameForward),
        Action::Conversation(conversation) => {
            window::present(app, AppEvent::OpenConversation { conversation });
        }
        Action::Settings => window::present(app, AppEvent::OpenSettings),
        Action::Quit => app.exit(0),
        Action::Load(model) => run(
            app,
            |sotto| async move { sotto.load_model(Some(model)).await },
        ),
        Action::Unload(model) => run(
            app,
            |sotto| async move { sotto.unload_model(Some(model)).await },
        ),
        Action::PauseDownload(id) => run(app, |sotto| async move { sotto.pause_download(&id) }),
        Action::ResumeDownload(id) => run(app, |sotto| async move {
            sotto.download(&id, StartedBy::Person).await.map(|_| ())
        }),
        Action::Pause => run(app, |sotto| async move { sotto.pause_runtime().await }),
        Action::Resume => run(app, |sotto| async move { sotto.resume_runtime().await }),
        Action::Block => run(
            app,
            |sotto| async move { sotto.block_cloud().await.map(|_| ()) },
        ),
        Action::Unblock => run(app, |sotto| async move {
            sotto.unblock_cloud().await.map(|_| ())
        }),
    }
}

/// Does something that takes a while. What fails is said in the window, because a menu is gone.
fn run<F: Future<Output = Result<(), ApiError>> + Send + 'static>(
    app: &AppHandle<Webview>,
    work: impl FnOnce(Sotto) -> F,
) {
    let app = app.clone();
    let work = work(app.state::<Sotto>().inner().clone());
    tauri::async_runtime::spawn(async move {
        if let Err(ApiError { message, .. }) = work.await {
            window::present(&app, AppEvent::Failed { message });
        }
    });
}
