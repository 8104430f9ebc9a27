//! What this process gives up, and how it dies with the app that started it.

use std::io::Read;

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
