//! The quick prompt's window in GTK, which is asked directly: Tauri's own calls are done a round of
//! the event loop later, and know nothing of the moment at which a key was pressed, which a window
//! manager wants to know before it gives a window the focus. All of it on the main thread.

use std::{
    cell::Cell,
    rc::Rc,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use gdkx11::X11Window;
use gtk::{gdk, glib, prelude::*};
use tauri::{AppHandle, Manager, WebviewWindow};

use super::place::{Area, WIDTH};
use crate::{Webview, host::Windows, shortcut::Shortcuts, window};

/// A drawing that takes longer is not waited for; nothing is drawn where nothing has changed.
const LONGEST_DRAWING: Duration = Duration::from_millis(60);

/// The main thread keeps still for this long at most while the window manager shows the window.
const LONGEST_STILLNESS: Duration = Duration::from_millis(8);

/// Between two looks at where the focus is.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// A screen: its name, and what of it is free.
pub(super) struct Screen {
    pub(super) name: String,
    pub(super) area: Area,
}

/// The screen with the pointer.
pub(super) fn pointed_at(_: &WebviewWindow<Webview>) -> Option<Screen> {
    let display = gdk::Display::default()?;
    let (_, x, y) = display.default_seat()?.pointer()?.position();
    screen_at(&display, x, y)
}

/// The screen that has the window's corner, and that corner.
pub(super) fn stands(window: &WebviewWindow<Webview>) -> Option<(Screen, (i32, i32))> {
    let (x, y) = window.gtk_window().ok()?.position();
    Some((screen_at(&gdk::Display::default()?, x, y)?, (x, y)))
}

fn screen_at(display: &gdk::Display, x: i32, y: i32) -> Option<Screen> {
    let monitor = display.monitor_at_point(x, y)?;
    let (area, whole) = (monitor.workarea(), monitor.geometry());
    let model = monitor.model().unwrap_or_default();
    Some(Screen {
        name: format!("{model} {}x{}", whole.width(), whole.height()),
        area: Area {
            x: area.x(),
            y: area.y(),
            width: area.width(),
            height: area.height(),
        },
    })
}

/// Shows the window there and asks for the focus. `time`: of the key press, by the X server's clock;
/// 0 if there was none.
pub(super) fn show(
    window: &WebviewWindow<Webview>,
    place: Option<(i32, i32)>,
    time: u32,
) -> tauri::Result<()> {
    let windows = Arc::clone(&window.state::<Arc<Windows>>());
    let window = window.gtk_window()?;
    if let Some((x, y)) = place {
        window.move_(x, y);
    }
    if let Some(content) = window.child() {
        content.show_all();
    }
    // A window manager gives the focus to a new window at once if it comes with a press, and belongs
    // to no group, whose other windows the person has left; to one that is in no list of windows only
    // where it is a dialog (openbox). Other windows have to ask, and get it later. A dialog also floats
    // over the tiles of a window manager that has them.
    window.realize();
    let shown = window.window();
    if let Some(shown) = &shown {
        shown.set_group(Some(shown));
        shown.set_type_hint(gdk::WindowTypeHint::Dialog);
        if let (Some(shown), 1..) = (shown.downcast_ref::<X11Window>(), time) {
            shown.set_user_time(time);
        }
    }
    window.present_with_time(time);
    if let Some(shown) = &shown {
        shown.focus(time);
    }
    // Now, not when everything else that is to be done is done.
    window.display().flush();
    keep_still(&window, &windows.shortcuts);
    Ok(())
}

/// Returns when the window has the focus, or soon. What GTK and WebKit would draw meanwhile the X server
/// has painted already, and their work competes with the server and the window manager for the cores.
fn keep_still(window: &gtk::ApplicationWindow, shortcuts: &Shortcuts) {
    let Some(number) = number(window) else { return };
    let began = Instant::now();
    while began.elapsed() < LONGEST_STILLNESS && shortcuts.has_focus(number) == Some(false) {
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// Does it on the main thread before what that draws: a chat window that loses the focus paints all of
/// itself anew. Tauri's own way there is a round of the event loop longer.
pub(super) fn on_main(
    app: &AppHandle<Webview>,
    act: impl FnOnce(&AppHandle<Webview>) + Send + 'static,
) -> tauri::Result<()> {
    let mut once = Some((app.clone(), act));
    let act = move || {
        if let Some((app, act)) = once.take() {
            act(&app);
        }
        glib::ControlFlow::Break
    };
    glib::idle_source_new(Some("quick prompt"), glib::Priority::HIGH, act).attach(None);
    Ok(())
}

/// Does it as soon as the window has drawn what it shows: what it costs would delay that.
pub(super) fn once_drawn(window: &WebviewWindow<Webview>, act: impl FnOnce() + 'static) {
    let Some(content) = window.gtk_window().ok().and_then(|frame| frame.child()) else {
        return act();
    };
    let act = Rc::new(Cell::new(Some(act)));
    let drawn = Rc::new(Cell::new(None));
    let done = {
        let (content, drawn) = (content.clone(), Rc::clone(&drawn));
        move || {
            if let Some(handler) = drawn.take() {
                content.disconnect(handler);
            }
            if let Some(act) = act.take() {
                content.display().flush();
                act();
            }
        }
    };
    let late = done.clone();
    drawn.set(Some(content.connect_draw(move |_, _| {
        glib::idle_add_local_once(done.clone());
        glib::Propagation::Proceed
    })));
    glib::timeout_add_local_once(LONGEST_DRAWING, late);
}

/// Takes the window off the screen: the window manager gives the focus back. The X server has a picture
/// of what is `kept`, for when it comes back.
pub(super) fn hide(window: &WebviewWindow<Webview>, kept: bool) -> tauri::Result<()> {
    let frame = window.gtk_window()?;
    if let Some(number) = number(&frame) {
        let shortcuts = &window.state::<Arc<Windows>>().shortcuts;
        shortcuts.paint_at_return(number, kept, window::paper(window));
    }
    frame.hide();
    Ok(())
}

/// The window's number at the X server, once it was shown; `None` under Wayland.
fn number(window: &gtk::ApplicationWindow) -> Option<u32> {
    let window = window.window()?.downcast::<X11Window>().ok()?;
    u32::try_from(window.xid()).ok()
}

/// Whether the window has the focus. GTK takes it for lost while somebody holds the keyboard, for a
/// shortcut or to switch windows; the X server knows better.
pub(super) fn has_focus(window: &WebviewWindow<Webview>) -> bool {
    let Ok(frame) = window.gtk_window() else {
        return false;
    };
    number(&frame)
        .and_then(|number| window.state::<Arc<Windows>>().shortcuts.has_focus(number))
        .unwrap_or_else(|| frame.is_active())
}

/// Makes the window that high, and lets nobody else change it. Not by saying that it cannot be
/// resized: GTK then makes it as high as WebKit's page has ever been.
pub(super) fn resize(window: &WebviewWindow<Webview>, height: i32) -> tauri::Result<()> {
    let window = window.gtk_window()?;
    let corner = gdk::Gravity::NorthWest;
    let size = gdk::Geometry::new(WIDTH, height, WIDTH, height, 0, 0, 0, 0, 0.0, 0.0, corner);
    let both = gdk::WindowHints::MIN_SIZE | gdk::WindowHints::MAX_SIZE;
    window.set_geometry_hints(gtk::Widget::NONE, Some(&size), both);
    window.set_resizable(true);
    window.resize(WIDTH, height);
    Ok(())
}
