//! What happens to the consent window, from GTK, which hears of every key and button before the
//! page does.
//!
//! A key that was held down since before the window had the focus cannot be told from a new press
//! by its first event: X11's mark of a repetition does not reach GTK. It cannot become a yes all the
//! same: its repetitions come many times a second, each begins the second of quiet anew, and until
//! it is released it counts as down.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use gtk::{
    gdk::{
        Event, EventButton, EventConfigure, EventFocus, EventKey, EventMask, EventTouch, EventType,
        EventVisibility, EventWindowState, VisibilityState, WindowState, keys::constants as key,
    },
    glib::Propagation,
    prelude::*,
};
use sotto_api::{
    consent::{Input, WindowFact},
    view::consent::ApproveButton,
};
use webkit2gtk::{WebView, WebViewExt};

use crate::press::linux::KeyTimes;

/// The number of all touches together; buttons of a pointer are numbered from 1.
const TOUCH: Input = Input::Button(0);

/// Reports what happens to the window of `view` from now on. To be called before it is shown.
/// `approve` says where the page has drawn the Approve button.
pub(super) fn watch(
    view: &WebView,
    report: impl Fn(WindowFact) + 'static,
    approve: impl Fn() -> Option<ApproveButton> + 'static,
) {
    let Some(window) = view.toplevel() else {
        // Nothing is reported, so nothing can be agreed to.
        tracing::error!("the consent window has no frame");
        return;
    };
    // Only X11 tells what lies over a window; with a compositor it says that nothing does.
    if !view.display().backend().is_x11() {
        report(WindowFact::Covered(false));
    }
    let watch = Rc::new(Watch {
        report,
        approve,
        mapped: Cell::new(false),
        position: Cell::new(None),
        size: Cell::new(None),
        down: RefCell::default(),
        key_times: KeyTimes::default(),
        touches: Cell::new(0),
    });
    window.add_events(EventMask::VISIBILITY_NOTIFY_MASK);
    let watching = Rc::clone(&watch);
    window.connect_event(move |_, event| {
        watching.window(event);
        Propagation::Proceed
    });
    let watching = Rc::clone(&watch);
    window.connect_unmap(move |_| watching.tell(WindowFact::Visible(false)));
    // A menu would take the release of the button that opened it, which then counts as held.
    view.connect_context_menu(|_, _, _, _| true);
    view.connect_event(move |view, event| {
        watch.pointer(event, (view.allocated_width(), view.allocated_height()));
        Propagation::Proceed
    });
}

/// What is known of the window so far.
struct Watch<Report, Approve> {
    report: Report,
    approve: Approve,
    /// The system shows it.
    mapped: Cell<bool>,
    /// Where it was when it last said so.
    position: Cell<Option<(i32, i32)>>,
    /// How large it was when it last said so.
    size: Cell<Option<(u32, u32)>>,
    /// Keys and buttons that were pressed and not released. What is released while another window
    /// has the focus stays: it then counts as held once too often, which costs a second press.
    down: RefCell<BTreeSet<Input>>,
    /// A press that came back from the web view, taken for another one, would count as held for good.
    key_times: KeyTimes,
    /// Fingers on it.
    touches: Cell<u32>,
}

impl<Report: Fn(WindowFact), Approve: Fn() -> Option<ApproveButton>> Watch<Report, Approve> {
    fn tell(&self, fact: WindowFact) {
        (self.report)(fact);
    }

    /// Something came to the window itself: also every key, before the page gets it.
    fn window(&self, event: &Event) {
        match event.event_type() {
            EventType::Map | EventType::Unmap => {
                self.mapped.set(event.event_type() == EventType::Map);
                self.tell(WindowFact::Visible(self.mapped.get()));
            }
            EventType::WindowState => {
                let Some(event) = event.downcast_ref::<EventWindowState>() else {
                    return;
                };
                let away = WindowState::ICONIFIED | WindowState::WITHDRAWN;
                let visible = self.mapped.get() && !event.new_window_state().intersects(away);
                self.tell(WindowFact::Visible(visible));
            }
            EventType::FocusChange => {
                if let Some(event) = event.downcast_ref::<EventFocus>() {
                    self.tell(WindowFact::Focused(event.is_in()));
                }
            }
            EventType::VisibilityNotify => {
                if let Some(event) = event.downcast_ref::<EventVisibility>() {
                    let covered = event.state() != VisibilityState::Unobscured;
                    self.tell(WindowFact::Covered(covered));
                }
            }
            EventType::Configure => {
                if let Some(event) = event.downcast_ref::<EventConfigure>() {
                    self.configured(event.position(), event.size());
                }
            }
            EventType::KeyPress => {
                if let Some(event) = event.downcast_ref::<EventKey>()
                    && self.key_times.is_new(event)
                {
                    let presses = matches!(
                        event.keyval(),
                        key::Return | key::KP_Enter | key::ISO_Enter | key::space | key::KP_Space
                    );
                    let focused = (self.approve)().is_some_and(|button| button.focused);
                    self.pressed(number(event), presses && focused);
                }
            }
            EventType::KeyRelease => {
                if let Some(event) = event.downcast_ref::<EventKey>() {
                    self.released(number(event));
                }
            }
            _ => {}
        }
    }

    /// Something was pointed at in the page, which does not have it yet.
    fn pointer(&self, event: &Event, page: (i32, i32)) {
        match event.event_type() {
            // A double click is two of these, and another event besides.
            EventType::ButtonPress => {
                if let Some(event) = event.downcast_ref::<EventButton>() {
                    self.pressed(button(event), self.is_approve(event.position(), page));
                }
            }
            EventType::ButtonRelease => {
                if let Some(event) = event.downcast_ref::<EventButton>() {
                    self.released(button(event));
                }
            }
            EventType::TouchBegin => {
                if let Some(event) = event.downcast_ref::<EventTouch>() {
                    self.touches.set(self.touches.get() + 1);
                    self.pressed(TOUCH, self.is_approve(event.position(), page));
                }
            }
            EventType::TouchEnd | EventType::TouchCancel => {
                self.touches.set(self.touches.get().saturating_sub(1));
                if self.touches.get() == 0 {
                    self.released(TOUCH);
                }
            }
            _ => {}
        }
    }

    fn configured(&self, position: (i32, i32), size: (u32, u32)) {
        if self.position.replace(Some(position)) != Some(position) {
            self.tell(WindowFact::Moved);
        }
        if self.size.replace(Some(size)) != Some(size) {
            self.tell(WindowFact::Resized);
        }
    }

    fn pressed(&self, input: Input, on_approve: bool) {
        let held = !self.down.borrow_mut().insert(input);
        self.tell(WindowFact::Pressed {
            input,
            on_approve,
            held,
        });
    }

    fn released(&self, input: Input) {
        self.down.borrow_mut().remove(&input);
        self.tell(WindowFact::Released(input));
    }

    /// Whether a point of a page of that size, in GTK's pixels, is on the Approve button.
    fn is_approve(&self, (x, y): (f64, f64), (width, height): (i32, i32)) -> bool {
        (self.approve)().is_some_and(|button| {
            let (x, y) = (
                x / f64::from(width) - button.x,
                y / f64::from(height) - button.y,
            );
            (0.0..button.width).contains(&x) && (0.0..button.height).contains(&y)
        })
    }
}

fn number(event: &EventKey) -> Input {
    Input::Key(event.hardware_keycode().into())
}

fn button(event: &EventButton) -> Input {
    Input::Button(u8::try_from(event.button()).unwrap_or(u8::MAX))
}
