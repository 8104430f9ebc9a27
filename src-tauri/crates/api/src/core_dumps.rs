//! A crash writes nothing: a core dump would hold what was said, the key of the history and keys of
//! providers, in a file that nobody thinks of. What this process starts inherits it, so the browser's
//! processes are covered, too; the runtime does the same for whoever starts it by hand.

/// Turns core dumps off, for this process and all that it starts from now on.
pub fn turn_off_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!("core dumps cannot be turned off: {error}");
        }
    }
    // The limit does not hold where a program collects them: then they are empty.
    #[cfg(target_os = "linux")]
    if let Err(error) = std::fs::write("/proc/self/coredump_filter", "0") {
        tracing::warn!("core dumps cannot be emptied: {error}");
    }
}
