//! Time, as its owner keeps it: engines have no clock of their own.

use std::time::Duration;

/// A clock that can be waited by.
pub trait Clock {
    /// The time since some fixed moment; it never goes back.
    fn now(&self) -> Duration;

    /// Waits so long.
    fn wait(&self, time: Duration);
}
