//! The stopwatch of `npm run bench -- quick`: from the press of a shortcut until a window is painted,
//! has the focus and takes a key, seen from the X server, for the quick prompt and for the empty
//! window that it is held against. `serve` is the one, `empty` the other.

#[cfg(target_os = "linux")]
mod empty;
#[cfg(target_os = "linux")]
mod keys;
#[cfg(target_os = "linux")]
mod picture;
#[cfg(target_os = "linux")]
mod stopwatch;

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => stopwatch::serve(),
        ["empty", place] => empty::run(serde_json::from_str(place)?),
        _ => Err("serve, or empty [X,Y,WIDTH,HEIGHT]".into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}
