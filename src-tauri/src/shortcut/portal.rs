//! Keys that the desktop gives: the GlobalShortcuts portal, for Wayland, where no program can take any.
//! The desktop asks the person, may give other keys than were asked for, and changes them in its own
//! settings. Knows no window: a bus goes in and news come out, so that it is tested against a double.

#[cfg(test)]
mod tests;

use std::{collections::HashMap, convert::Infallible, pin::pin};

use ashpd::{
    AppID,
    desktop::{
        ResponseError,
        global_shortcuts::{GlobalShortcuts, NewShortcut, Shortcut},
    },
};
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::sync::mpsc;
use zbus::{
    Connection,
    fdo::{DBusProxy, NameOwnerChanged},
};

/// The name of all portals on the bus.
const NAME: &str = "org.freedesktop.portal.Desktop";

/// From this version of the portal on it shows its settings for our keys.
const SHOWS_SETTINGS_SINCE: u32 = 2;

/// A shortcut that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Its name towards the desktop, which remembers it.
    pub(super) id: &'static str,
    /// What the desktop tells the person that it does.
    pub(super) description: &'static str,
    /// The keys that are asked for, as the "shortcuts" specification of freedesktop.org writes them:
    /// `CTRL+SHIFT+space`. `None` leaves them to the person.
    pub(super) trigger: Option<String>,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum News {
    /// The desktop gives keys, or gives other keys than before.
    Granted {
        /// How each shortcut is triggered, in the desktop's words, by its name. One that is not in it
        /// was not given; empty words are a desktop's that does not say.
        triggers: HashMap<String, String>,
        /// [`Order::ShowSettings`] does something.
        shows_settings: bool,
    },
    /// It gives none, for now.
    Refused(Refused),
}

/// Why the desktop gives no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// There is no such portal.
    #[error("This desktop has no portal for shortcuts")]
    Absent,
    /// The person said no.
    #[error("The desktop asked for permission, and it was not given")]
    Declined,
    /// It was not the person.
    #[error("The desktop refused the shortcuts and did not say why")]
    Failed,
    /// They were given, and taken back.
    #[error("The desktop took the shortcuts back")]
    TakenBack,
    /// The portal ended.
    #[error("The desktop’s portal for shortcuts ended")]
    Gone,
    /// Another one took its place.
    #[error("The desktop’s portal for shortcuts began anew")]
    Replaced,
    /// It cannot be spoken to.
    #[error("The desktop’s portal for shortcuts could not be asked: {0}")]
    Unreachable(String),
}

