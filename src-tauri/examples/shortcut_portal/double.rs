//! A double of the desktop's portal for shortcuts: it speaks the protocol of
//! `org.freedesktop.portal.GlobalShortcuts` (requests that are answered by a signal, sessions, and
//! the register of programs) and answers as a test wants.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use zbus::{
    Connection, ObjectServer, connection,
    message::Header,
    object_server::SignalEmitter,
    zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value},
};

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const GLOBAL_SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";

/// A shortcut on the wire: its name, and what is said of it.
type Described = (String, HashMap<String, OwnedValue>);
type Options = HashMap<String, OwnedValue>;
type Results = HashMap<&'static str, Value<'static>>;

/// How it answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answers {
    /// What becomes of a wish for shortcuts: 0 they are given, 1 the person declined, 2 another end.
    pub(crate) response: u32,
    /// How each is triggered, by name; one that is not here gets the keys that are asked for.
    pub(crate) triggers: HashMap<String, String>,
    /// The version of the portal.
    pub(crate) version: u32,
}

/// What was asked of it so far.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Seen {
    /// The program that said who it is.
    pub(crate) program: Option<String>,
    /// The shortcuts of each wish: their names and the keys that were asked for.
    pub(crate) wishes: Vec<Vec<(String, String)>>,
    /// How often its settings were asked for.
    pub(crate) settings: u32,
}

#[derive(Default)]
struct State {
    answers: Answers,
    seen: Seen,
    /// Whom the shortcuts were given to: a name on the bus, and the session.
    session: Option<(String, OwnedObjectPath)>,
    /// What was given: name, what it does, how it is triggered.
    given: Vec<(String, String, String)>,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn described(&self) -> Vec<Described> {
        let property = |text: &str| OwnedValue::try_from(Value::from(text.to_owned()));
        let one = |(id, description, trigger): &(String, String, String)| {
            let described = HashMap::from([
                ("description".to_owned(), property(description).ok()?),
                ("trigger_description".to_owned(), property(trigger).ok()?),
            ]);
            Some((id.clone(), described))
        };
        self.given.iter().filter_map(one).collect()
    }
}

/// The portal on a bus. It is gone with its connection.
pub(crate) struct Portal {
    bus: Connection,
    state: Shared,
}

impl Portal {
    /// Takes the portal's name on a bus.
    pub(crate) async fn on(bus: connection::Builder<'_>, answers: Answers) -> zbus::Result<Self> {
        let state = Shared::default();
        state.lock().answers = answers;
        let bus = bus
            .serve_at(PATH, GlobalShortcuts(state.clone()))?
            .serve_at(PATH, Registry(state.clone()))?
            .name(NAME)?
            .build()
            .await?;
        Ok(Self { bus, state })
    }

    /// Answers otherwise from now on.
    pub(crate) fn answer(&self, answers: Answers) {
        self.state.lock().answers = answers;
    }

    /// What was asked of it.
    pub(crate) fn seen(&self) -> Seen {
        self.state.lock().seen.clone()
    }

    /// The person presses the keys of a shortcut.
    pub(crate) async fn press(&self, id: &str) -> zbus::Result<()> {
        let token = HashMap::from([("activation_token", Value::from("a token"))]);
        self.say("Activated", |session| (session, id, 1_u64, token))
            .await
    }

    /// The person chooses other keys in the desktop's settings.
    pub(crate) async fn change(&self, id: &str, trigger: &str) -> zbus::Result<()> {
        let now = {
            let mut state = self.state.lock();
            for given in state.given.iter_mut().filter(|given| given.0 == id) {
                given.2 = trigger.to_owned();
            }
            state.described()
        };
        self.say("ShortcutsChanged", |session| (session, now)).await
    }

    /// The desktop takes the shortcuts back.
    pub(crate) async fn close(&self) -> zbus::Result<()> {
        let Some((client, session)) = self.state.lock().session.take() else {
            return Ok(());
        };
        let nothing: Results = HashMap::new();
        let interface = "org.freedesktop.portal.Session";
        let to = Some(client.as_str());
        self.bus
            .emit_signal(to, session, interface, "Closed", &nothing)
            .await
    }

    async fn say<B>(
        &self,
        signal: &str,
        body: impl FnOnce(OwnedObjectPath) -> B,
    ) -> zbus::Result<()>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let Some((client, session)) = self.state.lock().session.clone() else {
            return Ok(());
        };
        let to = Some(client.as_str());
        self.bus
            .emit_signal(to, PATH, GLOBAL_SHORTCUTS, signal, &body(session))
            .await
    }
}

