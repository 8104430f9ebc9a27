//! Where the consent window appears: over the middle of the chat window and wholly on the screen,
//! because a window that is partly off the screen counts as covered, and then no yes is taken.

use tauri::{AppHandle, LogicalPosition, LogicalSize, Manager};

use crate::{Webview, window::MAIN};

/// What a person needs to read it without scrolling much.
const SIZE: LogicalSize<f64> = LogicalSize::new(720.0, 760.0);

/// Below this the buttons and the first lines no longer fit together.
pub(super) const SMALLEST: LogicalSize<f64> = LogicalSize::new(520.0, 420.0);

/// What title bar and borders take at most.
const FRAME: LogicalSize<f64> = LogicalSize::new(16.0, 48.0);

/// Size and position, in logical pixels. Without a position the system chooses one.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    pub(super) size: LogicalSize<f64>,
    pub(super) position: Option<LogicalPosition<f64>>,
}

/// A rectangle in logical pixels.
#[derive(Clone, Copy)]
struct Area {
    position: LogicalPosition<f64>,
    size: LogicalSize<f64>,
}

/// The place beside the chat window as it is now.
pub(super) fn beside_main(app: &AppHandle<Webview>) -> Place {
    areas(app).map_or(
        Place {
            size: SIZE,
            position: None,
        },
        |(main, screen)| within(main, screen),
    )
}

/// The chat window, and what of its screen is free for windows.
fn areas(app: &AppHandle<Webview>) -> Option<(Area, Area)> {
    let window = app.get_webview_window(MAIN)?;
    let monitor = window.current_monitor().ok()??;
    let scale = monitor.scale_factor();
    let main = Area {
        position: window.outer_position().ok()?.to_logical(scale),
        size: window.outer_size().ok()?.to_logical(scale),
    };
    let screen = Area {
        position: monitor.work_area().position.to_logical(scale),
        size: monitor.work_area().size.to_logical(scale),
    };
    Some((main, screen))
}

/// Over the middle of the chat window, moved and made smaller until it is on the screen.
fn within(main: Area, screen: Area) -> Place {
    let along = |wanted: f64, frame: f64, main: (f64, f64), screen: (f64, f64)| {
        let length = wanted.min(screen.1 - frame);
        let middle = main.0 + main.1 / 2.0;
        let last = screen.0 + screen.1 - length - frame;
        let start = (middle - (length + frame) / 2.0).min(last).max(screen.0);
        (start, length)
    };
    let (x, width) = along(
        SIZE.width,
        FRAME.width,
        (main.position.x, main.size.width),
        (screen.position.x, screen.size.width),
    );
    let (y, height) = along(
        SIZE.height,
        FRAME.height,
        (main.position.y, main.size.height),
        (screen.position.y, screen.size.height),
    );
    Place {
        size: LogicalSize::new(width.max(SMALLEST.width), height.max(SMALLEST.height)),
        position: Some(LogicalPosition::new(x, y)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area([x, y, width, height]: [f64; 4]) -> Area {
        Area {
            position: LogicalPosition::new(x, y),
            size: LogicalSize::new(width, height),
        }
    }

    #[track_caller]
    fn check(main: [f64; 4], screen: [f64; 4], expected: [f64; 4]) {
        let [x, y, width, height] = expected;
        let expected = Place {
            size: LogicalSize::new(width, height),
            position: Some(LogicalPosition::new(x, y)),
        };
        assert_eq!(within(area(main), area(screen)), expected);
    }

    #[test]
    fn over_the_chat_window_and_on_the_screen() {
        let screen = [0.0, 0.0, 1920.0, 1080.0];
        let middle = [592.0, 136.0, 720.0, 760.0];
        check([360.0, 140.0, 1200.0, 800.0], screen, middle);
        // The chat window hangs over an edge.
        check(
            [-900.0, -500.0, 1200.0, 800.0],
            screen,
            [0.0, 0.0, 720.0, 760.0],
        );
        check(
            [1500.0, 700.0, 1200.0, 800.0],
            screen,
            [1184.0, 272.0, 720.0, 760.0],
        );
        // On a second screen, with a panel above.
        check(
            [2000.0, 100.0, 1200.0, 800.0],
            [1920.0, 30.0, 1280.0, 994.0],
            [2232.0, 96.0, 720.0, 760.0],
        );
        // A small screen.
        check(
            [0.0, 30.0, 1366.0, 700.0],
            [0.0, 30.0, 1366.0, 738.0],
            [315.0, 30.0, 720.0, 690.0],
        );
        check(
            [0.0, 0.0, 480.0, 320.0],
            [0.0, 0.0, 480.0, 320.0],
            [0.0, 0.0, 520.0, 420.0],
        );
    }
}
