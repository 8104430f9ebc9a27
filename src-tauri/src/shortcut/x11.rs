//! The keys of the shortcuts from the X server. Not through `tauri-plugin-global-shortcut`, which looks for a
//! pressed key 20 times a second: that wakes an idle program all day, takes up to 50 ms, and what is
//! typed meanwhile goes into the window below. Here the server wakes us, and keeps the keyboard's events
//! from the moment of the press until the quick prompt has the focus, so that the first letter arrives.
//! By the same connection the quick prompt asks who has the focus, and has its first frame painted.

use std::{
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use keycode::{KeyMap, KeyMappingCode};
use sotto_api::view::shortcut::{Keys, ShortcutName};
use x11rb::{
    CURRENT_TIME,
    connection::Connection,
    errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError},
    protocol::{
        ErrorKind, Event,
        xkb::{self, ConnectionExt as _, PerClientFlag},
        xproto::{
            Allow, ChangeWindowAttributesAux, ConnectionExt as _, CreateGCAux, GrabMode,
            InputFocus, KeyPressEvent, Keycode, ModMask, Rectangle, Window,
        },
    },
    rust_connection::RustConnection,
};

/// Added to a character it is the character's keysym, beyond Latin 1, whose keysyms are its codes.
const UNICODE: u32 = 0x0100_0000;
/// The modifiers that tell shortcuts apart: the others are locks.
const HELD: u16 = 0b100_1101;
/// The keyboard is never kept longer than this, whatever becomes of the window.
const LONGEST: Duration = Duration::from_millis(400);
/// Milliseconds: a key that is held repeats within them. Its release may go to another program, which
/// must not cost the next press.
const REPEATS_WITHIN: u32 = 1_000;
/// Between two looks at where the focus is.
const BETWEEN: Duration = Duration::from_millis(3);

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// Another program has them.
    #[error("another program holds these keys, and the X server does not say which")]
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
    /// It has no number left for what is made.
    #[error("the X server makes no more ({0})")]
    Full(#[from] ReplyOrIdError),
    /// There is no such key.
    #[error("this keyboard has no such key")]
    NoKey,
    /// No thread to listen on.
    #[error("{0}")]
    NoThread(#[from] std::io::Error),
}

/// The X server, by a connection of our own.
pub(super) struct Server {
    connection: RustConnection,
    root: Window,
    taken: Mutex<Vec<(ShortcutName, Combination)>>,
}

/// A combination of keys as the server numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Combination {
    key: Keycode,
    held: ModMask,
}

impl Combination {
    fn of(keys: &Keys) -> Result<Self, Refused> {
        let held = [
            (keys.control, ModMask::CONTROL),
            (keys.alt, ModMask::M1),
            (keys.shift, ModMask::SHIFT),
            (keys.logo, ModMask::M4),
        ];
        let held = held.into_iter().filter(|(held, _)| *held);
        Ok(Self {
            key: place(&keys.code).ok_or(Refused::NoKey)?,
            held: held.fold(ModMask::default(), |all, (_, one)| all | one),
        })
    }

    fn is_of(self, event: &KeyPressEvent) -> bool {
        self.key == event.detail && u16::from(self.held) == u16::from(event.state) & HELD
    }
}

/// The server's number of a key. It numbers places on the keyboard as the kernel does, plus eight.
fn place(code: &str) -> Option<Keycode> {
    let code = KeyMappingCode::from_str(code).ok()?;
    let place = Keycode::try_from(KeyMap::from(code).xkb).ok()?;
    (place > 0).then_some(place)
}

