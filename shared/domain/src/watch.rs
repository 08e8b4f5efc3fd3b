//! How an engine tells how far it is and learns that it should stop, without a clock of its own.

/// Why an engine should stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// Its owner no longer wants the result.
    #[error("cancelled")]
    Cancelled,
    /// Its time is over.
    #[error("out of time")]
    Deadline,
}

/// Watches a long piece of work. Called from every thread of it, often: must be cheap.
pub trait Watch: Sync {
    /// `done` of `total` units of `phase` are done. `total` 0: not known.
    fn progress(&self, phase: &'static str, done: u64, total: u64) {
        let _ = (phase, done, total);
    }

    /// Whether to stop now, and why.
    fn stop(&self) -> Option<Stop> {
        None
    }
}

/// Nobody watches: no limit, no progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}
