//! Ctrl+Shift+Space from the X server. Not through `tauri-plugin-global-shortcut`, which looks for a
//! pressed key 20 times a second: that wakes an idle program all day, takes up to 50 ms, and what is
//! typed meanwhile goes into the window below. Here the server wakes us, and keeps the keyboard's events
//! from the moment of the press until the quick prompt has the focus, so that the first letter arrives.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    CURRENT_TIME,
    connection::Connection,
    errors::{ConnectError, ConnectionError, ReplyError},
    protocol::{
        ErrorKind, Event,
        xkb::{self, ConnectionExt as _, PerClientFlag},
        xproto::{
            Allow, ConnectionExt as _, GrabMode, InputFocus, Keycode, Mapping, ModMask, Window,
        },
    },
    rust_connection::RustConnection,
};

/// The keysym of the space bar (X11 keysyms of Latin 1 are its codes).
const SPACE: u32 = 0x20;
/// The keyboard is never kept longer than this, whatever becomes of the window.
const LONGEST: Duration = Duration::from_millis(400);
/// Between two looks at where the focus is.
const BETWEEN: Duration = Duration::from_millis(3);

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// Another program has them.
    #[error("another program holds them")]
    Taken,
    /// There is no X server.
    #[error("no X server answers ({0})")]
    NoServer(#[from] ConnectError),
    /// The X server went away.
    #[error("the X server went away ({0})")]
    Gone(#[from] ConnectionError),
    /// It said no.
    #[error("the X server refused ({0})")]
    Server(#[from] ReplyError),
    /// There is no such key.
    #[error("this keyboard has no space bar")]
    NoKey,
    /// No thread to listen on.
    #[error("{0}")]
    NoThread(#[from] std::io::Error),
}

/// The X server, by a connection of our own.
pub(super) struct Server {
    connection: RustConnection,
    root: Window,
}

impl Server {
    /// The server of this session.
    pub(super) fn connect() -> Result<Self, Refused> {
        let (connection, screen) = RustConnection::connect(None)?;
        let root = connection.setup().roots[screen].root;
        Ok(Self { connection, root })
    }

    /// Whether a window has the focus, or what GTK puts into it to have it. Unlike GTK's own answer
    /// this is true also while somebody holds the keyboard, for a shortcut or to switch windows.
    pub(super) fn has_focus(&self, window: Window) -> Result<bool, Refused> {
        let focus = self.focus()?;
        if focus <= InputFocus::POINTER_ROOT.into() || focus == window {
            return Ok(focus == window);
        }
        Ok(self.connection.query_tree(focus)?.reply()?.parent == window)
    }

    fn focus(&self) -> Result<Window, Refused> {
        Ok(self.connection.get_input_focus()?.reply()?.focus)
    }

    /// Takes the keys. `pressed` is told the server's time of each press.
    pub(super) fn take(
        self: &Arc<Self>,
        pressed: impl Fn(u32) + Send + 'static,
    ) -> Result<(), Refused> {
        // A key that is held down then sends presses alone, and cannot be taken for many.
        self.connection.xkb_use_extension(1, 0)?.reply()?;
        let (repeat, none) = (
            PerClientFlag::DETECTABLE_AUTO_REPEAT,
            xkb::BoolCtrl::default(),
        );
        let keyboard = xkb::ID::USE_CORE_KBD.into();
        self.connection
            .xkb_per_client_flags(keyboard, repeat, repeat, none, none, none)?
            .reply()?;
        let key = grab(&self.connection, self.root)?;
        let server = Arc::clone(self);
        thread::Builder::new()
            .name("shortcut".to_owned())
            .spawn(move || {
                if let Err(error) = server.listen(key, pressed) {
                    tracing::warn!(%error, "the shortcut is gone");
                }
            })?;
        Ok(())
    }

    fn listen(&self, mut key: Keycode, pressed: impl Fn(u32)) -> Result<(), Refused> {
        let mut down = false;
        loop {
            match self.connection.wait_for_event()? {
                Event::KeyPress(event) => {
                    let waited = if down {
                        Ok(())
                    } else {
                        down = true;
                        self.tell_and_wait(event.time, &pressed)
                    };
                    // Whatever happened: nobody can type before this.
                    self.connection
                        .allow_events(Allow::ASYNC_KEYBOARD, CURRENT_TIME)?;
                    self.connection.flush()?;
                    waited?;
                }
                Event::KeyRelease(_) => down = false,
                Event::MappingNotify(event) if event.request == Mapping::KEYBOARD => {
                    self.connection.ungrab_key(key, self.root, ModMask::ANY)?;
                    key = grab(&self.connection, self.root)?;
                }
                _ => {}
            }
        }
    }

    /// Returns when the focus has gone to another window. The server is asked again and again, for a
    /// moment: while the keyboard is held GTK is told nothing of the focus.
    fn tell_and_wait(&self, time: u32, pressed: &impl Fn(u32)) -> Result<(), Refused> {
        let before = self.focus()?;
        pressed(time);
        let began = Instant::now();
        loop {
            let focus = self.focus()?;
            let moved = focus != before && focus > InputFocus::POINTER_ROOT.into();
            if moved || began.elapsed() > LONGEST {
                tracing::debug!(moved, waited = ?began.elapsed(), "the keyboard waited");
                return Ok(());
            }
            thread::sleep(BETWEEN);
        }
    }
}

/// Takes the keys, whatever locks are on: the server compares all modifiers.
fn grab(connection: &RustConnection, root: Window) -> Result<Keycode, Refused> {
    let key = space_bar(connection)?;
    let held = ModMask::CONTROL | ModMask::SHIFT;
    let num_lock = ModMask::M2;
    for locks in [
        ModMask::default(),
        ModMask::LOCK,
        num_lock,
        ModMask::LOCK | num_lock,
    ] {
        let (pointer, keyboard) = (GrabMode::ASYNC, GrabMode::SYNC);
        let grabbed = connection.grab_key(false, root, held | locks, key, pointer, keyboard)?;
        if let Err(error) = grabbed.check() {
            connection.ungrab_key(key, root, ModMask::ANY)?;
            return Err(match error {
                ReplyError::X11Error(error) if error.error_kind == ErrorKind::Access => {
                    Refused::Taken
                }
                error => error.into(),
            });
        }
    }
    Ok(key)
}

fn space_bar(connection: &RustConnection) -> Result<Keycode, Refused> {
    let (first, last) = (
        connection.setup().min_keycode,
        connection.setup().max_keycode,
    );
    let mapping = connection
        .get_keyboard_mapping(first, last - first + 1)?
        .reply()?;
    let mut keys = mapping
        .keysyms
        .chunks(usize::from(mapping.keysyms_per_keycode).max(1));
    keys.position(|symbols| symbols.contains(&SPACE))
        .and_then(|position| first.checked_add(u8::try_from(position).ok()?))
        .ok_or(Refused::NoKey)
}