impl Server {
    /// The server of this session.
    pub(super) fn connect() -> Result<Self, Refused> {
        let (connection, screen) = RustConnection::connect(None)?;
        let root = connection.setup().roots[screen].root;
        Ok(Self {
            connection,
            root,
            taken: Mutex::default(),
        })
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

    /// Has the server paint a window that is on the screen, in the moment in which it is there again:
    /// with a picture of how it looks `as_now`, which is what GTK draws first, milliseconds later, because
    /// it is what GTK drew last; or with `paper` alone, a colour of 8 bits each of red, green and blue
    /// below 8 that are set. A part that lies under another window cannot be read, and is paper too. The
    /// picture is gone with the next, and with the window.
    pub(super) fn paint_at_return(
        &self,
        window: Window,
        as_now: bool,
        paper: u32,
    ) -> Result<(), Refused> {
        let connection = &self.connection;
        let size = connection.get_geometry(window)?.reply()?;
        let (picture, pen) = (connection.generate_id()?, connection.generate_id()?);
        let (width, height) = (size.width, size.height);
        let look = CreateGCAux::new().foreground(paper).graphics_exposures(0);
        let all = Rectangle {
            x: 0,
            y: 0,
            width,
            height,
        };
        connection.create_pixmap(size.depth, picture, window, width, height)?;
        connection.create_gc(pen, picture, &look)?;
        connection.poly_fill_rectangle(picture, pen, &[all])?;
        if as_now {
            connection.copy_area(window, picture, pen, 0, 0, 0, 0, width, height)?;
        }
        let background = ChangeWindowAttributesAux::new().background_pixmap(picture);
        let painted = connection.change_window_attributes(window, &background)?;
        connection.free_gc(pen)?;
        connection.free_pixmap(picture)?;
        // Before GTK's own connection takes the window off the screen.
        Ok(painted.check()?)
    }

    /// Listens from now on. `pressed` is told which shortcut, and the server's time of the press.
    pub(super) fn listen(
        self: &Arc<Self>,
        pressed: impl Fn(ShortcutName, u32) + Send + 'static,
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
        let server = Arc::clone(self);
        thread::Builder::new()
            .name("shortcut".to_owned())
            .spawn(move || {
                if let Err(error) = server.hear(pressed) {
                    tracing::warn!(%error, "the shortcuts are gone");
                }
            })?;
        Ok(())
    }

    /// Takes these keys for a shortcut instead of those that it has; `None` gives them back. Where the
    /// new ones cannot be had it keeps the old ones.
    pub(super) fn take(&self, name: ShortcutName, keys: Option<&Keys>) -> Result<(), Refused> {
        let mut taken = self.taken();
        let wanted = keys.map(Combination::of).transpose()?;
        let before = taken.iter().position(|(other, _)| *other == name);
        let before = before.map(|position| (position, taken[position].1));
        if wanted == before.map(|(_, combination)| combination) {
            return Ok(());
        }
        if let Some(wanted) = wanted {
            self.grab(wanted)?;
        }
        if let Some((position, combination)) = before {
            taken.remove(position);
            // The other one may have taken these keys before this one gave them back.
            if taken.iter().all(|(_, held)| *held != combination) {
                self.release(combination)?;
            }
        }
        taken.extend(wanted.map(|wanted| (name, wanted)));
        Ok(())
    }

    /// What is written on a key of this keyboard, where that is one character.
    pub(super) fn written_on(&self, code: &str) -> Option<char> {
        let mapping = self.connection.get_keyboard_mapping(place(code)?, 1);
        let symbol = *mapping.ok()?.reply().ok()?.keysyms.first()?;
        let letter = char::from_u32(symbol.checked_sub(UNICODE).unwrap_or(symbol))?;
        let is_character = symbol > UNICODE || symbol <= 0xff;
        (is_character && letter.is_alphanumeric())
            .then(|| letter.to_uppercase().next())
            .flatten()
    }

    fn taken(&self) -> MutexGuard<'_, Vec<(ShortcutName, Combination)>> {
        // Each entry is whole, whatever happened to another thread.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, pressed: impl Fn(ShortcutName, u32)) -> Result<(), Refused> {
        let mut down: Option<(Keycode, u32)> = None;
        loop {
            match self.connection.wait_for_event()? {
                Event::KeyPress(event) => {
                    let before = down.replace((event.detail, event.time));
                    let repeats = before.is_some_and(|(key, time)| {
                        key == event.detail && event.time.wrapping_sub(time) < REPEATS_WITHIN
                    });
                    let name = self.name_of(&event).filter(|_| !repeats);
                    let waited = name.map_or(Ok(()), |name| {
                        self.tell_and_wait(|| pressed(name, event.time))
                    });
                    // Whatever happened: nobody can type before this.
                    self.connection
                        .allow_events(Allow::ASYNC_KEYBOARD, CURRENT_TIME)?;
                    self.connection.flush()?;
                    waited?;
                }
                Event::KeyRelease(event) if down.is_some_and(|(key, _)| key == event.detail) => {
                    down = None;
                }
                _ => {}
            }
        }
    }

    fn name_of(&self, event: &KeyPressEvent) -> Option<ShortcutName> {
        let taken = self.taken();
        let mut of_event = taken.iter().filter(|(_, keys)| keys.is_of(event));
        of_event.next().map(|(name, _)| *name)
    }

    /// Returns when the focus has gone to another window. The server is asked again and again, for a
    /// moment: while the keyboard is held GTK is told nothing of the focus.
    fn tell_and_wait(&self, pressed: impl FnOnce()) -> Result<(), Refused> {
        // Asked before, answered when there is time.
        let before = self.connection.get_input_focus()?;
        self.connection.flush()?;
        pressed();
        let before = before.reply()?.focus;
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

    /// Takes a combination, whatever locks are on: the server compares all modifiers.
    fn grab(&self, wanted: Combination) -> Result<(), Refused> {
        for held in with_locks(wanted.held) {
            let (pointer, keyboard) = (GrabMode::ASYNC, GrabMode::SYNC);
            let (key, root) = (wanted.key, self.root);
            let connection = &self.connection;
            let grabbed = connection.grab_key(false, root, held, key, pointer, keyboard)?;
            if let Err(error) = grabbed.check() {
                self.release(wanted)?;
                return Err(match error {
                    ReplyError::X11Error(error) if error.error_kind == ErrorKind::Access => {
                        Refused::Taken
                    }
                    error => error.into(),
                });
            }
        }
        Ok(())
    }

    fn release(&self, combination: Combination) -> Result<(), Refused> {
        for held in with_locks(combination.held) {
            self.connection
                .ungrab_key(combination.key, self.root, held)?
                .check()?;
        }
        Ok(self.connection.flush()?)
    }
}

fn with_locks(held: ModMask) -> [ModMask; 4] {
    let (caps_lock, num_lock) = (ModMask::LOCK, ModMask::M2);
    [
        held,
        held | caps_lock,
        held | num_lock,
        held | caps_lock | num_lock,
    ]
}

#[cfg(test)]
mod tests {
    use x11rb::protocol::xproto::{CreateWindowAux, ImageFormat, WindowClass};

