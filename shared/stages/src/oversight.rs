//! What an engine sees of the outside while it works, and the outside of it: when to stop, and how far it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Stop, Watch};

/// The watch that a stage gives to its engine: the function's deadline, or the job's end, whichever comes first.
pub(crate) struct Oversight {
    deadline: Arc<dyn Watch + Send + Sync>,
    unwanted: AtomicBool,
    /// Done and total of the phase that reported last.
    progress: Mutex<(u64, u64)>,
}

impl Oversight {
    pub(crate) fn new(deadline: Arc<dyn Watch + Send + Sync>) -> Self {
        Self {
            deadline,
            unwanted: AtomicBool::new(false),
            progress: Mutex::default(),
        }
    }

    /// Nobody wants the result any more: the engine stops when it looks next.
    pub(crate) fn cancel(&self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }

    /// How far between `from` and `to` the work is; `from` while nobody knows.
    pub(crate) fn percent(&self, from: u8, to: u8) -> u8 {
        let (done, total) = *self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if total == 0 {
            return from;
        }
        let span = u128::from(to.saturating_sub(from));
        let part = span * u128::from(done.min(total)) / u128::from(total);
        from.saturating_add(u8::try_from(part).unwrap_or_default())
    }
}

impl Watch for Oversight {
    fn progress(&self, phase: &'static str, done: u64, total: u64) {
        self.deadline.progress(phase, done, total);
        // Threads that report at once need not wait for each other: one figure is as good as another.
        if let Ok(mut progress) = self.progress.try_lock() {
            *progress = (done, total);
        }
    }

    fn stop(&self) -> Option<Stop> {
        if self.unwanted.load(Ordering::Relaxed) {
            return Some(Stop::Cancelled);
        }
        self.deadline.stop()
    }
}

/// Cancels when dropped: an engine must not go on when the stage that started it is gone.
pub(crate) struct CancelOnDrop(pub(crate) Arc<Oversight>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{Stop, Unwatched, Watch};

    use super::{CancelOnDrop, Oversight};

    struct TimeIsOver;

    impl Watch for TimeIsOver {
        fn stop(&self) -> Option<Stop> {
            Some(Stop::Deadline)
        }
    }

    #[test]
    fn it_stops_at_the_deadline_and_when_nobody_wants_the_result() {
        assert_eq!(
            Oversight::new(Arc::new(TimeIsOver)).stop(),
            Some(Stop::Deadline)
        );
        let watch = Arc::new(Oversight::new(Arc::new(Unwatched)));
        assert_eq!(watch.stop(), None);
        drop(CancelOnDrop(Arc::clone(&watch)));
        assert_eq!(watch.stop(), Some(Stop::Cancelled));
    }

    #[test]
    fn percentages_stay_in_their_span() {
        let watch = Oversight::new(Arc::new(Unwatched));
        assert_eq!(watch.percent(20, 45), 20);
        for (done, total, expected) in
            [(5, 0, 20), (1, 2, 32), (9, 2, 45), (u64::MAX, u64::MAX, 45)]
        {
            watch.progress("searching", done, total);
            assert_eq!(watch.percent(20, 45), expected);
        }
    }
}