struct GlobalShortcuts(Shared);

#[zbus::interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl GlobalShortcuts {
    async fn create_session(
        &self,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(object_server)] server: &ObjectServer,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<OwnedObjectPath> {
        let session = handle("session", &header, &options, "session_handle_token")?;
        server.at(&session, Session).await?;
        let client = header.sender().map(ToString::to_string).unwrap_or_default();
        self.0.lock().session = Some((client, session.clone()));
        // A string, as the real one: its documentation says why.
        let results = HashMap::from([("session_handle", Value::from(session.to_string()))]);
        respond(&header, &options, &emitter, 0, results)
    }

    fn bind_shortcuts(
        &self,
        _session: ObjectPath<'_>,
        shortcuts: Vec<Described>,
        _parent_window: String,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<OwnedObjectPath> {
        let text = |described: &HashMap<String, OwnedValue>, key: &str| {
            let value = described
                .get(key)
                .and_then(|value| value.downcast_ref::<&str>().ok());
            value.unwrap_or_default().to_owned()
        };
        let (response, results) = {
            let mut state = self.0.lock();
            let wishes = shortcuts
                .iter()
                .map(|(id, described)| (id.clone(), text(described, "preferred_trigger")));
            let wishes = wishes.collect();
            state.seen.wishes.push(wishes);
            if state.answers.response == 0 {
                let given = shortcuts.iter().map(|(id, described)| {
                    let wished = text(described, "preferred_trigger");
                    let trigger = state.answers.triggers.get(id).cloned().unwrap_or(wished);
                    (id.clone(), text(described, "description"), trigger)
                });
                state.given = given.collect();
                (
                    0,
                    HashMap::from([("shortcuts", Value::from(state.described()))]),
                )
            } else {
                (state.answers.response, HashMap::new())
            }
        };
        respond(&header, &options, &emitter, response, results)
    }

    fn list_shortcuts(
        &self,
        _session: ObjectPath<'_>,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<OwnedObjectPath> {
        let given = self.0.lock().described();
        let results = HashMap::from([("shortcuts", Value::from(given))]);
        respond(&header, &options, &emitter, 0, results)
    }

    fn configure_shortcuts(
        &self,
        _session: ObjectPath<'_>,
        _parent_window: String,
        _options: Options,
    ) {
        self.0.lock().seen.settings += 1;
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        self.0.lock().answers.version
    }
}

struct Registry(Shared);

#[zbus::interface(name = "org.freedesktop.host.portal.Registry")]
impl Registry {
    fn register(&self, program: String, _options: Options) {
        self.0.lock().seen.program = Some(program);
    }
}

struct Session;

#[zbus::interface(name = "org.freedesktop.portal.Session")]
impl Session {
    fn close(&self) {}

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }
}

/// The path at which a client expects an object: made of its name on the bus and of its own token.
fn handle(
    kind: &str,
    header: &Header<'_>,
    options: &Options,
    token: &str,
) -> zbus::fdo::Result<OwnedObjectPath> {
    let client = header.sender().map(ToString::to_string).unwrap_or_default();
    let client = client.trim_start_matches(':').replace('.', "_");
    let token = options
        .get(token)
        .and_then(|token| token.downcast_ref::<&str>().ok());
    let path = format!("{PATH}/{kind}/{client}/{}", token.unwrap_or("none"));
    OwnedObjectPath::try_from(path)
        .map_err(|error| zbus::fdo::Error::InvalidArgs(error.to_string()))
}

/// Answers a request as portals do: with the path of a request at once, and with a signal from there
/// when it is decided.
fn respond(
    header: &Header<'_>,
    options: &Options,
    emitter: &SignalEmitter<'_>,
    response: u32,
    results: Results,
) -> zbus::fdo::Result<OwnedObjectPath> {
    let request = handle("request", header, options, "handle_token")?;
    let (bus, at) = (emitter.connection().clone(), request.clone());
    let client = header.sender().map(ToString::to_string);
    tokio::spawn(async move {
        let interface = "org.freedesktop.portal.Request";
        let body = (response, results);
        // Whoever has gone meanwhile is told nothing.
        let _ = bus
            .emit_signal(client.as_deref(), at, interface, "Response", &body)
            .await;
    });
    Ok(request)
}
