//! Keys by their names' numbers (keysyms), pressed through the XTEST extension as hands press them.

use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Keycode},
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

pub(crate) const CONTROL: u32 = 0xffe3;
pub(crate) const SHIFT: u32 = 0xffe1;
pub(crate) const ESCAPE: u32 = 0xff1b;
pub(crate) const SPACE: u32 = 0x20;
/// The empty window's shortcut is Ctrl+Shift+F12.
pub(crate) const F12: u32 = 0xffc9;
/// What is typed.
pub(crate) const LETTER: u32 = 0x78;

type Failure = Box<dyn std::error::Error>;

/// The keyboard of an X server.
pub(crate) struct Keyboard {
    first: Keycode,
    width: usize,
    symbols: Vec<u32>,
}

impl Keyboard {
    pub(crate) fn of(connection: &RustConnection) -> Result<Self, Failure> {
        let setup = connection.setup();
        let count = setup.max_keycode - setup.min_keycode + 1;
        let mapping = connection
            .get_keyboard_mapping(setup.min_keycode, count)?
            .reply()?;
        Ok(Self {
            first: setup.min_keycode,
            width: usize::from(mapping.keysyms_per_keycode).max(1),
            symbols: mapping.keysyms,
        })
    }

    pub(crate) fn code(&self, symbol: u32) -> Result<Keycode, Failure> {
        let mut keys = self.symbols.chunks(self.width);
        let at = keys
            .position(|symbols| symbols.contains(&symbol))
            .ok_or("this keyboard lacks a key")?;
        Ok(self.first + u8::try_from(at)?)
    }

    pub(crate) fn down(&self, connection: &RustConnection, symbol: u32) -> Result<(), Failure> {
        self.event(connection, KEY_PRESS_EVENT, symbol)
    }

    pub(crate) fn up(&self, connection: &RustConnection, symbol: u32) -> Result<(), Failure> {
        self.event(connection, KEY_RELEASE_EVENT, symbol)
    }

    pub(crate) fn stroke(&self, connection: &RustConnection, symbol: u32) -> Result<(), Failure> {
        self.down(connection, symbol)?;
        self.up(connection, symbol)?;
        Ok(connection.flush()?)
    }

    fn event(&self, connection: &RustConnection, kind: u8, symbol: u32) -> Result<(), Failure> {
        let (key, now) = (self.code(symbol)?, x11rb::CURRENT_TIME);
        connection.xtest_fake_input(kind, key, now, x11rb::NONE, 0, 0, 0)?;
        Ok(())
    }
}
