//! The portal's part against a double that speaks its protocol on a bus of the test's own.

#[path = "../../../examples/shortcut_portal/double.rs"]
mod double;

use std::{collections::HashMap, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
    task::JoinHandle,
};
use zbus::connection::Builder;

use super::*;
use double::{Answers, Portal};

/// Nothing on a bus without load takes this long.
const LONGEST: Duration = Duration::from_secs(20);

const CONFIGURATION: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// A bus on which no installed service is started, with what listens to the portal on it.
struct Desktop {
    address: String,
    news: mpsc::UnboundedReceiver<News>,
    presses: mpsc::UnboundedReceiver<String>,
    orders: mpsc::Sender<Order>,
    attending: JoinHandle<zbus::Result<()>>,
    _daemon: Child,
}

fn wanted() -> [Wanted; 2] {
    let one = |id, description, trigger: &str| Wanted {
        id,
        description,
        trigger: Some(trigger.to_owned()),
    };
    [
        one("quick", "Open the quick prompt", "CTRL+SHIFT+space"),
        one(
            "clipboard",
            "Open it with the clipboard",
            "CTRL+ALT+SHIFT+space",
        ),
    ]
}

fn answers(response: u32, triggers: &[(&str, &str)]) -> Answers {
    let triggers = triggers.iter();
    Answers {
        response,
        triggers: triggers
            .map(|(id, keys)| ((*id).to_owned(), (*keys).to_owned()))
            .collect(),
        version: 2,
    }
}

