//! Time, as its owner keeps it: engines have no clock of their own.

use std::time::Duration;

use jiff::Timestamp;

/// A clock that can be waited by.
pub trait Clock {
    /// The time since some fixed moment; it never goes back.
    fn now(&self) -> Duration;

    /// The time of day, which signed requests name.
    fn today(&self) -> Timestamp;

    /// Waits so long.
    fn wait(&self, time: Duration);
}
