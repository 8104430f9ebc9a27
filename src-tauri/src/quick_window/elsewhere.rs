//! The quick prompt's window on macOS and Windows, through Tauri alone. Written without one of them at
//! hand: it is opened by `sotto quick` and by the shortcuts, which nobody has tried there.

use tauri::{AppHandle, LogicalPosition, LogicalSize, Manager, Monitor, WebviewWindow};

use super::place::{Area, WIDTH};
use crate::Webview;

/// A screen: its name, and what of it is free.
pub(super) struct Screen {
    pub(super) name: String,
    pub(super) area: Area,
}

/// The screen with the pointer.
pub(super) fn pointed_at(window: &WebviewWindow<Webview>) -> Option<Screen> {
    let pointer = window.app_handle().cursor_position().ok()?;
    let monitor = window.monitor_from_point(pointer.x, pointer.y).ok()??;
    Some(screen(&monitor))
}

/// The screen that has the window's corner, and that corner.
pub(super) fn stands(window: &WebviewWindow<Webview>) -> Option<(Screen, (i32, i32))> {
    let monitor = window.current_monitor().ok()??;
    let corner = window.outer_position().ok()?;
    let corner = corner.to_logical::<i32>(monitor.scale_factor());
    Some((screen(&monitor), (corner.x, corner.y)))
}

fn screen(monitor: &Monitor) -> Screen {
    let (free, scale) = (monitor.work_area(), monitor.scale_factor());
    let (corner, size) = (
        free.position.to_logical::<i32>(scale),
        free.size.to_logical::<i32>(scale),
    );
    Screen {
        name: monitor.name().cloned().unwrap_or_default(),
        area: Area {
            x: corner.x,
            y: corner.y,
            width: size.width,
            height: size.height,
        },
    }
}

/// Shows the window there and asks for the focus.
pub(super) fn show(
    window: &WebviewWindow<Webview>,
    place: Option<(i32, i32)>,
    _time: u32,
) -> tauri::Result<()> {
    if let Some((x, y)) = place {
        window.set_position(LogicalPosition::new(x, y))?;
    }
    window.show()?;
    window.set_focus()
}

/// Does it on the main thread.
pub(super) fn on_main(
    app: &AppHandle<Webview>,
    act: impl FnOnce(&AppHandle<Webview>) + Send + 'static,
) -> tauri::Result<()> {
    let there = app.clone();
    app.run_on_main_thread(move || act(&there))
}

/// Does it now: when the window has drawn is not known here.
pub(super) fn once_drawn(_: &WebviewWindow<Webview>, act: impl FnOnce() + 'static) {
    act();
}

/// Takes the window off the screen.
pub(super) fn hide(window: &WebviewWindow<Webview>, _kept: bool) -> tauri::Result<()> {
    window.hide()
}

/// Whether the window has the focus.
pub(super) fn has_focus(window: &WebviewWindow<Webview>) -> bool {
    window.is_focused().unwrap_or_default()
}

/// Makes the window that high.
pub(super) fn resize(window: &WebviewWindow<Webview>, height: i32) -> tauri::Result<()> {
    window.set_size(LogicalSize::new(WIDTH, height))
}