async fn bus() -> (Child, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), CONFIGURATION).unwrap();
    let mut daemon = Command::new("dbus-daemon")
        .arg(format!("--config-file={}", file.path().display()))
        .args(["--nofork", "--nopidfile", "--print-address=1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(daemon.stdout.take().unwrap()).lines();
    let address = lines.next_line().await.unwrap().unwrap();
    (daemon, address)
}

async fn portal(address: &str, answers: Answers) -> Portal {
    Portal::on(Builder::address(address).unwrap(), answers)
        .await
        .unwrap()
}

impl Desktop {
    async fn with(answers: Answers) -> (Self, Portal) {
        let (daemon, address) = bus().await;
        let portal = portal(&address, answers).await;
        (Self::on(daemon, address).await, portal)
    }

    async fn on(daemon: Child, address: String) -> Self {
        let client = Builder::address(address.as_str())
            .unwrap()
            .build()
            .await
            .unwrap();
        let (tell, news) = mpsc::unbounded_channel();
        let (press, presses) = mpsc::unbounded_channel();
        let (orders, taken) = mpsc::channel(4);
        let attending = tokio::spawn(async move {
            let tell = move |each| tell.send(each).unwrap();
            let press = move |id: &str| press.send(id.to_owned()).unwrap();
            attend(&client, "org.sotto.desktop", &wanted(), tell, press, taken).await
        });
        Self {
            address,
            news,
            presses,
            orders,
            attending,
            _daemon: daemon,
        }
    }

    async fn news(&mut self) -> News {
        let news = tokio::time::timeout(LONGEST, self.news.recv()).await;
        news.expect("no news").expect("it listens no more")
    }

    async fn granted(&mut self) -> (HashMap<String, String>, bool) {
        match self.news().await {
            News::Granted {
                triggers,
                shows_settings,
            } => (triggers, shows_settings),
            News::Refused(refused) => panic!("refused: {refused}"),
        }
    }

    async fn refused(&mut self) -> Refused {
        match self.news().await {
            News::Refused(refused) => refused,
            News::Granted { triggers, .. } => panic!("granted: {triggers:?}"),
        }
    }

    /// Long enough for several questions over this bus, without a clock.
    async fn pass_the_time(&self) {
        let other = Builder::address(self.address.as_str()).unwrap();
        let other = other.build().await.unwrap();
        let names = DBusProxy::new(&other).await.unwrap();
        for _ in 0..100 {
            names.get_id().await.unwrap();
        }
    }

    async fn press(&mut self) -> String {
        let press = tokio::time::timeout(LONGEST, self.presses.recv()).await;
        press.expect("no press").expect("it listens no more")
    }
}

fn keys<const N: usize>(triggers: [(&str, &str); N]) -> HashMap<String, String> {
    HashMap::from(triggers.map(|(id, keys)| (id.to_owned(), keys.to_owned())))
}

#[tokio::test]
async fn what_the_desktop_grants_is_told_also_where_it_is_not_what_was_asked_for() {
    let (mut desktop, portal) =
        Desktop::with(answers(0, &[("quick", "Super+J"), ("clipboard", "")])).await;
    let (triggers, shows_settings) = desktop.granted().await;
    assert_eq!(triggers, keys([("quick", "Super+J"), ("clipboard", "")]));
    assert!(shows_settings);
    let seen = portal.seen();
    assert_eq!(seen.program.as_deref(), Some("org.sotto.desktop"));
    let asked = vec![vec![
        ("quick".to_owned(), "CTRL+SHIFT+space".to_owned()),
        ("clipboard".to_owned(), "CTRL+ALT+SHIFT+space".to_owned()),
    ]];
    assert_eq!(seen.wishes, asked);
}

#[tokio::test]
async fn a_press_says_which() {
    let (mut desktop, portal) = Desktop::with(answers(0, &[])).await;
    desktop.granted().await;
    for id in ["clipboard", "quick"] {
        portal.press(id).await.unwrap();
        assert_eq!(desktop.press().await, id);
    }
}

#[tokio::test]
async fn a_change_in_the_desktops_settings_is_told() {
    let (mut desktop, portal) = Desktop::with(answers(0, &[])).await;
    desktop.granted().await;
    desktop.orders.send(Order::ShowSettings).await.unwrap();
    let shown = async {
        while portal.seen().settings == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONGEST, shown)
        .await
        .expect("its settings were not shown");
    portal.change("quick", "Super+K").await.unwrap();
    let (triggers, _) = desktop.granted().await;
    assert_eq!(triggers["quick"], "Super+K");
    assert_eq!(triggers["clipboard"], "CTRL+ALT+SHIFT+space");
}

#[tokio::test]
async fn a_refusal_is_told_and_asked_about_again_only_on_an_order() {
    for (response, declined) in [(1, true), (2, false)] {
        let (mut desktop, portal) = Desktop::with(answers(response, &[])).await;
        let refused = desktop.refused().await;
        assert_eq!(matches!(refused, Refused::Declined), declined, "{refused}");
        assert_eq!(matches!(refused, Refused::Failed), !declined, "{refused}");
        desktop.pass_the_time().await;
        assert_eq!(portal.seen().wishes.len(), 1, "it was not asked again");
        portal.answer(answers(0, &[]));
        desktop.orders.send(Order::AskAgain).await.unwrap();
        desktop.granted().await;
        assert_eq!(portal.seen().wishes.len(), 2);
    }
}

#[tokio::test]
async fn what_the_desktop_remembers_is_not_asked_for_again() {
    let (mut desktop, portal) = Desktop::with(answers(0, &[])).await;
    desktop.granted().await;
    portal.close().await.unwrap();
    assert!(matches!(desktop.refused().await, Refused::TakenBack));
    desktop.orders.send(Order::AskAgain).await.unwrap();
    desktop.granted().await;
    assert_eq!(portal.seen().wishes.len(), 1);
    portal.press("quick").await.unwrap();
    assert_eq!(desktop.press().await, "quick");
}

#[tokio::test]
async fn no_portal_is_told_and_one_that_comes_later_is_asked() {
    let (daemon, address) = bus().await;
    let mut desktop = Desktop::on(daemon, address).await;
    assert!(matches!(desktop.refused().await, Refused::Absent));
    let first = portal(&desktop.address, answers(0, &[])).await;
    desktop.granted().await;
    drop(first);
    assert!(matches!(desktop.refused().await, Refused::Gone));
    let _second = portal(&desktop.address, answers(0, &[])).await;
    desktop.granted().await;
}

/// What another portal does is nobody's business here.
struct Other;

#[zbus::interface(name = "org.freedesktop.portal.Other")]
impl Other {}

#[tokio::test]
async fn a_portal_that_knows_no_shortcuts_is_none() {
    let (daemon, address) = bus().await;
    let other = Builder::address(address.as_str()).unwrap();
    let other = other
        .serve_at("/org/freedesktop/portal/desktop", Other)
        .unwrap();
    let _other = other.name(NAME).unwrap().build().await.unwrap();
    let mut desktop = Desktop::on(daemon, address).await;
    let refused = desktop.refused().await;
    assert!(matches!(refused, Refused::Absent), "{refused}");
}

#[tokio::test]
async fn it_ends_with_whoever_gives_orders() {
    let (mut desktop, _portal) = Desktop::with(answers(1, &[])).await;
    desktop.refused().await;
    let Desktop {
        orders, attending, ..
    } = desktop;
    drop(orders);
    tokio::time::timeout(LONGEST, attending)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
