//! The bar on the terminal, and the talk beside it: all on standard error, never in the data.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use domain::{Stop, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::interrupt;

/// Shows how far the engines are, stops them on Ctrl-C, and says things to the person.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Address of the phase's name: the same phase has the same, and comparing it costs nothing.
    phase: AtomicUsize,
    total: AtomicU64,
    quiet: bool,
}

impl Progress {
    /// A bar where standard error is a terminal; silence where it is not, or where `quiet` is asked for.
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style("{prefix}"));
        Self {
            bar,
            phase: AtomicUsize::new(0),
            total: AtomicU64::new(0),
            quiet,
        }
    }

    /// Says something to the person: a line on standard error.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// Says something that must be seen even when quiet.
    pub(crate) fn warn(&self, text: &str) {
        self.line(&format!("warning: {text}"));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.phase.store(0, Ordering::Relaxed);
        self.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        // A closed standard error is no reason to stop.
        self.bar.suspend(|| {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        });
    }

    fn describe(&self, phase: &'static str, total: u64) {
        let template = if total == 0 {
            "{prefix} {spinner} {human_pos} {elapsed}"
        } else {
            "{prefix} [{bar:30}] {human_pos}/{human_len} {eta}"
        };
        self.bar.set_style(style(template));
        self.bar.set_length(total);
        self.bar.set_prefix(phase);
    }
}

/// The templates are constants; one with a mistake would give the usual bar.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ")
}

impl Watch for Progress {
    fn progress(&self, phase: &'static str, done: u64, total: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let address = phase.as_ptr().addr();
        let same_phase = self.phase.swap(address, Ordering::Relaxed) == address;
        let same_total = self.total.swap(total, Ordering::Relaxed) == total;
        if !(same_phase && same_total) {
            self.describe(phase, total);
        }
        if !same_phase {
            self.bar.reset();
        }
        self.bar.set_position(done);
    }

    fn stop(&self) -> Option<Stop> {
        interrupt::stop()
    }
}
