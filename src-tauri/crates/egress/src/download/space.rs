//! How much room a disk has.

use std::path::Path;

/// Bytes that are left free beside a model, for whatever else writes to that disk meanwhile.
pub const SPARE_BYTES: u64 = 64_000_000;

/// Free bytes on the disk of a folder, for this user; `None` where the system does not say.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}
