//! What this process gives up before it opens a model, and how it dies with the app that started it.
//!
//! A model file is foreign data read by a large C++ library. Whatever it does there, it can open no
//! connection, start no program and read nothing but models: on Linux the kernel sees to that, with
//! landlock for files and seccomp for system calls. Landlock binds the calling thread and all that
//! it starts from then on, so [`confine`] comes before any other thread.

use std::io::Read;

use serde::Serialize;

#[cfg(target_os = "linux")]
mod graphics;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(test)]
mod tests;

/// What the kernel enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Confinement {
    /// Only models can be read, and nothing written.
    pub(crate) files: bool,
    /// No connection can be opened, no program started and nothing changed about a file.
    pub(crate) calls: bool,
}

/// Gives up everything but reading below these paths and answering on listeners that are bound
/// already. What the kernel does not know is left out, and said.
pub(crate) fn confine(readable: &[std::path::PathBuf]) -> Confinement {
    confine_with(readable, crate::engine::devices::need_files())
}

/// The same; with `graphics` the driver of a graphics card can go on working.
fn confine_with(readable: &[std::path::PathBuf], graphics: bool) -> Confinement {
    #[cfg(target_os = "linux")]
    let confinement = linux::confine(readable, graphics);
    #[cfg(not(target_os = "linux"))]
    let confinement = {
        let _ = (readable, graphics);
        Confinement {
            files: false,
            calls: false,
        }
    };
    if !(confinement.files && confinement.calls) {
        tracing::warn!(?confinement, "this system does not confine the runtime");
    }
    confinement
}

/// A crash must not write prompts to a disk.
pub(crate) fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        if let Err(error) = setrlimit(
            Resource::Core,
            Rlimit {
                current: Some(0),
                maximum: Some(0),
            },
        ) {
            tracing::warn!("core dumps cannot be turned off: {error}");
        }
    }
    // The limit does not hold where a program collects them: then they are empty.
    #[cfg(target_os = "linux")]
    if let Err(error) = std::fs::write("/proc/self/coredump_filter", "0") {
        tracing::warn!("core dumps cannot be emptied: {error}");
    }
}

/// Ends the process when standard input ends or, on Linux, when the parent dies in any way.
pub(crate) fn die_with_parent() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        let parent = getppid();
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // It may have died before the signal was set.
        if parent.is_none() || getppid() != parent {
            return Err(std::io::Error::other("the parent process is gone"));
        }
    }
    std::thread::Builder::new()
        .name("lifeline".into())
        .spawn(|| {
            let mut input = std::io::stdin().lock();
            let mut ignored = [0u8; 256];
            // Anything else than more input, an error too, is the end.
            while matches!(input.read(&mut ignored), Ok(1..)) {}
            std::process::exit(0);
        })?;
    Ok(())
}
