//! Where the quick prompt appears: on the screen that has the pointer, where the person last put it
//! there, and in the upper third at first, so that an answer has room below. All in logical pixels.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

/// How wide it is, always.
pub(super) const WIDTH: i32 = 720;
/// How high it is before its page has said so.
pub(super) const HEIGHT: i32 = 100;
/// The part of a screen that it takes at most, in hundredths.
const HIGHEST: i32 = 70;

/// What of a screen is free for windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A point on a screen, from its corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Spot {
    x: i32,
    y: i32,
}

/// Where it was left on each screen.
#[derive(Default)]
pub(super) struct Places {
    spots: BTreeMap<String, Spot>,
    file: Option<PathBuf>,
}

impl Places {
    /// As they were left the last time. A file that cannot be read begins anew.
    pub(super) fn read(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).unwrap_or_default();
        Self {
            spots: serde_json::from_str(&text).unwrap_or_default(),
            file: Some(file),
        }
    }

    /// Where it goes on a screen.
    pub(super) fn on(&self, screen: &str, area: Area) -> (i32, i32) {
        let spot = self.spots.get(screen).copied().unwrap_or(Spot {
            x: (area.width - WIDTH) / 2,
            y: (area.height / 3 - HEIGHT) / 2,
        });
        // The screen may have become smaller.
        let within = |spot: i32, room: i32| spot.clamp(0, room.max(0));
        (
            area.x + within(spot.x, area.width - WIDTH),
            area.y + within(spot.y, area.height - HEIGHT),
        )
    }

    /// The person left it there.
    pub(super) fn keep(&mut self, screen: String, area: Area, (x, y): (i32, i32)) {
        let spot = Spot {
            x: x - area.x,
            y: y - area.y,
        };
        let unmoved = self.on(&screen, area) == (x, y);
        if unmoved || self.spots.insert(screen, spot) == Some(spot) {
            return;
        }
        let Some(file) = &self.file else { return };
        let written = serde_json::to_vec(&self.spots)
            .map_err(std::io::Error::from)
            .and_then(|text| {
                fs::create_dir_all(file.parent().unwrap_or(file))?;
                fs::write(file, text)
            });
        if let Err(error) = written {
            tracing::warn!(%error, "where the quick prompt was is not kept");
        }
    }
}

/// How high it becomes where its page wants to be `wanted` high and it stands at `y`.
pub(super) fn height(wanted: i32, y: i32, area: Area) -> i32 {
    let room = area.y + area.height - y;
    let most = (area.height * HIGHEST / 100).min(room);
    wanted.clamp(HEIGHT.min(most), most.max(HEIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Area = Area {
        x: 0,
        y: 0,
        width: 1920,
        height: 1080,
    };
    const BESIDE: Area = Area {
        x: 1920,
        y: 30,
        width: 1280,
        height: 994,
    };

    #[test]
    fn in_the_upper_third_of_each_screen_at_first() {
        let places = Places::default();
        assert_eq!(places.on("a", SCREEN), (600, 130));
        assert_eq!(places.on("b", BESIDE), (2200, 145));
    }

    #[test]
    fn where_it_was_left_on_that_screen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config/quick-window.json");
        let mut places = Places::read(file.clone());
        places.keep("a".into(), SCREEN, (600, 130));
        assert!(!file.exists(), "it was not moved");
        places.keep("b".into(), BESIDE, (1930, 40));

        let again = Places::read(file);
        assert_eq!(again.on("a", SCREEN), (600, 130));
        assert_eq!(again.on("b", BESIDE), (1930, 40));
        // The screen stands elsewhere now, and is smaller.
        let moved = Area {
            x: 0,
            y: 0,
            width: 640,
            height: 400,
        };
        assert_eq!(again.on("b", moved), (0, 10));
    }

    #[test]
    fn a_file_that_is_no_such_file_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("quick-window.json");
        fs::write(&file, "[1, 2").unwrap();
        assert_eq!(Places::read(file).on("a", SCREEN), (600, 130));
    }

    #[test]
    fn it_grows_with_its_page_and_stays_on_the_screen() {
        assert_eq!(height(300, 130, SCREEN), 300);
        assert_eq!(height(2_000, 130, SCREEN), 756);
        assert_eq!(height(2_000, 900, SCREEN), 180);
        assert_eq!(height(10, 124, SCREEN), HEIGHT);
        assert_eq!(
            height(300, 1_060, SCREEN),
            HEIGHT,
            "pushed against the edge"
        );
    }
}
