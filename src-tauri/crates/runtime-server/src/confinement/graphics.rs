//! What the driver of a graphics card needs from the file system after the confinement.
//!
//! It is part of this process. Its libraries are loaded and its device is open before
//! (`engine::devices::open`); what is here it opens again while it works. Only where a card is used
//! is any of it allowed, and a model that took this process over could speak to the card's driver then.

use std::path::{Path, PathBuf};

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Read.
    Read,
    /// Read, written and commanded with ioctl(2), as devices are.
    Command,
}

const PLACES: [(&str, Need); 8] = [
    // Mesa opens its card's render node once more for each device that is made of it.
    ("/dev/dri", Need::Command),
    // Which card a node belongs to: libdrm asks by the node's number, for names and memory.
    ("/sys/dev/char", Need::Read),
    ("/sys/devices", Need::Read),
    // NVIDIA's drivers load their compilers when the first shader or kernel needs one: by name, so
    // that the loader looks them up.
    ("/etc/ld.so.cache", Need::Read),
    ("/usr/lib", Need::Read),
    ("/lib", Need::Read),
    ("/usr/lib64", Need::Read),
    // Versions and options of NVIDIA's kernel module.
    ("/proc/driver/nvidia", Need::Read),
];

/// How NVIDIA's devices in `/dev` are called; each context opens them anew.
const NVIDIA: &str = "nvidia";

/// All places with this need; some are not there on every computer.
pub(super) fn places(need: Need) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = PLACES
        .iter()
        .filter(|(_, of)| *of == need)
        .map(|(place, _)| PathBuf::from(place))
        .collect();
    if need == Need::Command {
        places.extend(nvidia_devices(Path::new("/dev")));
    }
    places
}

fn nvidia_devices(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(NVIDIA))
        })
        .collect()
}
