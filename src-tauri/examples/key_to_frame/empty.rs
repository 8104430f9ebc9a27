//! The reference: the least that a program can do to come at a key press. One X client without a
//! toolkit, whose window is made and hidden beforehand; at the press it is mapped, gets the focus from
//! the window manager, draws one box, and fills it at a key. It holds the keyboard until it has the
//! focus, as Sotto does, so that no key is lost.

use x11rb::{
    CURRENT_TIME,
    connection::Connection,
    properties::WmSizeHints,
    properties::WmSizeHintsSpecification,
    protocol::{
        Event,
        xproto::{
            Allow, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateGCAux, CreateWindowAux,
            EventMask, Gcontext, GrabMode, ModMask, NotifyDetail, PropMode, Rectangle, Window,
            WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use crate::keys::{ESCAPE, F12, Keyboard};

type Failure = Box<dyn std::error::Error>;

pub(crate) const TITLE: &str = "Empty X window";
const PAPER: u32 = 0x00ff_ffff;
const INK: u32 = 0x0020_4060;
/// Where it draws.
const BOX: Rectangle = Rectangle {
    x: 20,
    y: 16,
    width: 200,
    height: 24,
};

struct Empty {
    connection: RustConnection,
    window: Window,
    pen: Gcontext,
    typed: bool,
}

/// Runs until it is ended. `place`: x, y, width and height.
pub(crate) fn run(place: [i16; 4]) -> Result<(), Failure> {
    let (connection, screen) = RustConnection::connect(None)?;
    let root = connection.setup().roots[screen].root;
    let mut empty = Empty::create(connection, root, place)?;
    let keyboard = Keyboard::of(&empty.connection)?;
    let held = ModMask::CONTROL | ModMask::SHIFT;
    let (pointer, keys) = (GrabMode::ASYNC, GrabMode::SYNC);
    let key = keyboard.code(F12)?;
    empty
        .connection
        .grab_key(false, root, held, key, pointer, keys)?
        .check()?;
    let escape = keyboard.code(ESCAPE)?;
    let time = empty.atom("_NET_WM_USER_TIME")?;
    let activate = empty.atom("_NET_ACTIVE_WINDOW")?;
    crate::stopwatch::say(&serde_json::json!({"ready": true}))?;
    loop {
        match empty.connection.wait_for_event()? {
            Event::KeyPress(event) if event.event == root => {
                empty.set(time, AtomEnum::CARDINAL.into(), &[event.time])?;
                empty.connection.map_window(empty.window)?;
                // A window manager gives the focus to a new window, or to one that asks.
                let wish = [1, event.time, 0, 0, 0];
                let message = ClientMessageEvent::new(32, empty.window, activate, wish);
                let to = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
                empty.connection.send_event(false, root, to, message)?;
            }
            Event::FocusIn(event) if event.detail != NotifyDetail::POINTER => {
                empty
                    .connection
                    .allow_events(Allow::ASYNC_KEYBOARD, CURRENT_TIME)?;
            }
            Event::Expose(_) => empty.draw()?,
            Event::KeyPress(event) if event.detail != escape => {
                empty.typed = true;
                empty.draw()?;
            }
            Event::KeyPress(_) if empty.typed => {
                empty.typed = false;
                empty.draw()?;
            }
            Event::KeyPress(_) => {
                empty.connection.unmap_window(empty.window)?;
            }
            _ => {}
        }
        empty.connection.flush()?;
    }
}

impl Empty {
    fn create(connection: RustConnection, root: Window, place: [i16; 4]) -> Result<Self, Failure> {
        let [x, y, width, height] = place;
        let (width, height) = (u16::try_from(width)?, u16::try_from(height)?);
        let heard = EventMask::EXPOSURE | EventMask::KEY_PRESS | EventMask::FOCUS_CHANGE;
        let window = connection.generate_id()?;
        let look = CreateWindowAux::new()
            .background_pixel(PAPER)
            .event_mask(heard);
        connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            window,
            root,
            x,
            y,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &look,
        )?;
        let pen = connection.generate_id()?;
        connection.create_gc(pen, window, &CreateGCAux::new().foreground(INK))?;
        let empty = Self {
            connection,
            window,
            pen,
            typed: false,
        };
        let title = AtomEnum::WM_NAME;
        let connection = &empty.connection;
        connection.change_property8(
            PropMode::REPLACE,
            window,
            title,
            AtomEnum::STRING,
            TITLE.as_bytes(),
        )?;
        let mut size = WmSizeHints::new();
        size.position = Some((WmSizeHintsSpecification::UserSpecified, x.into(), y.into()));
        size.set_normal_hints(connection, window)?;
        // Without a frame and on top, as the quick prompt.
        let frame = empty.atom("_MOTIF_WM_HINTS")?;
        empty.set(frame, frame, &[2, 0, 0, 0, 0])?;
        let above = empty.atom("_NET_WM_STATE_ABOVE")?;
        let taskbar = empty.atom("_NET_WM_STATE_SKIP_TASKBAR")?;
        let state = empty.atom("_NET_WM_STATE")?;
        empty.set(state, AtomEnum::ATOM.into(), &[above, taskbar])?;
        Ok(empty)
    }

    fn atom(&self, name: &str) -> Result<u32, Failure> {
        let atom = self.connection.intern_atom(false, name.as_bytes())?;
        Ok(atom.reply()?.atom)
    }

    fn set(&self, property: u32, kind: u32, values: &[u32]) -> Result<(), Failure> {
        let mode = PropMode::REPLACE;
        self.connection
            .change_property32(mode, self.window, property, kind, values)?;
        Ok(())
    }

    fn draw(&self) -> Result<(), Failure> {
        let connection = &self.connection;
        connection.clear_area(false, self.window, 0, 0, 0, 0)?;
        if self.typed {
            connection.poly_fill_rectangle(self.window, self.pen, &[BOX])?;
        } else {
            connection.poly_rectangle(self.window, self.pen, &[BOX])?;
        }
        Ok(())
    }
}
