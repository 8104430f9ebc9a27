//! What must be set for the whole process before any thread runs, and what it takes of the memory.

#[cfg(target_os = "linux")]
use std::{fs::File, os::unix::fs::FileExt, sync::OnceLock};

/// Where the kernel says what this process takes; opened before the confinement forbids it.
#[cfg(target_os = "linux")]
static STATEMENT: OnceLock<Option<File>> = OnceLock::new();

/// Prepares the process; call it first in `main`, while there is one thread.
pub(crate) fn prepare() {
    // Whatever the parent left open is not ours to use.
    #[cfg(target_os = "linux")]
    // SAFETY: nothing was opened yet; a kernel without the call changes nothing.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
    }
    #[cfg(target_os = "linux")]
    STATEMENT.get_or_init(|| File::open("/proc/self/statm").ok());
    // SAFETY: no other thread exists yet, so nobody reads the environment at the same time.
    unsafe {
        // An abort in ggml would otherwise start a debugger.
        std::env::set_var("GGML_NO_BACKTRACE", "1");
        // Nobody may slip in a library of their own through the environment.
        std::env::remove_var("GGML_BACKEND_PATH");
        // Nor do overlays for games belong here, which Vulkan's loader puts into every program.
        std::env::set_var("VK_LOADER_LAYERS_DISABLE", "~implicit~");
        // Drivers of graphics cards keep what they compiled in the home folder: this process writes
        // nothing, and must not try to.
        std::env::set_var("MESA_SHADER_CACHE_DISABLE", "true");
        std::env::set_var("__GL_SHADER_DISK_CACHE", "0");
        std::env::set_var("CUDA_CACHE_DISABLE", "1");
    }
}

/// Shows no graphics card to this process, whose drivers are not even loaded then. Call it before a
/// second thread runs.
pub(super) fn hide_devices() {
    for (name, value) in [
        ("VK_LOADER_DRIVERS_DISABLE", "*"),
        // The same for older loaders, and both words for newer ones: a list with nothing that exists.
        ("VK_DRIVER_FILES", "none"),
        ("VK_ICD_FILENAMES", "none"),
        ("CUDA_VISIBLE_DEVICES", "-1"),
    ] {
        // SAFETY: no other thread exists yet, so nobody reads the environment at the same time.
        unsafe { std::env::set_var(name, value) };
    }
}

/// Gives freed memory back to the system, so that an unloaded model's memory is really free.
pub(crate) fn return_free_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim has no preconditions and is thread-safe.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Bytes of memory that this process takes now; `None` where the system does not say.
pub(crate) fn resident_bytes() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let mut text = [0u8; 128];
        let length = STATEMENT.get()?.as_ref()?.read_at(&mut text, 0).ok()?;
        // Pages in all, and pages in memory: see proc_pid_statm(5).
        let pages = std::str::from_utf8(&text[..length]).ok()?;
        let resident: u64 = pages.split(' ').nth(1)?.parse().ok()?;
        Some(resident * rustix::param::page_size() as u64)
    }
    #[cfg(not(target_os = "linux"))]
    None
}
