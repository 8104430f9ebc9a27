//! The end of this process by a driver of a graphics card, told apart from other ends.
//!
//! A driver that loses its card throws a C++ exception that nobody catches, or worse. Nothing can be
//! saved then; but whoever started this process learns of it by the exit status, and starts it again
//! without the card (`sotto-runtime-client`).

use std::sync::atomic::{AtomicU32, Ordering};

/// The exit status for it, known to `sotto-runtime-client`.
#[cfg(unix)]
const DRIVER_FAILED: i32 = 71;

/// How many uses of a card there are now.
static USES: AtomicU32 = AtomicU32::new(0);

/// A use of a card; over when dropped.
#[must_use]
#[derive(Debug)]
pub(super) struct Busy(());

/// From now on until the value is dropped, a sudden end is the driver's doing, as far as can be told.
pub(super) fn busy() -> Busy {
    USES.fetch_add(1, Ordering::Relaxed);
    Busy(())
}

impl Drop for Busy {
    fn drop(&mut self) {
        USES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Looks at sudden ends from now on.
pub(super) fn watch() {
    #[cfg(unix)]
    for signal in [libc::SIGABRT, libc::SIGSEGV] {
        // SAFETY: all zeros is a valid action; the handler only reads an atomic and ends the process,
        // which is allowed in a signal handler. It runs once: then the signal does what it always does.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_end as *const () as libc::sighandler_t;
            action.sa_flags = libc::SA_RESETHAND | libc::SA_ONSTACK;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

#[cfg(unix)]
extern "C" fn on_end(signal: libc::c_int) {
    // SAFETY: both may be called in a signal handler.
    unsafe {
        if USES.load(Ordering::Relaxed) > 0 {
            libc::_exit(DRIVER_FAILED);
        }
        // Sent by another process it would be over with this handler; now it does what it always does.
        libc::raise(signal);
    }
}
