//! What happens to the consent window on macOS and Windows, as far as Tauri tells. It tells neither
//! whether a window can be seen nor what is pressed in it. Unknown counts as no: until that is
//! measured there, too, no yes is taken (decision 0008).

use sotto_api::consent::WindowFact;
use tauri::{WebviewWindow, WindowEvent};

use crate::Webview;

/// Reports what happens to the window from now on.
pub(super) fn watch(window: &WebviewWindow<Webview>, report: impl Fn(WindowFact) + Send + 'static) {
    window.on_window_event(move |event| match event {
        WindowEvent::Focused(focused) => report(WindowFact::Focused(*focused)),
        WindowEvent::Moved(_) => report(WindowFact::Moved),
        WindowEvent::Resized(_) => report(WindowFact::Resized),
        _ => {}
    });
}
