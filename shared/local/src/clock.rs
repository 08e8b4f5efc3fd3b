//! The machine's clock, and one that tests set.

use std::sync::{Arc, Mutex};

use domain::ports::Clock;
use jiff::{SignedDuration, Timestamp};

use crate::lock;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    /// Stands at `time`.
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Moves to `time`.
    pub fn set(&self, time: Timestamp) {
        *lock(&self.0) = time;
    }

    /// Moves on by `time`; at the end of all time it stays.
    pub fn advance(&self, time: SignedDuration) {
        let mut now = lock(&self.0);
        *now = now.saturating_add(time).unwrap_or(*now);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *lock(&self.0)
    }
}
