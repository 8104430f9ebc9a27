//! Whether the desktop has a tray. On Linux that is asked of the session bus: somebody must keep the
//! list of icons (`org.kde.StatusNotifierWatcher`), and somebody must show it. GNOME has neither
//! without an extension. Elsewhere a tray is part of the system.

use sotto_api::view::desktop::TrayState;
use tokio::sync::watch;

/// Says whether there is a tray, now and whenever that changes.
#[cfg(target_os = "linux")]
pub(super) async fn watch(there: watch::Sender<TrayState>) {
    if let Err(error) = linux::watch(&there).await {
        tracing::info!(%error, "the session bus knows no tray");
    }
    there.send_replace(TrayState::Missing);
}

#[cfg(not(target_os = "linux"))]
pub(super) async fn watch(there: watch::Sender<TrayState>) {
    there.send_replace(TrayState::There);
}

#[cfg(target_os = "linux")]
mod linux {
    use futures_util::StreamExt;
    use sotto_api::view::desktop::TrayState;
    use tokio::sync::watch;
    use zbus::{Connection, Proxy, fdo::DBusProxy, names::BusName, proxy::CacheProperties};

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";

    pub(super) async fn watch(there: &watch::Sender<TrayState>) -> zbus::Result<()> {
        let bus = Connection::session().await?;
        let proxy: Proxy<'_> = zbus::proxy::Builder::new(&bus)
            .destination(WATCHER)?
            .path(PATH)?
            .interface(WATCHER)?
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        let names = DBusProxy::new(&bus).await?;
        // Listened to before the first look, so that nothing is missed between them.
        let mut owners = proxy.receive_owner_changed().await?;
        let mut came = proxy.receive_signal("StatusNotifierHostRegistered").await?;
        let mut went = proxy
            .receive_signal("StatusNotifierHostUnregistered")
            .await?;
        loop {
            let now = look(&names, &proxy).await?;
            there.send_if_modified(|before| std::mem::replace(before, now) != now);
            tokio::select! {
                Some(_) = owners.next() => {}
                Some(_) = came.next() => {}
                Some(_) = went.next() => {}
                else => return Ok(()),
            }
        }
    }

    async fn look(names: &DBusProxy<'_>, proxy: &Proxy<'_>) -> zbus::Result<TrayState> {
        let watcher = BusName::try_from(WATCHER)?;
        if !names.name_has_owner(watcher).await? {
            return Ok(TrayState::Missing);
        }
        // A watcher that went in between, or does not say it, shows nothing.
        let shows: bool = proxy
            .get_property("IsStatusNotifierHostRegistered")
            .await
            .unwrap_or(false);
        Ok(if shows {
            TrayState::There
        } else {
            TrayState::Missing
        })
    }
}