    use super::*;

    fn keys(alt: bool) -> Keys {
        Keys {
            control: true,
            alt,
            shift: true,
            logo: false,
            code: "F9".to_owned(),
        }
    }

    /// A window of 4 by 1 pixels of that colour, where nothing else is.
    fn put_up(server: &Server, place: i16, colour: u32) -> Window {
        let connection = &server.connection;
        let window = connection.generate_id().unwrap();
        let look = CreateWindowAux::new().override_redirect(1);
        let (root, class) = (server.root, WindowClass::INPUT_OUTPUT);
        connection
            .create_window(0, window, root, place, 3, 4, 1, 0, class, 0, &look)
            .unwrap();
        connection.map_window(window).unwrap();
        let pen = connection.generate_id().unwrap();
        let ink = CreateGCAux::new().foreground(colour);
        connection.create_gc(pen, window, &ink).unwrap();
        let all = Rectangle {
            x: 0,
            y: 0,
            width: 4,
            height: 1,
        };
        connection
            .poly_fill_rectangle(window, pen, &[all])
            .unwrap()
            .check()
            .unwrap();
        window
    }

    /// The four pixels of a window, without what stands above their colours.
    fn pixels(server: &Server, window: Window) -> Vec<u32> {
        let (connection, format) = (&server.connection, ImageFormat::Z_PIXMAP);
        let image = connection.get_image(format, window, 0, 0, 4, 1, u32::MAX);
        let bytes = image.unwrap().reply().unwrap().data;
        let (pixels, _) = bytes.as_chunks();
        let colours = pixels.iter().map(|pixel| u32::from_le_bytes(*pixel));
        colours.map(|colour| colour & 0x00ff_ffff).collect()
    }

    /// Needs an X server, as `npm test` has one.
    #[test]
    fn a_window_that_comes_back_is_painted_by_the_server() {
        const INK: u32 = 0x0020_4060;
        const PAPER: u32 = 0x00fb_faf7;
        if std::env::var_os("DISPLAY").is_none() {
            return;
        }
        let server = Server::connect().unwrap();
        let come_back = |window| {
            server.connection.unmap_window(window).unwrap();
            server.connection.map_window(window).unwrap();
        };
        let window = put_up(&server, 3, INK);
        assert_eq!(pixels(&server, window), [INK; 4]);
        come_back(window);
        assert_ne!(pixels(&server, window), [INK; 4], "nobody paints it");
        let window = put_up(&server, 3, INK);
        server.paint_at_return(window, true, PAPER).unwrap();
        come_back(window);
        assert_eq!(pixels(&server, window), [INK; 4]);
        // What lies under another window cannot be read.
        let above = put_up(&server, 5, 0);
        server.paint_at_return(window, true, PAPER).unwrap();
        server.connection.destroy_window(above).unwrap();
        come_back(window);
        assert_eq!(pixels(&server, window), [INK, INK, PAPER, PAPER]);
        server.paint_at_return(window, false, PAPER).unwrap();
        come_back(window);
        assert_eq!(pixels(&server, window), [PAPER; 4]);
    }

    /// Needs an X server, as `npm test` has one.
    #[test]
    fn keys_that_two_shortcuts_exchange_stay_taken() {
        if std::env::var_os("DISPLAY").is_none() {
            return;
        }
        let (ours, other) = (Server::connect().unwrap(), Server::connect().unwrap());
        let (quick, clipboard) = (
            ShortcutName::QuickPrompt,
            ShortcutName::QuickPromptWithClipboard,
        );
        ours.take(quick, Some(&keys(false))).unwrap();
        ours.take(clipboard, Some(&keys(true))).unwrap();
        ours.take(quick, Some(&keys(true))).unwrap();
        ours.take(clipboard, None).unwrap();
        assert!(matches!(
            other.take(quick, Some(&keys(true))),
            Err(Refused::Taken)
        ));
        other.take(quick, Some(&keys(false))).unwrap();
        assert!(ours.take(clipboard, Some(&keys(false))).is_err());
        ours.take(quick, None).unwrap();
        other.take(quick, Some(&keys(true))).unwrap();
    }
}
