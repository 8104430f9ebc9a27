//! Presses a shortcut and watches the X server until the window of that name is on the screen, has
//! the focus, looks as it does at rest, and shows a letter. One request in JSON on each line of the
//! input, one answer on each line of the output; it ends with its input.

use std::{
    collections::HashMap,
    io::{BufRead, Write},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use x11rb::{
    connection::Connection,
    protocol::{
        Event,
        damage::{ConnectionExt as _, ReportLevel},
        xproto::{
            AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, MapState,
            PropMode, Rectangle, Window, WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use crate::{
    empty,
    keys::{CONTROL, ESCAPE, F12, Keyboard, LETTER, SHIFT, SPACE},
    picture::{self, Picture},
};

type Failure = Box<dyn std::error::Error>;

const LONGEST: Duration = Duration::from_secs(5);
/// Between two looks: the figures are as exact as this and the time that a look takes.
const BETWEEN: Duration = Duration::from_micros(300);
/// What opens and closes windows has come to rest.
const REST: Duration = Duration::from_millis(150);

/// A window that comes at a key.
struct Side {
    title: &'static str,
    key: u32,
    learned: Option<Learned>,
}

/// What is known once it was seen.
struct Learned {
    window: Window,
    area: Rectangle,
    empty: Picture,
    typed: Picture,
}

struct Stopwatch {
    connection: RustConnection,
    root: Window,
    keyboard: Keyboard,
    /// What the person is in the middle of.
    other: Window,
}

pub(crate) fn say(answer: &Json) -> Result<(), Failure> {
    let mut output = std::io::stdout();
    writeln!(output, "{answer}")?;
    Ok(output.flush()?)
}

/// `{"do": "learn", "side": "sotto"}`, then `{"do": "open", "side": "sotto", "at_once": false}`.
pub(crate) fn serve() -> Result<(), Failure> {
    let stopwatch = Stopwatch::new()?;
    let side = |title, key| Side {
        title,
        key,
        learned: None,
    };
    let mut sides = HashMap::from([
        ("sotto", side("Sotto quick prompt", SPACE)),
        ("empty", side(empty::TITLE, F12)),
    ]);
    say(&json!({"ready": true}))?;
    for line in std::io::stdin().lock().lines() {
        let request: Json = serde_json::from_str(&line?)?;
        let side = request["side"].as_str().unwrap_or_default();
        let side = sides.get_mut(side).ok_or("which side?")?;
        let answer = match request["do"].as_str() {
            Some("learn") => stopwatch.learn(side),
            _ => stopwatch.open(side, request["at_once"] == true),
        };
        say(&answer.unwrap_or_else(|error| json!({"error": error.to_string()})))?;
    }
    Ok(())
}

impl Stopwatch {
    fn new() -> Result<Self, Failure> {
        let (connection, screen) = RustConnection::connect(None)?;
        let root = connection.setup().roots[screen].root;
        connection.damage_query_version(1, 1)?.reply()?;
        let damage = connection.generate_id()?;
        connection.damage_create(damage, root, ReportLevel::RAW_RECTANGLES)?;
        // Where no window will be below it: what is pointed at looks different.
        connection.warp_pointer(x11rb::NONE, root, 0, 0, 0, 0, 5, 795)?;
        let other = connection.generate_id()?;
        connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            other,
            root,
            20,
            500,
            300,
            200,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &CreateWindowAux::new().background_pixel(0x00a0_a0a0),
        )?;
        let (title, text) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        connection.change_property8(PropMode::REPLACE, other, title, text, b"Somebody else")?;
        connection.map_window(other)?;
        let keyboard = Keyboard::of(&connection)?;
        let stopwatch = Self {
            connection,
            root,
            keyboard,
            other,
        };
        stopwatch.until("it is on the screen", || stopwatch.is_viewable(other))?;
        let activate = stopwatch
            .connection
            .intern_atom(false, b"_NET_ACTIVE_WINDOW")?;
        let activate = activate.reply()?.atom;
        // As a pager asks: 2.
        let message = ClientMessageEvent::new(32, other, activate, [2, 0, 0, 0, 0]);
        let to = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
        stopwatch.connection.send_event(false, root, to, message)?;
        stopwatch.connection.flush()?;
        Ok(stopwatch)
    }

    /// Opens it, learns what it looks like empty and with a letter, and closes it.
    fn learn(&self, side: &mut Side) -> Result<Json, Failure> {
        self.press(side.key, false)?;
        let mut found = None;
        self.until("it is there", || {
            found = self.titled(self.root, side.title)?;
            found.map_or(Ok(false), |window| self.is_viewable(window))
        })?;
        let window = found.ok_or("it is gone again")?;
        self.until("it has the focus", || self.has_focus(window))?;
        thread::sleep(REST * 8);
        let size = self.connection.get_geometry(window)?.reply()?;
        let corner = self
            .connection
            .translate_coordinates(window, self.root, 0, 0)?;
        let corner = corner.reply()?;
        let area = Rectangle {
            x: corner.dst_x,
            y: corner.dst_y,
            width: size.width,
            height: size.height,
        };
        let empty = Picture::learn(&self.connection, self.root, area)?;
        self.keyboard.stroke(&self.connection, LETTER)?;
        let typed = Picture::learn(&self.connection, self.root, area)?;
        let learned = Learned {
            window,
            area,
            empty,
            typed,
        };
        self.close(&learned)?;
        side.learned = Some(learned);
        Ok(json!({"place": [area.x, area.y, area.width, area.height]}))
    }

    /// Opens it and says how many milliseconds after the press it was on the screen, had the focus,
    /// had drawn anything, was painted, and showed the letter, which is typed `at_once` after the
    /// shortcut or as soon as the frame is whole; then `sent` says when.
    fn open(&self, side: &Side, at_once: bool) -> Result<Json, Failure> {
        let learned = side.learned.as_ref().ok_or("it was not learned")?;
        let Learned { window, area, .. } = *learned;
        let before = picture::seen(&self.connection, self.root, area)?;
        while self.connection.poll_for_event()?.is_some() {}
        let began = self.press(side.key, at_once)?;
        let since = || began.elapsed().as_secs_f64() * 1_000.0;
        let (mut viewable, mut focused, mut drawn) = (None, None, None);
        let (mut painted, mut sent, mut typed) = (None, None, None);
        let mut left = (0, 0);
        while typed.is_none() {
            if began.elapsed() > LONGEST {
                let state = json!({"viewable": viewable, "focused": focused, "drawn": drawn, "painted": painted, "left": left});
                self.keyboard.stroke(&self.connection, ESCAPE)?;
                self.keyboard.stroke(&self.connection, ESCAPE)?;
                return Err(format!("it never came: {state}").into());
            }
            if viewable.is_none() && self.is_viewable(window)? {
                viewable = Some(since());
            }
            if viewable.is_some() && focused.is_none() && self.has_focus(window)? {
                focused = Some(since());
            }
            if self.drew_in(area)? {
                let now = picture::seen(&self.connection, self.root, area)?;
                let at = since();
                left = (learned.empty.differs(&now), learned.typed.differs(&now));
                if now != before {
                    drawn.get_or_insert(at);
                }
                if left.0 == 0 || left.1 == 0 {
                    painted.get_or_insert(at);
                }
                if left.1 == 0 {
                    typed.get_or_insert(at);
                }
            }
            if !at_once && sent.is_none() && focused.is_some() && painted.is_some() {
                sent = Some(since());
                self.keyboard.stroke(&self.connection, LETTER)?;
            }
            thread::sleep(BETWEEN);
        }
        self.close(learned)?;
        Ok(json!({
            "viewable": viewable,
            "focused": focused,
            "drawn": drawn,
            "painted": painted,
            "sent": sent,
            "typed": typed,
        }))
    }

    /// Presses the shortcut. The modifiers are held before, as hands do.
    fn press(&self, key: u32, letter: bool) -> Result<Instant, Failure> {
        let (keyboard, connection) = (&self.keyboard, &self.connection);
        self.until("somebody else has the focus", || self.has_focus(self.other))?;
        keyboard.down(connection, CONTROL)?;
        keyboard.down(connection, SHIFT)?;
        connection.flush()?;
        thread::sleep(REST);
        let began = Instant::now();
        keyboard.down(connection, key)?;
        keyboard.up(connection, key)?;
        keyboard.up(connection, SHIFT)?;
        keyboard.up(connection, CONTROL)?;
        if letter {
            keyboard.stroke(connection, LETTER)?;
        }
        connection.flush()?;
        Ok(began)
    }

    /// Clears and closes it with Esc, and waits until everything is as before.
    fn close(&self, learned: &Learned) -> Result<(), Failure> {
        self.keyboard.stroke(&self.connection, ESCAPE)?;
        self.until("it is cleared", || {
            let now = picture::seen(&self.connection, self.root, learned.area)?;
            Ok(learned.empty.differs(&now) == 0)
        })?;
        self.keyboard.stroke(&self.connection, ESCAPE)?;
        self.until("it is gone", || Ok(!self.is_viewable(learned.window)?))?;
        self.until("somebody else has the focus", || self.has_focus(self.other))?;
        thread::sleep(REST);
        Ok(())
    }

    fn until(
        &self,
        what: &str,
        mut holds: impl FnMut() -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        while !holds()? {
            if began.elapsed() > LONGEST {
                return Err(format!("waited in vain: {what}").into());
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Whether anything was drawn there since this was asked last.
    fn drew_in(&self, area: Rectangle) -> Result<bool, Failure> {
        let mut drew = false;
        while let Some(event) = self.connection.poll_for_event()? {
            if let Event::DamageNotify(event) = event {
                drew |= meet(event.area, area);
            }
        }
        Ok(drew)
    }

    fn is_viewable(&self, window: Window) -> Result<bool, Failure> {
        let attributes = self.connection.get_window_attributes(window)?.reply()?;
        Ok(attributes.map_state == MapState::VIEWABLE)
    }

    /// The window itself, or what a toolkit puts into it to have the focus.
    fn has_focus(&self, window: Window) -> Result<bool, Failure> {
        let focus = self.connection.get_input_focus()?.reply()?.focus;
        if focus == window || focus <= 1 {
            return Ok(focus == window);
        }
        // It may be gone by now.
        let tree = self.connection.query_tree(focus)?.reply();
        Ok(tree.is_ok_and(|tree| tree.parent == window))
    }

    fn titled(&self, window: Window, title: &str) -> Result<Option<Window>, Failure> {
        let Ok(tree) = self.connection.query_tree(window)?.reply() else {
            return Ok(None);
        };
        for child in tree.children {
            let name = AtomEnum::WM_NAME;
            let name = self
                .connection
                .get_property(false, child, name, AtomEnum::ANY, 0, 64)?;
            if name
                .reply()
                .is_ok_and(|name| name.value == title.as_bytes())
            {
                return Ok(Some(child));
            }
            if let Some(found) = self.titled(child, title)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn meet(a: Rectangle, b: Rectangle) -> bool {
    let within = |from: i16, length: u16, other: i16, more: u16| {
        i32::from(from) < i32::from(other) + i32::from(more)
            && i32::from(other) < i32::from(from) + i32::from(length)
    };
    within(a.x, a.width, b.x, b.width) && within(a.y, a.height, b.y, b.height)
}