impl From<ashpd::Error> for Refused {
    fn from(error: ashpd::Error) -> Self {
        match error {
            ashpd::Error::Response(ResponseError::Cancelled) => Self::Declined,
            ashpd::Error::Response(ResponseError::Other) => Self::Failed,
            ashpd::Error::PortalNotFound(_) => Self::Absent,
            ashpd::Error::Portal(ashpd::PortalError::ZBus(error)) | ashpd::Error::Zbus(error) => {
                error.into()
            }
            error => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<zbus::Error> for Refused {
    fn from(error: zbus::Error) -> Self {
        use zbus::fdo::Error::{
            NameHasNoOwner, ServiceUnknown, UnknownInterface, UnknownMethod, UnknownObject,
        };
        let text = error.to_string();
        match zbus::fdo::Error::from(error) {
            // Nobody has the name, or whoever has it knows nothing of shortcuts.
            ServiceUnknown(_) | NameHasNoOwner(_) | UnknownInterface(_) | UnknownMethod(_)
            | UnknownObject(_) => Self::Absent,
            _ => Self::Unreachable(text),
        }
    }
}

/// What a person may want of it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// To be asked once more.
    AskAgain,
    /// To see the desktop's settings for these keys.
    ShowSettings,
}

/// Asks the desktop for keys on this bus and tells what becomes of it, until nobody can give orders
/// any more. `application`: whose keys they are, for a program that is in no sandbox. `pressed` is
/// told the name of the shortcut. The desktop's leave to take the focus, which comes with a press, is
/// not passed on: GTK 3 takes it only through a call that no safe binding of ours has.
pub(super) async fn attend(
    bus: &Connection,
    application: &str,
    wanted: &[Wanted],
    tell: impl Fn(News),
    pressed: impl Fn(&str),
    mut orders: mpsc::Receiver<Order>,
) -> zbus::Result<()> {
    let names = DBusProxy::new(bus).await?;
    let mut owners = names
        .receive_name_owner_changed_with_args(&[(0, NAME)])
        .await?;
    loop {
        register(bus, application).await;
        let Err(refused) = hold(bus, wanted, &tell, &pressed, &mut orders, &mut owners).await;
        let begins_anew = matches!(refused, Refused::Replaced);
        tell(News::Refused(refused));
        if begins_anew {
            continue;
        }
        // Asking it may have started it: that is not another portal.
        while owners.next().now_or_never().flatten().is_some() {}
        loop {
            tokio::select! {
                Some(change) = owners.next() => if has_owner(&change) { break },
                order = orders.recv() => match order {
                    Some(Order::AskAgain) => break,
                    Some(Order::ShowSettings) => {}
                    None => return Ok(()),
                },
            }
        }
    }
}

/// Says which program asks: without that a desktop may give a program outside of a sandbox nothing.
/// One that is not installed has no such name.
async fn register(bus: &Connection, application: &str) {
    let registered = async {
        let id = AppID::try_from(application)?;
        ashpd::register_host_app_with_connection(bus.clone(), id).await
    };
    if let Err(error) = registered.await {
        tracing::debug!(%error, "the portal does not know this program by name");
    }
}

/// Asks, and listens while keys are given. Returns why they are not any more.
async fn hold(
    bus: &Connection,
    wanted: &[Wanted],
    tell: &impl Fn(News),
    pressed: &impl Fn(&str),
    orders: &mut mpsc::Receiver<Order>,
    owners: &mut (impl Stream<Item = NameOwnerChanged> + Unpin),
) -> Result<Infallible, Refused> {
    let portal = GlobalShortcuts::with_connection(bus.clone()).await?;
    // Listened to before anything is asked, so that nothing is missed in between.
    let mut presses = pin!(portal.receive_activated().await?);
    let mut changes = pin!(portal.receive_shortcuts_changed().await?);
    let session = portal.create_session(Default::default()).await?;
    let mut closed = pin!(session.receive_closed().await?);
    while owners.next().now_or_never().flatten().is_some() {}

    // What the desktop remembers needs no second question.
    let remembered = portal.list_shortcuts(&session, Default::default()).await;
    let mut triggers = match remembered.and_then(|request| request.response()) {
        Ok(list) => triggers(list.shortcuts()),
        Err(_) => HashMap::new(),
    };
    if wanted.iter().any(|each| !triggers.contains_key(each.id)) {
        let new: Vec<_> = wanted.iter().map(new_shortcut).collect();
        let request = portal
            .bind_shortcuts(&session, &new, None, Default::default())
            .await?;
        triggers = self::triggers(request.response()?.shortcuts());
    }
    let shows_settings = portal.version() >= SHOWS_SETTINGS_SINCE;
    tell(News::Granted {
        triggers: triggers.clone(),
        shows_settings,
    });
    loop {
        tokio::select! {
            Some(press) = presses.next() => pressed(press.shortcut_id()),
            Some(change) = changes.next() => {
                // Those that changed, which need not be all.
                triggers.extend(self::triggers(change.shortcuts()));
                tell(News::Granted { triggers: triggers.clone(), shows_settings });
            }
            Some(_) = closed.next() => return Err(Refused::TakenBack),
            Some(change) = owners.next() => {
                return Err(if has_owner(&change) { Refused::Replaced } else { Refused::Gone });
            }
            Some(order) = orders.recv() => if order == Order::ShowSettings {
                let shown = portal.configure_shortcuts(&session, None, Default::default());
                if let Err(error) = shown.await {
                    tracing::warn!(%error, "the desktop does not show its settings for shortcuts");
                }
            },
            else => return Err(Refused::Gone),
        }
    }
}

fn new_shortcut(wanted: &Wanted) -> NewShortcut {
    NewShortcut::new(wanted.id, wanted.description).preferred_trigger(wanted.trigger.as_deref())
}

fn triggers(shortcuts: &[Shortcut]) -> HashMap<String, String> {
    let trigger = |each: &Shortcut| (each.id().to_owned(), each.trigger_description().to_owned());
    shortcuts.iter().map(trigger).collect()
}

fn has_owner(change: &NameOwnerChanged) -> bool {
    change
        .args()
        .is_ok_and(|arguments| arguments.new_owner().is_some())
}
