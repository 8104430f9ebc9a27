//! A desktop's tray for tests: it keeps the list of icons on the session bus, as a panel does, and
//! reads and presses their menus for whoever drives it. One request in JSON on each line of the
//! input, one answer on each line of the output; it ends with its input.

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    panel::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod panel {
    use std::{
        collections::HashMap,
        io::{BufRead, Write},
        sync::{Arc, Mutex, PoisonError},
    };

    use serde_json::{Value as Json, json};
    use zbus::{
        blocking::{Connection, Proxy, connection::Builder, fdo::DBusProxy},
        message::Header,
        names::BusName,
        zvariant::{OwnedObjectPath, OwnedValue, Value},
    };

    type Failure = Box<dyn std::error::Error>;

    /// The name on the bus and the path of each icon, the oldest first.
    type Items = Arc<Mutex<Vec<(String, String)>>>;

    /// A line of a menu as `com.canonical.dbusmenu` gives it: number, properties, lines below.
    type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

    const NAME: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    const ITEM: &str = "org.kde.StatusNotifierItem";
    const MENU: &str = "com.canonical.dbusmenu";

    struct Watcher {
        items: Items,
    }

    #[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
    impl Watcher {
        fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
            let sender = header.sender().map(ToString::to_string);
            // A path is meant on the caller's own name.
            let item = if service.starts_with('/') {
                (sender.unwrap_or_default(), service.to_owned())
            } else {
                (service.to_owned(), "/StatusNotifierItem".to_owned())
            };
            let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
            items.push(item);
        }

        fn register_status_notifier_host(&self, _service: &str) {}

        #[zbus(property)]
        fn registered_status_notifier_items(&self) -> Vec<String> {
            let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
            items
                .iter()
                .map(|(name, path)| format!("{name}{path}"))
                .collect()
        }

        #[zbus(property)]
        fn is_status_notifier_host_registered(&self) -> bool {
            true
        }

        #[zbus(property)]
        fn protocol_version(&self) -> i32 {
            0
        }
    }

    pub(crate) fn run() -> Result<(), Failure> {
        let items = Items::default();
        let watcher = Watcher {
            items: Arc::clone(&items),
        };
        let bus = Builder::session()?
            .name(NAME)?
            .serve_at(PATH, watcher)?
            .build()?;
        let mut output = std::io::stdout();
        writeln!(output, "{}", json!({"ready": true}))?;
        for line in std::io::stdin().lock().lines() {
            let request: Json = serde_json::from_str(&line?)?;
            let answer = answer(&bus, &items, &request)
                .unwrap_or_else(|error| json!({"error": error.to_string()}));
            writeln!(output, "{answer}")?;
            output.flush()?;
        }
        Ok(())
    }

    /// `{"do": "read"}` or `{"do": "press", "id": 5}`, of the icon that came last.
    fn answer(bus: &Connection, items: &Items, request: &Json) -> Result<Json, Failure> {
        let Some((name, path)) = newest(bus, items)? else {
            return Ok(Json::Null);
        };
        let item = Proxy::new(bus, name.as_str(), path.as_str(), ITEM)?;
        let at: OwnedObjectPath = item.get_property("Menu")?;
        let menu = Proxy::new(bus, name.as_str(), at.as_str(), MENU)?;
        if let Some(id) = request["id"].as_i64() {
            let id = i32::try_from(id)?;
            menu.call_method("Event", &(id, "clicked", Value::from(0_i32), 0_u32))?;
            return Ok(json!({"pressed": id}));
        }
        let _: bool = menu.call("AboutToShow", &(0_i32,))?;
        let (_, layout): (u32, Layout) =
            menu.call("GetLayout", &(0_i32, -1_i32, Vec::<&str>::new()))?;
        Ok(json!({
            "title": item.get_property::<String>("Id")?,
            "status": item.get_property::<String>("Status")?,
            "icon": item.get_property::<String>("IconName")?,
            "menu": line(layout)?["lines"],
        }))
    }

    fn newest(bus: &Connection, items: &Items) -> Result<Option<(String, String)>, Failure> {
        let names = DBusProxy::new(bus)?;
        let items = items.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (name, path) in items.into_iter().rev() {
            if names.name_has_owner(BusName::try_from(name.as_str())?)? {
                return Ok(Some((name, path)));
            }
        }
        Ok(None)
    }

    fn line((id, properties, below): Layout) -> Result<Json, Failure> {
        let text = |key: &str| match properties.get(key).map(|value| &**value) {
            Some(Value::Str(text)) => Some(text.to_string()),
            _ => None,
        };
        let enabled = !matches!(
            properties.get("enabled").map(|value| &**value),
            Some(Value::Bool(false))
        );
        let lines = below.into_iter().map(|each| line(each.try_into()?));
        Ok(json!({
            "id": id,
            "label": text("label"),
            "separator": text("type").as_deref() == Some("separator"),
            "enabled": enabled,
            "lines": lines.collect::<Result<Vec<_>, Failure>>()?,
        }))
    }
}
