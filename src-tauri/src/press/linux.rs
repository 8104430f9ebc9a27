//! Presses as GTK reports them, which hears of every key and button before a page does.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use gtk::{
    gdk::{Event, EventFocus, EventKey, EventType, ModifierType, keys::constants as key},
    glib::Propagation,
    prelude::*,
};
use sotto_api::consent::StartedBy;
use tauri::{AppHandle, Manager, Runtime};
use webkit2gtk::WebView;

use super::Presses;

/// Notes presses in `view` from now on.
pub(super) fn watch<R: Runtime>(view: &WebView, app: AppHandle<R>) {
    let keys = Keys::default();
    view.connect_event(move |_, event| {
        keys.hear(event, &app.state::<Presses>());
        Propagation::Proceed
    });
}

/// What is known of the keys.
#[derive(Default)]
struct Keys {
    times: KeyTimes,
    /// Pressed and not released: what comes of them is a repetition.
    down: RefCell<BTreeSet<u16>>,
}

impl Keys {
    fn hear(&self, event: &Event, presses: &Presses) {
        let now = Instant::now();
        match event.event_type() {
            EventType::KeyPress => {
                if let Some(event) = event.downcast_ref::<EventKey>()
                    && self.times.is_new(event)
                    && self.down.borrow_mut().insert(event.hardware_keycode())
                {
                    presses.pressed(now, begun_by(event));
                }
            }
            EventType::KeyRelease => {
                if let Some(event) = event.downcast_ref::<EventKey>() {
                    self.down.borrow_mut().remove(&event.hardware_keycode());
                }
                presses.released(now);
            }
            EventType::ButtonPress | EventType::TouchBegin => {
                presses.pressed(now, StartedBy::Person);
            }
            EventType::ButtonRelease | EventType::TouchEnd => presses.released(now),
            EventType::FocusChange if goes(event) => {
                self.down.borrow_mut().clear();
                presses.forget();
            }
            _ => {}
        }
    }
}

/// Whether a window loses the focus.
fn goes(event: &Event) -> bool {
    let focus = event.downcast_ref::<EventFocus>();
    focus.is_some_and(|focus| !focus.is_in())
}

/// Whether a key presses something, or is perhaps only typed.
fn begun_by(event: &EventKey) -> StartedBy {
    let of_shortcut =
        ModifierType::CONTROL_MASK | ModifierType::MOD1_MASK | ModifierType::META_MASK;
    let presses = matches!(
        event.keyval(),
        key::Return | key::KP_Enter | key::ISO_Enter | key::space | key::KP_Space
    );
    if presses || event.state().intersects(of_shortcut) {
        StartedBy::Person
    } else {
        StartedBy::Program
    }
}

/// When each key was pressed last, in the system's milliseconds, which begin anew after 49 days.
#[derive(Default)]
pub(crate) struct KeyTimes(RefCell<BTreeMap<u16, u32>>);

impl KeyTimes {
    /// Whether a press is seen for the first time. One that the page had no use for comes back from
    /// the web view, perhaps after the key's release.
    pub(crate) fn is_new(&self, event: &EventKey) -> bool {
        let (key, now) = (event.hardware_keycode(), event.time());
        let mut times = self.0.borrow_mut();
        let later = |last: &u32| (1..=u32::MAX / 2).contains(&now.wrapping_sub(*last));
        let new = times.get(&key).is_none_or(later);
        if new {
            times.insert(key, now);
        }
        new
    }
}
