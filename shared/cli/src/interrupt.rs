//! Ctrl-C: the first asks the engines to stop, so that nothing half-done stays; the second ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::Stop;

use crate::Exit;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static ASKING: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Without it, Ctrl-C ends the program at once, as ever.
pub(crate) fn listen() {
    let listening = ctrlc::set_handler(|| {
        let again = INTERRUPTED.swap(true, Ordering::Relaxed);
        if again || ASKING.load(Ordering::Relaxed) {
            restore_echo();
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    });
    // A second handler in one process is the only error, and harmless.
    drop(listening);
}

/// Whether Ctrl-C was pressed.
pub(crate) fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Why to stop now, for an engine's watch.
pub(crate) fn stop() -> Option<Stop> {
    requested().then_some(Stop::Cancelled)
}

/// Runs `ask`, which waits for a person; Ctrl-C meanwhile ends at once, since nothing is half-done.
pub(crate) fn while_asking<T>(ask: impl FnOnce() -> T) -> T {
    ASKING.store(true, Ordering::Relaxed);
    let answer = ask();
    ASKING.store(false, Ordering::Relaxed);
    answer
}

/// A prompt for a password turns the terminal's echo off; do not leave it so.
fn restore_echo() {
    if ASKING.load(Ordering::Relaxed) {
        let _ = std::process::Command::new("stty").arg("echo").status();
    }
}
