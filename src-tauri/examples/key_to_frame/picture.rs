//! What a window looks like when it has come to rest, learned by watching it: a frame counts as painted
//! when it looks so. What moves by itself (the caret) is left out.

use std::{
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    protocol::xproto::{ConnectionExt as _, ImageFormat, Rectangle, Window},
    rust_connection::RustConnection,
};

type Failure = Box<dyn std::error::Error>;

/// A window has come to rest when it was left alone for so long.
const REST: Duration = Duration::from_millis(1_200);
/// A caret is seen in both of its states within this.
const WATCHED: Duration = Duration::from_millis(2_000);
const BETWEEN: Duration = Duration::from_millis(40);

/// A window at rest.
pub(crate) struct Picture {
    pixels: Vec<u8>,
    /// Of each byte whether it stayed as it was.
    steady: Vec<bool>,
}

impl Picture {
    /// Watches a part of the screen.
    pub(crate) fn learn(
        connection: &RustConnection,
        root: Window,
        area: Rectangle,
    ) -> Result<Self, Failure> {
        thread::sleep(REST);
        let pixels = seen(connection, root, area)?;
        let mut steady = vec![true; pixels.len()];
        let began = Instant::now();
        while began.elapsed() < WATCHED {
            thread::sleep(BETWEEN);
            let now = seen(connection, root, area)?;
            for ((steady, before), now) in steady.iter_mut().zip(&pixels).zip(&now) {
                *steady &= before == now;
            }
        }
        Ok(Self { pixels, steady })
    }

    /// How many bytes differ.
    pub(crate) fn differs(&self, seen: &[u8]) -> usize {
        let both = self.pixels.iter().zip(seen);
        let differ = both.zip(&self.steady);
        differ.filter(|((a, b), steady)| **steady && a != b).count()
    }
}

/// What is on that part of the screen now.
pub(crate) fn seen(
    connection: &RustConnection,
    root: Window,
    area: Rectangle,
) -> Result<Vec<u8>, Failure> {
    let Rectangle {
        x,
        y,
        width,
        height,
    } = area;
    let format = ImageFormat::Z_PIXMAP;
    let image = connection.get_image(format, root, x, y, width, height, u32::MAX)?;
    Ok(image.reply()?.data)
}
